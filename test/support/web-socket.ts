import { once } from 'node:events'
import { request } from 'node:http'
import type { Socket } from 'node:net'

const KEY = 'dGhlIHNhbXBsZSBub25jZQ=='
const MASK = Buffer.of(1, 2, 3, 4)

/** A client's WebSocket that says short texts and hears texts. */
export class TextSocket {
  readonly #socket: Socket
  readonly #chunks: AsyncIterator<Buffer>
  #held = Buffer.alloc(0)

  private constructor(socket: Socket) {
    this.#socket = socket
    this.#chunks = socket[Symbol.asyncIterator]()
  }

  /** Throws with the status when the server refuses. */
  static async open(url: string, headers: Record<string, string> = {}): Promise<TextSocket> {
    const outgoing = request(url, {
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-key': KEY,
        'sec-websocket-version': '13',
        ...headers,
      },
    })
    outgoing.end()
    outgoing.on('response', (answer) => {
      outgoing.destroy(new Error(`refused: ${answer.statusCode}`))
    })
    const [, socket, head] = (await once(outgoing, 'upgrade')) as [unknown, Socket, Buffer]
    if (head.length > 0) socket.unshift(head)
    return new TextSocket(socket)
  }

  send(text: string): void {
    const payload = Buffer.from(text).map((byte, i) => byte ^ (MASK[i & 3] ?? 0))
    const size = payload.length
    const length = size < 126 ? [0x80 | size] : [0x80 | 126, size >> 8, size & 255]
    this.#socket.write(Buffer.concat([Buffer.of(0x81, ...length), MASK, payload]))
  }

  /** The next text; undefined once the other side has said goodbye. */
  async next(): Promise<string | undefined> {
    const [first = 0, second = 0] = await this.#take(2)
    const size = second === 126 ? (await this.#take(2)).readUInt16BE() : second
    const payload = await this.#take(size)
    return (first & 0x0f) === 1 ? payload.toString() : undefined
  }

  close(): void {
    this.#socket.destroy()
  }

  async #take(length: number): Promise<Buffer> {
    while (this.#held.length < length) {
      const next = await this.#chunks.next()
      if (next.done) throw new Error('the connection ended')
      this.#held = Buffer.concat([this.#held, next.value])
    }
    const taken = this.#held.subarray(0, length)
    this.#held = this.#held.subarray(length)
    return taken
  }
}
