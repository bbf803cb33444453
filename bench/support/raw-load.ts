import { connect, type Socket } from 'node:net'
import { Flag, FrameType, makeFrame, PREFACE, uint32 } from '../../src/platform/http2/frame.ts'
import { FrameReader } from '../../src/platform/http2/frame-reader.ts'
import type { Header } from '../../src/platform/http2/header-table.ts'
import { HpackDecoder } from '../../src/platform/http2/hpack-decoder.ts'
import { HpackEncoder } from '../../src/platform/http2/hpack-encoder.ts'

const WINDOW_BYTES = 2 ** 30
const LARGEST_FRAME = 2 ** 24 - 1

export interface RawLoadOptions {
  readonly url: string
  readonly path: string
  /** The request of this serial number. */
  readonly message: (serial: number) => Uint8Array
  readonly inFlight: number
  readonly requests: number
}

/**
 * Different messages, which h2load cannot send, at a few microseconds each: gRPC over one
 * connection, written by hand. Throws when a call fails.
 */
export async function rawLoad(options: RawLoadOptions): Promise<{ perSecond: number }> {
  const { port, hostname } = new URL(options.url)
  const socket = connect({ host: hostname, port: Number(port), noDelay: true })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  const startedMs = performance.now()
  try {
    await new Load(options, socket).done
  } finally {
    socket.destroy()
  }
  return { perSecond: options.requests / ((performance.now() - startedMs) / 1000) }
}

class Load {
  readonly done: Promise<void>
  readonly #options: RawLoadOptions
  readonly #socket: Socket
  readonly #decoder = new HpackDecoder({ listBytesMax: 65_536 })
  readonly #head: Buffer
  #sent = 0
  #answered = 0
  #receivedBytes = 0
  #out: Buffer[] = []
  #finish: () => void = () => {}
  #fail: (error: Error) => void = () => {}

  constructor(options: RawLoadOptions, socket: Socket) {
    this.#options = options
    this.#socket = socket
    const encoder = new HpackEncoder()
    // Without a table every request has the same head.
    encoder.resize(0)
    const fields: Header[] = [
      [':method', 'POST'],
      [':scheme', 'http'],
      [':path', options.path],
      [':authority', 'bench'],
      ['content-type', 'application/grpc'],
      ['te', 'trailers'],
    ]
    encoder.encode([])
    this.#head = Buffer.from(encoder.encode(fields))
    this.done = new Promise((resolve, reject) => {
      this.#finish = resolve
      this.#fail = reject
    })
    this.#begin()
  }

  #begin(): void {
    const settings = Buffer.from([0, 4, 0x40, 0, 0, 0])
    const head = { flags: 0, streamId: 0 }
    this.#out.push(PREFACE, makeFrame({ type: FrameType.settings, ...head }, settings))
    this.#out.push(makeFrame({ type: FrameType.windowUpdate, ...head }, uint32(WINDOW_BYTES)))
    const reader = new FrameReader({
      frameBytesMax: LARGEST_FRAME,
      onFrame: ({ type, flags }, payload) => this.#onFrame(type, flags, payload),
    })
    // Servers say no preface.
    reader.push(PREFACE)
    this.#socket.on('data', (chunk: Buffer) => {
      try {
        reader.push(chunk)
        this.#flush()
      } catch (error) {
        this.#fail(error instanceof Error ? error : new Error(String(error)))
      }
    })
    this.#socket.on('close', () => this.#fail(new Error('the connection was closed')))
    this.#socket.on('error', (error) => this.#fail(error))
    for (let i = 0; i < this.#options.inFlight; i++) this.#send()
    this.#flush()
  }

  #send(): void {
    if (this.#sent >= this.#options.requests) return
    const serial = this.#sent++
    const streamId = serial * 2 + 1
    const message = this.#options.message(serial)
    const prefix = Buffer.from([0, 0, 0, 0, 0])
    prefix.writeUInt32BE(message.length, 1)
    const body = Buffer.concat([prefix, message])
    const { headers, data } = FrameType
    this.#out.push(makeFrame({ type: headers, flags: Flag.endHeaders, streamId }, this.#head))
    this.#out.push(makeFrame({ type: data, flags: Flag.endStream, streamId }, body))
  }

  #flush(): void {
    if (this.#out.length > 0) this.#socket.write(Buffer.concat(this.#out))
    this.#out = []
  }

  #onFrame(type: number, flags: number, payload: Buffer): void {
    if (type === FrameType.data) this.#received(payload.length)
    if (type === FrameType.settings && !(flags & Flag.ack)) {
      this.#out.push(makeFrame({ type, flags: Flag.ack, streamId: 0 }, Buffer.alloc(0)))
    }
    if (type === FrameType.ping && !(flags & Flag.ack)) {
      this.#out.push(makeFrame({ type, flags: Flag.ack, streamId: 0 }, payload))
    }
    if (type === FrameType.rstStream || type === FrameType.goaway) throw new Error('a call failed')
    if (type !== FrameType.headers) return
    const { fields } = this.#decoder.decode(payload)
    if (!(flags & Flag.endStream)) return
    const status = fields.find(([name]) => name === 'grpc-status')?.[1]
    if (status !== '0') throw new Error(`a call ended with ${fields.map(String).join(' ')}`)
    if (++this.#answered === this.#options.requests) this.#finish()
    this.#send()
  }

  #received(bytes: number): void {
    this.#receivedBytes += bytes
    if (this.#receivedBytes < WINDOW_BYTES / 2) return
    const head = { type: FrameType.windowUpdate, flags: 0, streamId: 0 }
    this.#out.push(makeFrame(head, uint32(this.#receivedBytes)))
    this.#receivedBytes = 0
  }
}
