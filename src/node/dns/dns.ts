import type { Clock, Listener, Log, Net } from '../../base/index.ts'
import { endpointSlices, nodes, services } from '../../api/index.ts'
import type { Client, EventRecorder, Informers } from '../../client/index.ts'
import { answer } from './answer.ts'
import { forward } from './forward.ts'
import { type DnsHandler, listenDnsTcp, listenDnsUdp } from './listeners.ts'
import { Zone } from './zone.ts'

/** Tells, on a Node, where its DNS answers when that is not port 53: `127.96.0.10:8053`. */
export const DNS_ADDRESS_ANNOTATION = 'navarch.dev/dns-address'

export interface DnsConfig {
  readonly nodeName: string
  /** The cluster's DNS address, such as 127.96.0.10. */
  readonly address: string
  /** Default 53. */
  readonly port?: number
  /** Default `cluster.local`. */
  readonly domain?: string
  /** Who is asked for other names. Default: nobody, they are refused. */
  readonly upstream?: { readonly address: string; readonly port: number }
}

/** Keeps a port bound while others compete for it; the node agent shares one between its parts. */
export interface KeepPort {
  (wish: {
    readonly address: string
    readonly port: number
    readonly fallbackPort?: number
    bind(port: number): Promise<Listener>
    onRemapped?(port: number): void
  }): {
    readonly boundPort: number | undefined
    readonly tried: Promise<void>
    release(): Promise<void>
  }
}

export interface DnsParts {
  readonly client: Client
  readonly informers: Informers
  readonly events: EventRecorder
  readonly net: Net
  readonly clock: Clock
  readonly log: Log
  readonly keepPort: KeepPort
}

const DOMAIN_DEFAULT = 'cluster.local'
const DNS_PORT = 53
const DNS_PORT_UNPRIVILEGED = 8053

/** The cluster's DNS: answers for Services and pods, over UDP and TCP. */
export class Dns {
  /** Settles once the ports were tried: undefined where resolvers cannot find it, on port 53. */
  readonly serving: Promise<{ readonly address: string; readonly domain: string } | undefined>
  #markServing: (isWhereExpected: boolean) => void = () => undefined
  readonly #config: DnsConfig
  readonly #parts: DnsParts
  #zone: Zone | undefined
  #turn = 0
  #told = false

  constructor(config: DnsConfig, parts: DnsParts) {
    this.#config = config
    this.#parts = parts
    const { address, domain = DOMAIN_DEFAULT } = config
    this.serving = new Promise((resolve) => {
      this.#markServing = (is) => resolve(is ? { address, domain } : undefined)
    })
  }

  /** Until the signal. */
  async run({ signal }: { signal: AbortSignal }): Promise<void> {
    const { informers, keepPort } = this.#parts
    const { address, port = DNS_PORT } = this.#config
    const all = [informers.for(services), informers.for(endpointSlices)] as const
    signal.addEventListener('abort', () => this.#markServing(false), { once: true })
    if (signal.aborted) this.#markServing(false)
    try {
      await Promise.all(all.map((informer) => informer.whenSynced({ signal })))
    } catch (error) {
      if (signal.aborted) return
      throw error
    }
    const forget = () => {
      this.#zone = undefined
    }
    const removers = [all[0].addHandler(forget), all[1].addHandler(forget)]
    const handler: DnsHandler = (query, transport) => this.#answer(query, transport)
    const kept = [listenDnsUdp, listenDnsTcp].map((listen) =>
      keepPort({
        address,
        port,
        ...(port === DNS_PORT && { fallbackPort: DNS_PORT_UNPRIVILEGED }),
        bind: (free) => listen({ address, port: free }, handler, this.#parts),
        onRemapped: (other) => this.#tell(other),
      }),
    )
    // Another agent of this host may have the port: then it is served as well.
    void Promise.all(kept.map(({ tried }) => tried)).then(() => {
      this.#markServing(port === DNS_PORT && !this.#told)
    })
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve()
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
    for (const remove of removers) remove()
    await Promise.all(kept.map((k) => k.release()))
  }

  async #answer(
    query: Uint8Array,
    { overTcp }: { overTcp: boolean },
  ): Promise<Uint8Array | undefined> {
    const { informers } = this.#parts
    const { domain = DOMAIN_DEFAULT, upstream } = this.#config
    this.#zone ??= new Zone(
      domain,
      informers.for(services).list(),
      informers.for(endpointSlices).list(),
    )
    const options = { overTcp, canForward: upstream !== undefined, turn: this.#turn++ }
    const result = answer(query, this.#zone, options)
    if (result.kind === 'reply') return result.bytes
    return result.kind === 'forward' && upstream ? forward(query, upstream, this.#parts) : undefined
  }

  #tell(port: number): void {
    if (this.#told) return
    this.#told = true
    const { address, nodeName } = this.#config
    const about = { kind: 'Node', apiVersion: 'v1', metadata: { name: nodeName, uid: nodeName } }
    const message = `port ${DNS_PORT} needs root on this host: DNS answers at ${address}:${port}`
    this.#parts.events.event(about, { type: 'Warning', reason: 'PortRemapped', message })
    const annotations = { [DNS_ADDRESS_ANNOTATION]: `${address}:${port}` }
    this.#parts.client
      .for(nodes)
      .patch({ name: nodeName }, { type: 'merge', body: { metadata: { annotations } } })
      .catch((error: unknown) => {
        this.#parts.log.warn('the port of DNS could not be told', { port, error })
      })
  }
}
