import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { ErrorCode } from '../../../../src/platform/http2/errors.ts'
import { Flag, FrameType, PREFACE, uint32 } from '../../../../src/platform/http2/frame.ts'
import { Http2Connection, type Http2Stream } from '../../../../src/platform/http2/index.ts'
import * as limits from '../../../../src/platform/http2/limits.ts'
import { LOOK_MS } from '../../../../src/platform/http2/watchdog.ts'
import { ManualClock } from '../../../contract/manual-clock.ts'
import { RawClient } from './raw-client.ts'

const MEBIBYTE = 1024 * 1024
const OK = [[':status', '200'] as const]

describe('platform: HTTP/2 timers', () => {
  let clock: ManualClock
  let server: Server
  let port: number
  let connection: Http2Connection
  let client: RawClient
  let requests: Http2Stream[]
  let options: { keepalive?: { idleMs: number; timeoutMs: number }; pingMsMin?: number }

  beforeEach(async () => {
    clock = new ManualClock()
    // Some are 0 while nothing stalls.
    clock.advance(1)
    requests = []
    options = {}
    server = createServer((socket: Socket) => {
      connection = new Http2Connection({
        socket,
        settings: {
          streamsMax: 100,
          windowBytes: MEBIBYTE,
          connectionWindowBytes: MEBIBYTE,
          headerListBytesMax: 65_536,
        },
        clock,
        onRequest: (stream) => requests.push(stream),
        onClose: () => undefined,
        ...options,
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    port = (server.address() as AddressInfo).port
  })
  afterEach(async () => {
    client.destroy()
    await new Promise((resolve) => server.close(resolve))
  })

  const requested = async (count: number) => {
    while (requests.length < count) await new Promise((resolve) => setImmediate(resolve))
  }
  const gone = async () => {
    while (!client.closed) await new Promise((resolve) => setImmediate(resolve))
  }
  /** The server has dealt with everything that was said so far. */
  const heard = async () => {
    client.frame(FrameType.ping, 0, 0, Buffer.from('are you?'))
    await client.next(({ type, flags }) => type === FrameType.ping && (flags & Flag.ack) !== 0)
  }
  const isPing = ({ type, flags }: { type: number; flags: number }) =>
    type === FrameType.ping && (flags & Flag.ack) === 0

  it('give up a client that does not greet, with the preface alone as well', async () => {
    for (const said of [Buffer.alloc(0), PREFACE]) {
      client = await RawClient.open(port, { hello: false })
      client.raw(said)
      await client.next(({ type }) => type === FrameType.settings)
      clock.advance(limits.PREFACE_TIMEOUT_MS - LOOK_MS)
      await new Promise((resolve) => setImmediate(resolve))
      assert.equal(client.closed, false)
      clock.advance(LOOK_MS)
      await gone()
    }
    client = await RawClient.open(port)
    await heard()
    clock.advance(limits.PREFACE_TIMEOUT_MS * 10)
    await heard()
  })

  for (const [whose, more] of [
    ["its stream's", 2 ** 20],
    ["the connection's", 0],
  ] as const) {
    it(`reset an answer that waits for ${whose} window, and no other`, () => stall(more))
  }

  async function stall(more: number): Promise<void> {
    client = await RawClient.open(port)
    if (more > 0) client.frame(FrameType.windowUpdate, 0, 0, uint32(more))
    client.request(1)
    client.request(3)
    await requested(2)
    requests[0]?.respond(OK, { end: false })
    requests[0]?.write(Buffer.alloc(200_000))
    requests[0]?.end()
    await client.next(({ type }) => type === FrameType.data)
    await heard()
    clock.advance(limits.WINDOW_STALL_MS - LOOK_MS)
    await heard()
    assert.ok(!client.frames.some(({ type }) => type === FrameType.rstStream))
    clock.advance(2 * LOOK_MS)
    assert.equal(await client.resetOf(1), ErrorCode.cancel)
    assert.equal(requests[1]?.closed, false)
  }

  it('give up a client that takes nothing of what was written', async () => {
    client = await RawClient.open(port)
    client.frame(FrameType.windowUpdate, 0, 0, uint32(2 ** 30))
    client.frame(FrameType.settings, 0, 0, Buffer.concat([Buffer.of(0, 4), uint32(2 ** 30)]))
    client.request(1)
    await requested(1)
    client.socket.pause()
    requests[0]?.respond(OK, { end: false })
    for (let i = 0; i < 64; i++) requests[0]?.write(Buffer.alloc(MEBIBYTE))
    await new Promise((resolve) => setImmediate(resolve))
    clock.advance(limits.WRITE_STALL_MS)
    assert.equal(requests[0]?.closed, false)
    clock.advance(2 * LOOK_MS)
    while (!requests[0]?.closed) await new Promise((resolve) => setImmediate(resolve))
  })

  it('ask an idle client whether it is there, and give it up without an answer', async () => {
    options = { keepalive: { idleMs: 60_000, timeoutMs: 20_000 } }
    client = await RawClient.open(port)
    await heard()
    clock.advance(60_000)
    const asked = await client.next(isPing)
    client.frame(FrameType.ping, Flag.ack, 0, asked?.payload ?? Buffer.alloc(8))
    await heard()
    clock.advance(20_000)
    await heard()
    clock.advance(60_000)
    assert.ok(await client.next(isPing))
    clock.advance(20_000)
    await gone()
  })

  it('let calls end when the server goes, and then the connection', async () => {
    client = await RawClient.open(port)
    client.request(1)
    await requested(1)
    connection.close()
    const goaway = await client.next(({ type }) => type === FrameType.goaway)
    assert.deepEqual(
      [goaway?.payload.readUInt32BE(0), goaway?.payload.readUInt32BE(4)],
      [1, ErrorCode.noError],
    )
    // Not taken up: it may be tried elsewhere.
    client.request(3)
    await heard()
    assert.equal(requests.length, 1)
    clock.advance(600_000)
    assert.equal(client.closed, false)
    requests[0]?.respond(OK, { end: true })
    assert.equal(await client.status(), '200')
    // One that does not hang up has a moment.
    clock.advance(limits.LINGER_MS)
    await gone()
  })

  it('turn away a client that pings too often, as grpc-go does', async () => {
    options = { pingMsMin: 5000 }
    client = await RawClient.open(port)
    const ping = () => client.frame(FrameType.ping, 0, 0, Buffer.alloc(8))
    const pong = () => client.next(({ type }) => type === FrameType.ping)
    client.request(1)
    await requested(1)
    for (let i = 0; i < 10; i++) {
      clock.advance(5000)
      ping()
      await pong()
    }
    for (let i = 0; i < 2; i++) {
      ping()
      await pong()
    }
    // What was sent to it wipes the slate clean: that is how clients measure the line.
    requests[0]?.respond(OK, { end: false })
    await client.status()
    for (let i = 0; i < 3; i++) {
      ping()
      await pong()
    }
    ping()
    const goaway = await client.next(({ type }) => type === FrameType.goaway)
    assert.equal(goaway?.payload.readUInt32BE(4), ErrorCode.enhanceYourCalm)
    assert.equal(goaway?.payload.subarray(8).toString(), 'too_many_pings')
    clock.advance(limits.LINGER_MS)
    await gone()
  })
})
