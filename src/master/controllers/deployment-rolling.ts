import {
  availableOf,
  byAge,
  fenceposts,
  isRolling,
  type ReadDeployment,
  type ReadSet,
  sizeOf,
  total,
  wanted,
} from './deployment-arithmetic.ts'

/** A set is to have this size. */
export interface Scaling {
  readonly set: ReadSet
  readonly replicas: number
}

/** The size of the new set, given the sizes of all sets (upstream's `NewRSNewReplicas`). */
export function newSetSize(
  deployment: ReadDeployment,
  sizes: { all: number; newSet: number },
): number {
  const replicas = wanted(deployment)
  if (!isRolling(deployment)) return replicas
  const maxTotal = replicas + fenceposts(deployment).maxSurge
  if (sizes.all >= maxTotal) return sizes.newSet
  const up = Math.min(maxTotal - sizes.all, replicas - sizes.newSet)
  return sizes.newSet + up
}

/** One step of a rolling update: the new set up, or else the old sets down; empty: nothing may move. */
export function planRollingUpdate(
  deployment: ReadDeployment,
  newSet: ReadSet,
  oldSets: readonly ReadSet[],
): Scaling[] {
  const up = planNewSet(deployment, newSet, oldSets)
  return up.length > 0 ? up : planOldSets(deployment, newSet, oldSets)
}

function planNewSet(
  deployment: ReadDeployment,
  newSet: ReadSet,
  oldSets: readonly ReadSet[],
): Scaling[] {
  const size = sizeOf(newSet)
  const replicas = wanted(deployment)
  if (size === replicas) return []
  if (size > replicas) return [{ set: newSet, replicas }]
  const all = size + total(oldSets, sizeOf)
  const next = newSetSize(deployment, { all, newSet: size })
  return next === size ? [] : [{ set: newSet, replicas: next }]
}

function planOldSets(
  deployment: ReadDeployment,
  newSet: ReadSet,
  oldSets: readonly ReadSet[],
): Scaling[] {
  const oldSize = total(oldSets, sizeOf)
  if (oldSize === 0) return []
  const minAvailable = wanted(deployment) - fenceposts(deployment).maxUnavailable
  const newUnavailable = sizeOf(newSet) - servingOf(newSet)
  const maxDown = oldSize + sizeOf(newSet) - minAvailable - newUnavailable
  if (maxDown <= 0) return []

  const sizes = new Map([...oldSets].sort(byAge).map((set) => [set, sizeOf(set)]))
  // Old pods that are not available serve nobody: they go first, else they could block the way.
  shrink(sizes, maxDown, (set, size) => size - servingOf(set))
  const available = servingOf(newSet) + total(oldSets, servingOf)
  shrink(sizes, available - minAvailable, (_, size) => size)

  const plan: Scaling[] = []
  for (const [set, replicas] of sizes) if (replicas !== sizeOf(set)) plan.push({ set, replicas })
  return plan
}

/** Its status may still tell of pods that it has been told to take away. */
const servingOf: typeof availableOf = (set) => Math.min(sizeOf(set), availableOf(set))

/** Takes up to `count` from the sizes, in their order, at most `spare` of each. */
function shrink(
  sizes: Map<ReadSet, number>,
  count: number,
  spare: (set: ReadSet, size: number) => number,
): void {
  let left = count
  for (const [set, size] of sizes) {
    if (left <= 0) return
    const down = Math.min(size, left, spare(set, size))
    if (down <= 0) continue
    sizes.set(set, size - down)
    left -= down
  }
}
