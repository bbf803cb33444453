import type { ConfigMap } from '../core/index.ts'
import { ConfigMap as declared } from '../core/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy } from '../strategy/index.ts'

export const configMaps: Resource<ConfigMap> = defineResource<ConfigMap>({
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  shortNames: ['cm'],
  struct: declared,
  strategy: defineStrategy<ConfigMap>({}),
})
