import assert from 'node:assert/strict'
import { type HttpRequest, type Listener, silentLog } from '../../../../src/base/index.ts'
import { ErrorCode } from '../../../../src/platform/http2/errors.ts'
import { Flag, FrameType, makeFrame, uint32 } from '../../../../src/platform/http2/frame.ts'
import * as limits from '../../../../src/platform/http2/limits.ts'
import { serveHttps } from '../../../../src/platform/index.ts'
import { RawClient } from './raw-client.ts'

const EMPTY = Buffer.alloc(0)
const MEBIBYTE = 1024 * 1024

describe('platform: HTTP/2 under abuse', () => {
  let server: Listener
  let client: RawClient
  let handled = 0
  let aborted = 0

  async function handler({ url, signal }: HttpRequest) {
    handled++
    if (url === '/hang') {
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      aborted++
    }
    const bytes = url.startsWith('/big') ? 4 * MEBIBYTE : 2
    return { status: 200, headers: {}, body: Buffer.alloc(bytes) }
  }

  beforeEach(async () => {
    handled = 0
    aborted = 0
    server = await serveHttps({ address: '127.0.0.1', port: 0, handler, log: silentLog })
    client = await RawClient.open(server.port)
  })
  afterEach(async () => {
    client.destroy()
    await server.close()
  })

  const many = (count: number, frame: (i: number) => Buffer) =>
    client.raw(Buffer.concat(Array.from({ length: count }, (_, i) => frame(i))))
  const repeated = (type: number, flags: number, streamId: number, payload: Buffer) => {
    const frame = makeFrame({ type, flags, streamId }, payload)
    many(limits.IDLE_FRAMES_BURST + limits.IDLE_FRAMES_PER_SECOND * 10, () => frame)
  }

  it('ends a connection that opens and resets streams without end (CVE-2023-44487)', async () => {
    const flags = Flag.endHeaders | Flag.endStream
    many(limits.RESETS_BURST * 3, (i) => {
      const streamId = i * 2 + 1
      const block = Buffer.from(
        client.encoder.encode([
          [':method', 'GET'],
          [':path', '/hang'],
          [':scheme', 'http'],
        ]),
      )
      return Buffer.concat([
        makeFrame({ type: FrameType.headers, flags, streamId }, block),
        makeFrame({ type: FrameType.rstStream, flags: 0, streamId }, uint32(8)),
      ])
    })
    assert.equal(await client.goaway(), ErrorCode.enhanceYourCalm)
    assert(handled < limits.RESETS_BURST * 1.5, `${handled} requests were handled`)
    while (aborted < handled) await new Promise((resolve) => setImmediate(resolve))
  })

  it('counts the resets that a client provokes as its own (CVE-2025-8671)', async () => {
    many(limits.RESETS_BURST * 3, (i) => {
      const streamId = i * 2 + 1
      // Without a path: malformed.
      return makeFrame({ type: FrameType.headers, flags: 5, streamId }, Buffer.from([0x82]))
    })
    assert.equal(await client.goaway(), ErrorCode.enhanceYourCalm)
  })

  it('ends a header block without end (CVE-2024-27316)', async () => {
    client.frame(FrameType.headers, 0, 1, Buffer.from([0x82]))
    const part = makeFrame(
      { type: FrameType.continuation, flags: 0, streamId: 1 },
      Buffer.alloc(16_384, 0x82),
    )
    many(limits.HEADER_BLOCK_BYTES_MAX / 16_384 + 1, () => part)
    assert.equal(await client.goaway(), ErrorCode.enhanceYourCalm)
  })

  it('ends a header block of empty parts', async () => {
    client.frame(FrameType.headers, 0, 1)
    const part = makeFrame({ type: FrameType.continuation, flags: 0, streamId: 1 }, EMPTY)
    many(limits.CONTINUATIONS_MAX + 2, () => part)
    assert.equal(await client.goaway(), ErrorCode.enhanceYourCalm)
  })

  const FLOODS: Readonly<Record<string, () => void>> = {
    'pings (CVE-2019-9512)': () => repeated(FrameType.ping, 0, 0, Buffer.alloc(8)),
    'settings (CVE-2019-9515)': () => repeated(FrameType.settings, 0, 0, EMPTY),
    'priorities (CVE-2019-9513)': () => repeated(FrameType.priority, 0, 3, Buffer.alloc(5)),
    'empty data (CVE-2019-9518)': () => {
      client.request(1, '/hang', 0)
      repeated(FrameType.data, 0, 1, EMPTY)
    },
    'unknown frames': () => repeated(0xee, 0, 0, EMPTY),
    'data of a closed stream': () => {
      client.request(1, '/')
      client.request(3, '/hang', 0)
      repeated(FrameType.data, 0, 1, EMPTY)
    },
  }
  for (const [name, flood] of Object.entries(FLOODS)) {
    it(`ends a flood of ${name}`, async () => {
      flood()
      assert.equal(await client.goaway(), ErrorCode.enhanceYourCalm)
    })
  }

  it('lets a lively but honest client live', async () => {
    for (let i = 0; i < 500; i++) client.frame(FrameType.ping, 0, 0, Buffer.alloc(8))
    for (let i = 0; i < 500; i++) {
      client.request(i * 2 + 1, '/hang')
      client.frame(FrameType.rstStream, 0, i * 2 + 1, uint32(8))
    }
    client.request(1001)
    assert.equal(await client.status(), '200')
  })

  it('lets a client ping for each answer, as those of gRPC do to measure the line', async () => {
    for (let i = 0; i < limits.IDLE_FRAMES_BURST * 1.3; i++) {
      client.request(i * 2 + 1)
      await client.next(({ type }) => type === FrameType.data)
      client.frame(FrameType.ping, 0, 0, Buffer.alloc(8))
      // The first window of the connection holds 32,767 answers of two bytes.
      client.forget()
    }
    await client.next(({ type }) => type === FrameType.ping)
    assert.equal(client.closed, false)
  })

  it('refuses a list of headers that is too long, and reads on', async () => {
    // GET / over http, and `x` of 4000 bytes, to be indexed.
    const head = Buffer.from([0x82, 0x84, 0x86, 0x40, 1, 0x78, 0x7f, 0xa1, 0x1e])
    const flags = Flag.endHeaders | Flag.endStream
    client.frame(FrameType.headers, flags, 1, Buffer.concat([head, Buffer.alloc(4000, 0x76)]))
    assert.equal(await client.status(), '200')
    // The entry of 4 kB, named by one byte each: 16 MB for 4 kB (an "HPACK bomb").
    client.frame(FrameType.headers, flags, 3, Buffer.alloc(4000, 0xbe))
    assert.equal(await client.status(), '431')
    assert.equal(handled, 1)
    client.request(5)
    assert.equal(await client.status(), '200')
  })

  it('refuses streams above the number agreed', async () => {
    for (let i = 0; i <= 1000; i++) client.request(i * 2 + 1, '/hang')
    assert.equal(await client.resetOf(2001), ErrorCode.refusedStream)
    assert.equal(handled, 1000)
  })

  it('refuses further requests of who fetches no answers (CVE-2019-9511)', async () => {
    // The stream's windows stay at nothing.
    client.frame(FrameType.settings, 0, 0, Buffer.from([0, 4, 0, 0, 0, 0]))
    const fit = limits.UNFETCHED_BYTES_MAX / (4 * MEBIBYTE)
    for (let i = 0; i < fit + 5; i++) {
      client.request(i * 2 + 1, '/big')
      client.frame(FrameType.ping, 0, 0, Buffer.alloc(8))
      await client.next(({ type }) => type === FrameType.ping)
    }
    const refused = client.frames.filter(({ type }) => type === FrameType.rstStream)
    assert.equal(refused.length, 4)
    assert.equal(refused[0]?.payload.readUInt32BE(0), ErrorCode.refusedStream)
  })

  it('does not read on from who does not read (CVE-2019-9517)', async () => {
    client.frame(FrameType.settings, 0, 0, Buffer.from([0, 4, 0x7f, 0, 0, 0]))
    client.frame(FrameType.windowUpdate, 0, 0, uint32(2 ** 30))
    client.request(1)
    assert.equal(await client.status(), '200')
    client.socket.pause()
    for (let i = 1; i < 900; i++) {
      client.request(i * 2 + 1, '/big')
      await new Promise((resolve) => setImmediate(resolve))
    }
    assert(handled < 100, `${handled} requests were handled`)
  })

  it('spends and refills budgets', () => {
    const budget = new limits.Budget({ burst: 3, perSecond: 10, nowMs: 0 })
    assert.deepEqual(
      [1, 2, 3, 4].map(() => budget.spend(0)),
      [true, true, true, false],
    )
    assert.equal(budget.spend(1000), true)
    assert.equal(budget.spend(1000), true)
  })
})
