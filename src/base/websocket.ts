import { createHash } from 'node:crypto'
import { ByteReader } from './byte-reader.ts'
import type { HttpHeaders, HttpRequest } from './http.ts'
import type { Connection } from './net.ts'

/** RFC 6455 §1.3. */
const ACCEPT_SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
/** Longest message, over all its frames; clients send a file's bytes in far smaller ones. */
const MESSAGE_BYTES_MAX = 16 * 1024 * 1024
const CONTROL_BYTES_MAX = 125

const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

/** Codes of RFC 6455 §7.4.1. */
export const CLOSE_CODE = { normal: 1000, protocolError: 1002, tooBig: 1009 } as const

/** The other side broke the rules of RFC 6455. */
export class WebSocketError extends Error {
  override readonly name = 'WebSocketError'
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

/** `Sec-WebSocket-Accept` for a client's key; undefined for a key that is none (16 bytes). */
export function acceptKey(key: string | undefined): string | undefined {
  if (key === undefined || !/^[A-Za-z0-9+/]{22}==$/.test(key)) return undefined
  return createHash('sha1').update(`${key}${ACCEPT_SUFFIX}`).digest('base64')
}

const VERSION = '13'

/** The server's part of RFC 6455 §4.2: the headers of its answer, or what is wrong with the request. */
export function webSocketHandshake({ method, headers }: Pick<HttpRequest, 'method' | 'headers'>):
  | { readonly accepted: HttpHeaders; readonly refusal?: undefined }
  | {
      readonly accepted?: undefined
      readonly refusal: { status: number; message: string; headers?: HttpHeaders }
    } {
  if (method !== 'GET') {
    return { refusal: { status: 405, message: 'a WebSocket begins with GET' } }
  }
  if (headers['sec-websocket-version'] !== VERSION) {
    const message = `Sec-WebSocket-Version must be ${VERSION}`
    return { refusal: { status: 426, message, headers: { 'sec-websocket-version': VERSION } } }
  }
  const accept = acceptKey(headers['sec-websocket-key'])
  if (accept === undefined) {
    return { refusal: { status: 400, message: 'Sec-WebSocket-Key is not 16 bytes in base64' } }
  }
  const upgrade = { upgrade: 'websocket', connection: 'Upgrade' }
  return { accepted: { ...upgrade, 'sec-websocket-accept': accept } }
}

interface Frame {
  readonly final: boolean
  readonly opcode: number
  readonly payload: Buffer
}

/** The server's side of a WebSocket (RFC 6455) after its handshake; no extensions. */
export class WebSocket {
  readonly #connection: Connection
  readonly #reader: ByteReader
  #closing = false

  constructor(connection: Connection) {
    this.#connection = connection
    this.#reader = new ByteReader(connection)
  }

  /**
   * Messages until the other side closes. Pings are answered meanwhile. A breach of the rules is
   * told to the other side and thrown as `WebSocketError`.
   */
  async *messages(): AsyncGenerator<Buffer, void> {
    try {
      yield* this.#read()
    } catch (error) {
      // Whoever breaks the rules may not read either: that is not waited for.
      if (error instanceof WebSocketError) this.close(error.code, error.message).catch(() => {})
      throw error
    }
  }

  /** One binary message. Resolves when it is accepted for sending. */
  async send(...parts: readonly Uint8Array[]): Promise<void> {
    if (!this.#closing) await this.#write(OPCODE.binary, parts)
  }

  /** One text message, likewise. */
  async sendText(text: string): Promise<void> {
    if (!this.#closing) await this.#write(OPCODE.text, [Buffer.from(text)])
  }

  /** Says goodbye, once; nothing is sent after it. */
  async close(code: number, reason = ''): Promise<void> {
    if (this.#closing) return
    this.#closing = true
    const payload = Buffer.alloc(2)
    payload.writeUInt16BE(code)
    await this.#write(OPCODE.close, [payload, Buffer.from(reason).subarray(0, 123)])
    this.#connection.end()
  }

  async *#read(): AsyncGenerator<Buffer, void> {
    let parts: Buffer[] | undefined
    let size = 0
    for (;;) {
      const frame = await this.#frame(MESSAGE_BYTES_MAX - size)
      if (!frame) return
      const { opcode, payload, final } = frame
      if (opcode === OPCODE.close) {
        await this.close(CLOSE_CODE.normal)
        return
      }
      if (opcode === OPCODE.ping && !this.#closing) await this.#write(OPCODE.pong, [payload])
      if (opcode === OPCODE.ping || opcode === OPCODE.pong) continue
      const continues = opcode === OPCODE.continuation
      if (continues !== (parts !== undefined)) throw breach('a frame does not continue its message')
      parts = [...(parts ?? []), payload]
      size += payload.length
      if (!final) continue
      yield parts.length === 1 ? payload : Buffer.concat(parts, size)
      parts = undefined
      size = 0
    }
  }

  /** RFC 6455 §5.2. */
  async #frame(room: number): Promise<Frame | undefined> {
    const head = await this.#reader.exactly(2)
    if (!head) return undefined
    const [first = 0, second = 0] = head
    const opcode = first & 0x0f
    const final = (first & 0x80) !== 0
    if ((first & 0x70) !== 0) throw breach('reserved bits are set')
    if (!Object.values<number>(OPCODE).includes(opcode)) throw breach(`unknown opcode ${opcode}`)
    if ((second & 0x80) === 0) throw breach('a frame of a client must be masked')
    const length = await this.#length(second & 0x7f)
    if (opcode >= OPCODE.close && (!final || length > CONTROL_BYTES_MAX)) {
      throw breach('a control frame is fragmented or too long')
    }
    if (opcode < OPCODE.close && length > room) {
      throw new WebSocketError(CLOSE_CODE.tooBig, `a message exceeds ${MESSAGE_BYTES_MAX} bytes`)
    }
    const mask = await this.#must(4)
    const payload = length === 0 ? Buffer.alloc(0) : await this.#must(length)
    unmask(payload, mask)
    return { final, opcode, payload }
  }

  async #length(short: number): Promise<number> {
    if (short < 126) return short
    if (short === 126) return (await this.#must(2)).readUInt16BE()
    const bytes = await this.#must(8)
    const long = bytes.readBigUInt64BE()
    return long > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(long)
  }

  async #must(length: number): Promise<Buffer> {
    const bytes = await this.#reader.exactly(length)
    if (!bytes) throw new Error('the connection ended in the middle of a frame')
    return bytes
  }

  async #write(opcode: number, parts: readonly Uint8Array[]): Promise<void> {
    const size = parts.reduce((sum, part) => sum + part.length, 0)
    await this.#connection.write(Buffer.concat([frameHead(opcode, size), ...parts]))
  }
}

function frameHead(opcode: number, size: number): Buffer {
  const first = 0x80 | opcode
  if (size < 126) return Buffer.of(first, size)
  if (size < 0x10000) return Buffer.of(first, 126, size >> 8, size & 0xff)
  const head = Buffer.alloc(10)
  head[0] = first
  head[1] = 127
  head.writeBigUInt64BE(BigInt(size), 2)
  return head
}

function unmask(payload: Buffer, mask: Buffer): void {
  for (let i = 0; i < payload.length; i++) payload[i] = (payload[i] ?? 0) ^ (mask[i & 3] ?? 0)
}

function breach(message: string): WebSocketError {
  return new WebSocketError(CLOSE_CODE.protocolError, message)
}
