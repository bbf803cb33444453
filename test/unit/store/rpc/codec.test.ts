import assert from 'node:assert/strict'
import fc from 'fast-check'
import { etcdserverpb as pb, mvccpb } from '../../../../src/gen/etcd.js'
import { KeyValue } from '../../../../src/store/index.ts'
import { encodeKeyValue } from '../../../../src/store/mvcc/key-value.ts'
import { varintSize, WireReader, writeVarint } from '../../../../src/store/mvcc/wire.ts'
import { decodePut } from '../../../../src/store/payload.ts'

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
const count = fc.maxSafeNat()
const blob = fc.uint8Array({ maxLength: 300 })

describe('etcd messages', () => {
  it('keep 64-bit integers: ids as bigint, everything else as numbers', () => {
    fc.assert(
      fc.property(int64, fc.maxSafeInteger(), (ID, TTL) => {
        const bytes = pb.LeaseGrantRequest.encode({ ID, TTL }).finish()
        const read = pb.LeaseGrantRequest.decode(bytes)
        assert.equal(read.ID, ID)
        assert.equal(read.TTL, TTL)
      }),
    )
    const unsigned = { clusterId: 2n ** 64n - 1n, memberId: 2n ** 63n, raftTerm: 2 ** 53 - 1 }
    const header = pb.ResponseHeader.decode(pb.ResponseHeader.encode(unsigned).finish())
    assert.equal(header.clusterId, unsigned.clusterId)
    assert.equal(header.memberId, unsigned.memberId)
    assert.equal(header.raftTerm, unsigned.raftTerm)
    assert.equal(pb.LeaseGrantRequest.decode(new Uint8Array(0)).ID, 0n)
  })

  it('have key-values written by hand that the generated codec reads, and the reverse', () => {
    fc.assert(
      fc.property(
        blob,
        blob,
        count,
        count,
        count,
        int64,
        (key, value, create, mod, version, lease) => {
          const fields = { key, value, createRevision: create, modRevision: mod, version, lease }
          const theirs = mvccpb.KeyValue.decode(encodeKeyValue(fields))
          const ours = new KeyValue(mvccpb.KeyValue.encode(fields).finish())
          for (const read of [theirs, ours]) {
            assert.deepEqual(Buffer.from(read.key), Buffer.from(key))
            assert.deepEqual(Buffer.from(read.value), Buffer.from(value))
            assert.equal(read.createRevision, create)
            assert.equal(read.modRevision, mod)
            assert.equal(read.version, version)
            assert.equal(read.lease, lease)
          }
        },
      ),
    )
  })

  it('have puts read by hand as the generated codec reads them', () => {
    const request = fc.record(
      {
        key: blob,
        value: blob,
        lease: int64,
        prevKv: fc.boolean(),
        ignoreValue: fc.boolean(),
        ignoreLease: fc.boolean(),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(request, (message) => {
        const bytes = pb.PutRequest.encode(message).finish()
        const read = pb.PutRequest.encode(
          decodePut(Buffer.concat([Buffer.of(1), bytes]), 1),
        ).finish()
        assert.deepEqual(Buffer.from(read), Buffer.from(bytes))
      }),
    )
  })

  it('skip fields that they do not know, and refuse to read past the end', () => {
    const known = pb.PutRequest.encode({ key: Buffer.from('k') }).finish()
    const unknown = Buffer.from([0x78, 0x05, 0x7a, 0x01, 0xff, 0x7d, 1, 2, 3, 4])
    assert.equal(Buffer.from(decodePut(Buffer.concat([unknown, known])).key ?? []).toString(), 'k')
    assert.throws(() => decodePut(Buffer.from([0x0a, 0x05, 1])), RangeError)
    assert.throws(() => decodePut(Buffer.from([0x18, 0xff])), RangeError)
  })

  it('write varints as they measure them', () => {
    fc.assert(
      fc.property(count, (value) => {
        const bytes = Buffer.alloc(10)
        const end = writeVarint(bytes, 0, value)
        assert.equal(end, varintSize(value))
        assert.equal(new WireReader(bytes).number(), value)
      }),
    )
  })
})
