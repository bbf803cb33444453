import type { NodeInfo } from '../cache/node-info.ts'
import type { Resources } from '../cache/resources.ts'
import { SchedulerConfigError } from '../config/index.ts'
import { MAX_NODE_SCORE } from '../framework/types.ts'

/** How a node's fullness becomes a score: for each resource `used` of `total` → 0…MAX_NODE_SCORE. */
type Rate = (used: number, total: number) => number

export interface WeighedResource {
  readonly name: string
  readonly weight: number
}

/** A pod's score on a node by what is, or would be, used of its resources. */
export type ResourceScorer = (pod: Resources, node: NodeInfo) => number

export const CPU_AND_MEMORY: readonly WeighedResource[] = [
  { name: 'cpu', weight: 1 },
  { name: 'memory', weight: 1 },
]

/** Prefers empty nodes. */
export const leastAllocated: Rate = (used, total) =>
  used > total ? 0 : Math.floor(((total - used) * MAX_NODE_SCORE) / total)

/** Prefers full nodes, so that others stay free. */
export const mostAllocated: Rate = (used, total) =>
  Math.floor((Math.min(used, total) * MAX_NODE_SCORE) / total)

export interface ShapePoint {
  /** Percent, 0 to 100. */
  readonly utilization: number
  /** 0 to 10. */
  readonly score: number
}

const MAX_SHAPE_SCORE = 10

/** A broken line through points of ascending utilization. */
export function requestedToCapacityRatio(shape: readonly ShapePoint[]): Rate {
  return (used, total) => {
    const utilization = used > total ? 100 : Math.floor((used * 100) / total)
    const next = shape.findIndex((point) => utilization <= point.utilization)
    const [before, after] = [shape[next - 1], shape[next]]
    const scale = MAX_NODE_SCORE / MAX_SHAPE_SCORE
    if (!after) return (shape.at(-1)?.score ?? 0) * scale
    if (!before) return after.score * scale
    const slope = (after.score - before.score) / (after.utilization - before.utilization)
    const height = before.score + slope * (utilization - before.utilization)
    return Math.trunc(height * scale)
  }
}

/**
 * The weighted mean over the resources. A resource that the node does not have, and an extended one
 * that the pod does not ask for, does not count; with `skipsZero` neither does one rated 0.
 */
export function scorerOf(
  rate: Rate,
  resources: readonly WeighedResource[],
  { skipsZero = false } = {},
): ResourceScorer {
  return (pod, node) => {
    let sum = 0
    let weights = 0
    for (const { name, weight } of resources) {
      const total = amountOf(node.allocatable, name)
      const asked = amountOf(pod, name)
      if (total === 0 || (asked === 0 && isExtended(name))) continue
      const used = amountOf(isExtended(name) ? node.requested : node.nonZeroRequested, name)
      const score = rate(used + asked, total)
      if (skipsZero && score === 0) continue
      sum += score * weight
      weights += weight
    }
    if (weights === 0) return 0
    return skipsZero ? Math.round(sum / weights) : Math.floor(sum / weights)
  }
}

export function isExtended(name: string): boolean {
  return name !== 'cpu' && name !== 'memory' && name !== 'ephemeral-storage'
}

export function amountOf(resources: Resources, name: string): number {
  switch (name) {
    case 'cpu':
      return resources.milliCpu
    case 'memory':
      return resources.memory
    case 'ephemeral-storage':
      return resources.ephemeralStorage
    default:
      return resources.extended.get(name) ?? 0
  }
}

/** The resources of a plugin's arguments. Throws `SchedulerConfigError`. */
export function readResources(value: unknown, path: string): readonly WeighedResource[] {
  if (value === undefined) return CPU_AND_MEMORY
  if (!Array.isArray(value)) throw new SchedulerConfigError(`${path}: must be a list`)
  return value.map((item: { name?: unknown; weight?: unknown }, i) => {
    const { name, weight = 1 } = item
    if (typeof name !== 'string' || name === '') {
      throw new SchedulerConfigError(`${path}[${i}].name: Required value`)
    }
    if (typeof weight !== 'number' || weight < 1 || weight > 100) {
      throw new SchedulerConfigError(
        `${path}[${i}].weight: Invalid value: ${String(weight)}: resource weight of ${name} not in valid range [1, 100]`,
      )
    }
    return { name, weight }
  })
}
