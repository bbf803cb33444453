/** Which document is written: they differ in where types stand and how some are told. */
export interface Dialect {
  readonly name: 'v2' | 'v3'
  /** Where types are: `#/definitions/` or `#/components/schemas/`. */
  readonly refPrefix: string
}

export const v2: Dialect = { name: 'v2', refPrefix: '#/definitions/' }
export const v3: Dialect = { name: 'v3', refPrefix: '#/components/schemas/' }

/** A JSON Schema, or a part of an OpenAPI document. */
export type Json = Record<string, unknown>

export interface GroupVersionKind {
  readonly group: string
  readonly version: string
  readonly kind: string
}

export const GVK = 'x-kubernetes-group-version-kind'
export const ACTION = 'x-kubernetes-action'
