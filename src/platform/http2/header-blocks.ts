import { ConnectionFault, ErrorCode } from './errors.ts'
import { Flag } from './frame.ts'
import { CONTINUATIONS_MAX, HEADER_BLOCK_BYTES_MAX } from './limits.ts'

/** A block that is whole. */
export interface WholeBlock {
  readonly streamId: number
  readonly endStream: boolean
  readonly bytes: Buffer
}

/** Puts the header blocks of HEADERS and CONTINUATION together (RFC 9113 §6.2, §6.10). */
export class HeaderBlocks {
  #streamId = 0
  #endStream = false
  #parts: Buffer[] = []
  #bytes = 0

  /** The stream whose block has begun: until it is whole nothing else may come. 0: none. */
  get open(): number {
    return this.#streamId
  }

  headers(streamId: number, flags: number, payload: Buffer): WholeBlock | undefined {
    let at = 0
    let padding = 0
    if (flags & Flag.padded) padding = payload[at++] ?? 0
    if (flags & Flag.priority) {
      if (payload.length >= at + 5 && (payload.readUInt32BE(at) & 0x7fff_ffff) === streamId) {
        throw new ConnectionFault(ErrorCode.protocolError, 'a stream depends on itself')
      }
      at += 5
    }
    if (at + padding > payload.length) {
      throw new ConnectionFault(ErrorCode.protocolError, 'more padding than there is payload')
    }
    this.#endStream = (flags & Flag.endStream) !== 0
    return this.#add(streamId, flags, payload.subarray(at, payload.length - padding))
  }

  continuation(streamId: number, flags: number, payload: Buffer): WholeBlock | undefined {
    if (streamId !== this.#streamId || streamId === 0) {
      throw new ConnectionFault(ErrorCode.protocolError, 'a CONTINUATION of nothing')
    }
    return this.#add(streamId, flags, payload)
  }

  #add(streamId: number, flags: number, part: Buffer): WholeBlock | undefined {
    const whole = (flags & Flag.endHeaders) !== 0
    if (whole && this.#parts.length === 0) {
      this.#streamId = 0
      return { streamId, endStream: this.#endStream, bytes: part }
    }
    this.#streamId = streamId
    this.#parts.push(part)
    this.#bytes += part.length
    if (this.#bytes > HEADER_BLOCK_BYTES_MAX || this.#parts.length > CONTINUATIONS_MAX + 1) {
      throw new ConnectionFault(ErrorCode.enhanceYourCalm, 'a header block without end')
    }
    if (!whole) return undefined
    const bytes = Buffer.concat(this.#parts)
    this.#parts = []
    this.#bytes = 0
    this.#streamId = 0
    return { streamId, endStream: this.#endStream, bytes }
  }
}
