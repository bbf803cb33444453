import assert from 'node:assert/strict'
import type { PeerTransport } from '../../../../src/base/index.ts'
import { Asks } from '../../../../src/store/member/asks.ts'
import { decodeFrame } from '../../../../src/store/member/peer-codec.ts'

/** Two members that hear each other at once. */
function pair(): { asking: Asks; answering: Asks } {
  const parts: { asking?: Asks; answering?: Asks } = {}
  const unused = () => undefined
  const transport = (send: PeerTransport['send']): PeerTransport => ({
    send,
    sendStream: () => Promise.resolve(),
    receive: unused,
    setPeer: unused,
    removePeer: unused,
    close: () => Promise.resolve(),
  })
  const toAnswering = transport((_to, bytes) => {
    const frame = decodeFrame(bytes, { from: 1, to: 2 })
    if (frame.kind === 'ask') void parts.answering?.onAsk(1, frame)
  })
  const toAsking = transport((_to, bytes) => {
    const frame = decodeFrame(bytes, { from: 1, to: 2 })
    if (frame.kind === 'answer') parts.asking?.onAnswer(frame)
  })
  const asking = new Asks({ transport: toAnswering, origin: 1 })
  const answering = new Asks({ transport: toAsking, origin: 1000 })
  return Object.assign(parts, { asking, answering })
}

describe('questions between members', () => {
  const { asking, answering } = pair()
  const { signal } = new AbortController()
  const ask = (topic: string) =>
    asking.ask({ to: 2, topic, body: Buffer.from('x') }, { nowMs: 0, signal })

  it('are answered by those who handle their topic', async () => {
    answering.handle('echo', (body) => body)
    assert.equal(Buffer.from(await ask('echo')).toString(), 'x')
    await assert.rejects(ask('nothing'), /nobody answers "nothing" here/)
  })

  it('that cannot be read are refused, and end nobody', async () => {
    answering.handle('broken', () => {
      throw new RangeError('index out of range')
    })
    await assert.rejects(ask('broken'), /"broken" cannot be answered: index out of range/)
    assert.equal(Buffer.from(await ask('echo')).toString(), 'x')
  })
})
