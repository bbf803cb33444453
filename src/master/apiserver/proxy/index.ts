import { gunzipSync, gzipSync, inflateRawSync, deflateRawSync } from 'node:zlib'
import {
  ConnectionError,
  type HttpHeaders,
  type HttpRequest,
  type HttpResponse,
  readBody,
  StatusError,
} from '../../../base/index.ts'
import type { Exchange } from '../exchange.ts'
import { endToEnd, handshakeOf } from '../hop-headers.ts'
import { statusErrors } from '../status.ts'
import { admitConnect } from '../subresources/admit.ts'
import type { Subresource } from '../subresources/router.ts'
import { type ProxyPlace, rewriteLinks, throughProxy } from './html-links.ts'
import type { Locate, Location, ProxyParts } from './locations.ts'

export { nodeLocation, podLocation, type ProxyParts, serviceLocation } from './locations.ts'

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
/** What speaks for the client here is nothing to what stands behind. */
const CREDENTIALS = /^(authorization|impersonate-.*|x-remote-.*)$/
/** Longest page whose links are rewritten, in bytes. */
const PAGE_BYTES_MAX = 32 * 1024 * 1024

/** `proxy`: any HTTP request, handed on as it is to a pod, a service or a node. */
export function proxy(locate: Locate, parts: ProxyParts): Subresource {
  return (store) => async (exchange) => {
    const { request } = exchange
    if (!METHODS.has(request.method)) throw statusErrors.methodNotAllowed()
    // Upstream has no verb for it, so that only those may who may do everything.
    if (request.method === 'OPTIONS') await exchange.requireCreate()
    await admitConnect(store, exchange)
    const at = splitPath(exchange, store.resource.namespaced)
    const location = await locate(store, exchange, parts)
    const isUpgrade = 'upgrade' in handshakeOf(request.headers)
    if (at.path === '' && !isUpgrade && (request.method === 'GET' || request.method === 'HEAD')) {
      const headers = { location: `${at.prefix}/${at.query}` }
      return { status: 301, headers, body: undefined }
    }
    const answer = await send(location, request, at)
    if (isUpgrade) {
      if (answer.status === 101 || answer.status >= 400) return answer
      throw statusErrors.plain(`invalid upgrade response: status code ${answer.status}`)
    }
    const clientHost = request.headers['host'] ?? ''
    const hosts = [location.host, clientHost]
    return rewritten(answer, { prefix: at.prefix, hosts, clientHost })
  }
}

interface PathParts {
  /** `/api/v1/namespaces/default/pods/web/proxy`, as it was sent. */
  readonly prefix: string
  readonly path: string
  /** With its question mark. */
  readonly query: string
}

function splitPath({ request, at }: Exchange, namespaced: boolean): PathParts {
  const [, whole = '', query = ''] = /^([^?]*)(.*)$/s.exec(request.url) ?? []
  // /api/v1/namespaces/NAMESPACE/pods/NAME/proxy, /api/v1/nodes/NAME/proxy
  const count = namespaced && at.namespace !== '' ? 7 : 5
  const prefix = new RegExp(`^(?:/+[^/]+){${count}}`).exec(whole)?.[0] ?? whole
  return { prefix, path: whole.slice(prefix.length), query }
}

async function send(
  location: Location,
  request: HttpRequest,
  { prefix, path, query }: PathParts,
): Promise<HttpResponse> {
  const kept = Object.entries(endToEnd(request.headers)).filter(([name]) => !CREDENTIALS.test(name))
  const { remoteAddress } = request
  const before = request.headers['x-forwarded-for']
  const forwarded = [before, remoteAddress].filter((each) => each !== undefined).join(', ')
  try {
    return await location.send({
      method: request.method,
      url: `${path === '' ? '/' : path}${query}`,
      headers: {
        ...Object.fromEntries(kept),
        ...handshakeOf(request.headers),
        ...(forwarded !== '' && { 'x-forwarded-for': forwarded }),
        'x-forwarded-uri': `${prefix}${path}`,
      },
      body: request.body,
      signal: request.signal,
    })
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error
    const why = `error trying to reach service: ${reasonOf(error, location.host)}`
    throw new StatusError(503, 'ServiceUnavailable', why, { cause: error })
  }
}

/** In the words of Go, which people look for. */
function reasonOf({ cause, message }: ConnectionError, host: string): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (code === 'ECONNREFUSED') return `dial tcp ${host}: connect: connection refused`
  if (code === 'EHOSTUNREACH') return `dial tcp ${host}: connect: no route to host`
  if (code === 'ENETUNREACH') return `dial tcp ${host}: connect: network is unreachable`
  if (code === 'ETIMEDOUT') return `dial tcp ${host}: i/o timeout`
  if (code === 'ECONNRESET') return 'EOF'
  return message
}

async function rewritten(answer: HttpResponse, place: ProxyPlace): Promise<HttpResponse> {
  const headers = Object.fromEntries(
    Object.entries(endToEnd(answer.headers)).filter(
      ([name]) => !name.startsWith('access-control-allow-'),
    ),
  )
  const { location, 'content-type': type = '' } = headers
  if (location !== undefined) {
    const moved = { ...headers, location: throughProxy(location, place) }
    return { ...answer, headers: moved }
  }
  const coding = codings.get(headers['content-encoding'] ?? '')
  const isPage = type.split(';')[0]?.trim() === 'text/html'
  if (!isPage || !coding || answer.body === undefined) return { ...answer, headers }
  const tooLong = () => statusErrors.plain('Failed to rewrite URLs: the page is too long')
  const bytes = coding.decode(await readBody(answer.body, PAGE_BYTES_MAX, tooLong))
  // Latin-1 takes every byte as it is, whatever the page is written in.
  const page = rewriteLinks(Buffer.from(bytes).toString('latin1'), place)
  const { 'content-length': _, ...others }: HttpHeaders = headers
  return { ...answer, headers: others, body: coding.encode(Buffer.from(page, 'latin1')) }
}

const asItIs = (bytes: Uint8Array): Uint8Array => bytes
const limit = { maxOutputLength: PAGE_BYTES_MAX }

interface Coding {
  decode(bytes: Uint8Array): Uint8Array
  encode(bytes: Uint8Array): Uint8Array
}

const codings = new Map<string, Coding>([
  ['', { decode: asItIs, encode: asItIs }],
  ['gzip', { decode: (bytes) => gunzipSync(bytes, limit), encode: (bytes) => gzipSync(bytes) }],
  [
    'deflate',
    {
      decode: (bytes) => inflateRawSync(bytes, limit),
      encode: (bytes) => deflateRawSync(bytes),
    },
  ],
])
