import type { Connection } from './net.ts'

/** Reads a connection's bytes in the portions that a protocol consists of. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>
  #rest: Uint8Array = new Uint8Array(0)

  constructor(connection: Pick<Connection, 'incoming'>) {
    this.#chunks = connection.incoming[Symbol.asyncIterator]()
  }

  /** Undefined at the end of the connection; throws when it ends in the middle. */
  async exactly(length: number): Promise<Buffer | undefined> {
    const parts: Uint8Array[] = []
    let missing = length
    while (missing > 0) {
      const part = await this.upTo(missing)
      if (part === undefined) {
        if (parts.length === 0) return undefined
        throw new Error('the connection ended in the middle of a frame')
      }
      parts.push(part)
      missing -= part.length
    }
    return Buffer.concat(parts, length)
  }

  /** What is there, at least one byte and at most `length`; undefined at the end. */
  async upTo(length: number): Promise<Uint8Array | undefined> {
    while (this.#rest.length === 0) {
      const next = await this.#chunks.next()
      if (next.done) return undefined
      this.#rest = next.value
    }
    const part = this.#rest.subarray(0, length)
    this.#rest = this.#rest.subarray(part.length)
    return part
  }
}
