import type { HttpRequest } from '../../base/index.ts'
import { readBody } from '../../base/index.ts'
import type { Body } from './decode.ts'
import { type Accepted, bodyFormat } from './negotiation.ts'
import type { Call } from './registry/store.ts'
import type { ResourceRequest } from './request-info.ts'
import type { ReplyContext } from './respond.ts'
import { statusErrors } from './status.ts'
import { includeObject } from './table.ts'
import type { User } from './user.ts'

/** Longest body that is read, in bytes (kube-apiserver's MaxRequestBodyBytes). */
export const BODY_BYTES_MAX = 3 * 1024 * 1024

/** One request about a resource, on its way through the server. */
export interface Exchange {
  readonly request: HttpRequest
  readonly at: ResourceRequest
  readonly query: URLSearchParams
  readonly user: User
  readonly accepted: Accepted
  /** Texts for `Warning` headers. */
  readonly warnings: string[]
  /** Annotations of the request's audit event. */
  readonly annotations: Map<string, string>
  /** Throws 403 when the user may not create what the request names. */
  readonly requireCreate: () => Promise<void>
  /** Whether the server knows a kind at all. */
  readonly isKnownKind: (apiVersion: string, kind: string) => boolean
  readonly signal: AbortSignal
  readonly nowMs: () => number
}

export function callOf(exchange: Exchange, namespaced: boolean): Call {
  const { user, warnings, annotations, requireCreate, signal } = exchange
  const userAgent = exchange.request.headers['user-agent'] ?? ''
  return {
    user,
    warnings,
    annotations,
    requireCreate,
    userAgent,
    signal,
    namespace: namespaced ? exchange.at.namespace : '',
  }
}

/** Throws 400 for a wrong `includeObject`. */
export function replyContext(exchange: Exchange): ReplyContext {
  const { accepted, nowMs } = exchange
  const include = accepted.transform === 'table' ? includeObject(exchange.query) : 'None'
  return { accepted, nowMs, includeObject: include }
}

/** All bytes of the body. Throws 413. */
export function bodyBytes(request: HttpRequest): Promise<Uint8Array> {
  return readBody(request.body, BODY_BYTES_MAX, () => statusErrors.tooLarge(BODY_BYTES_MAX))
}

/** The body with the format that its `Content-Type` names. Throws 413 and 415. */
export async function readObjectBody(request: HttpRequest): Promise<Body> {
  const format = bodyFormat(request.headers['content-type'])
  return { bytes: await bodyBytes(request), format }
}
