import {
  type Clock,
  ConnectionError,
  type HttpResponse,
  readBody,
  withTimeout,
} from '../src/base/index.ts'
import { type HttpsClient, httpsClient, type TlsOptions } from '../src/platform/index.ts'
import {
  apiEndpoint,
  type HollowTopology,
  type MasterTopology,
  type NodeTopology,
  type Topology,
} from './topology.ts'

/** What a master's `/navarch/status` says. */
export interface MasterReport {
  readonly name: string
  readonly raft: {
    readonly role: string
    readonly term: number
    readonly commitIndex: number
    readonly appliedIndex: number
  }
  readonly leads: {
    readonly store: boolean
    readonly controllers: boolean
    readonly scheduler: boolean
  }
  readonly healthy: boolean
}

export interface ApiAnswer {
  readonly status: number
  // The API's objects, as far as the caller knows them.
  readonly body: unknown
}

const STATUS_TIMEOUT_MS = 2500
const ANSWER_BYTES_MAX = 512 * 1024 * 1024

/** The administrator's connections to the parts of a cluster. Close it after use. */
export class Connection {
  readonly #clock: Clock
  readonly #masters: HttpsClient
  readonly #single = new Map<string, HttpsClient>()
  readonly #tls: TlsOptions
  readonly #endpoint: Topology['endpoint']

  constructor(options: { topology: Topology; tls: TlsOptions; clock: Clock }) {
    this.#clock = options.clock
    this.#tls = options.tls
    this.#endpoint = options.topology.endpoint
    const endpoints = options.topology.masters.map(apiEndpoint)
    this.#masters = httpsClient({ endpoints, tls: this.#tls })
  }

  /** Undefined while the master does not answer. */
  async masterReport(
    master: MasterTopology,
    signal: AbortSignal,
  ): Promise<MasterReport | undefined> {
    const client = this.#clientOf(apiEndpoint(master))
    try {
      const answer = await this.#ask(client, { method: 'GET', url: '/navarch/status', signal })
      return answer.status === 200 ? (answer.body as MasterReport) : undefined
    } catch {
      signal.throwIfAborted()
      return undefined
    }
  }

  /** Whether the node's agent has registered and answers. */
  async nodeAnswers(node: NodeTopology | HollowTopology, signal: AbortSignal): Promise<boolean> {
    const client = this.#clientOf(`https://${node.address}:${node.kubeletPort}`)
    try {
      return (await this.#ask(client, { method: 'GET', url: '/healthz', signal })).status === 200
    } catch {
      signal.throwIfAborted()
      return false
    }
  }

  /** Whether some master holds the address that kubectl goes to. */
  async endpointAnswers(signal: AbortSignal): Promise<boolean> {
    const { address, port } = this.#endpoint
    const client = this.#clientOf(`https://${address}:${port}`)
    try {
      return (await this.#ask(client, { method: 'GET', url: '/livez/etcd', signal })).status === 200
    } catch {
      signal.throwIfAborted()
      return false
    }
  }

  /** A request to any master that answers. Throws `ConnectionError` when none does. */
  api(
    method: string,
    url: string,
    options: { body?: unknown; contentType?: string; signal: AbortSignal; timeoutMs?: number },
  ): Promise<ApiAnswer> {
    return this.#ask(this.#masters, { method, url, ...options })
  }

  async close(): Promise<void> {
    await Promise.all([this.#masters, ...this.#single.values()].map((client) => client.close()))
  }

  #clientOf(endpoint: string): HttpsClient {
    const known = this.#single.get(endpoint)
    if (known) return known
    const client = httpsClient({ endpoints: [endpoint], tls: this.#tls, connectTimeoutMs: 1000 })
    this.#single.set(endpoint, client)
    return client
  }

  #ask(
    client: HttpsClient,
    call: {
      method: string
      url: string
      body?: unknown
      contentType?: string
      signal: AbortSignal
      timeoutMs?: number
    },
  ): Promise<ApiAnswer> {
    const { method, url, body, contentType = 'application/json', signal } = call
    const timeoutMs = call.timeoutMs ?? STATUS_TIMEOUT_MS
    const onTimeout = () =>
      new ConnectionError(`${method} ${url}: no answer in ${timeoutMs} ms`, { sent: true })
    return withTimeout(
      this.#clock,
      timeoutMs,
      onTimeout,
      async (inner) =>
        parse(
          await client.handle({
            method,
            url,
            headers: {
              accept: 'application/json',
              ...(body === undefined ? {} : { 'content-type': contentType }),
            },
            body: body === undefined ? undefined : Buffer.from(JSON.stringify(body)),
            signal: inner,
          }),
        ),
      { signal },
    )
  }
}

async function parse(response: HttpResponse): Promise<ApiAnswer> {
  const onTooLarge = () => new ConnectionError('the answer is too large', { sent: true })
  const bytes = await readBody(response.body, ANSWER_BYTES_MAX, onTooLarge)
  const text = Buffer.from(bytes).toString()
  try {
    return { status: response.status, body: JSON.parse(text) }
  } catch {
    return { status: response.status, body: text }
  }
}
