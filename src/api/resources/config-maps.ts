import { configMapColumns } from '../columns/index.ts'
import type { ConfigMap } from '../core/index.ts'
import { ConfigMap as declared } from '../core/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy } from '../strategy/index.ts'
import {
  dns1123SubdomainErrors,
  validateConfigMap,
  validateConfigMapUpdate,
  withMetadata,
} from '../validation/index.ts'

export const configMaps: Resource<ConfigMap> = defineResource<ConfigMap>({
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  shortNames: ['cm'],
  struct: declared,
  columns: configMapColumns,
  strategy: defineStrategy<ConfigMap>({
    ...withMetadata<ConfigMap>(
      { namespaced: true, nameErrors: dns1123SubdomainErrors },
      { create: validateConfigMap, update: validateConfigMapUpdate, asNew: 'behind' },
    ),
  }),
})
