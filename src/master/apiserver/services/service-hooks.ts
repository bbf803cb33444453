import type { Log, Random } from '../../../base/index.ts'
import type { FieldError, KubeObject, Service } from '../../../api/index.ts'
import type { Kv } from '../../../kv/index.ts'
import type { Begun, HookedWrite, StoreHooks } from '../registry/store.ts'
import { statusErrors } from '../status.ts'
import { Allocator, type Owner } from './allocator.ts'
import { IpRange } from './ip-range.ts'

/** Kubernetes' default for `--service-node-port-range`. */
const NODE_PORT_FIRST = 30_000
const NODE_PORT_LAST = 32_767
const NONE = 'None'
const SERVICE = { group: '', kind: 'Service' }

/** The addresses and ports that services are given. */
export interface ServiceResources {
  readonly range: IpRange
  readonly ips: Allocator
  readonly ports: Allocator
}

export function serviceResources(options: {
  kv: Kv
  random: Random
  range: string
}): ServiceResources {
  const { kv, random } = options
  const range = new IpRange(options.range)
  return {
    range,
    ips: new Allocator({
      kv,
      random,
      kind: 'serviceips',
      count: range.count,
      at: (index) => range.at(index),
      firstDynamic: bandOf(range.count, 16),
      // The first one is the API's own.
      reserved: range.at(0),
    }),
    ports: new Allocator({
      kv,
      random,
      kind: 'servicenodeports',
      count: NODE_PORT_LAST - NODE_PORT_FIRST + 1,
      at: (index) => String(NODE_PORT_FIRST + index),
      firstDynamic: bandOf(NODE_PORT_LAST - NODE_PORT_FIRST + 1, 32),
      reserved: '',
    }),
  }
}

/** How many values at the start are for those who choose their own (KEP-3070, KEP-3668). */
function bandOf(count: number, fraction: number): number {
  return count <= BAND_MIN ? 1 : Math.min(Math.max(BAND_MIN, Math.floor(count / fraction)), 256)
}

const BAND_MIN = 16

/** Takes what a Service needs before it is written, and gives back what it no longer has. */
export function serviceHooks(resources: ServiceResources, log: Log): StoreHooks {
  return {
    beginWrite: (write) => begin(resources, write, log),
    async afterDelete(object) {
      await releaseAll(resources, heldBy(object as Service), { owner: ownerOf(object), log })
    },
  }
}

interface Held {
  readonly ips: ReadonlySet<string>
  readonly ports: ReadonlySet<string>
}

const NOTHING: Held = { ips: new Set(), ports: new Set() }

/** What an allocation of each kind a service stands for. */
export function heldBy(service: Service): Held {
  const { spec } = service
  if (spec.type === 'ExternalName') return NOTHING
  const ips = [spec.clusterIP, ...(spec.clusterIPs ?? [])]
  const ports = (spec.ports ?? []).map((p) => p.nodePort)
  ports.push(spec.healthCheckNodePort)
  return {
    ips: new Set(ips.filter((ip): ip is string => Boolean(ip) && ip !== NONE)),
    ports: new Set(ports.filter((p) => p !== undefined && p !== 0).map(String)),
  }
}

export function ownerOf(object: KubeObject): Owner {
  const { namespace = '', name = '', uid = '' } = object.metadata
  return { namespace, name, uid }
}

async function releaseAll(
  resources: ServiceResources,
  held: Held,
  by: { owner: Owner; log: Log },
): Promise<void> {
  try {
    for (const ip of held.ips) await resources.ips.release(ip, by.owner)
    for (const port of held.ports) await resources.ports.release(port, by.owner)
  } catch (error) {
    // The repair finds it later.
    by.log.warn('an address or port of a service was not given back yet', {
      service: `${by.owner.namespace}/${by.owner.name}`,
      error: String(error),
    })
  }
}

async function begin(resources: ServiceResources, write: HookedWrite, log: Log): Promise<Begun> {
  const service = write.object as Service
  const before = write.old ? heldBy(write.old as Service) : NOTHING
  const owner = ownerOf(service)
  const taker = new Taker(resources, { owner, before, dryRun: write.dryRun })
  const revert = () => releaseAll(resources, taker.taken, { owner, log })
  try {
    await taker.takeAddress(service)
    await taker.takePorts(service)
  } catch (error) {
    await revert()
    throw error
  }
  return {
    revert,
    async commit() {
      if (write.dryRun) return
      await releaseAll(resources, without(before, heldBy(service)), { owner, log })
    },
  }
}

function without(held: Held, kept: Held): Held {
  return {
    ips: new Set([...held.ips].filter((ip) => !kept.ips.has(ip))),
    ports: new Set([...held.ports].filter((port) => !kept.ports.has(port))),
  }
}

/** Takes addresses and ports for one service, remembering which are new. */
class Taker {
  readonly #resources: ServiceResources
  readonly #owner: Owner
  readonly #before: Held
  readonly #dryRun: boolean
  readonly #ips = new Set<string>()
  readonly #ports = new Set<string>()

  constructor(resources: ServiceResources, of: { owner: Owner; before: Held; dryRun: boolean }) {
    this.#resources = resources
    this.#owner = of.owner
    this.#before = of.before
    this.#dryRun = of.dryRun
  }

  /** What was taken by this write. */
  get taken(): Held {
    return this.#dryRun ? NOTHING : { ips: this.#ips, ports: this.#ports }
  }

  async takeAddress(service: Service): Promise<void> {
    const { spec } = service
    if (spec.type === 'ExternalName') return
    this.#checkFamilies(service)
    if (spec.clusterIP === NONE) {
      spec.clusterIPs = [NONE]
      const selectorless = Object.keys(spec.selector ?? {}).length === 0
      // Whoever writes its endpoints may use both families.
      spec.ipFamilyPolicy ??= selectorless ? 'RequireDualStack' : 'SingleStack'
      spec.ipFamilies ??= selectorless ? ['IPv4', 'IPv6'] : ['IPv4']
      return
    }
    spec.ipFamilyPolicy ??= 'SingleStack'
    spec.ipFamilies ??= ['IPv4']
    const wanted = spec.clusterIP || spec.clusterIPs?.[0]
    const ip = wanted ? await this.#takeIp(service, wanted) : await this.#takeAnyIp()
    spec.clusterIP = ip
    spec.clusterIPs = [ip]
  }

  #checkFamilies(service: Service): void {
    const { spec, metadata } = service
    const headless = spec.clusterIP === NONE
    const errors: FieldError[] = []
    const index = (spec.ipFamilies ?? []).indexOf('IPv6')
    if (index >= 0 && !headless) {
      const detail = 'Invalid value: "IPv6": not configured on this cluster'
      errors.push({ type: 'FieldValueInvalid', field: `spec.ipFamilies[${index}]`, detail })
    }
    if (spec.ipFamilyPolicy === 'RequireDualStack' && !headless) {
      const why = 'this cluster is not configured for dual-stack services'
      const detail = `Invalid value: "RequireDualStack": ${why}`
      errors.push({ type: 'FieldValueInvalid', field: 'spec.ipFamilyPolicy', detail })
    }
    if (errors.length > 0) throw statusErrors.invalid(SERVICE, metadata.name ?? '', errors)
  }

  async #takeIp(service: Service, ip: string): Promise<string> {
    if (this.#before.ips.has(ip)) return ip
    const { range, ips } = this.#resources
    if (!range.contains(ip)) {
      const where = `The range of valid IPs is ${range.cidr}`
      throw ipError(service, ip, `the provided IP (${ip}) is not in the valid range. ${where}`)
    }
    if (!(await ips.take(ip, this.#owner, { dryRun: this.#dryRun }))) {
      throw ipError(service, ip, 'provided IP is already allocated')
    }
    this.#ips.add(ip)
    return ip
  }

  async #takeAnyIp(): Promise<string> {
    const ip = await this.#resources.ips.takeAny(this.#owner, { dryRun: this.#dryRun })
    if (ip === undefined) {
      throw statusErrors.internal('failed to allocate a serviceIP: range is full')
    }
    this.#ips.add(ip)
    return ip
  }

  async takePorts(service: Service): Promise<void> {
    const { spec } = service
    const balanced = spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false
    const needsPorts = spec.type === 'NodePort' || balanced
    for (const [index, port] of (spec.ports ?? []).entries()) {
      if (port.nodePort) {
        await this.#takePort(service, port.nodePort, `spec.ports[${index}].nodePort`)
      } else if (needsPorts) {
        port.nodePort = this.#sharedPort(service, index) ?? (await this.#takeAnyPort())
      }
    }
    if (spec.type !== 'LoadBalancer' || spec.externalTrafficPolicy !== 'Local') return
    if (spec.healthCheckNodePort) {
      await this.#takePort(service, spec.healthCheckNodePort, 'spec.healthCheckNodePort')
    } else spec.healthCheckNodePort = await this.#takeAnyPort()
  }

  // The same port under another protocol gets the same node port, as with DNS.
  #sharedPort(service: Service, index: number): number | undefined {
    const ports = service.spec.ports ?? []
    const own = ports[index]
    const other = ports.find(
      (p, i) => i < index && p.port === own?.port && p.protocol !== own?.protocol && p.nodePort,
    )
    return other?.nodePort
  }

  async #takePort(service: Service, port: number, field: string): Promise<void> {
    const value = String(port)
    if (this.#before.ports.has(value) || this.#ports.has(value)) return
    const fault = await this.#portFault(port)
    if (fault === undefined) {
      this.#ports.add(value)
      return
    }
    const detail = `Invalid value: ${port}: ${fault}`
    throw statusErrors.invalid(SERVICE, service.metadata.name ?? '', [
      { type: 'FieldValueInvalid', field, detail },
    ])
  }

  async #portFault(port: number): Promise<string | undefined> {
    if (port < NODE_PORT_FIRST || port > NODE_PORT_LAST) {
      const where = `The range of valid ports is ${NODE_PORT_FIRST}-${NODE_PORT_LAST}`
      return `provided port is not in the valid range. ${where}`
    }
    const options = { dryRun: this.#dryRun }
    const taken = await this.#resources.ports.take(String(port), this.#owner, options)
    return taken ? undefined : 'provided port is already allocated'
  }

  async #takeAnyPort(): Promise<number> {
    const port = await this.#resources.ports.takeAny(this.#owner, { dryRun: this.#dryRun })
    if (port === undefined) {
      throw statusErrors.internal('failed to allocate a nodePort: range is full')
    }
    this.#ports.add(port)
    return Number(port)
  }
}

function ipError(service: Service, ip: string, why: string): Error {
  const detail = `Invalid value: []string{"${ip}"}: failed to allocate IP ${ip}: ${why}`
  return statusErrors.invalid(SERVICE, service.metadata.name ?? '', [
    { type: 'FieldValueInvalid', field: 'spec.clusterIPs', detail },
  ])
}
