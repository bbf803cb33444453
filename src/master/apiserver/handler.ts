import {
  assert,
  type Clock,
  type HttpHandler,
  type HttpRequest,
  type HttpResponse,
  KvError,
  type Log,
  type Random,
} from '../../base/index.ts'
import { compress } from './compression.ts'
import type { Audit, AuditTrail } from './audit/index.ts'
import type { Authentication } from './authn/authentication.ts'
import { impersonate } from './authn/impersonation.ts'
import { type Attributes, attributesOf } from './authz/attributes.ts'
import { type Authorizer, requireAllowed } from './authz/authorizer.ts'
import type { Fairness } from './fairness/index.ts'
import { type Accepted, negotiate } from './negotiation.ts'
import { parseRequestInfo, readQuery, type RequestInfo } from './request-info.ts'
import { PRETTY_JSON, replyFailure } from './respond.ts'
import { isStream } from './subresources/index.ts'
import { statusErrors, toStatusError } from './status.ts'
import type { Tracer } from './tracing/index.ts'
import type { User } from './user.ts'

/** Longest URL that is read: what node:http allows for a whole head. */
const URL_BYTES_MAX = 16 * 1024

/** Answers one kind of request. */
export type Route = (request: RoutedRequest) => Promise<HttpResponse | undefined>

export interface RoutedRequest {
  readonly request: HttpRequest
  readonly info: RequestInfo
  readonly user: User
  readonly warnings: string[]
  /**
   * Throws 403 when the user may not create what the request names: for writes that create where
   * there is nothing to change.
   */
  readonly requireCreate: () => Promise<void>
  /** Of the request's audit event; whoever decides something adds to it. */
  readonly annotations: Map<string, string>
}

export interface HandlerOptions {
  readonly authentication: Authentication
  readonly authorizer: Authorizer
  readonly fairness: Fairness
  readonly audit?: Audit
  /** Asked in turn; the first that answers ends it. The last one must. */
  readonly routes: readonly Route[]
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly tracer: Tracer
  /** Told of every request that has been answered. */
  readonly onAnswered: (info: RequestInfo, code: number) => void
}

/** The chain that every request goes through: who, may they, and what it is about. */
export function createHandler(options: HandlerOptions): HttpHandler {
  return async (request) => {
    const warnings: string[] = []
    const id = options.random.uuid()
    const serve = () => answer(options, request, { warnings, id })
    const response = compress(request, await options.tracer.request(request, serve))
    const headers: Record<string, string> = {
      'audit-id': id,
      'cache-control': 'no-cache, private',
      date: new Date(options.clock.nowMs()).toUTCString(),
      ...response.headers,
    }
    if (warnings.length > 0) headers['warning'] = warningHeader(warnings)
    const body = request.method === 'HEAD' ? undefined : response.body
    return { ...response, headers, body }
  }
}

async function answer(
  options: HandlerOptions,
  request: HttpRequest,
  { warnings, id }: { warnings: string[]; id: string },
): Promise<HttpResponse> {
  let trail: AuditTrail | undefined
  let info: RequestInfo | undefined
  let response: HttpResponse
  try {
    info = readInfo(request)
    trail = options.audit?.open({ request, info, id })
    const annotations = trail?.annotations ?? new Map<string, string>()
    response = await route(options, { request, info, warnings, annotations }, trail)
  } catch (error) {
    response = fail(options, request, error)
  }
  if (trail) response = await noted(options, trail, response)
  if (info) options.onAnswered(info, response.status)
  return response
}

/** What is done is answered, though it may not be noted. */
async function noted(
  { log }: HandlerOptions,
  trail: AuditTrail,
  response: HttpResponse,
): Promise<HttpResponse> {
  try {
    return await trail.complete(response)
  } catch (error) {
    log.error('a request could not be noted in the audit log', { error })
    return response
  }
}

async function route(
  options: HandlerOptions,
  of: Omit<RoutedRequest, 'user' | 'requireCreate'>,
  trail: AuditTrail | undefined,
): Promise<HttpResponse> {
  const { authorizer } = options
  const { info } = of
  const { signal } = of.request
  const own = await options.tracer.span('authentication', () =>
    options.authentication.authenticate(of.request, info.path),
  )
  options.tracer.known(own, info)
  const noted = (await trail?.begin(own, of.request)) ?? of.request
  const acting = await impersonate(noted, info.path, { user: own, authorizer })
  if (acting.kind === 'answer') return acting.response
  const { user, request } = acting
  if (user !== own) trail?.impersonated(user)
  const attributes = attributesOf(user, info)
  const creating = { ...attributes, verb: 'create' }
  const requireCreate = async () => void (await requireAllowed(authorizer, creating, { signal }))
  const routed = { ...of, request, user, requireCreate }
  // Failures are answers here already, so that they tell as well whose turn it was.
  const serve = () =>
    authorizeAndServe(options, routed, attributes).catch((error) => fail(options, request, error))
  if (info.resource?.verb === 'watch') return options.fairness.serveLong(attributes, serve)
  if (isLongRunning(info)) return serve()
  return options.fairness.serve(attributes, { signal, limit: limitOf(info) }, serve)
}

/** Of objects in an answer, as it is asked for; 0: no limit. */
const limitOf = ({ query }: RequestInfo): number => Number(query.get('limit') ?? 0) || 0

/** Streams last as long as their clients want: they take no turns, and neither do watches. */
function isLongRunning({ resource }: RequestInfo): boolean {
  return resource !== undefined && isStream(resource.subresource)
}

async function authorizeAndServe(
  options: HandlerOptions,
  of: RoutedRequest,
  attributes: Attributes,
): Promise<HttpResponse> {
  const { signal } = of.request
  const { reason } = await options.tracer.span('authorization', () =>
    requireAllowed(options.authorizer, attributes, { signal }),
  )
  of.annotations.set('authorization.k8s.io/decision', 'allow')
  of.annotations.set('authorization.k8s.io/reason', reason)
  for (const next of options.routes) {
    const response = await next(of)
    if (response) return response
  }
  assert(false, 'no route answered')
}

function fail(options: HandlerOptions, request: HttpRequest, error: unknown): HttpResponse {
  const failure = toStatusError(error)
  // A store that is away is told by health; a bug is told here, with its stack, and only here.
  if (failure.code >= 500 && failure.cause !== undefined) {
    const { method, url } = request
    const { cause } = failure
    const stack = cause instanceof KvError ? cause.message : describe(cause)
    options.log.error('a request failed', { method, url, error: stack })
  }
  return replyFailure(acceptedForFailure(request), failure)
}

function readInfo(request: HttpRequest): RequestInfo {
  if (request.url.length > URL_BYTES_MAX) {
    throw statusErrors.badRequest(`the URL is longer than ${URL_BYTES_MAX} bytes`)
  }
  try {
    return parseRequestInfo(request)
  } catch (error) {
    if (error instanceof URIError) throw statusErrors.badRequest('the URL is not encoded properly')
    throw error
  }
}

function describe(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  return cause.stack ?? cause.message
}

// A failure is a Status, in the first format that is asked for without a transformation.
function acceptedForFailure(request: HttpRequest): Accepted {
  try {
    const pretty = isPretty(request)
    return negotiate(request.headers['accept'], { transforms: false, pretty })
  } catch {
    return PRETTY_JSON
  }
}

/** RFC 7234 §5.5 warnings as Kubernetes sends them (KEP-1693). */
function warningHeader(texts: readonly string[]): string {
  const quoted = [...new Set(texts)].map((text) => {
    const escaped = text.replace(/[\\"]/g, '\\$&').replace(/[\r\n]+/g, ' ')
    return `299 - "${escaped}"`
  })
  return quoted.join(', ')
}

/** Asked for by the query; else for those who read by themselves: browsers and their like. */
export function isPretty({ url, headers }: Pick<HttpRequest, 'url' | 'headers'>): boolean {
  const query = url.includes('pretty') ? readQuery(url.slice(url.indexOf('?') + 1)) : undefined
  const asked = query?.get('pretty') ?? ''
  if (asked !== '') return /^(1|[tT]|true|TRUE|True)$/.test(asked)
  return /^(curl|Wget|Mozilla\/5\.0)/.test(headers['user-agent'] ?? '')
}
