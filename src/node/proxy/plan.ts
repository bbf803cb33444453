import type { DeepReadonly } from '../../base/index.ts'
import type { EndpointSlice, Service, ServicePort, Stored } from '../../api/index.ts'

export type Protocol = 'TCP' | 'UDP'

export interface Target {
  readonly address: string
  readonly port: number
}

/** One address and port that the proxy serves, and where its traffic goes. */
export interface Rule {
  /** `TCP 127.96.0.12:80`: no two rules have the same. */
  readonly key: string
  readonly kind: 'ClusterIP' | 'ExternalIP' | 'NodePort' | 'HostPort'
  /** The Service, or the pod of a `HostPort`. */
  readonly owner: { readonly namespace: string; readonly name: string; readonly uid: string }
  /** The port's name, may be empty. */
  readonly portName: string
  readonly protocol: Protocol
  readonly address: string
  readonly port: number
  /** Where connections go, at least one: a rule without endpoints is not made. */
  readonly targets: readonly Target[]
  /** A client stays with its target for this long; undefined: every connection is spread. */
  readonly affinityMs: number | undefined
}

/** Which node the rules are for. */
export interface ProxyNode {
  readonly name: string
  /** Where host ports are served that name no address. */
  readonly ip: string
  /** Where NodePorts are served. */
  readonly nodePortAddresses: readonly string[]
}

type ServiceView = DeepReadonly<Stored<Service>>
type SliceView = DeepReadonly<Stored<EndpointSlice>>
type PortView = DeepReadonly<ServicePort>

const AFFINITY_SECONDS_DEFAULT = 10_800
const SERVICE_NAME_LABEL = 'kubernetes.io/service-name'

/**
 * The rules of all Services. Pure. A Service port without endpoints gets no rule, so that a client
 * is refused at once, as kube-proxy rejects it.
 */
export function planRules(
  services: Iterable<ServiceView>,
  slices: Iterable<SliceView>,
  node: ProxyNode,
): Rule[] {
  const slicesOf = new Map<string, SliceView[]>()
  for (const slice of slices) {
    const name = slice.metadata.labels?.[SERVICE_NAME_LABEL]
    if (name === undefined || slice.addressType !== 'IPv4') continue
    const key = `${slice.metadata.namespace}/${name}`
    const list = slicesOf.get(key)
    if (list) list.push(slice)
    else slicesOf.set(key, [slice])
  }
  const rules = new Map<string, Rule>()
  for (const service of services) {
    const { namespace, name } = service.metadata
    for (const rule of rulesOf(service, slicesOf.get(`${namespace}/${name}`) ?? [], node)) {
      if (!rules.has(rule.key)) rules.set(rule.key, rule)
    }
  }
  return [...rules.values()]
}

function rulesOf(
  service: ServiceView,
  slices: readonly SliceView[],
  node: ProxyNode,
): readonly Rule[] {
  const { spec } = service
  if (spec.type === 'ExternalName' || !spec.clusterIP || spec.clusterIP === 'None') return []
  const rules: Rule[] = []
  for (const port of spec.ports ?? []) {
    const protocol = port.protocol ?? 'TCP'
    if (protocol !== 'TCP' && protocol !== 'UDP') continue
    const internal = targetsOf(port, slices, localNode(spec.internalTrafficPolicy, node))
    const add = (kind: Rule['kind'], address: string, number: number, targets: Target[]) => {
      if (targets.length > 0) {
        rules.push(rule({ service, port, protocol, kind, address, number, targets }))
      }
    }
    add('ClusterIP', spec.clusterIP, port.port, internal)
    const external = targetsOf(port, slices, localNode(spec.externalTrafficPolicy, node))
    for (const address of externalAddresses(service)) {
      add('ExternalIP', address, port.port, external)
    }
    if (!port.nodePort) continue
    for (const address of node.nodePortAddresses) add('NodePort', address, port.nodePort, external)
  }
  return rules
}

/**
 * Addresses from outside at which a Service answers as at its own. Those that are not this host's
 * cannot be bound here, and are left to whoever has them.
 */
function externalAddresses({ spec, status }: ServiceView): readonly string[] {
  const balanced = (status?.loadBalancer?.ingress ?? []).flatMap(({ ip, ipMode = 'VIP' }) =>
    ip !== undefined && ipMode === 'VIP' ? [ip] : [],
  )
  const all = [...(spec.externalIPs ?? []), ...balanced]
  return [...new Set(all)].filter((address) => !address.includes(':'))
}

function rule(options: {
  service: ServiceView
  port: PortView
  protocol: Protocol
  kind: Rule['kind']
  address: string
  number: number
  targets: readonly Target[]
}): Rule {
  const { service, port, protocol, kind, address, number, targets } = options
  const { namespace, name, uid } = service.metadata
  const { sessionAffinity, sessionAffinityConfig } = service.spec
  const seconds = sessionAffinityConfig?.clientIP?.timeoutSeconds ?? AFFINITY_SECONDS_DEFAULT
  return {
    key: `${protocol} ${address}:${number}`,
    kind,
    owner: { namespace, name, uid },
    portName: port.name ?? '',
    protocol,
    address,
    port: number,
    targets,
    affinityMs: sessionAffinity === 'ClientIP' ? seconds * 1000 : undefined,
  }
}

function localNode(policy: string | undefined, node: ProxyNode): string | undefined {
  return policy === 'Local' ? node.name : undefined
}

/**
 * Ready endpoints; when there are none, those that end but still serve (KEP-1669). With `onNode`
 * only that node's.
 */
function targetsOf(
  port: PortView,
  slices: readonly SliceView[],
  onNode: string | undefined,
): Target[] {
  const ready = new Map<string, Target>()
  const ending = new Map<string, Target>()
  for (const slice of slices) {
    const number = slice.ports?.find((p) => (p.name ?? '') === (port.name ?? ''))?.port
    if (number === undefined) continue
    for (const endpoint of slice.endpoints ?? []) {
      if (onNode !== undefined && endpoint.nodeName !== onNode) continue
      const { ready: isReady = true, serving, terminating } = endpoint.conditions ?? {}
      const into = isReady ? ready : serving && terminating ? ending : undefined
      for (const address of into ? endpoint.addresses : []) {
        into?.set(`${address}:${number}`, { address, port: number })
      }
    }
  }
  return [...(ready.size > 0 ? ready : ending).values()]
}
