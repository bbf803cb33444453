import type { GrpcMethods, HttpHandler, HttpRequest, HttpResponse, Log } from '../../base/index.ts'
import { ETCD_VERSION } from '../index.ts'
import type { Registry } from '../metrics/index.ts'
import { json, plainText } from './answer.ts'
import { gateway } from './gateway.ts'
import { answerHealth, type HealthOptions } from './health.ts'

export interface StoreHttpOptions extends HealthOptions {
  /** The methods that the gateway calls: those of the same port's gRPC. */
  readonly methods: GrpcMethods
  readonly metrics: Registry
  readonly log: Log
  /** etcd's `--enable-grpc-gateway`. Default true. */
  readonly gateway?: boolean
  /** Certificates name users (`--client-cert-auth`): then they must not call through the gateway. */
  readonly certificates?: boolean
}

type ProbeOptions = Omit<StoreHttpOptions, 'methods' | 'log'>

const BASE = 'http://store'

/** etcd allows every origin unless told otherwise. */
const CORS = {
  'access-control-allow-methods': 'POST, GET, OPTIONS, PUT, DELETE',
  'access-control-allow-origin': '*',
  'access-control-allow-headers': 'accept, content-type, authorization',
}

/** What etcd answers over HTTP on its client port: the JSON gateway, health, metrics, its version. */
export function storeHttp(options: StoreHttpOptions): HttpHandler {
  return async (request) => {
    const response = await answer(options, request)
    return { ...response, headers: { ...CORS, ...response.headers } }
  }
}

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
    return await gateway(options, request)
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
