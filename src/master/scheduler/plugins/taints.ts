import type { DeepReadonly } from '../../../base/index.ts'
import type { Taint, Toleration } from '../../../api/index.ts'

/** Effects that keep pods away. */
export const HARD_EFFECTS = ['NoSchedule', 'NoExecute']

type Tolerations = readonly DeepReadonly<Toleration>[] | undefined

/**
 * Whether a toleration covers a taint: same effect (or any), same key (or any, with `Exists`), and
 * the same value unless the operator is `Exists`.
 */
function tolerates(
  toleration: DeepReadonly<Toleration>,
  taint: { readonly key: string; readonly value?: string; readonly effect: string },
): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false
  if (toleration.key && toleration.key !== taint.key) return false
  const operator = toleration.operator || 'Equal'
  if (operator === 'Exists') return true
  return toleration.key !== undefined && (toleration.value ?? '') === (taint.value ?? '')
}

export function isTolerated(
  taint: { readonly key: string; readonly value?: string; readonly effect: string },
  tolerations: Tolerations,
): boolean {
  return (tolerations ?? []).some((toleration) => tolerates(toleration, taint))
}

/** The taints with one of these effects that nothing tolerates. */
export function untolerated(
  taints: readonly DeepReadonly<Taint>[] | undefined,
  tolerations: Tolerations,
  effects: readonly string[],
): DeepReadonly<Taint>[] {
  return (taints ?? []).filter(
    (taint) => effects.includes(taint.effect) && !isTolerated(taint, tolerations),
  )
}
