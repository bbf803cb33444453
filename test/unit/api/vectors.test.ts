import assert from 'node:assert/strict'
import {
  allResources,
  apiVersionOf,
  type ApiType,
  Binding,
  decodeJson,
  decodeProto,
  decodeStored,
  DeleteOptions,
  encodeProto,
  PodTemplate,
  Status,
  toJsonValue,
  unwrapProtobuf,
} from '../../../src/api/index.ts'
import { encodeObject } from '../../support/encode-object.ts'
import { readShared } from './facts.ts'

const others: ApiType[] = [
  { group: '', version: 'v1', kind: 'Binding', struct: Binding },
  { group: '', version: 'v1', kind: 'PodTemplate', struct: PodTemplate },
  { group: '', version: 'v1', kind: 'Status', struct: Status },
  { group: '', version: 'v1', kind: 'DeleteOptions', struct: DeleteOptions },
]
const types: ApiType[] = [...allResources.filter((r) => ['', 'apps'].includes(r.group)), ...others]

const nameOf = (type: ApiType) => `${type.group || 'core'}.${type.version}.${type.kind}`

describe('vectors of upstream', () => {
  for (const type of types) {
    const name = nameOf(type)
    it(`${name}: JSON → object → JSON`, function () {
      const json = JSON.parse(readShared(this, `vectors/${name}.json`).toString()) as unknown
      const unknown: string[] = []
      const object = decodeJson(type.struct, json, { unknown })
      assert.deepEqual(unknown, [])
      assert.deepEqual(toJsonValue(type.struct, object), json)
    })

    it(`${name}: protobuf → object → protobuf, byte for byte`, function () {
      const bytes = readShared(this, `vectors/${name}.pb`)
      const { apiVersion, kind, raw } = unwrapProtobuf(bytes)
      assert.deepEqual([apiVersion, kind], [apiVersionOf(type), type.kind])
      const object = decodeProto(type.struct, raw)
      assert.equal(
        Buffer.from(encodeObject(type, object, 'protobuf')).toString('hex'),
        bytes.toString('hex'),
      )
    })

    it(`${name}: JSON and protobuf are the same object`, function () {
      const json = JSON.parse(readShared(this, `vectors/${name}.json`).toString()) as unknown
      const bytes = readShared(this, `vectors/${name}.pb`)
      const fromJson = decodeJson(type.struct, json)
      assert.deepEqual(decodeStored(type.struct, bytes), fromJson)
      const encoded = encodeProto(type.struct, fromJson)
      assert.equal(
        Buffer.from(encoded).toString('hex'),
        Buffer.from(unwrapProtobuf(bytes).raw).toString('hex'),
      )
    })
  }
})
