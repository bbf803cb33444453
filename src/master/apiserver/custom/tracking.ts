import {
  apiVersionOf,
  type JsonObject,
  type KubeObject,
  ObjectMeta,
  resetFieldsOf,
  type Resource,
  schemaType,
  singleVersion,
  structType,
  type Versions,
} from '../../../api/index.ts'
import type { FieldTracking } from '../registry/field-tracking.ts'

/** How server-side apply sees custom objects. `family`: the resource in all versions served. */
export function customTracking(
  resource: Resource,
  family: readonly Resource[],
  convert?: FieldTracking['convert'],
): FieldTracking {
  const apiVersion = apiVersionOf(resource)
  const { custom } = resource
  if (!custom) throw new Error(`${resource.plural} are no custom resources`)
  const type = typeOf(resource)
  return {
    apiVersion,
    versions: family.length > 1 ? familyVersions(family) : singleVersion(apiVersion, type),
    ...(family.length > 1 && { convert }),
    toJson: (object) => custom.toJson(object) as JsonObject,
    fromJson: (value) => custom.read(structuredClone(value)),
    empty: { apiVersion, kind: resource.kind, metadata: {} },
    resetFields: (subresource) => resetFieldsOf(resource, subresource),
  }
}

function typeOf(resource: Resource) {
  return schemaType(resource.custom?.schema ?? {}, structType(ObjectMeta))
}

function familyVersions(family: readonly Resource[]): Versions {
  const byVersion = new Map(family.map((one) => [apiVersionOf(one), one]))
  return {
    typeOf(version) {
      const one = byVersion.get(version)
      return one && typeOf(one)
    },
    convert({ apiVersion, value }, version) {
      const from = byVersion.get(apiVersion)
      const to = byVersion.get(version)
      if (!from || !to) return value
      const object = structuredClone(value) as KubeObject
      const stored = from.storedAs ? from.storedAs.toStored(object) : object
      const converted = to.storedAs ? to.storedAs.fromStored(stored) : stored
      return to.custom?.toJson(converted) ?? converted
    },
  }
}
