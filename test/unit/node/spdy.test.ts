import assert from 'node:assert/strict'
import { constants, createDeflate, createInflate } from 'node:zlib'
import {
  HeaderReader,
  HeaderWriter,
  SPDY_DICTIONARY,
} from '../../../src/node/kubelet/streaming/spdy-headers.ts'
import { SpdySession, type SpdyStream } from '../../../src/node/kubelet/streaming/spdy-session.ts'
import { FakeConnection } from '../../support/fake-connection.ts'

/** zlib as another implementation would use it: one stream over all header blocks. */
class Packer {
  readonly #deflate = createDeflate({ dictionary: SPDY_DICTIONARY })

  async pack(headers: Readonly<Record<string, string>>): Promise<Buffer> {
    const parts: Buffer[] = []
    const onData = (part: Buffer) => parts.push(part)
    this.#deflate.on('data', onData)
    this.#deflate.write(plain(headers))
    await new Promise<void>((resolve) => this.#deflate.flush(constants.Z_SYNC_FLUSH, resolve))
    this.#deflate.off('data', onData)
    return Buffer.concat(parts)
  }
}

function plain(headers: Readonly<Record<string, string>>): Buffer {
  const text = (word: string) => Buffer.concat([uint32(word.length), Buffer.from(word)])
  const pairs = Object.entries(headers)
  return Buffer.concat([uint32(pairs.length), ...pairs.flat().map(text)])
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

const control = (type: number, payload: Uint8Array, flags = 0, version = 3) =>
  Buffer.concat([
    Buffer.of(0x80, version, 0, type),
    uint32(flags * 0x1000000 + payload.length),
    payload,
  ])
const data = (id: number, payload: Uint8Array, flags = 0) =>
  Buffer.concat([uint32(id), uint32(flags * 0x1000000 + payload.length), payload])
const synStream = (id: number, block: Uint8Array, flags = 0) =>
  control(1, Buffer.concat([uint32(id), Buffer.alloc(6), block]), flags)

/** What a session makes of these bytes; what streams receive is collected. */
async function serve(bytes: Uint8Array, options: { accept?: boolean; pieces?: number } = {}) {
  const connection = new FakeConnection(bytes, options.pieces)
  const streams: SpdyStream[] = []
  const received = new Map<number, Promise<string>>()
  const collect = async (stream: SpdyStream) => {
    let text = ''
    for await (const part of stream.incoming) text += Buffer.from(part).toString()
    return text
  }
  const session = new SpdySession(connection, (stream) => {
    streams.push(stream)
    received.set(stream.id, collect(stream))
    return options.accept ?? true
  })
  let error: unknown
  await session.run().catch((cause: unknown) => {
    error = cause
  })
  return { streams, received, error, sent: connection.sent }
}

describe('kubelet: SPDY/3.1', () => {
  it('has the dictionary of the specification', async () => {
    // Every SPDY/3 connection's first header block begins with these bytes: its checksum.
    const block = await new Packer().pack({})
    assert.equal(block.subarray(2, 6).toString('hex'), 'e3c6a7c2')
  })

  it('reads header blocks of one compressed stream, far beyond its window', async () => {
    const packer = new Packer()
    const reader = new HeaderReader()
    for (let i = 0; i < 200; i++) {
      const headers = {
        streamtype: i % 2 ? 'data' : 'error',
        port: '8080',
        requestid: `${i}`,
        x: 'y'.repeat(i * 7),
      }
      assert.deepEqual(Object.fromEntries(reader.read(await packer.pack(headers))), headers)
    }
  })

  it('writes header blocks that zlib reads one by one', async () => {
    const writer = new HeaderWriter()
    const inflate = createInflate({ dictionary: SPDY_DICTIONARY })
    let out = Buffer.alloc(0)
    inflate.on('data', (part: Buffer) => {
      out = Buffer.concat([out, part])
    })
    const written: Record<string, string>[] = [
      {},
      { a: 'b' },
      { name: 'value', more: 'x'.repeat(500) },
    ]
    for (const headers of written) {
      out = Buffer.alloc(0)
      const block = writer.write(new Map(Object.entries(headers)))
      await new Promise((resolve) => inflate.write(block, resolve))
      assert.deepEqual(out, plain(headers))
    }
  })

  it('refuses a header block that is a bomb, cut short or not compressed', async () => {
    const bomb = await new Packer().pack({ x: 'a'.repeat(100_000) })
    assert.throws(() => new HeaderReader().read(bomb), /cannot be unpacked/)
    assert.throws(
      () => new HeaderReader().read(Buffer.from('not zlib at all')),
      /cannot be unpacked/,
    )
    const short = new HeaderWriter().write(new Map())
    // One header is announced, none follows.
    short[2 + 5 + 3] = 1
    assert.throws(() => new HeaderReader().read(short), /cut short/)
  })

  it('serves streams, data, pings and resets, however the bytes arrive', async () => {
    const packer = new Packer()
    const bytes = Buffer.concat([
      control(4, Buffer.concat([uint32(0)])),
      synStream(1, await packer.pack({ streamType: 'error' }), 1),
      synStream(3, await packer.pack({ streamType: 'data' })),
      data(3, Buffer.from('hello ')),
      control(6, uint32(1)),
      data(3, Buffer.from('world'), 1),
      synStream(5, await packer.pack({})),
      data(5, Buffer.from('lost')),
      control(3, Buffer.concat([uint32(5), uint32(5)])),
      data(99, Buffer.from('nobody')),
    ])
    for (const pieces of [1, 11, bytes.length]) {
      const { streams, received, error, sent } = await serve(bytes, { pieces })
      assert.equal(error, undefined)
      assert.deepEqual(
        streams.map((stream) => stream.headers.get('streamtype')),
        ['error', 'data', undefined],
      )
      assert.equal(await received.get(1), '')
      assert.equal(await received.get(3), 'hello world')
      assert.equal(streams[2]?.wasReset, true)
      assert.ok(sent.includes(control(6, uint32(1))), 'the ping is answered')
      const invalid = control(3, Buffer.concat([uint32(99), uint32(2)]))
      assert.ok(sent.includes(invalid), 'data of a stream that never was is refused')
    }
  })

  it('refuses a stream that nobody wants', async () => {
    const { sent } = await serve(synStream(1, await new Packer().pack({})), { accept: false })
    assert.ok(sent.includes(control(3, Buffer.concat([uint32(1), uint32(3)]))))
  })

  const refused: [what: string, bytes: () => Promise<Uint8Array>, why: RegExp][] = [
    ['another version', async () => control(4, Buffer.alloc(4), 0, 2), /version 2/],
    ['an unknown control frame', async () => control(77, Buffer.alloc(4)), /unknown control/],
    ['a control frame that is too long', async () => control(6, Buffer.alloc(70_000)), /too long/],
    ['a control frame that is too short', async () => control(6, Buffer.alloc(2)), /too short/],
    ['an even stream', async () => synStream(2, await new Packer().pack({})), /out of order/],
    ['a frame that is cut short', async () => data(1, Buffer.alloc(9)).subarray(0, 12), /middle/],
  ]
  for (const [what, bytes, why] of refused) {
    it(`refuses ${what}`, async () => {
      assert.match(String((await serve(await bytes())).error), why)
    })
  }
})
