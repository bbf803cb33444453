import type { CustomResourceDefinition } from '../apiextensions/index.ts'
import { CustomResourceDefinition as declared } from '../apiextensions/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy, specStatus } from '../strategy/index.ts'
import { dns1123SubdomainErrors, withMetadata } from '../validation/index.ts'

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
    strategy: defineStrategy<CustomResourceDefinition>({
      ...specStatus,
      ...withMetadata<CustomResourceDefinition>(
        { namespaced: false, nameErrors: dns1123SubdomainErrors },
        {},
      ),
    }),
    hasStatus: true,
  })
