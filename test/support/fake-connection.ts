import type { Connection } from '../../src/base/index.ts'

/** A connection that has received certain bytes, and keeps what is sent. */
export class FakeConnection implements Connection {
  readonly remoteAddress = '127.0.0.1'
  readonly remotePort = 1
  readonly incoming: AsyncIterable<Uint8Array>
  ended = false
  destroyed = false
  readonly #sent: Uint8Array[] = []

  /** `pieces`: how many chunks the bytes arrive in. Or chunks as they come. */
  constructor(bytes: Uint8Array | AsyncIterable<Uint8Array>, pieces = 1) {
    this.incoming = bytes instanceof Uint8Array ? inPieces(bytes, pieces) : bytes
  }

  get sent(): Buffer {
    return Buffer.concat(this.#sent)
  }

  write(data: Uint8Array): Promise<void> {
    this.#sent.push(Buffer.from(data))
    return Promise.resolve()
  }

  end(): void {
    this.ended = true
  }

  destroy(): void {
    this.destroyed = true
  }
}

async function* inPieces(bytes: Uint8Array, pieces: number): AsyncGenerator<Uint8Array> {
  const size = Math.ceil(bytes.length / pieces)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
