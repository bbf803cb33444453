import fc from 'fast-check'
import type {
  FieldDefinition,
  FieldType,
  FieldWords,
  ScalarKind,
  Struct,
} from '../../src/api/index.ts'

const DEPTH_MAX = 9
const words = fc.constantFrom(
  'a',
  'x-1',
  'Ready',
  'a.b/c',
  'ä€😀',
  ' ',
  'In',
  'Exists',
  '/p',
  'TCP',
)
const keys = fc.constantFrom('a', 'b.c/d', 'cpu', 'storage', 'X', '__proto__')
const jsonObject = fc.dictionary(fc.constantFrom('a', 'b', '$x'), fc.jsonValue({ maxDepth: 2 }), {
  maxKeys: 2,
})

const SCALARS: Readonly<Record<ScalarKind, fc.Arbitrary<unknown>>> = {
  string: fc.oneof({ weight: 4, arbitrary: words }, fc.constant(''), fc.string({ maxLength: 8 })),
  boolean: fc.boolean(),
  int32: fc.oneof(fc.integer({ min: -3, max: 100 }), fc.integer()),
  int64: fc.oneof(fc.integer({ min: -3, max: 100 }), fc.maxSafeInteger()),
  double: fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => (x === 0 ? 0 : x)),
  bytes: fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes).toString('base64')),
  quantity: fc.constantFrom('0', '1', '100m', '1Gi', '-1', '1500M', '3e6', 7),
  intOrString: fc.oneof(fc.integer({ min: -1, max: 70_000 }), fc.constantFrom('25%', 'http', '')),
  time: fc.constantFrom('2026-01-02T03:04:05Z', '1969-12-31T23:59:59+01:00', null),
  microTime: fc.constantFrom(
    '2026-01-02T03:04:05.123456Z',
    '1969-12-31T23:59:59.000001+01:00',
    null,
  ),
  raw: jsonObject,
  json: fc.jsonValue({ maxDepth: 2 }).filter((value) => value !== null),
  fieldsV1: fc.constantFrom({ 'f:spec': {} }, { 'f:a': { '.': {} } }),
}

/** Whether a field is there: seldom, the deeper it stands. */
const presence = (depth: number) => (depth <= 1 ? 60 : depth <= 3 ? 35 : 20)

/** JSON of a declared type as a client might write it: any fields, right in type alone. */
export function jsonOf(struct: Struct<FieldWords>, depth = 0): fc.Arbitrary<object> {
  const fields = Object.entries(struct.fields).filter(([, { proto }]) => proto !== 0)
  const members = fields.map(([name, field]): [string, fc.Arbitrary<unknown>] => [
    name,
    fieldOf(field, depth),
  ])
  return fc
    .record(Object.fromEntries(members))
    .map((all) =>
      Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)),
    )
}

function fieldOf(field: FieldDefinition, depth: number): fc.Arbitrary<unknown> {
  const absent = fc.constant(undefined)
  if (depth >= DEPTH_MAX) return absent
  const weight = presence(depth)
  const value = fc.constant(null).chain(() => valueOf(field.type, depth + 1))
  return fc.oneof({ weight, arbitrary: value }, { weight: 100 - weight, arbitrary: absent })
}

function valueOf(type: FieldType, depth: number): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case 'struct':
      return jsonOf(type.struct(), depth)
    case 'list':
      return fc.array(valueOf(type.item, depth), { maxLength: 2 })
    case 'map':
      return fc.dictionary(keys, valueOf(type.value, depth), { maxKeys: 2, noNullPrototype: true })
    case 'either': {
      const object = jsonOf(type.struct(), depth)
      if (type.other === 'boolean') return fc.oneof(fc.boolean(), object)
      const item: fc.Arbitrary<unknown> = type.other === 'list' ? object : words
      return fc.oneof(object, fc.array(item, { minLength: 1, maxLength: 2 }))
    }
    default:
      return SCALARS[type.kind]
  }
}

/** Without nulls and empty lists and maps: protobuf has none of them. */
export function withoutEmpties(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpties)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, item]) => [key, withoutEmpties(item)] as const)
  return Object.fromEntries(entries.filter(([, item]) => !isEmpty(item)))
}

const isEmpty = (value: unknown) =>
  value === null || (typeof value === 'object' && Object.keys(value as object).length === 0)
