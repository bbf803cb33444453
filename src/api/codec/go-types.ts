import type { FieldType, FieldWords, Struct } from '../schema/index.ts'

/** A JSON value of the wrong type for its field; the message is that of Go's decoder. */
export class JsonTypeError extends Error {
  override readonly name = 'JsonTypeError'
}

/** What Go's decoder calls a JSON value. */
export function jsonTypeName(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'boolean') return 'bool'
  return typeof value
}

const SCALARS: Readonly<Record<string, string>> = {
  boolean: 'bool',
  double: 'float64',
  bytes: '[]uint8',
  quantity: 'resource.Quantity',
  intOrString: 'intstr.IntOrString',
  time: 'v1.Time',
  microTime: 'v1.MicroTime',
  raw: 'runtime.RawExtension',
  json: 'v1.JSON',
  fieldsV1: 'v1.FieldsV1',
}

/** A type's name in Go: `int32`, `[]v1.Container`, `map[string]string`. */
export function goTypeName(type: FieldType | Struct<FieldWords>): string {
  if ('fields' in type) {
    const [version = '', kind = ''] = type.name.split('.').slice(-2)
    return `${version}.${kind}`
  }
  switch (type.kind) {
    case 'struct':
      return goTypeName(type.struct())
    case 'either':
      return `v1.${type.name.slice(type.name.lastIndexOf('.') + 1)}`
    case 'list':
      return `[]${goTypeName(type.item)}`
    case 'map':
      return type.value.kind === 'quantity'
        ? 'v1.ResourceList'
        : `map[string]${goTypeName(type.value)}`
    default:
      return SCALARS[type.kind] ?? type.kind
  }
}
