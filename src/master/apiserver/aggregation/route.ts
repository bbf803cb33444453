import { ConnectionError, type HttpResponse, type OutboundRequest } from '../../../base/index.ts'
import type { APIService } from '../../../api/index.ts'
import type { Route, RoutedRequest } from '../handler.ts'
import { endToEnd, handshakeOf } from '../hop-headers.ts'
import { replyText } from '../respond.ts'
import type { User } from '../user.ts'
import { TargetError } from '../webhooks/index.ts'
import { OPENAPI_USER } from './foreign-apis.ts'
import {
  API_SERVICES,
  type AggregationOptions,
  hostOf,
  isAvailable,
  type KnownService,
  targetOf,
} from './services.ts'

const OPENAPI_V3 = '/openapi/v3/apis/'
/** What speaks for the user here says nothing there, and must not be somebody else's to say. */
const OF_USER = /^(authorization|host|impersonate-.*|x-remote-.*)$/

/** Hands a request of a group that an extension API server serves to that server. */
export function aggregationRoute(options: AggregationOptions): Route {
  return async (routed) => {
    const [root, group, version] = routed.info.path.split('/').filter((s) => s !== '')
    if (root !== 'apis' || group === undefined || version === undefined) return undefined
    const name = `${version}.${group}`
    const service = options.lookup.cached<APIService>(API_SERVICES, { name })
    if (!service?.spec.service) return undefined
    if (!isAvailable(service)) return unavailable()
    return forward(options, service, routed)
  }
}

/** The OpenAPI v3 document of a version that an extension API server serves, as that tells it. */
export function foreignOpenApi(options: AggregationOptions): Route {
  return async (routed) => {
    const { path } = routed.info
    if (!path.startsWith(OPENAPI_V3)) return undefined
    const [group, version, ...more] = path.slice(OPENAPI_V3.length).split('/')
    if (version === undefined || more.length > 0) return undefined
    const name = `${version}.${group}`
    const service = options.lookup.cached<APIService>(API_SERVICES, { name })
    if (!service?.spec.service) return undefined
    if (!isAvailable(service)) return unavailable()
    const user: User = { name: OPENAPI_USER, groups: ['system:masters'] }
    return forward(options, service, { ...routed, user })
  }
}

async function forward(
  options: AggregationOptions,
  service: KnownService,
  { request, user }: Pick<RoutedRequest, 'request' | 'user'>,
): Promise<HttpResponse> {
  const headers = Object.fromEntries(
    Object.entries(endToEnd(request.headers)).filter(([name]) => !OF_USER.test(name)),
  )
  const outgoing: OutboundRequest = {
    method: request.method,
    url: request.url,
    headers: { ...headers, ...handshakeOf(request.headers), host: hostOf(service) },
    repeated: headersOf(user),
    body: request.body,
    signal: request.signal,
  }
  try {
    const answer = await options.call(targetOf(options, service), outgoing)
    if (answer.upgrade) return answer
    return { ...answer, headers: endToEnd(answer.headers) }
  } catch (error) {
    if (error instanceof TargetError) return unavailable()
    if (!(error instanceof ConnectionError)) throw error
    return replyText(503, `error trying to reach service: ${error.message}\n`)
  }
}

function unavailable(): HttpResponse {
  return replyText(503, 'service unavailable\n')
}

/** Who asks, as front proxies say it: each value is a header of its own. */
function headersOf({ name, groups, uid, extra = {} }: User): Record<string, readonly string[]> {
  const headers: Record<string, readonly string[]> = { 'x-remote-user': [name] }
  if (uid) headers['x-remote-uid'] = [uid]
  if (groups.length > 0) headers['x-remote-group'] = groups
  for (const [key, values] of Object.entries(extra)) {
    if (values.length > 0) headers[`x-remote-extra-${encodeURIComponent(key)}`] = values
  }
  return headers
}
