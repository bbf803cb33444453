import { SchedulerCache } from '../../../src/master/scheduler/cache/cache.ts'
import { describeDiagnosis } from '../../../src/master/scheduler/framework/framework.ts'
import { type ClusterLookups, NO_LOOKUPS } from '../../../src/master/scheduler/framework/lookups.ts'
import { Nominations } from '../../../src/master/scheduler/framework/nominations.ts'
import type { PostFilterResult } from '../../../src/master/scheduler/framework/post-filter.ts'
import type { NodeView, PodView } from '../../../src/master/scheduler/framework/types.ts'
import { DEFAULT_CONFIG, type SchedulerConfig } from '../../../src/master/scheduler/config/index.ts'
import { Profiles } from '../../../src/master/scheduler/profiles.ts'
import { systemRandom } from '../../../src/platform/index.ts'

/** A pod and the name of the node on which it runs. */
export type Bound = readonly [PodView, string]

interface Around {
  readonly lookups?: ClusterLookups
  readonly nominated?: readonly Bound[]
  readonly config?: SchedulerConfig
}

/** Where the pod goes, or why nowhere, in kube-scheduler's words. */
export function place(
  pod: PodView,
  nodes: readonly NodeView[],
  bound: readonly Bound[] = [],
  around: Around = {},
): string {
  const result = run(pod, nodes, bound, around)
  return result.kind === 'fits' ? result.nodeName : describeDiagnosis(result.diagnosis)
}

/** What is done for a pod that fits nowhere. */
export function makeRoom(
  pod: PodView,
  nodes: readonly NodeView[],
  bound: readonly Bound[] = [],
  around: Around = {},
): PostFilterResult | undefined {
  const result = run(pod, nodes, bound, around)
  if (result.kind === 'fits') throw new Error(`the pod fits on ${result.nodeName}`)
  return result.attempt?.framework.postFilter(result.attempt)
}

function run(
  pod: PodView,
  nodes: readonly NodeView[],
  bound: readonly Bound[],
  { lookups = NO_LOOKUPS, nominated = [], config = DEFAULT_CONFIG }: Around,
) {
  const nominations = new Nominations()
  for (const [other, nodeName] of nominated) nominations.set(other, nodeName)
  const profiles = new Profiles(config, { lookups, random: systemRandom(), nominations })
  const cache = new SchedulerCache()
  for (const node of nodes) cache.setNode(node)
  for (const [other, nodeName] of bound) cache.assume(other, nodeName)
  return profiles.of(pod).algorithm.schedule(pod, cache.snapshot())
}
