import type { DeepReadonly } from '../../base/index.ts'
import type { EndpointSlice, Service, Stored } from '../../api/index.ts'

export type DnsRecord =
  | { readonly type: 'A'; readonly address: string }
  | { readonly type: 'CNAME'; readonly target: string }
  | { readonly type: 'PTR'; readonly target: string }
  | {
      readonly type: 'SRV'
      readonly target: string
      readonly port: number
      readonly weight: number
    }
  | { readonly type: 'TXT'; readonly text: string }

export type Lookup =
  | { readonly kind: 'records'; readonly records: readonly DnsRecord[] }
  /** The name is there, but has nothing of that type (NODATA). */
  | { readonly kind: 'no-data' }
  /** There is no such name (NXDOMAIN). */
  | { readonly kind: 'no-name' }
  /** The name is not ours to answer for. */
  | { readonly kind: 'elsewhere' }

type ServiceView = DeepReadonly<Stored<Service>>
type SliceView = DeepReadonly<Stored<EndpointSlice>>

/** The version of the Kubernetes DNS specification that is followed. */
const SCHEMA_VERSION = '1.1.0'
const SERVICE_NAME_LABEL = 'kubernetes.io/service-name'
const PTR_SUFFIX = 'in-addr.arpa'

/**
 * The cluster's names (Kubernetes DNS-Based Service Discovery 1.1): services, headless services
 * with their endpoints, named ports, reverse addresses; pods' addresses lie in their names.
 */
export class Zone {
  readonly domain: string
  /** By lower-case name without trailing dot. An empty list is a name with something below it. */
  readonly #names = new Map<string, DnsRecord[]>()
  readonly #reverse = new Map<string, DnsRecord[]>()

  constructor(domain: string, services: Iterable<ServiceView>, slices: Iterable<SliceView>) {
    this.domain = domain
    this.#add(`dns-version.${domain}`, { type: 'TXT', text: SCHEMA_VERSION })
    this.#touch(`svc.${domain}`)
    this.#touch(`pod.${domain}`)
    const slicesOf = groupSlices(slices)
    for (const service of services) {
      const { namespace, name } = service.metadata
      this.#addService(service, slicesOf.get(`${namespace}/${name}`) ?? [])
    }
  }

  /** `name` in any case, without its trailing dot. */
  lookup(name: string, type: string): Lookup {
    const key = name.toLowerCase()
    const records = this.#find(key)
    if (records === undefined) {
      const isOurs = key === this.domain || key.endsWith(`.${this.domain}`)
      return { kind: isOurs ? 'no-name' : 'elsewhere' }
    }
    const alias = records.filter((r) => r.type === 'CNAME')
    const fitting = records.filter((r) => r.type === type || type === 'ANY')
    if (fitting.length > 0) return { kind: 'records', records: fitting }
    return alias.length > 0 ? { kind: 'records', records: alias } : { kind: 'no-data' }
  }

  #find(key: string): readonly DnsRecord[] | undefined {
    if (key.endsWith(`.${PTR_SUFFIX}`)) return this.#reverse.get(key)
    return this.#names.get(key) ?? podRecords(key, this.domain)
  }

  #addService(service: ServiceView, slices: readonly SliceView[]): void {
    const { namespace, name } = service.metadata
    const own = `${name}.${namespace}.svc.${this.domain}`
    const { spec } = service
    if (spec.type === 'ExternalName') {
      if (spec.externalName) this.#add(own, { type: 'CNAME', target: spec.externalName })
      return
    }
    if (spec.clusterIP === 'None') {
      for (const slice of slices) this.#addHeadless(own, slice)
      return
    }
    if (!spec.clusterIP) return
    this.#add(own, { type: 'A', address: spec.clusterIP })
    this.#addReverse(spec.clusterIP, own)
    for (const port of spec.ports ?? []) {
      const srv = { type: 'SRV', target: own, port: port.port, weight: 100 } as const
      if (port.name) this.#add(portName(port.name, port.protocol, own), srv)
    }
  }

  #addHeadless(own: string, slice: SliceView): void {
    for (const endpoint of slice.endpoints ?? []) {
      if (endpoint.conditions?.ready === false) continue
      for (const address of endpoint.addresses) {
        const host = `${endpoint.hostname || address.replaceAll('.', '-')}.${own}`
        this.#add(own, { type: 'A', address })
        this.#add(host, { type: 'A', address })
        this.#addReverse(address, host)
        for (const port of slice.ports ?? []) {
          if (!port.name || port.port === undefined) continue
          const srv = { type: 'SRV', target: host, port: port.port, weight: 100 } as const
          this.#add(portName(port.name, port.protocol, own), srv)
        }
      }
    }
  }

  #add(name: string, record: DnsRecord): void {
    const key = name.toLowerCase()
    this.#touch(key)
    const list = this.#names.get(key)
    if (list && !list.some((r) => JSON.stringify(r) === JSON.stringify(record))) list.push(record)
  }

  /** A name, and all above it up to the zone, exist. */
  #touch(name: string): void {
    for (let at = name; ; at = at.slice(at.indexOf('.') + 1)) {
      if (this.#names.has(at)) return
      this.#names.set(at, [])
      if (at === this.domain) return
    }
  }

  #addReverse(address: string, target: string): void {
    const key = `${address.split('.').reverse().join('.')}.${PTR_SUFFIX}`
    const list = this.#reverse.get(key) ?? []
    list.push({ type: 'PTR', target })
    this.#reverse.set(key, list)
  }
}

function groupSlices(slices: Iterable<SliceView>): Map<string, SliceView[]> {
  const grouped = new Map<string, SliceView[]>()
  for (const slice of slices) {
    const name = slice.metadata.labels?.[SERVICE_NAME_LABEL]
    if (name === undefined || slice.addressType !== 'IPv4') continue
    const key = `${slice.metadata.namespace}/${name}`
    const list = grouped.get(key)
    if (list) list.push(slice)
    else grouped.set(key, [slice])
  }
  return grouped
}

function portName(port: string, protocol: string | undefined, service: string): string {
  return `_${port}._${(protocol ?? 'TCP').toLowerCase()}.${service}`
}

/** `10-1-2-3.default.pod.cluster.local` is 10.1.2.3; the namespace itself is a name, too. */
function podRecords(key: string, domain: string): readonly DnsRecord[] | undefined {
  const suffix = `.pod.${domain}`
  if (!key.endsWith(suffix)) return undefined
  const labels = key.slice(0, -suffix.length).split('.')
  if (labels.length === 1) return []
  if (labels.length !== 2) return undefined
  const parts = (labels[0] ?? '').split('-')
  const isAddress = parts.length === 4 && parts.every((p) => /^\d{1,3}$/.test(p) && Number(p) < 256)
  return isAddress ? [{ type: 'A', address: parts.join('.') }] : undefined
}
