import {
  type EndpointAddress,
  type EndpointPort,
  type Endpoints,
  type EndpointSubset,
  isPodReady,
  isPodTerminal,
  type Pod,
  type Service,
} from '../../api/index.ts'
import type { Cached } from './runtime.ts'
import { backendPorts, HEADLESS, hostnameIn, isHeadless, podAddresses } from './service-backends.ts'

export const ENDPOINTS_MANAGED_BY = 'endpoints.kubernetes.io/managed-by'
export const ENDPOINTS_MANAGER = 'endpoint-controller'
const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity'
/** Addresses of one Endpoints object; the others are left out (as upstream). */
const ADDRESSES_MAX = 1000

/** What of an Endpoints object this controller decides. */
export interface EndpointsPlan {
  readonly labels: Record<string, string>
  readonly overCapacity: boolean
  readonly subsets: EndpointSubset[]
}

/** The Endpoints of a service, as upstream packs them: pods with the same ports share a subset. */
export function planEndpoints(
  service: Cached<Service>,
  pods: readonly Cached<Pod>[],
): EndpointsPlan {
  const publish = service.spec.publishNotReadyAddresses ?? false
  const subsets = new Map<string, Required<EndpointSubset>>()
  let count = 0
  for (const pod of pods) {
    const goes = pod.metadata.deletionTimestamp !== undefined
    if (isPodTerminal(pod) || (goes && !publish)) continue
    const address = toAddress(pod, service)
    if (!address) continue
    const ports = portsOf(service, pod)
    if (ports.length === 0 && !isHeadless(service)) continue
    count++
    const key = JSON.stringify(ports)
    const subset = subsets.get(key) ?? { addresses: [], notReadyAddresses: [], ports }
    subsets.set(key, subset)
    const ready = publish || isPodReady(pod)
    ;(ready ? subset.addresses : subset.notReadyAddresses).push(address)
  }
  const labels: Record<string, string> = { ...service.metadata.labels }
  labels[ENDPOINTS_MANAGED_BY] = ENDPOINTS_MANAGER
  if (isHeadless(service)) labels[HEADLESS] = ''
  else delete labels[HEADLESS]
  const packed = [...subsets.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, s]) => pack(s))
  const overCapacity = count > ADDRESSES_MAX
  return { labels, overCapacity, subsets: overCapacity ? truncate(packed) : packed }
}

function toAddress(pod: Cached<Pod>, service: Cached<Service>): EndpointAddress | undefined {
  const family = service.spec.ipFamilies?.[0] ?? 'IPv4'
  const ip = podAddresses(pod).find((each) => each.includes(':') === (family === 'IPv6'))
  if (!ip) return undefined
  const { name, namespace, uid } = pod.metadata
  const hostname = hostnameIn(pod, service)
  return {
    ip,
    ...(hostname && { hostname }),
    ...(pod.spec.nodeName && { nodeName: pod.spec.nodeName }),
    targetRef: { kind: 'Pod', namespace, name, uid },
  }
}

function portsOf(service: Cached<Service>, pod: Cached<Pod>): EndpointPort[] {
  const ports = backendPorts(service, pod).map(({ name, port, protocol, appProtocol }) => ({
    ...(name !== '' && { name }),
    port,
    protocol,
    ...(appProtocol !== undefined && { appProtocol }),
  }))
  return ports.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}

function pack({ addresses, notReadyAddresses, ports }: Required<EndpointSubset>): EndpointSubset {
  const byIp = (a: EndpointAddress, b: EndpointAddress) => (a.ip < b.ip ? -1 : 1)
  return {
    ...(addresses.length > 0 && { addresses: addresses.sort(byIp) }),
    ...(notReadyAddresses.length > 0 && { notReadyAddresses: notReadyAddresses.sort(byIp) }),
    ...(ports.length > 0 && { ports }),
  }
}

/** Ready addresses first. */
function truncate(subsets: readonly EndpointSubset[]): EndpointSubset[] {
  let room = ADDRESSES_MAX
  const take = (addresses: EndpointAddress[] = []) => {
    const taken = addresses.slice(0, room)
    room -= taken.length
    return taken
  }
  const ready = subsets.map((subset) => take(subset.addresses))
  return subsets.map((subset, i) =>
    pack({
      addresses: ready[i] ?? [],
      notReadyAddresses: take(subset.notReadyAddresses),
      ports: subset.ports ?? [],
    }),
  )
}

/** The object as it is to be written. */
export function endpointsFrom(
  service: Cached<Service>,
  plan: EndpointsPlan,
  existing?: Endpoints,
): Endpoints {
  const { name, namespace } = service.metadata
  const annotations = { ...existing?.metadata.annotations }
  if (plan.overCapacity) annotations[OVER_CAPACITY] = 'truncated'
  else delete annotations[OVER_CAPACITY]
  const named = Object.keys(annotations).length > 0 ? { annotations } : {}
  const { annotations: _, ...metadata } = existing?.metadata ?? { name, namespace }
  return {
    ...existing,
    metadata: { ...metadata, ...named, labels: plan.labels },
    subsets: plan.subsets,
  }
}
