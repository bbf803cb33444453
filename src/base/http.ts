import type { Connection } from './net.ts'

/** Header names in lower case. A header that came more than once is joined with ", ". */
export type HttpHeaders = Readonly<Record<string, string>>

/** Who the other side proved to be, by the subject of its client certificate. */
export interface PeerIdentity {
  /** Common name: the user's name. */
  readonly commonName: string
  /** Organizations: the user's groups. */
  readonly organizations: readonly string[]
  /** The certificate itself, DER. */
  readonly certificate?: Uint8Array
}

export interface HttpRequest {
  /** Upper case. */
  readonly method: string
  /** Path and query as sent, still percent-encoded: `/api/v1/pods?limit=500`. */
  readonly url: string
  readonly headers: HttpHeaders
  /** Absent body: undefined. */
  readonly body: Uint8Array | AsyncIterable<Uint8Array> | undefined
  /** Present when the client showed a certificate that our authority signed. */
  readonly identity?: PeerIdentity
  /** The client showed a certificate, and it is no good: of another authority, or expired. */
  readonly foreignCertificate?: boolean
  readonly remoteAddress?: string
  /** It came over TLS. */
  readonly secure?: boolean
  /** Aborted when the client went away or the server stops. */
  readonly signal: AbortSignal
}

export interface HttpResponse {
  readonly status: number
  readonly headers: HttpHeaders
  /** `Set-Cookie` alone cannot be joined to one header (RFC 9110 §5.3). */
  readonly cookies?: readonly string[]
  /** A stream is ended by its iterator; an error in it resets the connection. */
  readonly body: Uint8Array | AsyncIterable<Uint8Array> | undefined
  /** With status 101 alone: takes the connection over. */
  readonly upgrade?: Upgrade
}

/**
 * Speaks another protocol on the connection of an HTTP/1.1 request (RFC 9110 §7.8) until it is
 * done. A client's response has one, too: it joins the given connection to the server's, so that a
 * proxy hands on what it got.
 */
export type Upgrade = (connection: Connection) => Promise<void>

/**
 * Request in, response out, without sockets. The API server and the node agent are such handlers;
 * `platform/` serves them over HTTPS, and gives the same shape as a client.
 * As a client it throws `ConnectionError` when no response could be had.
 */
export type HttpHandler = (request: HttpRequest) => Promise<HttpResponse>

/** No response: refused, reset, timed out, TLS failure. `sent` tells whether the request may have acted. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError'
  readonly sent: boolean
  constructor(message: string, options: { sent: boolean; cause?: unknown }) {
    super(message, { cause: options.cause })
    this.sent = options.sent
  }
}

/** All of a body as one array. Throws what `onTooLarge` makes once it is longer than `maxBytes`. */
export async function readBody(
  body: HttpRequest['body'],
  maxBytes: number,
  onTooLarge: () => Error,
): Promise<Uint8Array> {
  if (body === undefined) return new Uint8Array(0)
  if (body instanceof Uint8Array) {
    if (body.length > maxBytes) throw onTooLarge()
    return body
  }
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > maxBytes) throw onTooLarge()
    chunks.push(chunk)
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : concatBytes(chunks, size)
}

function concatBytes(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const all = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    all.set(chunk, offset)
    offset += chunk.length
  }
  return all
}
