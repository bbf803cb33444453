import { SchedulerConfigError } from '../config/index.ts'
import {
  CPU_AND_MEMORY,
  leastAllocated,
  mostAllocated,
  readResources,
  requestedToCapacityRatio,
  type ResourceScorer,
  scorerOf,
  type ShapePoint,
} from './resource-scores.ts'

type Fields = Readonly<Record<string, unknown>>

const TYPES = ['LeastAllocated', 'MostAllocated', 'RequestedToCapacityRatio']

/** `scoringStrategy` of NodeResourcesFitArgs. Throws `SchedulerConfigError`. */
export function readScoringStrategy(value: unknown): ResourceScorer {
  if (value === undefined) return scorerOf(leastAllocated, CPU_AND_MEMORY)
  const strategy = value as Fields
  const resources = readResources(strategy['resources'], 'scoringStrategy.resources')
  switch (strategy['type'] ?? 'LeastAllocated') {
    case 'LeastAllocated':
      return scorerOf(leastAllocated, resources)
    case 'MostAllocated':
      return scorerOf(mostAllocated, resources)
    case 'RequestedToCapacityRatio':
      return scorerOf(requestedToCapacityRatio(readShape(strategy)), resources, {
        skipsZero: true,
      })
    default: {
      const supported = TYPES.map((type) => `"${type}"`).join(', ')
      throw new SchedulerConfigError(
        `scoringStrategy.type: Unsupported value: "${String(strategy['type'])}": supported values: ${supported}`,
      )
    }
  }
}

function readShape(strategy: Fields): ShapePoint[] {
  const path = 'scoringStrategy.requestedToCapacityRatio.shape'
  const { shape } = (strategy['requestedToCapacityRatio'] ?? {}) as { shape?: unknown }
  if (!Array.isArray(shape) || shape.length === 0) {
    throw new SchedulerConfigError(`${path}: Required value: at least one point must be specified`)
  }
  const points = shape.map((point: Fields, i) => {
    const utilization = within(point['utilization'], [0, 100], `${path}[${i}].utilization`)
    const score = within(point['score'], [0, 10], `${path}[${i}].score`)
    return { utilization, score }
  })
  points.forEach(({ utilization }, i) => {
    const before = points[i - 1]
    if (!before || before.utilization < utilization) return
    throw new SchedulerConfigError(
      `${path}[${i}].utilization: Invalid value: ${utilization}: utilization values must be sorted in increasing order`,
    )
  })
  return points
}

function within(value: unknown, [least, most]: readonly [number, number], path: string): number {
  const number = value ?? 0
  if (typeof number === 'number' && number >= least && number <= most) return number
  throw new SchedulerConfigError(
    `${path}: Invalid value: ${JSON.stringify(number)}: not in valid range [${least}-${most}]`,
  )
}
