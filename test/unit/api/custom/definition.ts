import {
  type CustomResourceDefinition,
  definitionStrategy,
  type JSONSchemaProps,
} from '../../../../src/api/index.ts'

const ROOT = 'spec.validation.openAPIV3Schema.properties[spec]'

/** A definition whose objects have a `spec` of that schema. */
export function definitionOf(spec: JSONSchemaProps): CustomResourceDefinition {
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec } } }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'as.t.io' },
    spec: {
      group: 't.io',
      scope: 'Namespaced',
      names: { plural: 'as', kind: 'A' },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
    status: {},
  } as CustomResourceDefinition
}

/** What is wrong with a definition, as `field: text`, for a server to which it is new. */
export function faultsOf(definition: CustomResourceDefinition): string[] {
  definitionStrategy.applyDefaults?.(definition)
  definitionStrategy.prepareForCreate?.(definition)
  const errors = definitionStrategy.validateCreate?.(definition) ?? []
  return errors.map(({ field, detail }) => `${field}: ${detail}`)
}

/** The same of one that is fine but for its schema; paths begin at the field. */
export function faultsOfSpec(spec: JSONSchemaProps): string[] {
  return faultsOf(definitionOf(spec)).map((fault) => fault.replaceAll(ROOT, ''))
}
