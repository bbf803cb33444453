import type { DeepReadonly } from '../../base/index.ts'
import {
  findCondition,
  formatTime,
  isPodActive,
  isPodAvailable,
  isPodReady,
  type Pod,
  type ReplicaSet,
  type ReplicaSetCondition,
  type ReplicaSetStatus,
} from '../../api/index.ts'
import type { Cached } from './runtime.ts'

const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost'

type ReadPod = Cached<Pod>

/**
 * The pods to delete first, `count` of them. `related` are the pods of all sets of the same owner:
 * of pods that are otherwise alike, those go that share a node with most of them.
 */
export function podsToDelete(
  pods: readonly ReadPod[],
  related: Iterable<ReadPod>,
  options: { count: number; nowMs: number },
): ReadPod[] {
  if (options.count >= pods.length) return [...pods]
  const perNode = new Map<string, number>()
  for (const pod of related) {
    const node = pod.spec.nodeName
    if (node && isPodActive(pod)) perNode.set(node, (perNode.get(node) ?? 0) + 1)
  }
  const facts = new Map(pods.map((pod) => [pod, factsOf(pod, perNode, options.nowMs)]))
  const order = [...pods].sort((a, b) => {
    const [left, right] = [facts.get(a), facts.get(b)]
    return left && right ? compareFacts(left, right) : 0
  })
  return order.slice(0, options.count)
}

interface PodFacts {
  readonly uid: string
  /** In the order of upstream's `ActivePodsWithRanks`; what is smaller goes first. */
  readonly beforeAge: readonly number[]
  readonly readyMagnitude: number | undefined
  readonly restarts: number
  readonly createdMagnitude: number
}

const PHASE_RANK: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 }

function factsOf(pod: ReadPod, perNode: ReadonlyMap<string, number>, nowMs: number): PodFacts {
  const ready = isPodReady(pod)
  const node = pod.spec.nodeName ?? ''
  const readySince = findCondition(pod.status?.conditions, 'Ready')?.lastTransitionTime
  return {
    uid: pod.metadata.uid,
    beforeAge: [
      node === '' ? 0 : 1,
      PHASE_RANK[pod.status?.phase ?? ''] ?? 0,
      ready ? 1 : 0,
      deletionCost(pod),
      -(perNode.get(node) ?? 0),
    ],
    readyMagnitude: ready ? magnitude(readySince, nowMs) : undefined,
    restarts: maxRestarts(pod),
    createdMagnitude: magnitude(pod.metadata.creationTimestamp, nowMs),
  }
}

function compareFacts(a: PodFacts, b: PodFacts): number {
  for (const [i, value] of a.beforeAge.entries()) {
    const difference = value - (b.beforeAge[i] ?? 0)
    if (difference !== 0) return difference
  }
  if (a.readyMagnitude !== undefined && b.readyMagnitude !== undefined) {
    if (a.readyMagnitude !== b.readyMagnitude) return a.readyMagnitude - b.readyMagnitude
  }
  if (a.restarts !== b.restarts) return b.restarts - a.restarts
  if (a.createdMagnitude !== b.createdMagnitude) return a.createdMagnitude - b.createdMagnitude
  return a.uid < b.uid ? -1 : 1
}

function deletionCost(pod: ReadPod): number {
  const text = pod.metadata.annotations?.[DELETION_COST] ?? '0'
  return /^(0|-?[1-9]\d*)$/.test(text) ? Number(text) : 0
}

/** KEP-2185: ages count by their order of magnitude (log2), so that not always the youngest goes. */
function magnitude(since: string | undefined | null, nowMs: number): number {
  const ageMs = since ? nowMs - Date.parse(since) : 0
  return ageMs > 0 ? Math.floor(Math.log2(ageMs * 1e6)) : -1
}

function maxRestarts(pod: ReadPod): number {
  const counts = (pod.status?.containerStatuses ?? []).map((status) => status.restartCount)
  return Math.max(0, ...counts)
}

/** A failure to create or delete pods, for the condition `ReplicaFailure`. */
export interface ReplicaFailure {
  readonly reason: 'FailedCreate' | 'FailedDelete'
  readonly message: string
}

/** The status that a set with these active pods has. */
export function replicaSetStatus(
  set: DeepReadonly<ReplicaSet>,
  pods: readonly ReadPod[],
  options: { failure: ReplicaFailure | undefined; nowMs: number },
): ReplicaSetStatus {
  const templateLabels = Object.entries(set.spec.template?.metadata.labels ?? {})
  const minReadySeconds = set.spec.minReadySeconds ?? 0
  let fullyLabeled = 0
  let ready = 0
  let available = 0
  for (const pod of pods) {
    const labels = pod.metadata.labels ?? {}
    if (templateLabels.every(([name, value]) => labels[name] === value)) fullyLabeled++
    if (!isPodReady(pod)) continue
    ready++
    if (isPodAvailable(pod, minReadySeconds, options.nowMs)) available++
  }
  const conditions = failureConditions(set, options)
  return {
    replicas: pods.length,
    ...(fullyLabeled > 0 && { fullyLabeledReplicas: fullyLabeled }),
    ...(ready > 0 && { readyReplicas: ready }),
    ...(available > 0 && { availableReplicas: available }),
    observedGeneration: set.metadata.generation ?? 0,
    ...(conditions.length > 0 && { conditions }),
  }
}

function failureConditions(
  set: DeepReadonly<ReplicaSet>,
  { failure, nowMs }: { failure: ReplicaFailure | undefined; nowMs: number },
): ReplicaSetCondition[] {
  const others = (set.status?.conditions ?? []).filter((c) => c.type !== 'ReplicaFailure')
  const kept = others.map((condition) => ({ ...condition }))
  if (!failure) return kept
  const known = findCondition(set.status?.conditions, 'ReplicaFailure')
  if (known && known.reason === failure.reason) return [...kept, { ...known }]
  const lastTransitionTime = formatTime(nowMs)
  return [...kept, { type: 'ReplicaFailure', status: 'True', lastTransitionTime, ...failure }]
}

/** Milliseconds until the next ready pod counts as available; undefined when none waits for that. */
export function nextAvailableMs(
  pods: readonly ReadPod[],
  minReadySeconds: number,
  nowMs: number,
): number | undefined {
  let next: number | undefined
  for (const pod of pods) {
    if (!isPodReady(pod) || isPodAvailable(pod, minReadySeconds, nowMs)) continue
    const since = findCondition(pod.status?.conditions, 'Ready')?.lastTransitionTime
    const leftMs = since
      ? Date.parse(since) + minReadySeconds * 1000 - nowMs
      : minReadySeconds * 1000
    next = Math.min(next ?? Infinity, Math.max(1, leftMs))
  }
  return next
}
