import { runtimeClassColumns } from '../columns/index.ts'
import type { RuntimeClass } from '../node/index.ts'
import { RuntimeClass as declared } from '../node/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy } from '../strategy/index.ts'
import {
  dns1123SubdomainErrors,
  validateRuntimeClass,
  validateRuntimeClassUpdate,
  withMetadata,
} from '../validation/index.ts'
import { warnRuntimeClass } from '../warnings/index.ts'

export const runtimeClasses: Resource<RuntimeClass> = defineResource<RuntimeClass>({
  group: 'node.k8s.io',
  version: 'v1',
  kind: 'RuntimeClass',
  plural: 'runtimeclasses',
  namespaced: false,
  struct: declared,
  columns: runtimeClassColumns,
  strategy: defineStrategy<RuntimeClass>({
    warn: warnRuntimeClass,
    ...withMetadata<RuntimeClass>(
      { namespaced: false, nameErrors: dns1123SubdomainErrors },
      { create: validateRuntimeClass, update: validateRuntimeClassUpdate },
    ),
  }),
})
