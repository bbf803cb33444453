import type {
  GrpcMethods,
  HttpHandler,
  HttpHeaders,
  HttpRequest,
  HttpResponse,
  Log,
} from '../../base/index.ts'
import { ETCD_VERSION } from '../index.ts'
import type { Registry } from '../metrics/index.ts'
import { json, plainText } from './answer.ts'
import { gateway } from './gateway.ts'
import { answerHealth, type HealthOptions } from './health.ts'
import { asksForWebSocket, overWebSocket } from './web-socket.ts'

export interface StoreHttpOptions extends HealthOptions {
  /** The methods that the gateway calls: those of the same port's gRPC. */
  readonly methods: GrpcMethods
  readonly metrics: Registry
  readonly log: Log
  /** etcd's `--enable-grpc-gateway`. Default true. */
  readonly gateway?: boolean
  /** Certificates name users (`--client-cert-auth`): then they must not call through the gateway. */
  readonly certificates?: boolean
  /** etcd's `--cors`: who may ask from a browser. Default: everybody (`*`). */
  readonly origins?: readonly string[]
  /** etcd's `--host-whitelist`: whom a request without TLS may name. Default: all (`*`). */
  readonly hosts?: readonly string[]
  /** Of a request to the gateway. Default 4 MiB. */
  readonly bodyBytesMax?: number
}

type ProbeOptions = HealthOptions & Pick<StoreHttpOptions, 'metrics'>

const BASE = 'http://store'

const CORS = {
  'access-control-allow-methods': 'POST, GET, OPTIONS, PUT, DELETE',
  'access-control-allow-headers': 'accept, content-type, authorization',
}
const ALL = ['*']

/** What etcd answers over HTTP on its client port: the JSON gateway, health, metrics, its version. */
export function storeHttp(options: StoreHttpOptions): HttpHandler {
  return async (request) => {
    const host = hostOf(request)
    if (!request.secure && !allows(options.hosts ?? ALL, host)) {
      const { log } = options
      log.warn('rejecting HTTP request to prevent DNS rebinding attacks', { host })
      return plainText(421, `${unknownHost(host)}\n`)
    }
    const response = await answer(options, request)
    return { ...response, headers: { ...corsOf(options, request), ...response.headers } }
  }
}

function corsOf({ origins = ALL }: StoreHttpOptions, { headers }: HttpRequest): HttpHeaders {
  const origin = headers['origin'] ?? ''
  if (!allows(origins, origin)) return {}
  const isAnybody = allows(origins, '*')
  return { ...CORS, 'access-control-allow-origin': isAnybody ? '*' : origin }
}

/** As etcd: an empty list is no list. */
function allows(list: readonly string[], name: string): boolean {
  const named = list.filter((each) => each !== '')
  return named.length === 0 || named.includes('*') || named.includes(name)
}

function hostOf({ headers }: HttpRequest): string {
  const host = headers['host'] ?? ''
  return host.replace(/:\d+$/, '').replace(/^\[|\]$/g, '')
}

const unknownHost = (host: string) =>
  `The Host header "${host}" is not among --host-whitelist. ` +
  'Use TLS, or add the name there (CVE-2018-5702, DNS rebinding).'

/** The same without the gateway: etcd's `--listen-metrics-urls`. */
export function metricsHttp(options: ProbeOptions): HttpHandler {
  return async (request) => {
    if (!URL.canParse(request.url, BASE)) return plainText(400, '400 Bad Request\n')
    return (await answerProbe(options, request)) ?? plainText(404, '404 page not found\n')
  }
}

async function answer(options: StoreHttpOptions, request: HttpRequest): Promise<HttpResponse> {
  if (!URL.canParse(request.url, BASE)) return plainText(400, '400 Bad Request\n')
  if (request.method === 'OPTIONS') return { status: 200, headers: {}, body: undefined }
  const { pathname } = urlOf(request)
  if (/^\/v3(beta)?\//.test(pathname) && options.gateway !== false) {
    if (await namesUserByCertificate(options, request)) {
      return plainText(400, `${COMMON_NAME_REFUSED}\n`)
    }
    if (!asksForWebSocket(request)) return await gateway(options, request)
    // A browser lets any page open one, whatever we say about origins.
    const origin = request.headers['origin']
    if (origin !== undefined && !allows(options.origins ?? ALL, origin)) {
      return plainText(403, 'origin not allowed\n')
    }
    return overWebSocket(request, (posted) => gateway(options, posted))
  }
  return (await answerProbe(options, request)) ?? plainText(404, '404 page not found\n')
}

const COMMON_NAME_REFUSED =
  'CommonName of client sending a request against gateway will be ignored and not used as expected'

async function namesUserByCertificate(
  { certificates, etcd }: StoreHttpOptions,
  { identity, signal }: HttpRequest,
): Promise<boolean> {
  if (!certificates || !identity?.commonName) return false
  return (await etcd.auth.status({ signal })).enabled
}

async function answerProbe(
  options: ProbeOptions,
  request: HttpRequest,
): Promise<HttpResponse | undefined> {
  const url = urlOf(request)
  if (url.pathname === '/metrics') return await metrics(options.metrics, request)
  if (url.pathname === '/version') {
    if (request.method !== 'GET') return notAllowed()
    return json(200, version())
  }
  const isHealth = /^\/(health$|livez(\/|$)|readyz(\/|$))/.test(url.pathname)
  if (!isHealth) return undefined
  if (request.method !== 'GET') return notAllowed()
  return await answerHealth(url, options, request.signal)
}

function notAllowed(): HttpResponse {
  return plainText(405, 'Method Not Allowed\n', { allow: 'GET' })
}

/** Cluster and storage go with the release, without its patch. */
function version() {
  const [major, minor] = ETCD_VERSION.split('.')
  const line = `${major}.${minor}.0`
  return { etcdserver: ETCD_VERSION, etcdcluster: line, storage: line }
}

async function metrics(registry: Registry, request: HttpRequest): Promise<HttpResponse> {
  const headers = { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }
  if (request.method !== 'GET' && request.method !== 'HEAD') return notAllowed()
  return { status: 200, headers, body: Buffer.from(await registry.expose()) }
}

function urlOf({ url }: HttpRequest): URL {
  return new URL(url, BASE)
}
