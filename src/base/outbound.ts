import type { HttpRequest, HttpResponse } from './http.ts'

/** A server that is not ours: a webhook, an extension API server, an extender, what a pod serves. */
export interface HttpsTarget {
  readonly host: string
  readonly port: number
  /** The name that its certificate must have. Default: the host. */
  readonly serverName?: string
  /** PEM of the authorities that may have signed it. Default: those of the machine. */
  readonly caPem?: string
  /** Its certificate is not looked at. */
  readonly insecure?: boolean
  /** HTTP without TLS. */
  readonly plain?: boolean
  /** Shown to it, PEM. The key is a secret. */
  readonly client?: { readonly certPem: string; readonly keyPem: string }
}

/** A request in which a header may stand more than once. */
export interface OutboundRequest extends HttpRequest {
  /** Beside `headers`: each value in a line of its own, for servers that do not split them. */
  readonly repeated?: Readonly<Record<string, readonly string[]>>
}

/**
 * Sends a request to a server. Throws `ConnectionError` with the reason when there is no answer,
 * and the reason of the request's signal when that ends it.
 */
export type HttpsCall = (target: HttpsTarget, request: OutboundRequest) => Promise<HttpResponse>
