import assert from 'node:assert/strict'
import { Duplex } from 'node:stream'
import { FrameType } from '../../../../src/platform/http2/frame.ts'
import { Output } from '../../../../src/platform/http2/output.ts'

/** A socket that counts what is written to it, and takes it when told to. */
class CountingSocket extends Duplex {
  writes = 0
  readonly bytes: Buffer[] = []
  stopped = false
  #done: (() => void) | undefined

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#take([chunk], done)
  }

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    this.#take(
      chunks.map(({ chunk }) => chunk),
      done,
    )
  }

  #take(chunks: Buffer[], done: () => void): void {
    this.writes++
    this.bytes.push(...chunks)
    if (this.stopped) this.#done = done
    else done()
  }

  goOn(): void {
    this.stopped = false
    this.#done?.()
  }
}

describe('platform: HTTP/2 output', () => {
  const data = (streamId: number) => ({ type: FrameType.data, flags: 0, streamId })

  it('lets all frames of a turn leave in one write', async () => {
    const socket = new CountingSocket()
    const output = new Output({ socket, onRoom: () => {} })
    const expected: Buffer[] = []
    for (let i = 0; i < 300; i++) {
      // Small ones are gathered, large ones handed on.
      const payload = Buffer.alloc(i % 50 === 7 ? 20_000 : 100, i)
      output.frame(data(i), payload)
      const head = Buffer.alloc(9)
      head.writeUIntBE(payload.length, 0, 3)
      head.writeUInt32BE(i, 5)
      expected.push(head, payload)
    }
    assert.equal(socket.writes, 0)
    await new Promise((resolve) => setImmediate(resolve))
    assert.equal(socket.writes, 1)
    assert.deepEqual(Buffer.concat(socket.bytes), Buffer.concat(expected))
  })

  it('says when the socket has too much, and when it has room again', async () => {
    const socket = new CountingSocket()
    let room = 0
    const output = new Output({ socket, onRoom: () => room++ })
    socket.stopped = true
    output.frame(data(1), Buffer.alloc(1_000_000))
    assert.equal(output.full, true)
    socket.goOn()
    await new Promise((resolve) => setImmediate(resolve))
    assert.deepEqual([output.full, room], [false, 1])
  })
})
