import {
  type DeploymentCondition,
  type DeploymentStatus,
  findCondition,
  formatTime,
} from '../../api/index.ts'
import type { DeepReadonly } from '../../base/index.ts'
import {
  availableOf,
  fenceposts,
  type ReadDeployment,
  type ReadSet,
  sizeOf,
  total,
  wanted,
} from './deployment-arithmetic.ts'

type ReadStatus = DeepReadonly<DeploymentStatus>

/** Upstream's "no deadline". */
const NO_DEADLINE_SECONDS = 2 ** 31 - 1

export function hasDeadline(deployment: ReadDeployment): boolean {
  const { progressDeadlineSeconds } = deployment.spec
  return progressDeadlineSeconds !== undefined && progressDeadlineSeconds < NO_DEADLINE_SECONDS
}

/** The counts, and the condition `Available`; other conditions as they are. */
export function deploymentStatus(
  deployment: ReadDeployment,
  newSet: ReadSet | undefined,
  allSets: readonly ReadSet[],
  nowMs: number,
): DeploymentStatus {
  const available = total(allSets, availableOf)
  const replicas = total(allSets, (set) => set.status?.replicas ?? 0)
  const ready = total(allSets, (set) => set.status?.readyReplicas ?? 0)
  const unavailable = Math.max(0, total(allSets, sizeOf) - available)
  const updated = newSet?.status?.replicas ?? 0
  const { collisionCount, conditions } = deployment.status ?? {}
  const status: DeploymentStatus = {
    observedGeneration: deployment.metadata.generation ?? 0,
    ...(replicas > 0 && { replicas }),
    ...(updated > 0 && { updatedReplicas: updated }),
    ...(ready > 0 && { readyReplicas: ready }),
    ...(available > 0 && { availableReplicas: available }),
    ...(unavailable > 0 && { unavailableReplicas: unavailable }),
    ...(collisionCount !== undefined && { collisionCount }),
    conditions: (conditions ?? []).map((condition) => ({ ...condition })),
  }
  const enough = available >= wanted(deployment) - fenceposts(deployment).maxUnavailable
  setCondition(status, nowMs, {
    type: 'Available',
    status: enough ? 'True' : 'False',
    reason: enough ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
    message: enough
      ? 'Deployment has minimum availability.'
      : 'Deployment does not have minimum availability.',
  })
  return status
}

/** The status after looking at progress, failures and the deadline (upstream's `syncRolloutStatus`). */
export function rolloutStatus(
  deployment: ReadDeployment,
  newSet: ReadSet | undefined,
  allSets: readonly ReadSet[],
  nowMs: number,
): DeploymentStatus {
  const status = deploymentStatus(deployment, newSet, allSets, nowMs)
  if (!hasDeadline(deployment)) removeCondition(status, 'Progressing')
  const known = findCondition(deployment.status?.conditions, 'Progressing')
  const wasComplete =
    status.replicas === status.updatedReplicas && known?.reason === 'NewReplicaSetAvailable'
  if (hasDeadline(deployment) && !wasComplete) {
    setProgress(deployment, newSet, status, nowMs)
  }
  setReplicaFailure(newSet, allSets, status, nowMs)
  return status
}

function setProgress(
  deployment: ReadDeployment,
  newSet: ReadSet | undefined,
  status: DeploymentStatus,
  nowMs: number,
): void {
  const subject = newSet
    ? `ReplicaSet "${newSet.metadata.name}"`
    : `Deployment "${deployment.metadata.name}"`
  const known = findCondition(deployment.status?.conditions, 'Progressing')
  if (isComplete(deployment, status)) {
    setCondition(status, nowMs, {
      type: 'Progressing',
      status: 'True',
      reason: 'NewReplicaSetAvailable',
      message: `${subject} has successfully progressed.`,
    })
  } else if (hasProgressed(deployment.status, status)) {
    // Replaced even if nothing but its time changes: the deadline counts from the last progress.
    removeCondition(status, 'Progressing')
    setCondition(status, nowMs, {
      type: 'Progressing',
      status: 'True',
      reason: 'ReplicaSetUpdated',
      message: `${subject} is progressing.`,
      ...(known?.status === 'True' &&
        known.lastTransitionTime && { lastTransitionTime: known.lastTransitionTime }),
    })
  } else if (isTimedOut(deployment, status, nowMs)) {
    setCondition(status, nowMs, {
      type: 'Progressing',
      status: 'False',
      reason: 'ProgressDeadlineExceeded',
      message: `${subject} has timed out progressing.`,
    })
  }
}

/** A failure to create pods, of the new set or else of any. */
function setReplicaFailure(
  newSet: ReadSet | undefined,
  allSets: readonly ReadSet[],
  status: DeploymentStatus,
  nowMs: number,
): void {
  const sets = newSet ? [newSet, ...allSets] : allSets
  for (const set of sets) {
    const failure = findCondition(set.status?.conditions, 'ReplicaFailure')
    if (!failure) continue
    const { reason, message, lastTransitionTime } = failure
    setCondition(status, nowMs, {
      type: 'ReplicaFailure',
      status: failure.status,
      ...(reason !== undefined && { reason }),
      ...(message !== undefined && { message }),
      ...(lastTransitionTime && { lastTransitionTime }),
    })
    return
  }
  removeCondition(status, 'ReplicaFailure')
}

/** Whether all replicas are of the new template and available, and none of an old one is left. */
export function isComplete(deployment: ReadDeployment, status: ReadStatus): boolean {
  const replicas = wanted(deployment)
  return (
    (status.updatedReplicas ?? 0) === replicas &&
    (status.replicas ?? 0) === replicas &&
    (status.availableReplicas ?? 0) === replicas &&
    (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  )
}

function hasProgressed(before: ReadStatus | undefined, now: ReadStatus): boolean {
  const old = (status: ReadStatus | undefined) =>
    (status?.replicas ?? 0) - (status?.updatedReplicas ?? 0)
  return (
    (now.updatedReplicas ?? 0) > (before?.updatedReplicas ?? 0) ||
    old(now) < old(before) ||
    (now.readyReplicas ?? 0) > (before?.readyReplicas ?? 0) ||
    (now.availableReplicas ?? 0) > (before?.availableReplicas ?? 0)
  )
}

function isTimedOut(deployment: ReadDeployment, status: ReadStatus, nowMs: number): boolean {
  const known = findCondition(status.conditions, 'Progressing')
  if (!known || !hasDeadline(deployment)) return false
  if (known.reason === 'NewReplicaSetAvailable') return false
  if (known.reason === 'ProgressDeadlineExceeded') return true
  return nowMs > deadlineMs(deployment, known)
}

function deadlineMs(
  deployment: ReadDeployment,
  progressing: DeepReadonly<DeploymentCondition>,
): number {
  const sinceMs = Date.parse(progressing.lastUpdateTime ?? '') || 0
  return sinceMs + (deployment.spec.progressDeadlineSeconds ?? 0) * 1000
}

/** When to look again whether progress has come too late; undefined when it cannot. */
export function deadlineCheckMs(
  deployment: ReadDeployment,
  status: ReadStatus,
  nowMs: number,
): number | undefined {
  const known = findCondition(status.conditions, 'Progressing')
  if (!known || !hasDeadline(deployment) || deployment.spec.paused) return undefined
  if (isComplete(deployment, status)) return undefined
  const { reason } = known
  if (reason === 'ProgressDeadlineExceeded' || reason === 'NewReplicaSetAvailable') return undefined
  // Times are kept in whole seconds: the second after is surely past the deadline.
  return Math.max(0, deadlineMs(deployment, known) - nowMs) + 1000
}

type NewCondition = Pick<DeploymentCondition, 'type' | 'status'> &
  Partial<Pick<DeploymentCondition, 'reason' | 'message' | 'lastTransitionTime'>>

/** Sets a condition unless one of the same status and reason is there. */
export function setCondition(status: DeploymentStatus, nowMs: number, next: NewCondition): void {
  const known = findCondition(status.conditions, next.type)
  if (known && known.status === next.status && known.reason === next.reason) return
  const now = formatTime(nowMs)
  const since = known?.status === next.status ? known.lastTransitionTime : undefined
  removeCondition(status, next.type)
  status.conditions = [
    ...(status.conditions ?? []),
    { lastTransitionTime: since ?? now, ...next, lastUpdateTime: now },
  ]
}

export function removeCondition(status: DeploymentStatus, type: string): void {
  status.conditions = (status.conditions ?? []).filter((condition) => condition.type !== type)
}
