import type { CustomResourceDefinition, JSONSchemaProps } from '../../apiextensions/index.ts'
import { someSchema } from './schema-walk.ts'

const HTTPS_PORT = 443

/** Fills in what a definition may leave out. */
export function defaultDefinition(definition: CustomResourceDefinition): void {
  const { spec } = definition
  const { names } = spec
  if (!names) return
  if (!names.singular && names.kind) names.singular = names.kind.toLowerCase()
  if (!names.listKind && names.kind) names.listKind = `${names.kind}List`
  spec.conversion ??= { strategy: 'None' }
  const service = spec.conversion.webhook?.clientConfig?.service
  if (service) service.port ??= HTTPS_PORT
  const stored = spec.versions?.find((version) => version.storage)
  const { status } = definition
  if (stored && status && (status.storedVersions ?? []).length === 0) {
    status.storedVersions = [stored.name]
  }
  for (const { schema } of spec.versions ?? []) dropNulls(schema?.openAPIV3Schema)
}

// A default or an example of null is none.
function dropNulls(schema: JSONSchemaProps | undefined): void {
  someSchema(schema, (one) => {
    if (one.default === null) delete one.default
    if (one.example === null) delete one.example
    return false
  })
}
