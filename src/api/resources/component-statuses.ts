import { componentStatusColumns } from '../columns/index.ts'
import type { ComponentStatus } from '../core/index.ts'
import { ComponentStatus as declared } from '../core/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy } from '../strategy/index.ts'

export const componentStatuses: Resource<ComponentStatus> = defineResource<ComponentStatus>({
  group: '',
  version: 'v1',
  kind: 'ComponentStatus',
  plural: 'componentstatuses',
  shortNames: ['cs'],
  namespaced: false,
  verbs: ['get', 'list'],
  virtual: true,
  struct: declared,
  columns: componentStatusColumns,
  strategy: defineStrategy({}),
})
