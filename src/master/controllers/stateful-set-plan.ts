import type { DeepReadonly } from '../../base/index.ts'
import {
  isPodAvailable,
  isPodReady,
  type Pod,
  type StatefulSet,
  type StatefulSetStatus,
} from '../../api/index.ts'
import { scaledValue } from './deployment-arithmetic.ts'
import {
  hasIdentity,
  ordinalOf,
  podRevision,
  type ReadStatefulSet,
  replicasOf,
  startOf,
} from './stateful-set-pods.ts'
import type { Cached } from './runtime.ts'

type ReadPod = Cached<Pod>

export type StatefulAction =
  | { readonly kind: 'create'; readonly ordinal: number; readonly ofCurrent: boolean }
  | { readonly kind: 'delete'; readonly pod: ReadPod; readonly why: 'over' | 'scaled' | 'updated' }
  | { readonly kind: 'identify'; readonly pod: ReadPod; readonly ordinal: number }
  /** Claims of a pod that waits, which may have been deleted since. */
  | { readonly kind: 'claims'; readonly ordinal: number }

/** The names of the revisions that a set moves between. */
export interface Revisions {
  readonly current: string
  readonly update: string
}

interface View {
  readonly set: ReadStatefulSet
  readonly revisions: Revisions
  /** By index from the set's start; undefined where there is no pod. */
  readonly replicas: readonly (ReadPod | undefined)[]
  /** Pods beyond the wanted ordinals, highest first. */
  readonly condemned: readonly ReadPod[]
  readonly isOrdered: boolean
  readonly isAvailable: (pod: ReadPod) => boolean
}

const isTerminating = (pod: ReadPod) => pod.metadata.deletionTimestamp !== undefined
const isOver = ({ status }: ReadPod) => status?.phase === 'Failed' || status?.phase === 'Succeeded'
const isRunningAndReady = (pod: ReadPod) => pod.status?.phase === 'Running' && isPodReady(pod)

/** Which pods stand for wanted ordinals, and which are to go. */
export function sortPods(
  set: DeepReadonly<StatefulSet>,
  pods: readonly ReadPod[],
): { replicas: (ReadPod | undefined)[]; condemned: ReadPod[] } {
  const start = startOf(set)
  const replicas = Array.from({ length: replicasOf(set) }, (): ReadPod | undefined => undefined)
  const condemned: { pod: ReadPod; ordinal: number }[] = []
  for (const pod of pods) {
    const ordinal = ordinalOf(set, pod.metadata.name)
    if (ordinal === undefined) continue
    const index = ordinal - start
    if (index >= 0 && index < replicas.length) replicas[index] = pod
    else condemned.push({ pod, ordinal })
  }
  condemned.sort((a, b) => b.ordinal - a.ordinal)
  return { replicas, condemned: condemned.map(({ pod }) => pod) }
}

/**
 * What is to be done now: in order one thing at a time, each pod waiting until all before it are
 * available; in parallel everything at once.
 */
export function planStatefulSet(
  set: ReadStatefulSet,
  of: { pods: readonly ReadPod[]; revisions: Revisions; nowMs: number },
): StatefulAction[] {
  if (set.metadata.deletionTimestamp !== undefined) return []
  const minReadySeconds = set.spec.minReadySeconds ?? 0
  const view: View = {
    set,
    revisions: of.revisions,
    ...sortPods(set, of.pods),
    isOrdered: set.spec.podManagementPolicy !== 'Parallel',
    isAvailable: (pod) => isRunningAndReady(pod) && isPodAvailable(pod, minReadySeconds, of.nowMs),
  }
  const actions: StatefulAction[] = []
  if (planReplicas(view, actions) === 'wait') return actions
  if (planCondemned(view, actions) === 'wait') return actions
  if (actions.length > 0 && view.isOrdered) return actions
  return [...actions, ...planUpdate(view)]
}

function planReplicas(view: View, actions: StatefulAction[]): 'wait' | 'go' {
  const start = startOf(view.set)
  for (const [index, pod] of view.replicas.entries()) {
    const ordinal = start + index
    if (!pod) {
      actions.push({ kind: 'create', ordinal, ofCurrent: isOfCurrent(view.set, ordinal) })
      if (view.isOrdered) return 'wait'
      continue
    }
    if (isOver(pod)) {
      if (!isTerminating(pod)) actions.push({ kind: 'delete', pod, why: 'over' })
      if (view.isOrdered) return 'wait'
      continue
    }
    if (pod.status?.phase === 'Pending' && (view.set.spec.volumeClaimTemplates ?? []).length > 0) {
      actions.push({ kind: 'claims', ordinal })
    }
    if (view.isOrdered && (isTerminating(pod) || !view.isAvailable(pod))) return 'wait'
    if (!hasIdentity(pod)) actions.push({ kind: 'identify', pod, ordinal })
  }
  return 'go'
}

/** Whether a pod made now is of the former template: below the partition, or not yet reached. */
function isOfCurrent(set: ReadStatefulSet, ordinal: number): boolean {
  const { type, rollingUpdate } = set.spec.updateStrategy ?? {}
  if (type !== 'RollingUpdate') return false
  const first = startOf(set) + (rollingUpdate?.partition ?? set.status.currentReplicas ?? 0)
  return ordinal < first
}

function planCondemned(view: View, actions: StatefulAction[]): 'wait' | 'go' {
  const all = [...view.replicas, ...[...view.condemned].reverse()]
  const firstUnhealthy = all.find((pod) => pod && (!isRunningAndReady(pod) || isTerminating(pod)))
  for (const pod of view.condemned) {
    if (isTerminating(pod)) {
      if (view.isOrdered) return 'wait'
      continue
    }
    // A pod that never came up must not keep the set from shrinking past it.
    if (view.isOrdered && !view.isAvailable(pod) && pod !== firstUnhealthy) return 'wait'
    actions.push({ kind: 'delete', pod, why: 'scaled' })
    if (view.isOrdered) return 'wait'
  }
  return 'go'
}

/** Pods of a former template that may go now, from the highest ordinal down to the partition. */
function planUpdate(view: View): StatefulAction[] {
  const { type, rollingUpdate } = view.set.spec.updateStrategy ?? {}
  if (type !== 'RollingUpdate') return []
  const partition = rollingUpdate?.partition ?? 0
  const max = rollingUpdate?.maxUnavailable
  if (max === undefined) return planNext(view, partition)
  // KEP-961: rounded down, as upstream does, whatever its documentation says.
  return planSome(view, partition, Math.max(1, scaledValue(max, replicasOf(view.set), 'down')))
}

const isOld = (view: View, pod: ReadPod) =>
  podRevision(pod) !== view.revisions.update && !isTerminating(pod)

const serves = (view: View, pod: ReadPod | undefined) =>
  pod !== undefined && !isTerminating(pod) && view.isAvailable(pod)

/** The highest pod that is old, once all above it serve. Those below do not matter. */
function planNext(view: View, partition: number): StatefulAction[] {
  for (let index = view.replicas.length - 1; index >= partition; index--) {
    const pod = view.replicas[index]
    if (pod && !isOver(pod) && isOld(view, pod)) return [{ kind: 'delete', pod, why: 'updated' }]
    if (!serves(view, pod)) return []
  }
  return []
}

/** As many old pods as may be missing at once; what does not serve may go beside those that do. */
function planSome(view: View, partition: number, max: number): StatefulAction[] {
  const missing = view.replicas.filter((pod) => !serves(view, pod))
  const updating = missing.filter((pod) => !pod || isOver(pod) || !isOld(view, pod)).length
  let mayFall = max - missing.length
  const actions: StatefulAction[] = []
  for (let index = view.replicas.length - 1; index >= partition; index--) {
    const pod = view.replicas[index]
    if (!pod || isOver(pod) || !isOld(view, pod)) continue
    if (updating + actions.length >= max) break
    if (serves(view, pod) && mayFall-- <= 0) continue
    actions.push({ kind: 'delete', pod, why: 'updated' })
  }
  return actions
}

export function statefulSetStatus(
  set: ReadStatefulSet,
  of: { pods: readonly ReadPod[]; revisions: Revisions; nowMs: number },
): StatefulSetStatus {
  const minReadySeconds = set.spec.minReadySeconds ?? 0
  const { revisions } = of
  const counts = { replicas: 0, ready: 0, available: 0, current: 0, updated: 0 }
  for (const pod of of.pods) {
    counts.replicas++
    if (isRunningAndReady(pod)) {
      counts.ready++
      if (isPodAvailable(pod, minReadySeconds, of.nowMs)) counts.available++
    }
    if (isTerminating(pod)) continue
    if (podRevision(pod) === revisions.current) counts.current++
    if (podRevision(pod) === revisions.update) counts.updated++
  }
  const { collisionCount, conditions } = set.status
  const wanted = replicasOf(set)
  const isComplete =
    set.spec.updateStrategy?.type === 'RollingUpdate' &&
    [counts.updated, counts.ready, counts.replicas].every((count) => count === wanted)
  const current = isComplete ? counts.updated : counts.current
  return {
    replicas: counts.replicas,
    ...(counts.ready > 0 && { readyReplicas: counts.ready }),
    availableReplicas: counts.available,
    ...(current > 0 && { currentReplicas: current }),
    ...(counts.updated > 0 && { updatedReplicas: counts.updated }),
    currentRevision: isComplete ? revisions.update : revisions.current,
    updateRevision: revisions.update,
    observedGeneration: set.metadata.generation ?? 0,
    collisionCount: collisionCount ?? 0,
    ...(conditions && conditions.length > 0 && { conditions: conditions.map((c) => ({ ...c })) }),
  }
}
