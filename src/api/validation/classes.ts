import type { DeepReadonly } from '../../base/index.ts'
import type { RuntimeClass } from '../node/index.ts'
import type { PriorityClass } from '../scheduling/index.ts'
import type { FieldError } from '../schema/index.ts'
import { Toleration } from '../core/index.ts'
import { duplicate, forbidden, notSupported, required } from './field-errors.ts'
import { goText } from './go-text.ts'
import { validateKept, validateLabels } from './metadata.ts'
import { dns1123LabelErrors } from './names.ts'
import { each } from './pod/common.ts'
import { validateResources } from './pod/resources.ts'
import { validateTolerations } from './pod/scheduling.ts'

/** The classes of the system's own pods, with their values. */
export const SYSTEM_PRIORITIES: Readonly<Record<string, number>> = {
  'system-node-critical': 2_000_001_000,
  'system-cluster-critical': 2_000_000_000,
}
const USER_PRIORITY_MAX = 1_000_000_000
const PREEMPTION = ['PreemptLowerPriority', 'Never']

export function validatePriorityClass(of: DeepReadonly<PriorityClass>): FieldError[] {
  const { name = '' } = of.metadata
  const errors: FieldError[] = []
  if (name.startsWith('system-')) {
    const fault = systemFault(of, name)
    if (fault !== undefined) {
      const detail =
        "priority class names with 'system-' prefix are reserved for system use only. " +
        `error: ${fault}`
      errors.push(forbidden('metadata.name', detail))
    }
  } else if ((of.value ?? 0) > USER_PRIORITY_MAX) {
    const detail = `maximum allowed value of a user defined priority is ${USER_PRIORITY_MAX}`
    errors.push(forbidden('value', detail))
  }
  return [...errors, ...validatePreemption(of.preemptionPolicy)]
}

function systemFault(of: DeepReadonly<PriorityClass>, name: string): string | undefined {
  const value = SYSTEM_PRIORITIES[name]
  if (value === undefined) return `${name} is not a known system priority class`
  if (of.value !== value) return `value of ${name} PriorityClass must be ${value}`
  return of.globalDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined
}

function validatePreemption(policy: string | undefined): FieldError[] {
  const path = 'preemptionPolicy'
  if (!policy) return [required(path)]
  return PREEMPTION.includes(policy) ? [] : [notSupported(path, policy, PREEMPTION)]
}

export function validatePriorityClassUpdate(
  of: DeepReadonly<PriorityClass>,
  old: DeepReadonly<PriorityClass>,
): FieldError[] {
  const changed = of.value !== old.value
  return [
    ...(changed ? [forbidden('value', 'may not be changed in an update.')] : []),
    ...validateKept(of.preemptionPolicy, old.preemptionPolicy, 'preemptionPolicy'),
  ]
}

export function validateRuntimeClass(of: DeepReadonly<RuntimeClass>): FieldError[] {
  const { handler, overhead, scheduling } = of
  const errors = each('handler', handler, dns1123LabelErrors(handler))
  if (overhead) {
    const limits = overhead.podFixed ?? {}
    errors.push(...validateResources({ limits }, 'overhead'))
  }
  if (scheduling) {
    errors.push(...validateLabels(scheduling.nodeSelector, 'scheduling.nodeSelector'))
    errors.push(...validateClassTolerations(scheduling.tolerations ?? []))
  }
  return errors
}

// Upstream names the list twice, and once for what is there twice.
function validateClassTolerations(tolerations: readonly DeepReadonly<Toleration>[]): FieldError[] {
  const path = 'scheduling.tolerations'
  const errors = validateTolerations(tolerations, `${path}.tolerations`)
  const keys = new Set<string>()
  for (const [i, toleration] of tolerations.entries()) {
    const { key = '', operator = '', value = '', effect = '' } = toleration
    const told = JSON.stringify([key, operator, value, effect])
    if (keys.has(told)) errors.push(duplicate(`${path}[${i}]`, goText(Toleration, toleration)))
    keys.add(told)
  }
  return errors
}

export function validateRuntimeClassUpdate(
  of: DeepReadonly<RuntimeClass>,
  old: DeepReadonly<RuntimeClass>,
): FieldError[] {
  return [...validateRuntimeClass(of), ...validateKept(of.handler, old.handler, 'handler')]
}
