import type { CustomResourceDefinition } from '../apiextensions/index.ts'
import { CustomResourceDefinition as declared } from '../apiextensions/index.ts'
import type { Resource } from '../schema/index.ts'
import { definitionStrategy } from '../custom/index.ts'
import { defineResource } from '../strategy/index.ts'

export const customResourceDefinitions: Resource<CustomResourceDefinition> =
  defineResource<CustomResourceDefinition>({
    group: 'apiextensions.k8s.io',
    version: 'v1',
    kind: 'CustomResourceDefinition',
    plural: 'customresourcedefinitions',
    shortNames: ['crd', 'crds'],
    categories: ['api-extensions'],
    namespaced: false,
    struct: declared,
    strategy: definitionStrategy,
    hasStatus: true,
  })
