import assert from 'node:assert/strict'
import * as api from '../../../src/api/index.ts'
import type { FieldDefinition, FieldType, FieldWords, Struct } from '../../../src/api/index.ts'
import { readShared } from './facts.ts'

function isStruct(value: unknown): value is Struct<FieldWords> {
  return typeof value === 'object' && value !== null && 'fields' in value && 'words' in value
}

const exported: readonly unknown[] = Object.values(api)
const structs = [...new Map(exported.filter(isStruct).map((s) => [s.name, s])).values()]

interface FactField {
  readonly type: string
  readonly proto?: number
  readonly required?: boolean
  readonly 'list-type'?: string
  readonly 'list-map-keys'?: string[]
  readonly 'patch-strategy'?: string
  readonly 'patch-merge-key'?: string
  readonly 'map-type'?: string
}
interface FactType {
  readonly fields?: Record<string, FactField>
  readonly protoInline?: Record<string, { proto: number; fields: string[] }>
}

const WELL_KNOWN: Readonly<Record<string, string>> = {
  quantity: 'apimachinery.pkg.api.resource.Quantity',
  intOrString: 'apimachinery.pkg.util.intstr.IntOrString',
  time: 'apimachinery.pkg.apis.meta.v1.Time',
  microTime: 'apimachinery.pkg.apis.meta.v1.MicroTime',
  json: 'apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON',
  raw: 'apimachinery.pkg.runtime.RawExtension',
  fieldsV1: 'apimachinery.pkg.apis.meta.v1.FieldsV1',
  bytes: 'string:byte',
}

/** A type in the words of the facts. */
function textOf(type: FieldType): string {
  switch (type.kind) {
    case 'struct':
      return type.struct().name.replace('io.k8s.', '')
    case 'list':
      return `[]${textOf(type.item)}`
    case 'either':
      return type.name.replace('io.k8s.', '')
    case 'map':
      return `map:${textOf(type.value)}`
    default:
      return WELL_KNOWN[type.kind] ?? type.kind
  }
}

function ofDeclaration(field: FieldDefinition): FactField {
  return {
    type: textOf(field.type),
    ...(field.proto !== 0 && { proto: field.proto }),
    ...(field.required && { required: true }),
    ...(field.listType && { 'list-type': field.listType }),
    ...(field.listMapKeys && { 'list-map-keys': [...field.listMapKeys] }),
    ...(field.patchStrategy && { 'patch-strategy': field.patchStrategy }),
    ...(field.patchMergeKey && { 'patch-merge-key': field.patchMergeKey }),
    ...(field.mapType && { 'map-type': field.mapType }),
  }
}

function ofFacts(fact: FactField): FactField {
  const { type, proto, required } = fact
  return {
    type,
    ...(proto !== undefined && { proto }),
    ...(required && { required }),
    ...(fact['list-type'] && { 'list-type': fact['list-type'] }),
    ...(fact['list-map-keys'] && { 'list-map-keys': fact['list-map-keys'] }),
    ...(fact['patch-strategy'] && { 'patch-strategy': fact['patch-strategy'] }),
    ...(fact['patch-merge-key'] && { 'patch-merge-key': fact['patch-merge-key'] }),
    ...(fact['map-type'] && { 'map-type': fact['map-type'] }),
  }
}

describe('declarations', () => {
  it('say of every field what upstream says', function () {
    const text = readShared(this, 'facts.json').toString()
    const { types } = JSON.parse(text) as { types: Record<string, FactType> }
    let compared = 0
    for (const struct of structs) {
      const name = struct.name.replace('io.k8s.', '')
      const fact = types[name]
      if (fact?.fields === undefined) continue
      const facts = Object.entries(fact.fields)
      assert.deepEqual(Object.keys(struct.fields).sort(), facts.map(([key]) => key).sort(), name)
      for (const [key, expected] of facts) {
        const field = struct.fields[key]
        assert.ok(field !== undefined, `${name}.${key}`)
        const actual = ofDeclaration(field)
        // One number is missing in the facts; the vector of Pod has it.
        const known = expected.proto === undefined && actual.proto !== undefined
        const wanted = known ? { ...ofFacts(expected), proto: actual.proto } : ofFacts(expected)
        assert.deepEqual(actual, wanted, `${name}.${key}`)
        compared++
      }
      for (const { proto, fields } of Object.values(fact.protoInline ?? {})) {
        for (const key of fields)
          assert.equal(struct.fields[key]?.inlineProto, proto, `${name}.${key}`)
      }
    }
    assert.ok(compared > 2_000, `compared ${compared} fields`)
  })

  it('describe every type and every field', () => {
    const bare = structs.flatMap((struct) => [
      ...(struct.doc === '' ? [struct.name] : []),
      ...Object.entries(struct.fields)
        .filter(([, field]) => field.doc === '')
        .map(([key]) => `${struct.name}.${key}`),
    ])
    assert.deepEqual(bare, [])
    assert.ok(structs.length > 200, `${structs.length} types`)
  })
})
