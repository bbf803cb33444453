import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type Message, message } from '../../../../src/raft/index.ts'
import { decodeFrame, encodeFrame } from '../../../../src/store/member/peer-codec.ts'
import { MalformedBytesError } from '../../../../src/store/wal/index.ts'

const between = { from: 2 ** 52 + 1, to: 7 }
const number = fc.maxSafeNat()
const bytes = fc.uint8Array({ maxLength: 40 })
const entry = fc.record({
  type: fc.constantFrom('normal', 'conf-change', 'conf-change-v2'),
  term: number,
  index: number,
  data: bytes,
})
const ids = fc.array(number, { maxLength: 4 })
const snapshot = fc.record({
  metadata: fc.record({
    index: number,
    term: number,
    confState: fc.record({
      voters: ids,
      learners: ids,
      votersOutgoing: ids,
      learnersNext: ids,
      autoLeave: fc.boolean(),
    }),
  }),
  data: bytes,
})
const raftMessage: fc.Arbitrary<Message> = fc
  .record({
    type: fc.constantFrom('app', 'app-resp', 'heartbeat', 'vote', 'pre-vote-resp', 'snap'),
    term: number,
    logTerm: number,
    index: number,
    commit: number,
    vote: number,
    rejectHint: number,
    reject: fc.boolean(),
    context: bytes,
    entries: fc.array(entry, { maxLength: 5 }),
    snapshot: fc.option(snapshot, { nil: undefined }),
  })
  .map(({ snapshot: given, ...fields }) =>
    message({ ...fields, ...between, ...(given && { snapshot: given }) }),
  )

describe('peer frames', () => {
  it('carry any messages', () => {
    fc.assert(
      fc.property(fc.array(raftMessage, { maxLength: 4 }), (messages) => {
        const frame = { kind: 'messages', messages } as const
        assert.deepEqual(plain(decodeFrame(encodeFrame(frame), between)), plain(frame))
      }),
      { numRuns: 200 },
    )
  })

  it('carry proposals and refusals', () => {
    const forward = {
      kind: 'forward',
      term: 9,
      origin: 2 ** 51,
      oldest: 2 ** 51 + 5,
      proposals: [Uint8Array.of(1, 2), new Uint8Array(0), new Uint8Array(300)],
    } as const
    assert.deepEqual(plain(decodeFrame(encodeFrame(forward), between)), plain(forward))
    const refused = { kind: 'refused', term: 3, sequences: [1, 2 ** 53 - 1] } as const
    assert.deepEqual(decodeFrame(encodeFrame(refused), between), refused)
  })

  it('refuse what is cut off or unknown, and nothing else happens', () => {
    const frame = encodeFrame({
      kind: 'messages',
      messages: [message({ type: 'app', entries: [], context: new Uint8Array(9) })],
    })
    for (let end = 2; end < frame.length; end++) {
      assert.throws(() => decodeFrame(frame.subarray(0, end), between), MalformedBytesError)
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (noise) => {
        try {
          decodeFrame(noise, between)
        } catch (error) {
          assert(error instanceof MalformedBytesError, String(error))
        }
      }),
      { numRuns: 500 },
    )
  })
})

/** Byte arrays of either kind compare as hexadecimal. */
function plain(value: unknown): unknown {
  const hex = (_: string, each: unknown) =>
    each instanceof Uint8Array ? Buffer.from(each).toString('hex') : each
  return JSON.parse(JSON.stringify(value, (key, each) => hex(key, unjson(each))))
}

/** Buffers are made JSON of before the replacer sees them. */
function unjson(value: unknown): unknown {
  const isBuffer = typeof value === 'object' && value !== null && 'type' in value && 'data' in value
  return isBuffer && value.type === 'Buffer' && Array.isArray(value.data)
    ? Uint8Array.from(value.data)
    : value
}
