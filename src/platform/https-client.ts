import {
  assert,
  ConnectionError,
  type HttpHandler,
  type HttpRequest,
  present,
} from '../base/index.ts'
import { requestUpgrade } from './http1-upgrade.ts'
import { Http2Endpoint } from './http2-endpoint.ts'
import type { TlsOptions } from './tls.ts'

export interface HttpsClientOptions {
  /** Base URLs of servers that answer alike, `https://host:port`, in order of preference. */
  readonly endpoints: readonly string[]
  /** `certPem` and `keyPem` empty: no client certificate is shown. */
  readonly tls: TlsOptions
  /** Bound on TCP and TLS set-up together. Default 2000. */
  readonly connectTimeoutMs?: number
}

export interface HttpsClient {
  /** Throws `ConnectionError` once every endpoint was tried, or the request may have acted. */
  readonly handle: HttpHandler
  /** Where requests go at present. */
  endpoint(): string
  /** Breaks every connection: the next ones are made with the newest certificate. */
  reconnect(): void
  /** Breaks every connection; requests under way fail. */
  close(): Promise<void>
}

/** A request that acts the same when it is made twice may be made again elsewhere (RFC 9110 §9.2.2). */
const REPEATABLE = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * An HTTP/2 client over several servers, one connection to one of them at a time: it stays with
 * the one that works, and goes on to the next at once when that breaks. A request to upgrade has a
 * connection of its own, over HTTP/1.1.
 */
export function httpsClient(options: HttpsClientOptions): HttpsClient {
  assert(options.endpoints.length > 0, 'an HTTPS client needs an endpoint')
  const { tls, connectTimeoutMs = 2000 } = options
  const endpoints = options.endpoints.map(
    (url) => new Http2Endpoint({ url, tls, connectTimeoutMs }),
  )
  let current = 0
  const at = (index: number): Http2Endpoint =>
    present(endpoints[index % endpoints.length], 'endpoint')

  const handle: HttpHandler = async (request) => {
    const first = current
    // One more than there are endpoints: a connection that died idle says nothing of its server.
    for (let attempt = 0; ; attempt++) {
      try {
        const endpoint = at(first + attempt)
        if (request.headers['upgrade'] === undefined) return await endpoint.request(request)
        return await requestUpgrade(request, { url: endpoint.url, tls, connectTimeoutMs })
      } catch (error) {
        if (request.signal.aborted) throw request.signal.reason
        if (!(error instanceof ConnectionError)) throw error
        if (current === (first + attempt) % endpoints.length) {
          current = (current + 1) % endpoints.length
        }
        if (attempt >= endpoints.length || !mayRetry(request, error)) throw error
      }
    }
  }
  return {
    handle,
    endpoint: () => at(current).url,
    reconnect() {
      for (const endpoint of endpoints) endpoint.reconnect()
    },
    async close() {
      for (const endpoint of endpoints) endpoint.close()
    },
  }
}

function mayRetry(request: HttpRequest, error: ConnectionError): boolean {
  const replayable = request.body === undefined || request.body instanceof Uint8Array
  return replayable && (!error.sent || REPEATABLE.has(request.method))
}
