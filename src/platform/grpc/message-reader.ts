import { gunzipSync } from 'node:zlib'
import { GrpcCode, GrpcError } from '../../base/index.ts'

/** A flag that says whether the message is compressed, and its length (gRPC over HTTP/2). */
export const PREFIX_BYTES = 5
/** Messages above this go without being copied. */
const COPY_BYTES_MAX = 8 * 1024

/** Puts messages together from the parts of a request's body. Errors are `GrpcError`, in grpc-go's words. */
export class MessageReader {
  readonly #bytesMax: number
  readonly #encoding: string
  #held: Buffer[] = []
  #heldBytes = 0
  /** Of the message that has begun, with its prefix. */
  #wanted = PREFIX_BYTES

  constructor(options: { bytesMax: number; encoding: string }) {
    this.#bytesMax = options.bytesMax
    this.#encoding = options.encoding
  }

  /** Whether a message has begun and not ended. */
  get incomplete(): boolean {
    return this.#heldBytes > 0
  }

  /** The messages that a part completes. */
  push(chunk: Buffer): Buffer[] {
    if (this.#heldBytes === 0) {
      const length = this.#lengthOf(chunk)
      // Mostly one message is one part.
      if (length === chunk.length) return [this.#message(chunk)]
    }
    this.#held.push(chunk)
    this.#heldBytes += chunk.length
    const messages: Buffer[] = []
    while (this.#heldBytes >= this.#wanted) {
      const bytes = this.#held.length === 1 ? (this.#held[0] as Buffer) : Buffer.concat(this.#held)
      this.#held = [bytes]
      this.#wanted = this.#lengthOf(bytes)
      if (this.#wanted > bytes.length) break
      messages.push(this.#message(bytes.subarray(0, this.#wanted)))
      const rest = bytes.subarray(this.#wanted)
      this.#held = rest.length > 0 ? [rest] : []
      this.#heldBytes = rest.length
      this.#wanted = PREFIX_BYTES
    }
    return messages
  }

  /** With the prefix; the prefix alone while it is not whole. */
  #lengthOf(bytes: Buffer): number {
    if (bytes.length < PREFIX_BYTES) return PREFIX_BYTES
    const length = bytes.readUInt32BE(1)
    if (length > this.#bytesMax) {
      throw new GrpcError(
        GrpcCode.resourceExhausted,
        `grpc: received message larger than max (${length} vs. ${this.#bytesMax})`,
      )
    }
    return PREFIX_BYTES + length
  }

  #message(framed: Buffer): Buffer {
    const message = framed.subarray(PREFIX_BYTES)
    if (framed[0] === 0) return message
    if (framed[0] !== 1) {
      throw new GrpcError(
        GrpcCode.internal,
        `grpc: received unexpected payload format ${framed[0]}`,
      )
    }
    return this.#inflate(message)
  }

  #inflate(message: Buffer): Buffer {
    if (this.#encoding !== 'gzip') {
      throw new GrpcError(
        GrpcCode.internal,
        'grpc: compressed flag set with identity or empty encoding',
      )
    }
    try {
      return gunzipSync(message, { maxOutputLength: this.#bytesMax })
    } catch (error) {
      const tooLarge = error instanceof Error && 'code' in error && error.code === TOO_LARGE
      throw tooLarge
        ? new GrpcError(
            GrpcCode.resourceExhausted,
            `grpc: received message after decompression larger than max ${this.#bytesMax}`,
          )
        : new GrpcError(
            GrpcCode.internal,
            `grpc: failed to decompress the received message: ${String(error)}`,
          )
    }
  }
}

/** The message, when the chunk is just that, and plain: as nearly every request comes. */
export function wholeMessage(chunk: Buffer, bytesMax: number): Buffer | undefined {
  if (chunk.length < PREFIX_BYTES || chunk[0] !== 0) return undefined
  const length = chunk.readUInt32BE(1)
  if (length !== chunk.length - PREFIX_BYTES || length > bytesMax) return undefined
  return chunk.subarray(PREFIX_BYTES)
}

const TOO_LARGE = 'ERR_BUFFER_TOO_LARGE'

/** A message with its prefix: in two parts when copying it would cost. */
export function framed(message: Uint8Array): readonly Uint8Array[] {
  const { length } = message
  const small = length <= COPY_BYTES_MAX
  const bytes = Buffer.allocUnsafe(small ? PREFIX_BYTES + length : PREFIX_BYTES)
  bytes[0] = 0
  bytes.writeUInt32BE(length, 1)
  if (!small) return [bytes, message]
  bytes.set(message, PREFIX_BYTES)
  return [bytes]
}
