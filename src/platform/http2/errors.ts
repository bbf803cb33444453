/** Why a stream or a connection ends (RFC 9113 §7). */
export const ErrorCode = {
  noError: 0x0,
  protocolError: 0x1,
  internalError: 0x2,
  flowControlError: 0x3,
  settingsTimeout: 0x4,
  streamClosed: 0x5,
  frameSizeError: 0x6,
  refusedStream: 0x7,
  cancel: 0x8,
  compressionError: 0x9,
  connectError: 0xa,
  enhanceYourCalm: 0xb,
  inadequateSecurity: 0xc,
  http11Required: 0xd,
} as const
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode]

/** What the other side did ends the whole connection (RFC 9113 §5.4.1). */
export class ConnectionFault extends Error {
  override readonly name = 'ConnectionFault'
  readonly code: ErrorCode
  constructor(code: ErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
