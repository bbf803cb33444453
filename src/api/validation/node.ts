import type { DeepReadonly } from '../../base/index.ts'
import type { Node, Taint } from '../core/index.ts'
import type { FieldError } from '../schema/index.ts'
import { parseQuantity } from '../quantity/index.ts'
import { cidrErrors } from './addresses.ts'
import { forbidden, goStrings, invalid, notSupported, required } from './field-errors.ts'
import { labelValueErrors, qualifiedNameErrors } from './names.ts'
import { each, NEGATIVE_ERROR } from './pod/common.ts'

const TAINT_EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']
const MAX_POD_CIDRS = 2

export function validateNode(node: DeepReadonly<Node>): FieldError[] {
  const { taints = [], podCIDRs = [] } = node.spec ?? {}
  const errors = validateTaints(taints, 'metadata.taints')
  for (const list of ['capacity', 'allocatable'] as const) {
    for (const [name, amount] of Object.entries(node.status?.[list] ?? {})) {
      if (parseQuantity(amount).nanos >= 0n) continue
      errors.push(invalid(`status.${list}[${name}]`, amount, NEGATIVE_ERROR))
    }
  }
  podCIDRs.forEach((cidr, i) => errors.push(...cidrErrors(`spec.podCIDRs[${i}]`, cidr)))
  if (podCIDRs.length > MAX_POD_CIDRS) {
    const detail = 'may specify no more than one CIDR for each IP family'
    errors.push(invalid('spec.podCIDRs', goStrings(podCIDRs), detail))
  }
  return errors
}

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
      const detail = 'Duplicate value: taints must be unique by key and effect pair'
      errors.push({ type: 'FieldValueDuplicate', field: at, detail })
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
  const errors = validateNode(node)
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
  return errors
}
