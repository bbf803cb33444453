import { type Clock, hasReason, type Log, type Net, type Random } from '../../base/index.ts'
import { endpointSlices, pods, services } from '../../api/index.ts'
import type { Client, EventRecorder, Informers } from '../../client/index.ts'
import { hasHostPorts, planHostPorts } from './host-ports.ts'
import { planRules, type ProxyNode, type Rule } from './plan.ts'
import type { PortKeeper } from './port-keeper.ts'
import { UserspaceDriver } from './userspace.ts'

/** Tells, on a Service, which of its ports is served on another: `80/TCP=8080,443/TCP=8443`. */
export const REMAPPED_PORTS_ANNOTATION = 'navarch.dev/remapped-ports'

export interface ProxyParts {
  readonly client: Client
  readonly informers: Informers
  readonly events: EventRecorder
  readonly net: Net
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly keeper: PortKeeper
}

/**
 * The service proxy of a node: follows Services and EndpointSlices, and serves their ports. It also
 * serves the host ports of the node's pods, which upstream leaves to the network plugin.
 */
export class Proxy {
  readonly #node: ProxyNode
  readonly #parts: ProxyParts
  readonly #driver: UserspaceDriver
  /** Ports that are served elsewhere, by Service: `80/TCP=8080`. */
  readonly #remapped = new Map<string, Set<string>>()
  #wake: () => void = () => undefined
  #dirty = true

  constructor(node: ProxyNode, parts: ProxyParts) {
    this.#node = node
    this.#parts = parts
    this.#driver = new UserspaceDriver({
      ...parts,
      onRemapped: (rule, port) => this.#tell(rule, port),
    })
  }

  /** Until the signal. */
  async run({ signal }: { signal: AbortSignal }): Promise<void> {
    const { informers } = this.#parts
    const serviceInformer = informers.for(services)
    const sliceInformer = informers.for(endpointSlices)
    const podInformer = informers.for(pods, { fieldSelector: `spec.nodeName=${this.#node.name}` })
    const poke = () => {
      this.#dirty = true
      this.#wake()
    }
    signal.addEventListener('abort', poke, { once: true })
    try {
      await Promise.all([
        serviceInformer.whenSynced({ signal }),
        sliceInformer.whenSynced({ signal }),
        podInformer.whenSynced({ signal }),
      ])
      const removers = [
        serviceInformer.addHandler(poke),
        sliceInformer.addHandler(poke),
        podInformer.addHandler(({ old, now }) => {
          if (hasHostPorts(old) || hasHostPorts(now)) poke()
        }),
      ]
      while (!signal.aborted) {
        this.#dirty = false
        const rules = planRules(serviceInformer.list(), sliceInformer.list(), this.#node)
        const hostPorts = planHostPorts(podInformer.list(), this.#node)
        await this.#driver.apply([...rules, ...hostPorts])
        if (!this.#dirty && !signal.aborted) {
          await new Promise<void>((resolve) => {
            this.#wake = resolve
          })
        }
      }
      for (const remove of removers) remove()
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      await this.#driver.close()
    }
  }

  /** An event, and an annotation for tools; both once per port in the life of this proxy. */
  #tell(rule: Rule, port: number): void {
    const { namespace, name, uid } = rule.owner
    const own = `${rule.address}:${rule.port}`
    const message =
      `port ${rule.port} needs root on this host: ${own} is served on ` +
      `${rule.address}:${port} instead`
    const event = { type: 'Warning', reason: 'PortRemapped', message } as const
    if (rule.kind === 'HostPort') {
      const about = { kind: 'Pod', apiVersion: 'v1', metadata: rule.owner }
      this.#parts.events.event(about, event)
      return
    }
    const entry = `${rule.port}/${rule.protocol}=${port}`
    const entries = this.#remapped.get(uid) ?? new Set()
    this.#remapped.set(uid, entries)
    const service = this.#parts.informers.for(services).get(`${namespace}/${name}`)
    if (entries.has(entry) || !service) return
    entries.add(entry)
    const about = { ...service, kind: 'Service', apiVersion: 'v1' }
    this.#parts.events.event(about, event)
    const all = [...entries].sort().join(',')
    if (service.metadata.annotations?.[REMAPPED_PORTS_ANNOTATION] === all) return
    const annotations = { [REMAPPED_PORTS_ANNOTATION]: all }
    this.#parts.client
      .for(services)
      .patch({ namespace, name }, { type: 'merge', body: { metadata: { annotations } } })
      .catch((error: unknown) => {
        if (hasReason(error, 'NotFound')) return
        this.#parts.log.warn('a remapped port could not be told', { namespace, name, error })
      })
  }
}
