import type { ManagedFieldsEntry } from '../meta/index.ts'
import { FieldSet } from './field-set.ts'
import { decodeManagers, encodeManagers, type Ownership } from './managers.ts'
import { fieldElement, type PathElement } from './path-element.ts'

export const SCALE_VERSION = 'autoscaling/v1'
const REPLICAS_IN_SCALE = ['spec', 'replicas'].map(fieldElement)

/** Where an object keeps the number that its scale shows, and in which version. */
export interface ScaledField {
  readonly apiVersion: string
  readonly path: readonly PathElement[]
}

/** `spec.replicas` of a resource. */
export function replicasField(apiVersion: string, path = 'spec.replicas'): ScaledField {
  return { apiVersion, path: path.split('.').map(fieldElement) }
}

/** The managers of an object's scale, from those of the object. */
export function managersOfScale(
  entries: readonly ManagedFieldsEntry[] | undefined,
  field: ScaledField,
): ManagedFieldsEntry[] | undefined {
  const out = new Map<string, Ownership>()
  for (const [id, one] of decodeManagers(entries)) {
    if (one.apiVersion !== field.apiVersion || !one.set.has(field.path)) continue
    const set = FieldSet.of(REPLICAS_IN_SCALE)
    out.set(id, { ...one, apiVersion: SCALE_VERSION, set })
  }
  return encodeManagers(out)
}

/** The managers of an object whose scale was written: who scaled now owns the number. */
export function managersAfterScale(
  entries: readonly ManagedFieldsEntry[] | undefined,
  scale: readonly ManagedFieldsEntry[] | undefined,
  field: ScaledField,
): ManagedFieldsEntry[] | undefined {
  const parents = decodeManagers(entries)
  const scalers = new Map(decodeManagers(scale))
  const out = new Map<string, Ownership>()
  for (const [id, one] of parents) {
    if (one.apiVersion !== field.apiVersion) continue
    // An update's identity has its version in it, so it is never the same in both: upstream, too,
    // makes two entries of it then.
    if (!one.set.has(field.path) || scalers.delete(id)) {
      out.set(id, one)
      continue
    }
    const set = one.set.difference(FieldSet.of(field.path))
    if (!set.isEmpty) out.set(id, { ...one, set })
  }
  for (const [id, one] of scalers) {
    if (!one.set.has(REPLICAS_IN_SCALE)) continue
    const set = FieldSet.of(field.path)
    out.set(id, { ...one, apiVersion: field.apiVersion, set, time: parents.get(id)?.time })
  }
  return encodeManagers(out)
}
