import {
  type HttpHandler,
  type HttpResponse,
  type PeerIdentity,
  readBody,
  silentLog,
} from '../../../src/base/index.ts'
import { allResources } from '../../../src/api/index.ts'
import { createMemoryKv, type Kv } from '../../../src/kv/index.ts'
import {
  type ApiServer,
  type ApiServerOptions,
  createApiServer,
} from '../../../src/master/apiserver/index.ts'
import { systemClock, systemRandom } from '../../../src/platform/index.ts'

/** A JSON value, to be looked into freely. */
export type Json = ReturnType<typeof JSON.parse>

export interface Call {
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as it is when bytes or text, else as JSON. */
  readonly body?: unknown
  readonly signal?: AbortSignal
  /** Without any credential but those of the headers. */
  readonly anonymous?: boolean
  /** Instead of the administrator. */
  readonly as?: PeerIdentity
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Buffer
  readonly json: Json
}

const ADMIN = { commonName: 'admin', organizations: ['system:masters'] }

/** A server over memory, and a client without sockets. */
export class Harness {
  readonly kv: Kv
  readonly server: ApiServer

  private constructor(kv: Kv, server: ApiServer) {
    this.kv = kv
    this.server = server
  }

  static async start(
    options: Partial<ApiServerOptions> & { start?: boolean } = {},
  ): Promise<Harness> {
    const kv = options.kv ?? createMemoryKv({ clock: systemClock })
    const server = createApiServer({
      kv,
      resources: allResources,
      clock: systemClock,
      random: systemRandom(),
      log: silentLog,
      kubelet: () => noKubelet,
      serviceRange: '10.96.0.0/16',
      ...options,
    })
    if (options.start !== false) await server.start({ signal: new AbortController().signal })
    return new Harness(kv, server)
  }

  async stop(): Promise<void> {
    await this.server.stop()
    await this.kv.close()
  }

  /** `call` is `GET /api/v1/pods`. */
  async send(call: string, options: Call = {}): Promise<HttpResponse> {
    const space = call.indexOf(' ')
    const body = encode(options.body)
    return this.server.handler({
      method: call.slice(0, space),
      url: call.slice(space + 1),
      headers: {
        ...(body && { 'content-type': 'application/json' }),
        ...options.headers,
      },
      body,
      signal: options.signal ?? new AbortController().signal,
      ...(!options.anonymous && { identity: options.as ?? ADMIN }),
    })
  }

  async call(call: string, options: Call = {}): Promise<Answer> {
    const { status, headers, body } = await this.send(call, options)
    const all = await readBody(body, 1 << 30, () => new Error('too large'))
    const bytes = Buffer.from(all)
    const isJson = headers['content-type']?.includes('json') && bytes.length > 0
    return { status, headers, bytes, json: isJson ? JSON.parse(bytes.toString()) : undefined }
  }

  /** The events of a watch as they come; ends with `signal`. */
  async *watch(url: string, options: Call & { signal: AbortSignal }): AsyncGenerator<Json> {
    const { body } = await this.send(`GET ${url}`, options)
    if (body === undefined || body instanceof Uint8Array) throw new Error('not a stream')
    for await (const chunk of body) {
      for (const line of Buffer.from(chunk).toString().split('\n')) {
        if (line !== '') yield JSON.parse(line)
      }
    }
  }
}

const noKubelet: HttpHandler = () => Promise.reject(new Error('there is no kubelet'))

function encode(body: unknown): Uint8Array | undefined {
  if (body === undefined) return undefined
  if (body instanceof Uint8Array) return body
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
}

export const MERGE = { 'content-type': 'application/merge-patch+json' }

export function configMap(name: string, more: object = {}): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, ...more }
}

export function pod(name: string, spec: object = {}): object {
  const containers = [{ name: 'c', image: 'busybox:1.36' }]
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { containers, ...spec } }
}
