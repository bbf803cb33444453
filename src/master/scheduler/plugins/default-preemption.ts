import type { NodeInfo } from '../cache/node-info.ts'
import { type PluginArgs, SchedulerConfigError } from '../config/index.ts'
import { describeDiagnosis } from '../framework/framework.ts'
import type { ClusterLookups } from '../framework/lookups.ts'
import type { Candidate, FailedAttempt, PostFilterResult } from '../framework/post-filter.ts'
import type { Plugin, PodView } from '../framework/types.ts'
import { cheapest, chooseVictims } from './victims.ts'

// kube-scheduler's minCandidateNodesPercentage and minCandidateNodesAbsolute.
const MIN_CANDIDATES_PERCENT = 10
const MIN_CANDIDATES = 100

interface Bounds {
  readonly minCandidates: number
  readonly minCandidatesPercent: number
}

/** Makes room for a pod that fits nowhere, at the cost of pods of lower priority. */
export function defaultPreemption(lookups: ClusterLookups, args: PluginArgs = {}): Plugin {
  const bounds = readBounds(args)
  return {
    name: 'DefaultPreemption',
    interests: [],
    postFilter(attempt) {
      const reluctance = whyNot(attempt)
      if (reluctance !== undefined) {
        return { kind: 'helpless', message: `preemption: ${reluctance}`, keepsNomination: true }
      }
      return findRoom(attempt, bounds, lookups)
    },
  }
}

/** DefaultPreemptionArgs. Throws `SchedulerConfigError`. */
function readBounds(args: PluginArgs): Bounds {
  const percent = args['minCandidateNodesPercentage'] ?? MIN_CANDIDATES_PERCENT
  const absolute = args['minCandidateNodesAbsolute'] ?? MIN_CANDIDATES
  if (typeof percent !== 'number' || percent < 0 || percent > 100) {
    throw new SchedulerConfigError(
      `minCandidateNodesPercentage: Invalid value: ${JSON.stringify(percent)}: not in valid range [0, 100]`,
    )
  }
  if (typeof absolute !== 'number' || absolute < 0) {
    throw new SchedulerConfigError(
      `minCandidateNodesAbsolute: Invalid value: ${JSON.stringify(absolute)}: not in valid range [0, inf)`,
    )
  }
  if (percent === 0 && absolute === 0) {
    throw new SchedulerConfigError(
      'minCandidateNodesPercentage, minCandidateNodesAbsolute: Invalid value: both can not be zero at the same time',
    )
  }
  return { minCandidates: absolute, minCandidatesPercent: percent }
}

/** Why the pod may not ask for room at all, or not again yet. */
function whyNot({ cycle, resolvable }: FailedAttempt): string | undefined {
  const { pod, nominations } = cycle
  if (pod.spec.preemptionPolicy === 'Never') return 'not eligible due to preemptionPolicy=Never.'
  const nominated = nominations.nodeOf(pod.metadata.uid)
  if (nominated === undefined) return undefined
  // Room on a node that turned the pod down for good does not help: then it may look elsewhere.
  const node = resolvable.find(({ name }) => name === nominated)
  const isGoing = (other: PodView) => priorityOf(other) < priorityOf(pod) && isPreempted(other)
  if (!node || !node.pods().some(isGoing)) return undefined
  return 'not eligible due to a terminating pod on the nominated node.'
}

function isPreempted({ metadata, status }: PodView): boolean {
  if (metadata.deletionTimestamp === undefined) return false
  return (status.conditions ?? []).some(
    ({ type, status: holds, reason }) =>
      type === 'DisruptionTarget' && holds === 'True' && reason === 'PreemptionByScheduler',
  )
}

/** Tries nodes from a random one on, until enough of them could make room. */
function findRoom(
  attempt: FailedAttempt,
  bounds: Bounds,
  lookups: ClusterLookups,
): PostFilterResult {
  const { resolvable, random, snapshot } = attempt
  const nodeCount = snapshot.nodes.length
  const wanted = Math.max(
    bounds.minCandidates,
    Math.floor((resolvable.length * bounds.minCandidatesPercent) / 100),
  )
  const reasons = new Map<string, number>()
  const count = (reason: string, by: number) => reasons.set(reason, (reasons.get(reason) ?? 0) + by)
  const candidates: Candidate[] = []
  const offset = resolvable.length === 0 ? 0 : random.int(resolvable.length)
  for (let i = 0; i < resolvable.length && candidates.length < wanted; i++) {
    const node = resolvable[(offset + i) % resolvable.length] as NodeInfo
    const tried = chooseVictims(attempt, node, lookups)
    if (tried.kind === 'candidate') candidates.push(tried)
    else for (const reason of tried.reasons) count(reason, 1)
  }
  const best = cheapest(candidates)
  if (best) {
    const { nodeName, victims } = best
    return { kind: 'nominated', nodeName, victims, candidates }
  }
  if (nodeCount > resolvable.length) {
    count('Preemption is not helpful for scheduling', nodeCount - resolvable.length)
  }
  const why = describeDiagnosis({ reasons, plugins: new Set(), nodeCount })
  return { kind: 'helpless', message: `preemption: ${why}`, keepsNomination: false }
}

function priorityOf(pod: PodView): number {
  return pod.spec.priority ?? 0
}
