import type { DeepReadonly } from '../../base/index.ts'
import type { Deployment, ReplicaSet } from '../../api/index.ts'
import type { Cached } from './runtime.ts'

export type ReadDeployment = Cached<Deployment>
export type ReadSet = Cached<ReplicaSet>

/** How many replicas a deployment asks for. */
export function wanted(deployment: DeepReadonly<Deployment>): number {
  return deployment.spec.replicas ?? 1
}

/** How many replicas a set asks for. */
export function sizeOf(set: DeepReadonly<ReplicaSet>): number {
  return set.spec.replicas ?? 1
}

export function availableOf(set: DeepReadonly<ReplicaSet>): number {
  return set.status?.availableReplicas ?? 0
}

/** The sum over sets. */
export function total(
  sets: readonly DeepReadonly<ReplicaSet>[],
  of: (set: DeepReadonly<ReplicaSet>) => number,
): number {
  return sets.reduce((sum, set) => sum + of(set), 0)
}

export function isRolling(deployment: DeepReadonly<Deployment>): boolean {
  return (deployment.spec.strategy?.type ?? 'RollingUpdate') === 'RollingUpdate'
}

/** A count, or a share of `of` such as `25%`. */
export function scaledValue(
  value: number | string | undefined,
  of: number,
  round: 'up' | 'down',
): number {
  if (typeof value !== 'string') return value ?? 0
  const share = (Number.parseInt(value, 10) * of) / 100
  return round === 'up' ? Math.ceil(share) : Math.floor(share)
}

/**
 * How far a rolling update may go above and below the wanted size. Surge rounds up, unavailability
 * down; should both come out as 0, one pod may be unavailable, or nothing could ever move.
 */
export function fenceposts(deployment: DeepReadonly<Deployment>): {
  maxSurge: number
  maxUnavailable: number
} {
  if (!isRolling(deployment)) return { maxSurge: 0, maxUnavailable: 0 }
  const rolling = deployment.spec.strategy?.rollingUpdate
  const replicas = wanted(deployment)
  const maxSurge = scaledValue(rolling?.maxSurge ?? '25%', replicas, 'up')
  const unavailable = scaledValue(rolling?.maxUnavailable ?? '25%', replicas, 'down')
  const maxUnavailable = maxSurge === 0 && unavailable === 0 ? 1 : unavailable
  return { maxSurge, maxUnavailable: Math.min(maxUnavailable, replicas) }
}

export const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas'
export const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas'

/** What a set is told of its deployment's size, for proportional scaling. */
export function replicasAnnotations(deployment: ReadDeployment): Record<string, string> {
  const replicas = wanted(deployment)
  return {
    [DESIRED_REPLICAS]: String(replicas),
    [MAX_REPLICAS]: String(replicas + fenceposts(deployment).maxSurge),
  }
}

export function numberAnnotation(set: DeepReadonly<ReplicaSet>, name: string): number | undefined {
  const text = set.metadata.annotations?.[name]
  if (text === undefined || !/^-?\d+$/.test(text)) return undefined
  return Number(text)
}

/** Oldest first; of one second, by name. */
export function byAge(a: ReadSet, b: ReadSet): number {
  const [left, right] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp]
  if (left !== right) return left < right ? -1 : 1
  return a.metadata.name < b.metadata.name ? -1 : 1
}
