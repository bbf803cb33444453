import assert from 'node:assert/strict'
import fc from 'fast-check'
import { mvccpb } from '../../../../src/gen/etcd.js'
import {
  KeyValue,
  keyValueBytes,
  readIndexed,
  writeKeyValue,
} from '../../../../src/store/mvcc/key-value.ts'

const bytes = (minLength: number) => fc.uint8Array({ minLength, maxLength: 300 })
const revision = fc.oneof(fc.nat(), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }))
const fields = fc.record({
  key: bytes(1),
  value: bytes(0),
  createRevision: revision,
  modRevision: revision,
  version: revision,
  lease: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
})

describe('key-value', () => {
  it('is protobuf’s, and tells the index what it needs', () => {
    fc.assert(
      fc.property(fields, (kv) => {
        const encoded = new Uint8Array(keyValueBytes(kv))
        writeKeyValue(encoded, kv)
        const decoded = mvccpb.KeyValue.decode(encoded)
        assert.deepEqual(Buffer.from(decoded.key), Buffer.from(kv.key))
        assert.deepEqual(Buffer.from(decoded.value), Buffer.from(kv.value))
        const own = new KeyValue(encoded)
        const indexed = readIndexed(encoded)
        for (const read of [decoded, own, indexed]) {
          assert.equal(Number(read.createRevision), kv.createRevision)
          assert.equal(Number(read.version), kv.version)
          assert.equal(read.lease, kv.lease)
        }
        assert.equal(indexed.key, Buffer.from(kv.key).toString('latin1'))
        assert.equal(own.modRevision, kv.modRevision)
      }),
    )
  })
})
