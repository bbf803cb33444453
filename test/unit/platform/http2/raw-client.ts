import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { FrameReader } from '../../../../src/platform/http2/frame-reader.ts'
import {
  Flag,
  type FrameHead,
  FrameType,
  makeFrame,
  PREFACE,
} from '../../../../src/platform/http2/frame.ts'
import type { Header } from '../../../../src/platform/http2/header-table.ts'
import { HpackDecoder } from '../../../../src/platform/http2/hpack-decoder.ts'
import { HpackEncoder } from '../../../../src/platform/http2/hpack-encoder.ts'

export interface Frame extends FrameHead {
  readonly payload: Buffer
}

/** An HTTP/2 client that says whatever a test wants it to say. */
export class RawClient {
  readonly frames: Frame[] = []
  readonly encoder = new HpackEncoder()
  readonly socket: Socket
  closed = false
  readonly #decoder = new HpackDecoder({ listBytesMax: 2 ** 20 })
  #nextFrame = 0
  #wake = () => {}

  private constructor(socket: Socket) {
    this.socket = socket
    const reader = new FrameReader({
      frameBytesMax: 2 ** 24,
      onFrame: (head, payload) => {
        this.frames.push({ ...head, payload: Buffer.from(payload) })
        this.#wake()
      },
    })
    // Servers say no preface.
    reader.push(PREFACE)
    socket.on('data', (chunk: Buffer) => reader.push(chunk))
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.closed = true
      this.#wake()
    })
  }

  static async open(port: number, options: { hello?: boolean } = {}): Promise<RawClient> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    await once(socket, 'connect')
    const client = new RawClient(socket)
    if (options.hello !== false) {
      client.raw(PREFACE)
      client.frame(FrameType.settings, 0, 0)
    }
    return client
  }

  raw(bytes: Uint8Array): void {
    if (!this.socket.destroyed) this.socket.write(bytes)
  }

  frame(
    type: number,
    flags: number,
    streamId: number,
    payload: Uint8Array = Buffer.alloc(0),
  ): void {
    this.raw(makeFrame({ type, flags, streamId }, payload))
  }

  headers(streamId: number, fields: readonly Header[], flags = Flag.endStream as number): void {
    this.frame(FrameType.headers, flags | Flag.endHeaders, streamId, this.encoder.encode(fields))
  }

  request(streamId: number, path = '/', flags = Flag.endStream as number): void {
    this.headers(streamId, get(path), flags)
  }

  /** The next frame that fits, past those looked at before; undefined when the connection closes. */
  async next(fits: (frame: Frame) => boolean): Promise<Frame | undefined> {
    for (;;) {
      while (this.#nextFrame < this.frames.length) {
        const frame = this.frames[this.#nextFrame++] as Frame
        if (fits(frame)) return frame
      }
      if (this.closed) return undefined
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  /** Drops what came so far. */
  forget(): void {
    this.frames.length = 0
    this.#nextFrame = 0
  }

  /** The code of the GOAWAY that ends the connection. */
  async goaway(): Promise<number | undefined> {
    const frame = await this.next(({ type }) => type === FrameType.goaway)
    return frame?.payload.readUInt32BE(4)
  }

  async resetOf(streamId: number): Promise<number | undefined> {
    const frame = await this.next(
      (each) => each.type === FrameType.rstStream && each.streamId === streamId,
    )
    return frame?.payload.readUInt32BE(0)
  }

  /** The status of the next answer. Blocks must be read in order: no answer may be skipped. */
  async status(): Promise<string | undefined> {
    const frame = await this.next(({ type }) => type === FrameType.headers)
    if (!frame) return undefined
    return this.#decoder.decode(frame.payload).fields.find(([name]) => name === ':status')?.[1]
  }

  destroy(): void {
    this.socket.destroy()
  }
}

export function get(path: string): Header[] {
  return [
    [':method', 'GET'],
    [':scheme', 'http'],
    [':path', path],
    [':authority', 'x'],
  ]
}
