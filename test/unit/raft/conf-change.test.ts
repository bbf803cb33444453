import assert from 'node:assert/strict'
import protobuf from 'protobufjs'
import {
  type ConfChange,
  ConfChangeError,
  type ConfChangeV2,
  decodeConfChange,
  encodeConfChange,
} from '../../../src/raft/index.ts'

// raftpb of etcd: numbers and types alone.
const { root } = protobuf.parse(`
  syntax = "proto2";
  message ConfChange {
    optional uint64 id = 1; optional int32 type = 2; optional uint64 nodeId = 3;
    optional bytes context = 4;
  }
  message ConfChangeSingle { optional int32 type = 1; optional uint64 nodeId = 2; }
  message ConfChangeV2 {
    optional int32 transition = 1; repeated ConfChangeSingle changes = 2;
    optional bytes context = 3;
  }
`)
const V1 = root.lookupType('ConfChange')
const V2 = root.lookupType('ConfChangeV2')
const LARGE_ID = 2 ** 53 - 1
const context = Uint8Array.from({ length: 300 }, (_, i) => i & 0xff)

describe('raft: the payload of configuration changes', () => {
  const changes: (ConfChange | ConfChangeV2)[] = [
    { id: 0n, type: 'add-node', nodeId: 1 },
    { id: 2n ** 64n - 1n, type: 'update-node', nodeId: LARGE_ID, context },
    { transition: 'auto', changes: [] },
    {
      transition: 'joint-explicit',
      changes: [
        { type: 'remove-node', nodeId: LARGE_ID },
        { type: 'add-learner-node', nodeId: 300 },
      ],
      context,
    },
  ]
  for (const change of changes) {
    it(`reads what it wrote: ${JSON.stringify(change, shorten)}`, () => {
      assert.deepEqual(decodeConfChange(encodeConfChange(change)), change)
    })
  }

  it('is what protobuf reads', () => {
    const { data } = encodeConfChange({ id: 7n, type: 'add-learner-node', nodeId: 300, context })
    const read = V1.toObject(V1.decode(data), { longs: String, bytes: Array })
    assert.deepEqual(read, { id: '7', type: 3, nodeId: '300', context: [...context] })
  })

  it('reads what protobuf wrote, in any order and with fields left out', () => {
    const data = V2.encode({ changes: [{ nodeId: 5 }, { type: 1, nodeId: 6 }] }).finish()
    assert.deepEqual(decodeConfChange({ type: 'conf-change-v2', data }), {
      transition: 'auto',
      changes: [
        { type: 'add-node', nodeId: 5 },
        { type: 'remove-node', nodeId: 6 },
      ],
    })
  })

  it('leaves a joint configuration with no bytes at all', () => {
    assert.deepEqual(encodeConfChange({ transition: 'auto', changes: [] }), {
      type: 'conf-change-v2',
      data: new Uint8Array(0),
    })
  })

  const broken = {
    'cut short': [0x08],
    'a length beyond the end': [0x12, 0x7f, 0x00],
    'an unknown wire type': [0x0d, 0, 0, 0, 0],
    'an unknown transition': [0x08, 0x09],
    'an endless number': Array.from({ length: 12 }, () => 0xff),
  }
  for (const [name, bytes] of Object.entries(broken)) {
    it(`refuses ${name}`, () => {
      const entry = { type: 'conf-change-v2', data: Uint8Array.from(bytes) } as const
      assert.throws(() => decodeConfChange(entry), ConfChangeError)
    })
  }
})

function shorten(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  return value instanceof Uint8Array ? `${value.length} bytes` : value
}
