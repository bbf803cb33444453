import assert from 'node:assert/strict'
import type { MemberId } from '../../../../src/base/index.ts'
import { message } from '../../../../src/raft/index.ts'
import { Outbox } from '../../../../src/store/member/outbox.ts'
import { decodeFrame } from '../../../../src/store/member/peer-codec.ts'
import { ManualClock } from '../../../contract/manual-clock.ts'

const PEER = 2
const entry = { type: 'normal', term: 1, index: 8, data: Buffer.from('x') } as const

describe('outbox', () => {
  let clock: ManualClock
  let outbox: Outbox
  let sent: [to: MemberId, what: string[]][]

  beforeEach(() => {
    clock = new ManualClock()
    sent = []
    const send = (to: MemberId, bytes: Uint8Array) => {
      const frame = decodeFrame(bytes, { from: 1, to })
      assert(frame.kind === 'messages')
      sent.push([to, frame.messages.map((m) => `${m.type} ${m.entries.length} ${m.commit}`)])
    }
    outbox = new Outbox({ clock, transport: { send } })
  })

  const news = (commit: number, to = PEER) => message({ type: 'app', to, index: 7, commit })
  const entries = (commit: number) =>
    message({ type: 'app', to: PEER, index: 7, commit, entries: [entry] })

  it('tells of a commit together with the next entries, once', () => {
    outbox.add(news(6))
    outbox.add(news(7))
    outbox.flush()
    assert.deepEqual(sent, [])
    outbox.add(entries(7))
    outbox.flush()
    clock.advance(10)
    assert.deepEqual(sent, [[PEER, ['app 1 7']]])
  })

  it('tells of it alone within a millisecond', () => {
    outbox.add(news(7))
    outbox.flush()
    clock.advance(1)
    assert.deepEqual(sent, [[PEER, ['app 0 7']]])
  })

  it('tells at once whom waits for it, and nobody else', () => {
    outbox.add(news(7))
    outbox.add(news(7, 3))
    outbox.hurry(PEER)
    outbox.flush()
    assert.deepEqual(sent, [[PEER, ['app 0 7']]])
  })

  it('encodes the same entries once for several followers, and others apart', () => {
    const frames: Uint8Array[] = []
    const send = (_: MemberId, bytes: Uint8Array) => frames.push(bytes)
    outbox = new Outbox({ clock, transport: { send } })
    const to = (id: MemberId, more = {}) =>
      outbox.add(message({ type: 'app', to: id, index: 7, entries: [entry], ...more }))
    to(2)
    to(3)
    outbox.flush()
    assert.equal(frames[0], frames[1])
    to(2)
    to(3, { index: 6 })
    outbox.add(message({ type: 'heartbeat', to: 4, context: Buffer.from('a') }))
    outbox.add(message({ type: 'heartbeat', to: 5, context: Buffer.from('b') }))
    outbox.flush()
    assert.equal(
      new Set(frames.slice(2).map((frame) => Buffer.from(frame).toString('hex'))).size,
      4,
    )
  })

  it('lets nothing overtake it, and entries of an older commit do not take its place', () => {
    outbox.add(news(7))
    outbox.add(message({ type: 'heartbeat', to: PEER, commit: 7 }))
    outbox.add(news(8))
    outbox.add(entries(7))
    outbox.flush()
    assert.deepEqual(sent, [[PEER, ['app 0 7', 'heartbeat 0 7', 'app 0 8', 'app 1 7']]])
  })
})
