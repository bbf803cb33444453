import { Algorithm } from '../../../src/master/scheduler/algorithm.ts'
import { SchedulerCache } from '../../../src/master/scheduler/cache/cache.ts'
import { describeDiagnosis, Framework } from '../../../src/master/scheduler/framework/framework.ts'
import { type ClusterLookups, NO_LOOKUPS } from '../../../src/master/scheduler/framework/lookups.ts'
import { Nominations } from '../../../src/master/scheduler/framework/nominations.ts'
import type { PostFilterResult } from '../../../src/master/scheduler/framework/post-filter.ts'
import type { NodeView, PodView } from '../../../src/master/scheduler/framework/types.ts'
import { defaultPlugins } from '../../../src/master/scheduler/plugins/index.ts'
import { systemRandom } from '../../../src/platform/index.ts'

/** A pod and the name of the node on which it runs. */
export type Bound = readonly [PodView, string]

interface Around {
  readonly lookups?: ClusterLookups
  readonly nominated?: readonly Bound[]
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
  { lookups = NO_LOOKUPS, nominated = [] }: Around,
) {
  const framework = new Framework('default-scheduler', defaultPlugins(lookups))
  const nominations = new Nominations()
  for (const [other, nodeName] of nominated) nominations.set(other, nodeName)
  const algorithm = new Algorithm({ framework, random: systemRandom(), nominations })
  const cache = new SchedulerCache()
  for (const node of nodes) cache.setNode(node)
  for (const [other, nodeName] of bound) cache.assume(other, nodeName)
  return algorithm.schedule(pod, cache.snapshot())
}
