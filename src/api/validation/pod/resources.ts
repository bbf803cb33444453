import type { DeepReadonly } from '../../../base/index.ts'
import type { ContainerResizePolicy, PodSpec, ResourceRequirements } from '../../core/index.ts'
import { canonicalQuantity, compareQuantities, parseQuantity } from '../../quantity/index.ts'
import type { FieldError } from '../../schema/index.ts'
import {
  duplicate,
  forbidden,
  GoText,
  invalid,
  notFoundField,
  notSupported,
  required,
} from '../field-errors.ts'
import {
  goQuantity,
  isExtendedResource,
  isWholeQuantity,
  nonNegativeQuantity,
  validateResourceName,
} from '../quantities.ts'

const STANDARD = ['cpu', 'memory', 'ephemeral-storage']
const RESIZABLE = ['cpu', 'memory']
const RESIZE_POLICIES = ['NotRequired', 'RestartContainer']
const isHugePages = (name: string) => name.startsWith('hugepages-')
const isNative = (name: string) => !name.includes('/') || name.includes('kubernetes.io/')
/** Others cannot be promised twice: request and limit must be equal. */
const mayOvercommit = (name: string) => isNative(name) && !isHugePages(name)

/**
 * Requests and limits of a container: known names, nothing negative, requests within limits.
 * `claims`: the names of the pod's claims for devices.
 */
export function validateResources(
  resources: DeepReadonly<ResourceRequirements>,
  path: string,
  claims: readonly string[] = [],
): FieldError[] {
  const { limits = {}, requests = {} } = resources
  const errors: FieldError[] = []
  for (const [name, amount] of Object.entries(limits)) {
    errors.push(...validateAmount(name, amount, `${path}.limits[${name}]`))
  }
  for (const [name, amount] of Object.entries(requests)) {
    errors.push(...validateAmount(name, amount, `${path}.requests[${name}]`))
    const limit = Object.hasOwn(limits, name) ? limits[name] : undefined
    errors.push(...validateRequest(name, { amount, limit }, path))
  }
  const names = [...Object.keys(limits), ...Object.keys(requests)]
  if (names.some(isHugePages) && !names.includes('cpu') && !names.includes('memory')) {
    errors.push(forbidden(path, 'HugePages require cpu or memory'))
  }
  const used = new Set<string>()
  for (const [i, { name }] of (resources.claims ?? []).entries()) {
    const at = `${path}.claims[${i}]`
    if (!name) errors.push(required(at))
    else if (used.has(name)) errors.push(duplicate(at, name))
    used.add(name)
    if (name && !claims.includes(name)) errors.push(unknownClaim(name, at, claims))
  }
  return errors
}

function unknownClaim(name: string, path: string, claims: readonly string[]): FieldError {
  const fault = notFoundField(path, name)
  const names = claims.length === 0 ? ' which is empty' : `: ${[...claims].sort().join(', ')}`
  const detail = `must be one of the names in pod.spec.resourceClaims${names}`
  return { ...fault, detail: `${fault.detail}: ${detail}` }
}

function validateRequest(
  name: string,
  { amount, limit }: { readonly amount: string; readonly limit: string | undefined },
  path: string,
): FieldError[] {
  if (limit === undefined) {
    if (mayOvercommit(name)) return []
    return [required(`${path}.limits`, 'Limit must be set for non overcommitable resources')]
  }
  const order = compareQuantities(amount, limit)
  const shown = canonicalQuantity(amount)
  const of = `${name} limit of ${canonicalQuantity(limit)}`
  if (order !== 0 && !mayOvercommit(name)) {
    return [invalid(`${path}.requests`, shown, `must be equal to ${of}`)]
  }
  if (order <= 0) return []
  return [invalid(`${path}.requests`, shown, `must be less than or equal to ${of}`)]
}

/** What is wrong with the name of a resource that a container may use. */
export function validateContainerResource(name: string, path: string): FieldError[] {
  const errors = validateResourceName(name, path)
  if (!name.includes('/')) {
    if (!STANDARD.includes(name) && !isHugePages(name)) {
      errors.push(invalid(path, new GoText(name), 'must be a standard resource for containers'))
    }
  } else if (!isNative(name) && !isExtendedResource(name)) {
    errors.push(invalid(path, new GoText(name), "doesn't follow extended resource name standard"))
  }
  return errors
}

function validateAmount(name: string, amount: string, path: string): FieldError[] {
  const errors = validateContainerResource(name, path)
  errors.push(...nonNegativeQuantity(amount, path))
  if (isExtendedResource(name) && !isWholeQuantity(amount)) {
    errors.push(invalid(path, goQuantity(amount), 'must be an integer'))
  }
  if (isHugePages(name) && !isMultiple(amount, name.slice('hugepages-'.length))) {
    const detail = `${canonicalQuantity(amount)} is not positive integer multiple of ${name}`
    errors.push(invalid(path, canonicalQuantity(amount), detail))
  }
  return errors
}

function isMultiple(amount: string, size: string): boolean {
  try {
    const page = parseQuantity(size).nanos
    return page > 0n && parseQuantity(amount).nanos % page === 0n
  } catch {
    return false
  }
}

/** What is to become of a container whose CPU or memory is changed (KEP-1287). */
export function validateResizePolicy(
  policies: readonly DeepReadonly<ContainerResizePolicy>[],
  path: string,
  { restartPolicy }: DeepReadonly<PodSpec>,
): FieldError[] {
  const errors: FieldError[] = []
  const seen = new Set<string>()
  for (const [i, policy] of policies.entries()) {
    const { resourceName: name, restartPolicy: action } = policy
    if (seen.has(name)) errors.push(duplicate(`${path}[${i}]`, new GoText(name)))
    seen.add(name)
    if (name === '') errors.push(required(path))
    else if (!RESIZABLE.includes(name)) errors.push(notSupported(path, new GoText(name), RESIZABLE))
    if (action === '') errors.push(required(path))
    else if (!RESIZE_POLICIES.includes(action)) {
      errors.push(notSupported(path, action, RESIZE_POLICIES))
    }
    if (restartPolicy === 'Never' && action !== 'NotRequired') {
      errors.push(invalid(path, action, "must be 'NotRequired' when `restartPolicy` is 'Never'"))
    }
  }
  return errors
}
