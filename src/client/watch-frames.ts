import { ConnectionError } from '../base/index.ts'

/** The longest frame that is put together; an object is bounded by the server well below. */
const FRAME_BYTES_MAX = 64 * 1024 * 1024
const NEWLINE = 0x0a

/**
 * JSON values, one a line, from bytes cut anywhere. A last line without its end is dropped.
 * A line that is no JSON throws `ConnectionError`: whoever sent it is no API server.
 */
export async function* jsonFrames(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<unknown> {
  const decoder = new TextDecoder()
  let pending: Uint8Array[] = []
  let pendingBytes = 0
  for await (const chunk of chunks) {
    let from = 0
    for (;;) {
      const end = chunk.indexOf(NEWLINE, from)
      if (end < 0) break
      pending.push(chunk.subarray(from, end))
      const line = decoder.decode(join(pending)).trim()
      pending = []
      pendingBytes = 0
      from = end + 1
      if (line !== '') yield parse(line)
    }
    const rest = chunk.subarray(from)
    pendingBytes += rest.length
    if (pendingBytes > FRAME_BYTES_MAX) {
      throw new ConnectionError('a watch frame is too long', { sent: true })
    }
    // A copy: the transport may use its buffer again.
    if (rest.length > 0) pending.push(rest.slice())
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch (error) {
    throw new ConnectionError('a watch frame is not JSON', { sent: true, cause: error })
  }
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const only = parts[0]
  if (parts.length === 1 && only) return only
  return Buffer.concat(parts)
}
