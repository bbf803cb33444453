import type { CustomResourceDefinition } from '../../apiextensions/index.ts'

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
}
