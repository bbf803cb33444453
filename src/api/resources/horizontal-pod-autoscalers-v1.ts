import { HorizontalPodAutoscalerV1 } from '../autoscaling/index.ts'
import { fromAutoscalerV1, toAutoscalerV1 } from '../conversion/index.ts'
import type { Resource } from '../schema/index.ts'
import { convertedColumns, convertedStrategy, defineResource, storedAs } from '../strategy/index.ts'
import { horizontalPodAutoscalers } from './horizontal-pod-autoscalers.ts'

const kept = storedAs(horizontalPodAutoscalers, { to: fromAutoscalerV1, from: toAutoscalerV1 })

/** The old version of what is kept as `autoscaling/v2`. */
export const horizontalPodAutoscalersV1: Resource<HorizontalPodAutoscalerV1> = defineResource({
  group: 'autoscaling',
  version: 'v1',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  shortNames: ['hpa'],
  categories: ['all'],
  struct: HorizontalPodAutoscalerV1,
  storedAs: kept,
  columns: convertedColumns(kept),
  strategy: convertedStrategy(kept),
  hasStatus: true,
})
