import {
  availableOf,
  byAge,
  DESIRED_REPLICAS,
  fenceposts,
  isRolling,
  MAX_REPLICAS,
  numberAnnotation,
  type ReadDeployment,
  type ReadSet,
  sizeOf,
  total,
  wanted,
} from './deployment-arithmetic.ts'
import { revisionOf } from './deployment-revisions.ts'
import type { Scaling } from './deployment-rolling.ts'

/** Whether the deployment's size changed since a set was last told of it. */
export function isScalingEvent(deployment: ReadDeployment, sets: readonly ReadSet[]): boolean {
  return sets.some((set) => {
    if (sizeOf(set) === 0) return false
    const told = numberAnnotation(set, DESIRED_REPLICAS)
    return told !== undefined && told !== wanted(deployment)
  })
}

/**
 * New sizes after a change of the deployment's own: its one active set follows; a finished rollout
 * loses its old sets; in the midst of one, sets grow and shrink in proportion to their sizes.
 */
export function planScale(
  deployment: ReadDeployment,
  newSet: ReadSet | undefined,
  oldSets: readonly ReadSet[],
): Scaling[] {
  const all = newSet ? [...oldSets, newSet] : [...oldSets]
  const active = all.filter((set) => sizeOf(set) > 0)
  const only = active.length > 1 ? undefined : (active[0] ?? newSet ?? latest(oldSets))
  if (only) return [{ set: only, replicas: wanted(deployment) }]
  if (active.length === 0) return []
  if (newSet && isSaturated(deployment, newSet)) {
    return active.filter((set) => set !== newSet).map((set) => ({ set, replicas: 0 }))
  }
  return isRolling(deployment) ? planProportions(deployment, active) : []
}

function latest(sets: readonly ReadSet[]): ReadSet | undefined {
  let found: ReadSet | undefined
  for (const set of sets) if (!found || revisionOf(set) > revisionOf(found)) found = set
  return found
}

/** Whether the new set has and was told the full size, all of it available. */
function isSaturated(deployment: ReadDeployment, set: ReadSet): boolean {
  const replicas = wanted(deployment)
  return (
    sizeOf(set) === replicas &&
    numberAnnotation(set, DESIRED_REPLICAS) === replicas &&
    availableOf(set) === replicas
  )
}

function planProportions(deployment: ReadDeployment, active: readonly ReadSet[]): Scaling[] {
  const replicas = wanted(deployment)
  const allowed = replicas > 0 ? replicas + fenceposts(deployment).maxSurge : 0
  const toAdd = allowed - total(active, sizeOf)
  const sets = [...active].sort(toAdd > 0 ? largestNewest : largestOldest)
  let added = 0
  const plan = sets.map((set) => {
    const share = proportion(deployment, set, toAdd, added)
    added += share
    return { set, replicas: sizeOf(set) + share }
  })
  // What rounding left over goes to the largest.
  const leftover = toAdd - added
  return plan.map((scaling, i) =>
    i === 0 ? { ...scaling, replicas: Math.max(0, scaling.replicas + leftover) } : scaling,
  )
}

function proportion(
  deployment: ReadDeployment,
  set: ReadSet,
  toAdd: number,
  added: number,
): number {
  if (sizeOf(set) === 0 || toAdd === 0 || toAdd === added) return 0
  const allowed = toAdd - added
  const fraction = fractionOf(deployment, set)
  return toAdd > 0 ? Math.min(fraction, allowed) : Math.max(fraction, allowed)
}

/** By how much a set would grow if it kept its share of the deployment. */
function fractionOf(deployment: ReadDeployment, set: ReadSet): number {
  const replicas = wanted(deployment)
  if (replicas === 0) return -sizeOf(set)
  const before = numberAnnotation(set, MAX_REPLICAS) ?? deployment.status?.replicas ?? 0
  if (before === 0) return 0
  const now = replicas + fenceposts(deployment).maxSurge
  return Math.round((sizeOf(set) * now) / before) - sizeOf(set)
}

function largestNewest(a: ReadSet, b: ReadSet): number {
  return sizeOf(b) - sizeOf(a) || byAge(b, a)
}

function largestOldest(a: ReadSet, b: ReadSet): number {
  return sizeOf(b) - sizeOf(a) || byAge(a, b)
}
