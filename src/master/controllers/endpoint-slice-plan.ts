import type { DeepReadonly } from '../../base/index.ts'
import {
  controllerReference,
  type Endpoint,
  type EndpointSlice,
  type EndpointSlicePort,
  isPodReady,
  isPodTerminal,
  type Node,
  type Pod,
  semanticEqual,
  type Service,
  services,
} from '../../api/index.ts'
import type { Cached } from './runtime.ts'
import {
  type BackendPort,
  backendPorts,
  HEADLESS,
  hostnameIn,
  isHeadless,
  podAddresses,
  SERVICE_NAME,
} from './service-backends.ts'

/** Endpoints of one slice (upstream's `--max-endpoints-per-slice`). */
export const ENDPOINTS_PER_SLICE_MAX = 100
export const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by'
export const MANAGER = 'endpointslice-controller.k8s.io'

const ZONE_LABEL = 'topology.kubernetes.io/zone'

type ReadSlice = Cached<EndpointSlice>
type ReadService = Cached<Service>

export interface SlicePlan {
  readonly create: EndpointSlice[]
  readonly update: { readonly slice: ReadSlice; readonly next: EndpointSlice }[]
  readonly remove: ReadSlice[]
  /** Pods were left out because their node is not known (yet). */
  readonly incomplete: boolean
}

/** What is to be written so that the slices show the service's pods, with as few writes as may be. */
export function planSlices(of: {
  service: ReadService
  pods: readonly Cached<Pod>[]
  slices: readonly ReadSlice[]
  node: (name: string) => DeepReadonly<Node> | undefined
}): SlicePlan {
  const plan: SlicePlan = { create: [], update: [], remove: [], incomplete: false }
  const families = familiesOf(of.service)
  let incomplete = false
  for (const family of families) {
    const wanted = groupByPorts(of, family)
    incomplete ||= wanted.incomplete
    const slices = of.slices.filter((slice) => slice.addressType === family)
    planFamily(of.service, { family, groups: wanted.groups, slices }, plan)
  }
  const foreign = of.slices.filter((slice) => !families.includes(slice.addressType))
  plan.remove.push(...foreign)
  return { ...plan, incomplete }
}

type Family = string

function familiesOf(service: ReadService): Family[] {
  const { ipFamilies, clusterIP } = service.spec
  if (ipFamilies && ipFamilies.length > 0) return [...ipFamilies]
  return [clusterIP?.includes(':') ? 'IPv6' : 'IPv4']
}

interface Group {
  readonly ports: EndpointSlicePort[]
  /** By the UID of the pod. */
  readonly endpoints: Map<string, Endpoint>
}

/** Pods may differ in what number a named port has: those alike share slices. */
function groupByPorts(
  of: Parameters<typeof planSlices>[0],
  family: Family,
): { groups: Map<string, Group>; incomplete: boolean } {
  const groups = new Map<string, Group>()
  let incomplete = false
  for (const pod of of.pods) {
    if (isPodTerminal(pod)) continue
    const nodeName = pod.spec.nodeName
    const node = nodeName ? of.node(nodeName) : undefined
    if (nodeName && !node && !of.service.spec.publishNotReadyAddresses) {
      incomplete = true
      continue
    }
    const endpoint = toEndpoint(pod, of.service, node, family)
    if (!endpoint) continue
    const ports = backendPorts(of.service, pod).map(toSlicePort)
    const key = portsKey(ports)
    const group = groups.get(key) ?? { ports, endpoints: new Map<string, Endpoint>() }
    group.endpoints.set(pod.metadata.uid, endpoint)
    groups.set(key, group)
  }
  return { groups, incomplete }
}

function toSlicePort({ name, port, protocol, appProtocol }: BackendPort): EndpointSlicePort {
  return { name, port, protocol, ...(appProtocol !== undefined && { appProtocol }) }
}

function portsKey(ports: DeepReadonly<EndpointSlicePort[]> | undefined): string {
  const keys = (ports ?? []).map((p) =>
    JSON.stringify([p.name ?? '', p.port ?? 0, p.protocol ?? 'TCP', p.appProtocol ?? '']),
  )
  return keys.sort().join()
}

/** Undefined when the pod has no address of the family. */
function toEndpoint(
  pod: Cached<Pod>,
  service: ReadService,
  node: DeepReadonly<Node> | undefined,
  family: Family,
): Endpoint | undefined {
  const addresses = podAddresses(pod).filter((ip) => ip.includes(':') === (family === 'IPv6'))
  if (addresses.length === 0) return undefined
  const serving = isPodReady(pod)
  const terminating = pod.metadata.deletionTimestamp !== undefined
  const publish = service.spec.publishNotReadyAddresses ?? false
  const zone = node?.metadata.labels?.[ZONE_LABEL]
  const hostname = hostnameIn(pod, service)
  const { name, namespace, uid } = pod.metadata
  return {
    addresses,
    conditions: { ready: publish || (serving && !terminating), serving, terminating },
    targetRef: { kind: 'Pod', namespace, name, uid },
    ...(pod.spec.nodeName && { nodeName: pod.spec.nodeName }),
    ...(zone && { zone }),
    ...(hostname && { hostname }),
  }
}

function planFamily(
  service: ReadService,
  of: { family: Family; groups: ReadonlyMap<string, Group>; slices: readonly ReadSlice[] },
  plan: SlicePlan,
): void {
  const byPorts = new Map<string, ReadSlice[]>()
  for (const slice of of.slices) {
    const key = portsKey(slice.ports)
    byPorts.set(key, [...(byPorts.get(key) ?? []), slice])
  }
  // A service without pods has one empty slice, which says just that.
  const groups =
    of.groups.size > 0 ? of.groups : new Map([['', { ports: [], endpoints: new Map() }]])
  for (const [key, group] of groups) {
    planGroup(service, { family: of.family, group, slices: byPorts.get(key) ?? [] }, plan)
    byPorts.delete(key)
  }
  for (const slices of byPorts.values()) plan.remove.push(...slices)
}

/** Keeps endpoints where they are, fills slices that change anyway, then opens new ones. */
function planGroup(
  service: ReadService,
  of: { family: Family; group: Group; slices: readonly ReadSlice[] },
  plan: SlicePlan,
): void {
  const missing = new Map(of.group.endpoints)
  const drafts = of.slices.map((slice) => {
    const endpoints: Endpoint[] = []
    for (const old of slice.endpoints ?? []) {
      const uid = old.targetRef?.uid ?? ''
      const wanted = missing.get(uid)
      if (!wanted) continue
      missing.delete(uid)
      endpoints.push(wanted)
    }
    const next = toSlice(service, { ...of, endpoints })
    return { slice, endpoints, changed: !isSame(slice, next) }
  })
  // The fullest first; among them those that are written in any case.
  drafts.sort(
    (a, b) => Number(b.changed) - Number(a.changed) || b.endpoints.length - a.endpoints.length,
  )
  const rest = [...missing.values()]
  for (const entry of drafts) {
    const room = ENDPOINTS_PER_SLICE_MAX - entry.endpoints.length
    if (room > 0 && rest.length > 0) {
      entry.endpoints.push(...rest.splice(0, room))
      entry.changed = true
    }
  }
  let kept = 0
  for (const { slice, endpoints, changed } of drafts) {
    if (endpoints.length === 0 && (kept > 0 || of.group.endpoints.size > 0)) {
      plan.remove.push(slice)
      continue
    }
    kept++
    if (changed) plan.update.push({ slice, next: toSlice(service, { ...of, endpoints }) })
  }
  while (rest.length > 0 || kept === 0) {
    const endpoints = rest.splice(0, ENDPOINTS_PER_SLICE_MAX)
    plan.create.push(toSlice(service, { ...of, endpoints }))
    kept++
  }
}

function toSlice(
  service: ReadService,
  of: { family: Family; group: Group; endpoints: Endpoint[] },
): EndpointSlice {
  const { name, namespace } = service.metadata
  return {
    metadata: {
      generateName: `${name}-`,
      namespace,
      labels: sliceLabels(service),
      ownerReferences: [controllerReference(service, services)],
    },
    addressType: of.family,
    endpoints: of.endpoints,
    ports: of.group.ports,
  }
}

function sliceLabels(service: ReadService): Record<string, string> {
  const labels = { ...service.metadata.labels }
  delete labels[HEADLESS]
  labels[SERVICE_NAME] = service.metadata.name
  labels[MANAGED_BY] = MANAGER
  if (isHeadless(service)) labels[HEADLESS] = ''
  return labels
}

function isSame(slice: ReadSlice, next: EndpointSlice): boolean {
  return (
    semanticEqual(slice.endpoints, next.endpoints) &&
    semanticEqual(slice.ports, next.ports) &&
    semanticEqual(slice.metadata.labels, next.metadata.labels)
  )
}
