import type { CustomResourceDefinition } from '../../../api/index.ts'
import { timestamp } from '../registry/time.ts'

type Condition = NonNullable<CustomResourceDefinition['status']['conditions']>[number]
type Given = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>

/** The condition of a type; undefined when it is not known. */
export function conditionOf(
  definition: Pick<CustomResourceDefinition, 'status'>,
  type: string,
): Condition | undefined {
  return (definition.status.conditions ?? []).find((condition) => condition.type === type)
}

export function isTrueOf(
  definition: Pick<CustomResourceDefinition, 'status'>,
  type: string,
): boolean {
  return conditionOf(definition, type)?.status === 'True'
}

/** Conditions with one of them set; its time changes only when its status does. */
export function withCondition(
  conditions: readonly Condition[],
  given: Given,
  nowMs: number,
): Condition[] {
  const known = conditions.find((condition) => condition.type === given.type)
  const kept = known?.status === given.status ? known.lastTransitionTime : undefined
  const condition: Condition = { ...given, lastTransitionTime: kept ?? timestamp(nowMs) }
  if (!known) return [...conditions, condition]
  return conditions.map((other) => (other.type === given.type ? condition : other))
}
