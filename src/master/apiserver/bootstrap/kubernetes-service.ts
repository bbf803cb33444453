import { type Clock, hasReason } from '../../../base/index.ts'
import type { Endpoints, EndpointSlice, KubeObject, Service } from '../../../api/index.ts'
import type { Kv, LeaseId } from '../../../kv/index.ts'
import { REGISTRY } from '../keys.ts'
import { createObject } from '../registry/create.ts'
import { deleteObject } from '../registry/delete.ts'
import { fetch, keyOf, type Store } from '../registry/store.ts'
import { mainRules, updateObject } from '../registry/update.ts'
import { systemCall } from './system-call.ts'

/** Where clients reach this master. */
export interface Advertised {
  readonly address: string
  readonly port: number
}

/** A master that has not renewed for this long is no endpoint any more. */
const MASTER_TTL_SECONDS = 15
const NAME = 'kubernetes'
const NAMESPACE = 'default'
const HTTPS = 443

export interface KubernetesServiceOptions {
  readonly kv: Kv
  readonly clock: Clock
  readonly services: Store
  readonly endpoints: Store
  readonly slices: Store
  readonly advertise: Advertised
  /** The address of the service: the first of the range. */
  readonly clusterIp: string
}

/**
 * The Service by which pods find the API, with all masters that are alive behind it. Each master
 * keeps a key under a lease; whoever looks writes the endpoints from the keys that are there.
 */
export class KubernetesService {
  readonly #options: KubernetesServiceOptions
  #lease: LeaseId | undefined

  constructor(options: KubernetesServiceOptions) {
    this.#options = options
  }

  /** Renews this master's key and puts Service and endpoints right. To be called every few seconds. */
  async pass(options: { signal: AbortSignal }): Promise<void> {
    await this.#renew(options.signal)
    const masters = await this.#masters(options.signal)
    await this.#ensureService(options.signal)
    await this.#ensureEndpoints(masters, options.signal)
    await this.#ensureSlices(masters, options.signal)
  }

  /** Takes this master out, so that nobody is sent to it any more. */
  async leave(): Promise<void> {
    if (this.#lease === undefined) return
    await this.#options.kv.leaseRevoke(this.#lease)
    this.#lease = undefined
  }

  async #renew(signal: AbortSignal): Promise<void> {
    const { kv, advertise } = this.#options
    if (this.#lease !== undefined) {
      const seconds = await kv.leaseKeepAlive(this.#lease, { signal }).catch(() => 0)
      if (seconds > 0) return
    }
    const lease = await kv.leaseGrant(MASTER_TTL_SECONDS, { signal })
    const key = `${MASTERS}${advertise.address}:${advertise.port}`
    const value = Buffer.from(JSON.stringify(advertise))
    const created = await kv.create(key, value, { lease, signal })
    if (created.kind === 'exists') {
      const { kv: current } = await kv.get(key, { signal })
      if (current) await kv.update(key, value, current.modRevision, { lease, signal })
    }
    this.#lease = lease
  }

  async #masters(signal: AbortSignal): Promise<Advertised[]> {
    const { kvs } = await this.#options.kv.list(MASTERS, { signal })
    return kvs.map(({ value }) => {
      const { address, port } = JSON.parse(Buffer.from(value).toString('utf8'))
      return { address, port }
    })
  }

  async #ensureService(signal: AbortSignal): Promise<void> {
    const { services, clusterIp, advertise } = this.#options
    const call = systemCall(NAMESPACE, signal)
    if (services.cache.get(keyOf(services, call, NAME))) return
    const targetPort = advertise.port
    const service: Service = {
      metadata: { name: NAME, namespace: NAMESPACE, labels: LABELS },
      spec: {
        clusterIP: clusterIp,
        clusterIPs: [clusterIp],
        type: 'ClusterIP',
        sessionAffinity: 'None',
        ports: [{ name: 'https', protocol: 'TCP', port: HTTPS, targetPort }],
      },
      status: {},
    }
    services.resource.strategy.applyDefaults(service)
    await createObject(services, call, service).catch(ignoreExists)
  }

  async #ensureEndpoints(masters: readonly Advertised[], signal: AbortSignal): Promise<void> {
    const { endpoints } = this.#options
    const object: Endpoints = {
      metadata: {
        name: NAME,
        namespace: NAMESPACE,
        labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' },
      },
      subsets: byPort(masters).map(([port, addresses]) => ({
        addresses: addresses.map((ip) => ({ ip })),
        ports: [{ name: 'https', port, protocol: 'TCP' }],
      })),
    }
    await put(endpoints, object, signal)
  }

  // The ports of a slice hold for all its addresses: one slice for each port.
  async #ensureSlices(masters: readonly Advertised[], signal: AbortSignal): Promise<void> {
    const { slices } = this.#options
    const wanted = new Set<string>()
    for (const [index, [port, addresses]] of byPort(masters).entries()) {
      const name = index === 0 ? NAME : `${NAME}-${port}`
      wanted.add(name)
      const object: EndpointSlice = {
        metadata: {
          name,
          namespace: NAMESPACE,
          labels: { 'kubernetes.io/service-name': NAME },
        },
        addressType: 'IPv4',
        endpoints: addresses.map((address) => ({
          addresses: [address],
          conditions: { ready: true },
        })),
        ports: [{ name: 'https', port, protocol: 'TCP' }],
      }
      await put(slices, object, signal)
    }
    const call = systemCall(NAMESPACE, signal)
    const prefix = keyOf(slices, call, `${NAME}-`)
    for (const stale of slices.cache.list(prefix)) {
      const { name = '' } = stale.parse().metadata
      if (wanted.has(name) || !/^kubernetes-\d+$/.test(name)) continue
      await deleteObject(slices, call, { name, options: {} }).catch(ignoreGone)
    }
  }
}

const MASTERS = `${REGISTRY}/masterleases/`
const LABELS = { component: 'apiserver', provider: 'kubernetes' }

function byPort(masters: readonly Advertised[]): [number, string[]][] {
  const ports = new Map<number, string[]>()
  for (const { address, port } of masters) {
    ports.set(port, [...(ports.get(port) ?? []), address])
  }
  return [...ports]
    .sort(([a], [b]) => a - b)
    .map(([port, addresses]) => [port, [...new Set(addresses)].sort()])
}

function ignoreExists(error: unknown): void {
  if (!hasReason(error, 'AlreadyExists')) throw error
}

function ignoreGone(error: unknown): void {
  if (!hasReason(error, 'NotFound')) throw error
}

/** Makes the object be as given, but for what others added to its metadata. */
async function put(store: Store, object: KubeObject, signal: AbortSignal): Promise<void> {
  const call = systemCall(NAMESPACE, signal)
  const { name = '', labels } = object.metadata
  store.resource.strategy.applyDefaults(object)
  if (!(await fetch(store, keyOf(store, call, name), signal))) {
    await createObject(store, call, structuredClone(object)).catch(ignoreExists)
    return
  }
  await updateObject(store, call, {
    name,
    rules: mainRules(store),
    change: (old) => ({
      ...structuredClone(object),
      metadata: { ...old.metadata, labels: { ...old.metadata.labels, ...labels } },
    }),
  })
}
