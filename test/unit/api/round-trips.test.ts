import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  allResources,
  apiVersionOf,
  decodeBody,
  type KubeObject,
  semanticEqual,
  toJsonValue,
} from '../../../src/api/index.ts'
import { encodeObject } from '../../support/encode-object.ts'
import { jsonOf, withoutEmpties } from '../../support/arbitrary.ts'

/** Of each kind, for each format. */
const RUNS = 8

/** Every kind, with whatever its fields may hold, is the same in every format. */
describe('objects of every kind', () => {
  const byType = new Map(allResources.map((r) => [r.struct.name, r]))
  for (const resource of byType.values()) {
    it(`${apiVersionOf(resource)} ${resource.kind}: JSON, YAML and protobuf tell the same`, () => {
      fc.assert(
        fc.property(jsonOf(resource.struct), (value) => {
          const sent = Buffer.from(JSON.stringify(value))
          const { object } = decodeBody<KubeObject>(resource, sent, 'json')
          const text = encodeObject(resource, object, 'json')
          const again = decodeBody<KubeObject>(resource, text, 'json', { strict: true })
          assert.deepEqual(again.strictErrors, [], 'a server writes what it knows')
          const written = (of: unknown) => toJsonValue(resource.struct, of)
          assert.deepEqual(written(again.object), written(object), 'JSON')
          const yaml = encodeObject(resource, object, 'yaml')
          assert.deepEqual(decodeBody(resource, yaml, 'yaml').object, again.object, 'YAML')
          const wire = encodeObject(resource, object, 'protobuf')
          const unwired = decodeBody<KubeObject>(resource, wire, 'protobuf').object
          // Protobuf has no empty lists and maps; nothing else may differ.
          const [there, here] = [unwired, object].map((o) => withoutEmpties(written(o)))
          if (!semanticEqual(there, here)) assert.deepEqual(there, here, 'protobuf')
          const rewired = encodeObject(resource, unwired, 'protobuf')
          assert.ok(Buffer.from(rewired).equals(wire), 'protobuf, byte for byte')
        }),
        { numRuns: RUNS, seed: 42 },
      )
    })
  }
})
