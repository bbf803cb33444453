import { GrpcCode, GrpcError, KvError, type Log } from '../../base/index.ts'
import type { Header } from '../http2/index.ts'

export interface Status {
  readonly code: GrpcCode
  readonly message: string
}

export const HEAD: readonly Header[] = Object.freeze([
  [':status', '200'],
  ['content-type', 'application/grpc'],
])
export const OK_TRAILERS: readonly Header[] = Object.freeze([['grpc-status', '0']])

export function trailersOf({ code, message }: Status): readonly Header[] {
  return [
    ['grpc-status', String(code)],
    ['grpc-message', percentEncode(message)],
  ]
}

/** The status of a call that failed. A bug's text is for the log alone. */
export function statusOf(error: unknown, log: Log): Status {
  if (error instanceof GrpcError || error instanceof KvError) {
    return { code: error.code, message: error.message }
  }
  log.error('a gRPC handler failed', { error })
  return { code: GrpcCode.internal, message: 'internal error' }
}

/** gRPC over HTTP/2: everything but printable ASCII, and the percent sign. */
function percentEncode(text: string): string {
  if (/^[ -$&-~]*$/.test(text)) return text
  let encoded = ''
  for (const byte of Buffer.from(text)) {
    const plain = byte >= 0x20 && byte <= 0x7e && byte !== 0x25
    encoded += plain
      ? String.fromCharCode(byte)
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return encoded
}
