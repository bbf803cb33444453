/** What conditions of all kinds have in common. */
export interface ConditionLike {
  type: string
  status: string
  reason?: string
  message?: string
  lastTransitionTime?: string
}

export function findCondition<C extends { readonly type: string }>(
  conditions: readonly C[] | undefined,
  type: string,
): C | undefined {
  return conditions?.find((condition) => condition.type === type)
}

export function isConditionTrue(
  conditions: readonly { readonly type: string; readonly status: string }[] | undefined,
  type: string,
): boolean {
  return findCondition(conditions, type)?.status === 'True'
}

/**
 * The list with `next` in the place of the condition of its type. `lastTransitionTime` is kept
 * while the status stays the same.
 */
export function withCondition<C extends ConditionLike>(
  conditions: readonly C[] | undefined,
  next: C,
): C[] {
  const list = [...(conditions ?? [])]
  const at = list.findIndex((condition) => condition.type === next.type)
  const old = list[at]
  if (old === undefined) return [...list, next]
  const sameStatus = old.status === next.status && old.lastTransitionTime !== undefined
  list[at] = sameStatus ? { ...next, lastTransitionTime: old.lastTransitionTime } : next
  return list
}

export function withoutCondition<C extends { readonly type: string }>(
  conditions: readonly C[] | undefined,
  type: string,
): C[] {
  return (conditions ?? []).filter((condition) => condition.type !== type)
}
