import type { DeepReadonly, HttpsTarget, Random } from '../../../base/index.ts'
import type { Endpoints, EndpointSlice, Service } from '../../../api/index.ts'
import type { Lookup } from '../admission/lookup.ts'

const SERVICES = { group: '', plural: 'services' }
const ENDPOINTS = { group: '', plural: 'endpoints' }
const SLICES = { group: 'discovery.k8s.io', plural: 'endpointslices' }
const HTTPS_PORT = 443

export interface ServiceRef {
  readonly namespace?: string
  readonly name?: string
  readonly port?: number
}

/** No server can be found; the text says why. */
export class TargetError extends Error {}

/** Finds the servers of Services, as this master reaches them. */
export class ServiceTargets {
  readonly #lookup: Lookup
  readonly #random: Random

  constructor({ lookup, random }: { lookup: Lookup; random: Random }) {
    this.#lookup = lookup
    this.#random = random
  }

  /** A server of the Service that is ready. Throws `TargetError`. */
  resolve({ namespace = '', name = '', port = HTTPS_PORT }: ServiceRef): HttpsTarget {
    const service = this.#lookup.cached<Service>(SERVICES, { namespace, name })
    if (!service) throw new TargetError(`service ${JSON.stringify(name)} not found`)
    const serverName = `${name}.${namespace}.svc`
    const { type, externalName, ports = [] } = service.spec ?? {}
    if (type === 'ExternalName') return { host: externalName ?? '', port, serverName }
    const found = ports.find((each) => each.port === port)
    if (!found) {
      throw new TargetError(`no service port ${port} found for service ${JSON.stringify(name)}`)
    }
    const at = { namespace, name, port: found.name ?? '' }
    const servers = [...this.#fromSlices(at), ...this.#fromEndpoints(at)]
    if (servers.length === 0) {
      throw new TargetError(`no endpoints available for service ${JSON.stringify(name)}`)
    }
    const index = this.#random.int(servers.length)
    return { host: '', port: 0, ...servers[index], serverName }
  }

  #fromSlices(at: { namespace: string; name: string; port: string }): Address[] {
    const { namespace } = at
    return this.#lookup
      .list<EndpointSlice>(SLICES, { namespace })
      .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === at.name)
      .flatMap((slice) => addressesOf(slice, at.port))
  }

  #fromEndpoints({ namespace, name, port }: { namespace: string; name: string; port: string }) {
    const found = this.#lookup.cached<Endpoints>(ENDPOINTS, { namespace, name })
    return (found?.subsets ?? []).flatMap(({ addresses = [], ports = [] }) =>
      ports
        .filter((each) => (each.name ?? '') === port)
        .flatMap((each) => addresses.map(({ ip }): Address => ({ host: ip, port: each.port }))),
    )
  }
}

interface Address {
  readonly host: string
  readonly port: number
}

function addressesOf(slice: DeepReadonly<EndpointSlice>, port: string): Address[] {
  const ports = (slice.ports ?? []).filter((each) => (each.name ?? '') === port)
  const ready = (slice.endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false)
  return ports.flatMap((each) =>
    each.port === undefined
      ? []
      : ready.flatMap(({ addresses }) =>
          addresses.map((host): Address => ({ host, port: each.port ?? 0 })),
        ),
  )
}
