import { ByteReader, type Connection } from '../../../base/index.ts'
import { Pipe } from './pipe.ts'
import { SpdyError } from './spdy-error.ts'
import { HeaderReader, HeaderWriter } from './spdy-headers.ts'

const VERSION = 3
const CONTROL_BIT = 0x80
const FLAG_FIN = 1
const CONTROL_BYTES_MAX = 64 * 1024
/** Data is handed on in pieces of this size at most, however long the frame. */
const PIECE_BYTES_MAX = 64 * 1024
const STREAMS_MAX = 1000

const TYPE = {
  synStream: 1,
  synReply: 2,
  rstStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  headers: 8,
  windowUpdate: 9,
} as const

const RST = { invalidStream: 2, refusedStream: 3 } as const

/** One stream that the client opened. */
export class SpdyStream {
  readonly id: number
  readonly headers: ReadonlyMap<string, string>
  /** What the client sends; ends with its half of the stream, or when the stream is reset. */
  readonly incoming = new Pipe()
  readonly #session: SpdySession
  #mineEnded = false
  #wasReset = false
  #onReset: () => void = () => undefined

  constructor(session: SpdySession, id: number, headers: ReadonlyMap<string, string>) {
    this.#session = session
    this.id = id
    this.headers = headers
  }

  get wasReset(): boolean {
    return this.#wasReset
  }

  /** Called once when the client gives the stream up, or the connection ends. */
  set onReset(call: () => void) {
    this.#onReset = call
    if (this.#wasReset) call()
  }

  async write(data: Uint8Array): Promise<void> {
    if (!this.#mineEnded) await this.#session.writeData(this.id, data, 0)
  }

  /** Ends our half. */
  async end(): Promise<void> {
    if (this.#mineEnded) return
    this.#mineEnded = true
    await this.#session.writeData(this.id, new Uint8Array(0), FLAG_FIN)
  }

  /** For the session alone. */
  markReset(): void {
    if (this.#wasReset) return
    this.#wasReset = true
    this.#mineEnded = true
    this.incoming.destroy()
    this.#onReset()
  }
}

/**
 * The server's side of SPDY/3.1 as client-go speaks it. Flow control is TCP's alone: client-go
 * (moby/spdystream) neither sends nor minds WINDOW_UPDATE.
 */
export class SpdySession {
  readonly #connection: Connection
  readonly #onStream: (stream: SpdyStream) => boolean
  readonly #reader: ByteReader
  readonly #headerReader = new HeaderReader()
  readonly #headerWriter = new HeaderWriter()
  readonly #streams = new Map<number, SpdyStream>()
  #lastId = 0

  /** `onStream` says whether a new stream is wanted. */
  constructor(connection: Connection, onStream: (stream: SpdyStream) => boolean) {
    this.#connection = connection
    this.#reader = new ByteReader(connection)
    this.#onStream = onStream
  }

  /** Reads until the client goes; throws `SpdyError` when it breaks the rules. */
  async run(): Promise<void> {
    try {
      while (await this.#readFrame());
    } finally {
      for (const stream of this.#streams.values()) stream.markReset()
      this.#streams.clear()
    }
  }

  /** Says that no more streams are taken, and ends the connection. */
  async close(): Promise<void> {
    await this.#writeControl(TYPE.goAway, Buffer.concat([uint32(this.#lastId), uint32(0)]))
    this.#connection.end()
  }

  /** A stream that both sides are done with. */
  forget(stream: SpdyStream): void {
    this.#streams.delete(stream.id)
  }

  async writeData(id: number, data: Uint8Array, flags: number): Promise<void> {
    const head = Buffer.alloc(8)
    head.writeUInt32BE(id)
    head.writeUInt32BE((flags << 24) | data.length, 4)
    await this.#connection.write(Buffer.concat([head, data]))
  }

  async #writeControl(type: number, payload: Uint8Array): Promise<void> {
    const head = Buffer.alloc(8)
    head.writeUInt16BE((CONTROL_BIT << 8) | VERSION)
    head.writeUInt16BE(type, 2)
    head.writeUInt32BE(payload.length, 4)
    await this.#connection.write(Buffer.concat([head, payload]))
  }

  async #readFrame(): Promise<boolean> {
    const head = await this.#reader.exactly(8)
    if (!head) return false
    const flags = head.readUInt8(4)
    const length = head.readUIntBE(5, 3)
    if ((head.readUInt8(0) & CONTROL_BIT) === 0) {
      await this.#readData(head.readUInt32BE(0), { flags, length })
      return true
    }
    const version = head.readUInt16BE(0) & 0x7fff
    if (version !== VERSION) throw new SpdyError(`version ${version} is not SPDY/3`)
    if (length > CONTROL_BYTES_MAX) throw new SpdyError('a control frame is too long')
    const payload = length === 0 ? Buffer.alloc(0) : await this.#reader.exactly(length)
    if (!payload) throw new SpdyError('the connection ended in the middle of a frame')
    return this.#control(head.readUInt16BE(2), flags, payload)
  }

  async #readData(id: number, { flags, length }: { flags: number; length: number }) {
    const stream = this.#streams.get(id)
    if (!stream && id > this.#lastId) await this.#reset(id, RST.invalidStream)
    for (let missing = length; missing > 0; ) {
      const piece = await this.#reader.upTo(Math.min(missing, PIECE_BYTES_MAX))
      if (!piece) throw new SpdyError('the connection ended in the middle of a frame')
      missing -= piece.length
      await stream?.incoming.write(piece)
    }
    if ((flags & FLAG_FIN) !== 0) stream?.incoming.end()
  }

  /** False once the client has said goodbye. */
  async #control(type: number, flags: number, payload: Buffer): Promise<boolean> {
    switch (type) {
      case TYPE.synStream:
        await this.#open(flags, payload)
        return true
      case TYPE.rstStream: {
        const id = idAt(payload, 8)
        this.#streams.get(id)?.markReset()
        this.#streams.delete(id)
        return true
      }
      case TYPE.headers:
        // Read even so: the next block builds on it.
        this.#headerReader.read(payload.subarray(4))
        if ((flags & FLAG_FIN) !== 0) this.#streams.get(idAt(payload, 4))?.incoming.end()
        return true
      case TYPE.ping:
        // SPDY/3 §2.6.5: a client's pings are odd; an even one is an answer.
        if ((idAt(payload, 4) & 1) === 1) await this.#writeControl(TYPE.ping, payload)
        return true
      case TYPE.goAway:
        return this.#streams.size > 0
      case TYPE.settings:
      case TYPE.windowUpdate:
        return true
      default:
        throw new SpdyError(`unknown control frame ${type}`)
    }
  }

  async #open(flags: number, payload: Buffer): Promise<void> {
    const id = idAt(payload, 10)
    const headers = this.#headerReader.read(payload.subarray(10))
    if (id <= this.#lastId || id % 2 === 0) throw new SpdyError(`stream ${id} is out of order`)
    this.#lastId = id
    const stream = new SpdyStream(this, id, headers)
    if (this.#streams.size >= STREAMS_MAX) {
      await this.#reset(id, RST.refusedStream)
      return
    }
    this.#streams.set(id, stream)
    if ((flags & FLAG_FIN) !== 0) stream.incoming.end()
    const block = this.#headerWriter.write(new Map())
    await this.#writeControl(TYPE.synReply, Buffer.concat([uint32(id), block]))
    if (this.#onStream(stream)) return
    this.#streams.delete(id)
    await this.#reset(id, RST.refusedStream)
  }

  async #reset(id: number, status: number): Promise<void> {
    await this.#writeControl(TYPE.rstStream, Buffer.concat([uint32(id), uint32(status)]))
  }
}

function idAt(payload: Buffer, minLength: number): number {
  if (payload.length < minLength) throw new SpdyError('a control frame is too short')
  return payload.readUInt32BE(0) & 0x7fffffff
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
