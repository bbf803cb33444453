import type { Binding } from '../core/index.ts'
import { Binding as declared } from '../core/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy } from '../strategy/index.ts'

export const bindings: Resource<Binding> = defineResource<Binding>({
  group: '',
  version: 'v1',
  kind: 'Binding',
  plural: 'bindings',
  verbs: ['create'],
  virtual: true,
  struct: declared,
  strategy: defineStrategy({}),
})
