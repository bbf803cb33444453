import assert from 'node:assert/strict'
import {
  type HttpRequest,
  type HttpResponse,
  type Listener,
  readBody,
  silentLog,
} from '../../../../src/base/index.ts'
import { ErrorCode } from '../../../../src/platform/http2/errors.ts'
import {
  Flag,
  FrameType,
  makeFrame,
  PREFACE,
  uint32,
} from '../../../../src/platform/http2/frame.ts'
import type { Header } from '../../../../src/platform/http2/header-table.ts'
import { serveHttps } from '../../../../src/platform/index.ts'
import { get, RawClient } from './raw-client.ts'

const text = (value: string) => Buffer.from(value)
const EMPTY = Buffer.alloc(0)

/** `/echo` gives the body back, `/big?n` n bytes, `/hang` an answer when `release` is called. */
let release = () => {}
async function handler(request: HttpRequest): Promise<HttpResponse> {
  const { url } = request
  if (url.startsWith('/big')) {
    return { status: 200, headers: {}, body: Buffer.alloc(Number(url.split('?')[1]), 'x') }
  }
  if (url === '/hang') {
    await new Promise<void>((resolve) => {
      release = resolve
    })
  }
  const body = await readBody(request.body, 1e7, () => new Error('too large'))
  return { status: 200, headers: { 'x-host': request.headers['host'] ?? '' }, body }
}

describe('platform: HTTP/2 connection', () => {
  let server: Listener
  let client: RawClient

  beforeEach(async () => {
    server = await serveHttps({ address: '127.0.0.1', port: 0, handler, log: silentLog })
    client = await RawClient.open(server.port)
  })
  afterEach(async () => {
    client.destroy()
    release()
    await server.close()
  })

  /** DATA of a stream until its end. */
  const body = async (streamId: number): Promise<Buffer> => {
    const chunks: Buffer[] = []
    for (;;) {
      const frame = await client.next((each) => each.type === FrameType.data)
      if (!frame) throw new Error('the connection was closed')
      if (frame.streamId !== streamId) continue
      chunks.push(frame.payload)
      if (frame.flags & Flag.endStream) return Buffer.concat(chunks)
    }
  }

  it('reads what comes byte by byte', async () => {
    client.destroy()
    client = await RawClient.open(server.port, { hello: false })
    const all = Buffer.concat([
      PREFACE,
      makeFrame({ type: FrameType.settings, flags: 0, streamId: 0 }, EMPTY),
      makeFrame(
        { type: FrameType.headers, flags: Flag.endHeaders, streamId: 1 },
        client.encoder.encode(get('/echo')),
      ),
      makeFrame({ type: FrameType.data, flags: Flag.endStream, streamId: 1 }, text('hello')),
    ])
    for (const byte of all) {
      client.raw(Buffer.from([byte]))
      await new Promise((resolve) => setImmediate(resolve))
    }
    assert.equal(await client.status(), '200')
    assert.equal((await body(1)).toString(), 'hello')
  })

  it('takes header blocks in parts, padded and with priorities, and trailers', async () => {
    const block = client.encoder.encode(get('/echo'))
    const padded = Buffer.concat([
      Buffer.from([3, 0, 0, 0, 0, 9]),
      block.subarray(0, 4),
      Buffer.alloc(3),
    ])
    client.frame(FrameType.headers, Flag.padded | Flag.priority, 1, padded)
    client.frame(FrameType.continuation, 0, 1, block.subarray(4, 9))
    client.frame(FrameType.continuation, Flag.endHeaders, 1, block.subarray(9))
    client.frame(FrameType.data, Flag.padded, 1, Buffer.from([2, 97, 98, 0, 0]))
    client.headers(1, [['x-trailer', '1']])
    assert.equal(await client.status(), '200')
    assert.equal((await body(1)).toString(), 'ab')
  })

  it('sends within the windows of stream and connection, and goes on as they grow', async () => {
    client.frame(FrameType.settings, 0, 0, Buffer.from([0, 4, 0, 0, 0, 10]))
    client.request(1, '/big?25')
    assert.equal(await client.status(), '200')
    const data = () => client.next(({ type }) => type === FrameType.data)
    assert.equal((await data())?.length, 10)
    client.frame(FrameType.windowUpdate, 0, 1, uint32(5))
    assert.equal((await data())?.length, 5)
    // A smaller first window makes that of the stream negative (RFC 9113 §6.9.2).
    client.frame(FrameType.settings, 0, 0, Buffer.from([0, 4, 0, 0, 0, 7]))
    client.frame(FrameType.windowUpdate, 0, 1, uint32(4))
    assert.equal((await data())?.length, 1)
    client.frame(FrameType.settings, 0, 0, Buffer.from([0, 4, 0, 1, 0, 0]))
    const last = await data()
    assert.deepEqual([last?.length, last?.flags], [9, Flag.endStream])
    // 25 of the connection's 65535 bytes are used.
    client.request(3, '/big?100000')
    let sent = 0
    while (sent < 65_510) sent += (await data())?.length ?? Number.NaN
    assert.equal(sent, 65_510)
    client.frame(FrameType.windowUpdate, 0, 0, uint32(1_000_000))
    while (sent < 65_536) sent += (await data())?.length ?? Number.NaN
    assert.equal(sent, 65_536)
    client.frame(FrameType.windowUpdate, 0, 3, uint32(100_000))
    while (sent < 100_000) sent += (await data())?.length ?? Number.NaN
    assert.equal(sent, 100_000)
  })

  it('gives windows back as bodies are read: many times what they hold goes through', async () => {
    client.request(1, '/echo', 0)
    const chunk = Buffer.alloc(16_384, 'y')
    let windows = { stream: 65_535, connection: 65_535 }
    let sent = 0
    const grow = async () => {
      const frame = await client.next(({ type }) => type === FrameType.windowUpdate)
      const more = frame?.payload.readUInt32BE(0) ?? Number.NaN
      if (frame?.streamId === 0) windows = { ...windows, connection: windows.connection + more }
      else windows = { ...windows, stream: windows.stream + more }
    }
    windows.stream = 1024 * 1024
    await grow()
    while (sent < 5_000_000) {
      while (Math.min(windows.stream, windows.connection) < chunk.length) await grow()
      client.frame(FrameType.data, 0, 1, chunk)
      sent += chunk.length
      windows = {
        stream: windows.stream - chunk.length,
        connection: windows.connection - chunk.length,
      }
    }
    client.frame(FrameType.settings, 0, 0, Buffer.from([0, 4, 0x7f, 0, 0, 0]))
    client.frame(FrameType.windowUpdate, 0, 0, uint32(2 ** 30))
    client.frame(FrameType.data, Flag.endStream, 1)
    assert.equal((await body(1)).length, sent)
  })

  it('answers pings and settings', async () => {
    client.frame(FrameType.ping, 0, 0, text('12345678'))
    const pong = await client.next(({ type }) => type === FrameType.ping)
    assert.deepEqual([pong?.flags, pong?.payload.toString()], [Flag.ack, '12345678'])
    client.frame(FrameType.settings, 0, 0, Buffer.from([0, 99, 0, 0, 0, 1]))
    await client.next(({ type, flags }) => type === FrameType.settings && flags === Flag.ack)
  })

  it('ignores what it does not know', async () => {
    client.frame(0x77, 0xff, 5, text('extension'))
    client.request(1, '/echo')
    assert.equal(await client.status(), '200')
  })

  it('goes away in order: no new requests, the old ones answered', async () => {
    client.request(1, '/hang')
    client.frame(FrameType.ping, 0, 0, text('12345678'))
    await client.next(({ type }) => type === FrameType.ping)
    const closed = server.close()
    const goaway = await client.next(({ type }) => type === FrameType.goaway)
    assert.deepEqual([goaway?.payload.readUInt32BE(0), goaway?.payload.readUInt32BE(4)], [1, 0])
    client.request(3, '/echo')
    release()
    assert.equal(await client.status(), '200')
    await closed
    assert.equal(await client.next(({ streamId }) => streamId === 3), undefined)
    server = await serveHttps({ address: '127.0.0.1', port: 0, handler, log: silentLog })
  })

  const bad = (change: (fields: Header[]) => void): readonly Header[] => {
    const fields = get('/echo')
    change(fields)
    return fields
  }
  const MALFORMED: Readonly<Record<string, readonly Header[]>> = {
    'an upper-case name': bad((f) => f.push(['X-A', '1'])),
    'a pseudo-header behind others': bad((f) => f.push(['a', '1'], [':path', '/'])),
    'a pseudo-header twice': bad((f) => f.push([':path', '/'])),
    'an unknown pseudo-header': bad((f) => f.push([':status', '200'])),
    'no path': bad((f) => f.splice(2, 1)),
    'an empty path': bad((f) => (f[2] = [':path', ''])),
    'a path that is none': bad((f) => (f[2] = [':path', 'x'])),
    'no method': bad((f) => f.splice(0, 1)),
    'a header of connections': bad((f) => f.push(['connection', 'close'])),
    'transfer-encoding': bad((f) => f.push(['transfer-encoding', 'chunked'])),
    'te other than trailers': bad((f) => f.push(['te', 'gzip'])),
    'a line break in a value': bad((f) => f.push(['a', 'b\r\nc: d'])),
    'a content-length without content': bad((f) => f.push(['content-length', '5'])),
    'a content-length that is no number': bad((f) => f.push(['content-length', '+5'])),
  }
  for (const [name, fields] of Object.entries(MALFORMED)) {
    it(`resets a request with ${name}`, async () => {
      client.headers(1, fields)
      assert.equal(await client.resetOf(1), ErrorCode.protocolError)
      client.request(3, '/echo')
      assert.equal(await client.status(), '200')
    })
  }

  it('resets a request whose body does not fit its content-length', async () => {
    for (const [streamId, sent] of [
      [1, 'abc'],
      [3, 'abcdef'],
    ] as const) {
      client.headers(streamId, [...get('/echo'), ['content-length', '5']], 0)
      client.frame(FrameType.data, Flag.endStream, streamId, text(sent))
      assert.equal(await client.resetOf(streamId), ErrorCode.protocolError)
    }
  })

  const FAULTS: Readonly<Record<string, { says: () => void; code: number }>> = {
    'an even stream': { says: () => client.request(2), code: ErrorCode.protocolError },
    'stream 0': { says: () => client.request(0), code: ErrorCode.protocolError },
    'a stream below the last': {
      says: () => [client.request(5), client.request(3)],
      code: ErrorCode.streamClosed,
    },
    'DATA of no stream': {
      says: () => client.frame(FrameType.data, 0, 7, text('x')),
      code: ErrorCode.protocolError,
    },
    'a frame in a header block': {
      says: () => [
        client.request(1, '/', 0),
        client.frame(FrameType.headers, 0, 3),
        client.frame(FrameType.ping, 0, 0, Buffer.alloc(8)),
      ],
      code: ErrorCode.protocolError,
    },
    'a CONTINUATION of nothing': {
      says: () => client.frame(FrameType.continuation, 0, 1),
      code: ErrorCode.protocolError,
    },
    'a frame that is too large': {
      says: () => client.frame(FrameType.data, 0, 1, Buffer.alloc(16_385)),
      code: ErrorCode.frameSizeError,
    },
    'padding beyond the frame': {
      says: () => [
        client.request(1, '/', 0),
        client.frame(FrameType.data, Flag.padded, 1, Buffer.from([9, 1])),
      ],
      code: ErrorCode.protocolError,
    },
    'WINDOW_UPDATE by nothing': {
      says: () => client.frame(FrameType.windowUpdate, 0, 0, uint32(0)),
      code: ErrorCode.protocolError,
    },
    'a window beyond 2^31-1': {
      says: () => client.frame(FrameType.windowUpdate, 0, 0, uint32(2 ** 31 - 1)),
      code: ErrorCode.flowControlError,
    },
    'a first window beyond 2^31-1': {
      says: () => client.frame(FrameType.settings, 0, 0, Buffer.from([0, 4, 0xff, 0, 0, 0])),
      code: ErrorCode.flowControlError,
    },
    'a WINDOW_UPDATE of an idle stream': {
      says: () => client.frame(FrameType.windowUpdate, 0, 9, uint32(1)),
      code: ErrorCode.protocolError,
    },
    'a RST_STREAM of an idle stream': {
      says: () => client.frame(FrameType.rstStream, 0, 9, uint32(8)),
      code: ErrorCode.protocolError,
    },
    'a short RST_STREAM': {
      says: () => client.frame(FrameType.rstStream, 0, 1, Buffer.alloc(3)),
      code: ErrorCode.frameSizeError,
    },
    'a short PING': {
      says: () => client.frame(FrameType.ping, 0, 0, Buffer.alloc(7)),
      code: ErrorCode.frameSizeError,
    },
    'SETTINGS of odd length': {
      says: () => client.frame(FrameType.settings, 0, 0, Buffer.alloc(5)),
      code: ErrorCode.frameSizeError,
    },
    'SETTINGS of a stream': {
      says: () => client.frame(FrameType.settings, 0, 1),
      code: ErrorCode.protocolError,
    },
    'an acknowledgement with content': {
      says: () => client.frame(FrameType.settings, Flag.ack, 0, Buffer.alloc(6)),
      code: ErrorCode.frameSizeError,
    },
    'a push by the client': {
      says: () => client.frame(FrameType.pushPromise, 0, 1, Buffer.alloc(8)),
      code: ErrorCode.protocolError,
    },
    'a stream that depends on itself': {
      says: () => client.frame(FrameType.priority, 0, 1, Buffer.from([0, 0, 0, 1, 0])),
      code: ErrorCode.protocolError,
    },
    'headers that cannot be read': {
      says: () => client.frame(FrameType.headers, 5, 1, Buffer.from([0xff])),
      code: ErrorCode.compressionError,
    },
  }
  for (const [name, { says, code }] of Object.entries(FAULTS)) {
    it(`ends the connection for ${name}`, async () => {
      says()
      assert.equal(await client.goaway(), code)
    })
  }

  it('resets a stream with more DATA than its window', async () => {
    client.request(1, '/hang', 0)
    for (let i = 0; i < 65; i++) client.frame(FrameType.data, 0, 1, Buffer.alloc(16_384))
    assert.equal(await client.resetOf(1), ErrorCode.flowControlError)
    client.request(3, '/echo')
    assert.equal(await client.status(), '200')
  })

  it('hangs up on what is neither HTTP/2 nor HTTP/1', async () => {
    client.destroy()
    client = await RawClient.open(server.port, { hello: false })
    client.raw(text('PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n'))
    assert.equal(await client.goaway(), ErrorCode.protocolError)
    const other = await RawClient.open(server.port, { hello: false })
    other.raw(PREFACE)
    other.frame(FrameType.ping, 0, 0, Buffer.alloc(8))
    assert.equal(await other.goaway(), ErrorCode.protocolError)
    other.destroy()
  })
})
