import type { RuntimeClass } from '../node/index.ts'
import { RuntimeClass as declared } from '../node/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy } from '../strategy/index.ts'
import { dns1123SubdomainErrors, withMetadata } from '../validation/index.ts'

export const runtimeClasses: Resource<RuntimeClass> = defineResource<RuntimeClass>({
  group: 'node.k8s.io',
  version: 'v1',
  kind: 'RuntimeClass',
  plural: 'runtimeclasses',
  namespaced: false,
  struct: declared,
  strategy: defineStrategy<RuntimeClass>({
    ...withMetadata<RuntimeClass>({ namespaced: false, nameErrors: dns1123SubdomainErrors }, {}),
  }),
})
