import { autoscalerColumns } from '../columns/index.ts'
import type { HorizontalPodAutoscaler } from '../autoscaling/index.ts'
import { HorizontalPodAutoscaler as declared } from '../autoscaling/index.ts'
import { defaultAutoscaler } from '../defaults/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy, statusApart } from '../strategy/index.ts'
import {
  dns1123SubdomainErrors,
  validateAutoscaler,
  validateAutoscalerStatus,
  withMetadata,
} from '../validation/index.ts'

export const horizontalPodAutoscalers: Resource<HorizontalPodAutoscaler> =
  defineResource<HorizontalPodAutoscaler>({
    group: 'autoscaling',
    version: 'v2',
    kind: 'HorizontalPodAutoscaler',
    plural: 'horizontalpodautoscalers',
    shortNames: ['hpa'],
    categories: ['all'],
    struct: declared,
    columns: autoscalerColumns,
    strategy: defineStrategy<HorizontalPodAutoscaler>({
      applyDefaults: defaultAutoscaler,
      ...statusApart,
      ...withMetadata<HorizontalPodAutoscaler>(
        { namespaced: true, nameErrors: dns1123SubdomainErrors },
        {
          create: validateAutoscaler,
          update: validateAutoscaler,
          status: validateAutoscalerStatus,
        },
      ),
    }),
    hasStatus: true,
  })
