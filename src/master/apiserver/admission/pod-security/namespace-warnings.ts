import type { DeepReadonly } from '../../../../base/index.ts'
import type { Pod } from '../../../../api/index.ts'
import { evaluatePod } from './evaluate.ts'
import { type LevelVersion, policyText } from './policy.ts'

/** More pods than this are not looked at. */
const PODS_MAX = 3_000

/** What to tell of the pods that are there when their namespace becomes stricter. */
export function namespaceWarnings(
  namespace: string,
  enforce: LevelVersion,
  pods: readonly DeepReadonly<Pod>[],
): string[] {
  const found = new Map<string, { name: string; count: number }>()
  const looked = inOrder(pods).slice(0, PODS_MAX)
  for (const { metadata, spec } of looked) {
    const { allowed, reasons } = evaluatePod(enforce, { metadata, spec })
    if (allowed) continue
    const name = metadata.name ?? ''
    const same = found.get(reasons)
    if (!same) found.set(reasons, { name, count: 1 })
    else found.set(reasons, { name: name < same.name ? name : same.name, count: same.count + 1 })
  }
  const warnings: string[] = []
  if (looked.length < pods.length) {
    const share = `the first ${looked.length} of ${pods.length} existing pods`
    warnings.push(`new PodSecurity enforce level only checked against ${share}`)
  }
  if (found.size > 0) {
    const what = `violate the new PodSecurity enforce level "${policyText(enforce)}"`
    warnings.push(`existing pods in namespace "${namespace}" ${what}`)
  }
  const lines = [...found].map(([reasons, { name, count }]) => {
    if (count === 1) return `${name}: ${reasons}`
    const others = count === 2 ? '1 other pod' : `${count - 1} other pods`
    return `${name} (and ${others}): ${reasons}`
  })
  return [...warnings, ...lines.sort()]
}

/** One pod of each controller first: the others are like it. */
function inOrder(pods: readonly DeepReadonly<Pod>[]): DeepReadonly<Pod>[] {
  const first: DeepReadonly<Pod>[] = []
  const rest: DeepReadonly<Pod>[] = []
  const seen = new Set<string>()
  for (const pod of pods) {
    const owner = pod.metadata.ownerReferences?.find((reference) => reference.controller)?.uid
    if (owner !== undefined && seen.has(owner)) rest.push(pod)
    else first.push(pod)
    if (owner !== undefined) seen.add(owner)
  }
  return [...first, ...rest]
}
