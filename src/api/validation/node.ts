import type { DeepReadonly } from '../../base/index.ts'
import { type Node, NodeAddress, Taint } from '../core/index.ts'
import type { FieldError } from '../schema/index.ts'
import { cidrErrors } from './addresses.ts'
import {
  duplicate,
  forbidden,
  goStrings,
  internalFieldError,
  invalid,
  notSupported,
  required,
} from './field-errors.ts'
import { goText } from './go-text.ts'
import { labelValueErrors, qualifiedNameErrors } from './names.ts'
import { each } from './pod/common.ts'
import { validateAmount } from './quantities.ts'

const TAINT_EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']
const MAX_POD_CIDRS = 2

export function validateNode(node: DeepReadonly<Node>): FieldError[] {
  const { taints = [], podCIDRs = [] } = node.spec ?? {}
  const errors = validateTaints(taints, 'metadata.taints')
  errors.push(...validateAmounts(node))
  podCIDRs.forEach((cidr, i) => errors.push(...cidrErrors(`spec.podCIDRs[${i}]`, cidr)))
  if (podCIDRs.length > 1 && (podCIDRs.length > MAX_POD_CIDRS || !areDualStack(podCIDRs))) {
    errors.push(...unreadable(podCIDRs))
    const detail = 'may specify no more than one CIDR for each IP family'
    errors.push(invalid('spec.podCIDRs', goStrings(podCIDRs), detail))
  }
  for (const [i, cidr] of podCIDRs.entries()) {
    if (podCIDRs.indexOf(cidr) < i) errors.push(duplicate(`spec.podCIDRs[${i}]`, cidr))
  }
  return errors
}

function validateAmounts({ status }: DeepReadonly<Node>): FieldError[] {
  return (['capacity', 'allocatable'] as const).flatMap((list) =>
    Object.entries(status?.[list] ?? {}).flatMap(([name, amount]) =>
      validateAmount(name, amount, `status.${list}.${name}`),
    ),
  )
}

/** Ranges whose family nobody can tell. */
function unreadable(cidrs: readonly string[]): FieldError[] {
  const i = cidrs.findIndex((cidr) => cidrErrors('', cidr).length > 0)
  if (i < 0) return []
  const fault = `invalid CIDR[${i}]: <nil> (invalid CIDR address: ${cidrs[i]})`
  const detail = `invalid PodCIDRs. failed to check with dual stack with error:${fault}`
  return [internalFieldError('spec.podCIDRs', detail)]
}

const areDualStack = (cidrs: readonly string[]) =>
  new Set(cidrs.map((cidr) => cidr.includes(':'))).size > 1

function validateTaints(taints: readonly DeepReadonly<Taint>[], path: string): FieldError[] {
  const seen = new Set<string>()
  return taints.flatMap((taint, i) => {
    const at = `${path}[${i}]`
    const { key, value = '', effect } = taint
    const errors = each(`${at}.key`, key, qualifiedNameErrors(key))
    const faults = labelValueErrors(value)
    if (faults.length > 0) errors.push(invalid(`${at}.value`, value, faults.join(';')))
    if (effect === '') errors.push(required(`${at}.effect`))
    else if (!TAINT_EFFECTS.includes(effect)) {
      errors.push(notSupported(`${at}.effect`, effect, TAINT_EFFECTS))
    }
    const id = `${effect} ${key}`
    if (seen.has(id)) {
      const fault = duplicate(at, goText(Taint, taint))
      const detail = 'taints must be unique by key and effect pair'
      errors.push({ ...fault, detail: `${fault.detail}: ${detail}` })
    }
    seen.add(id)
    return errors
  })
}

/** A node's network and identity do not change once they are known. */
export function validateNodeUpdate(
  node: DeepReadonly<Node>,
  old: DeepReadonly<Node>,
): FieldError[] {
  const errors = validateAmounts(node)
  const addresses = node.status?.addresses ?? []
  for (const [i, { type, address }] of addresses.entries()) {
    const first = addresses.findIndex((of) => of.type === type && of.address === address)
    if (first === i) continue
    errors.push(duplicate(`status.addresses[${i}]`, goText(NodeAddress, { type, address })))
  }
  const before = old.spec?.podCIDRs ?? []
  if (before.length > 0 && (node.spec?.podCIDRs ?? []).join() !== before.join()) {
    const detail = 'node updates may not change podCIDR except from "" to valid'
    errors.push(forbidden('spec.podCIDRs', detail))
  }
  const providerId = old.spec?.providerID ?? ''
  if (providerId !== '' && node.spec?.providerID !== providerId) {
    const detail = 'node updates may not change providerID except from "" to valid'
    errors.push(forbidden('spec.providerID', detail))
  }
  errors.push(...validateTaints(node.spec?.taints ?? [], 'metadata.taints'))
  if ((node.spec?.externalID ?? '') !== (old.spec?.externalID ?? '')) {
    errors.push(forbidden('spec.externalID', 'may not be updated'))
  }
  return errors
}
