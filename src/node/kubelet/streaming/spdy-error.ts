/** The other side broke the rules of SPDY/3.1: its connection is ended. */
export class SpdyError extends Error {
  override readonly name = 'SpdyError'
}
