import { ResourceRequirements } from '../core/index.ts'
import { goQuantityValue, goSyntax } from '../go/index.ts'
import type { FieldError } from '../schema/index.ts'
import { canonicalQuantity, compareQuantities, parseQuantity } from '../quantity/index.ts'
import { GoText, invalid } from './field-errors.ts'
import { goFieldText } from './go-text.ts'
import { qualifiedNameErrors } from './names.ts'
import { each, NEGATIVE_ERROR } from './pod/common.ts'

export const POSITIVE_ERROR = 'must be greater than zero'

/** Names without a group that a resource may have anywhere (upstream's `standardResources`). */
const STANDARD = new Set([
  'cpu',
  'memory',
  'ephemeral-storage',
  'storage',
  'requests.cpu',
  'requests.memory',
  'requests.storage',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'persistentvolumeclaims',
  'configmaps',
  'services.nodeports',
  'services.loadbalancers',
])

export const isHugePages = (name: string) =>
  name.startsWith('hugepages-') || name.startsWith('requests.hugepages-')

/** What is wrong with the name of a resource. Upstream shows it as it is, without quotes. */
export function validateResourceName(name: string, path: string): FieldError[] {
  const errors = each(path, new GoText(name), qualifiedNameErrors(name))
  if (errors.length > 0 || name.includes('/') || STANDARD.has(name) || isHugePages(name)) {
    return errors
  }
  const detail = 'must be a standard resource type or fully qualified'
  return [invalid(path, new GoText(name), detail)]
}

/** Resources that are counted, and have no parts. */
export const COUNTED = [
  'pods',
  'services',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
]

const isNative = (name: string) => !name.includes('/') || name.includes('kubernetes.io/')

/** Whether a resource belongs to somebody else than Kubernetes: such are counted, too. */
export function isExtendedResource(name: string): boolean {
  if (isNative(name) || name.startsWith('requests.')) return false
  return qualifiedNameErrors(`requests.${name}`).length === 0
}

/** How much of a resource there is: not less than nothing, and whole where it is counted. */
export function validateAmount(name: string, amount: string, path: string): FieldError[] {
  const errors = nonNegativeQuantity(amount, path)
  const isCounted = COUNTED.includes(name) || isExtendedResource(name)
  if (!isCounted || isWholeQuantity(amount)) return errors
  return [...errors, invalid(path, goQuantity(amount), 'must be an integer')]
}

export function nonNegativeQuantity(amount: string, path: string): FieldError[] {
  if (compareQuantities(amount, '0') >= 0) return []
  return [invalid(path, canonicalQuantity(amount), NEGATIVE_ERROR)]
}

export function positiveQuantity(amount: string, path: string): FieldError[] {
  if (compareQuantities(amount, '0') > 0) return []
  return [invalid(path, canonicalQuantity(amount), POSITIVE_ERROR)]
}

export function isWholeQuantity(amount: string): boolean {
  return parseQuantity(amount).nanos % 1_000_000_000n === 0n
}

/** A quantity as Go prints the struct: `resource.Quantity{i:resource.int64Amount{…}, …}`. */
export function goQuantity(amount: string): GoText {
  return new GoText(goSyntax(goQuantityValue(canonicalQuantity(amount))))
}

/** `core.ResourceList{"cpu":resource.Quantity{…}}` */
export function goResourceList(amounts: Readonly<Record<string, string>> | undefined): GoText {
  return goFieldText(ResourceRequirements, 'limits', amounts)
}
