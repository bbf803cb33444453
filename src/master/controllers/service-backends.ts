import type { DeepReadonly } from '../../base/index.ts'
import {
  isPodReady,
  isPodTerminal,
  isSidecar,
  keyOf,
  matchesLabels,
  type Pod,
  type Service,
  type ServicePort,
} from '../../api/index.ts'
import type { Informer, ObjectKey } from '../../client/index.ts'
import type { Cached, Change } from './runtime.ts'

export const SERVICE_NAME = 'kubernetes.io/service-name'
export const HEADLESS = 'service.kubernetes.io/headless'

type ReadService = DeepReadonly<Service>
type ReadPod = DeepReadonly<Pod>

/** Whether the control plane finds the service's backends: one without a selector has its user do so. */
export function isManaged(service: ReadService): boolean {
  return service.spec.selector !== undefined && service.spec.type !== 'ExternalName'
}

export function isHeadless(service: ReadService): boolean {
  return service.spec.clusterIP === 'None'
}

/** The pods that a service selects. */
export function selectedPods(service: Cached<Service>, pods: Informer<Pod>): Cached<Pod>[] {
  const found: Cached<Pod>[] = []
  for (const pod of pods.inNamespace(service.metadata.namespace)) {
    if (matchesLabels(service.spec.selector ?? {}, pod.metadata.labels ?? {})) found.push(pod)
  }
  return found
}

/** Services whose backends a pod's change may change. */
export function servicesOfPod(
  services: Informer<Service>,
  { old, now }: Change<Pod>,
): Iterable<ObjectKey> {
  const pod = now ?? old
  if (!pod || (old && now && !differs(old, now))) return []
  const keys: ObjectKey[] = []
  for (const service of services.inNamespace(pod.metadata.namespace)) {
    if (!isManaged(service)) continue
    const selector = service.spec.selector ?? {}
    const selects = (of: ReadPod | undefined) =>
      of !== undefined && matchesLabels(selector, of.metadata.labels ?? {})
    if (selects(old) || selects(now)) keys.push(keyOf(service))
  }
  return keys
}

/** Whether a backend made from the pod would differ. */
function differs(old: ReadPod, now: ReadPod): boolean {
  const facts = (pod: ReadPod) =>
    JSON.stringify([
      pod.metadata.uid,
      pod.metadata.labels,
      pod.metadata.deletionTimestamp !== undefined,
      pod.spec.nodeName,
      pod.spec.hostname,
      pod.spec.subdomain,
      pod.status?.podIP,
      pod.status?.podIPs,
      isPodReady(pod),
      isPodTerminal(pod),
    ])
  return facts(old) !== facts(now)
}

/** Addresses of a pod, the first one first. */
export function podAddresses(pod: ReadPod): string[] {
  const ips = (pod.status?.podIPs ?? []).map(({ ip }) => ip)
  if (ips.length > 0) return ips
  return pod.status?.podIP ? [pod.status.podIP] : []
}

/** The pod's own name below the service's, where it asks for one (DNS specification §2.4). */
export function hostnameIn(pod: ReadPod, service: ReadService): string | undefined {
  const { hostname, subdomain } = pod.spec
  return hostname && subdomain === service.metadata.name ? hostname : undefined
}

/** A port of a service, as one pod serves it. */
export interface BackendPort {
  readonly name: string
  readonly port: number
  readonly protocol: string
  readonly appProtocol: string | undefined
}

/** The service's ports on this pod; a named target port that the pod does not have is left out. */
export function backendPorts(service: ReadService, pod: ReadPod): BackendPort[] {
  const found: BackendPort[] = []
  for (const servicePort of service.spec.ports ?? []) {
    const port = targetPort(servicePort, pod)
    if (port === undefined) continue
    found.push({
      name: servicePort.name ?? '',
      port,
      protocol: servicePort.protocol ?? 'TCP',
      appProtocol: servicePort.appProtocol,
    })
  }
  return found
}

function targetPort(servicePort: DeepReadonly<ServicePort>, pod: ReadPod): number | undefined {
  const { targetPort: target = 0, protocol = 'TCP', port } = servicePort
  if (typeof target === 'number') return target === 0 ? port : target
  const sidecars = (pod.spec.initContainers ?? []).filter(isSidecar)
  for (const container of [...(pod.spec.containers ?? []), ...sidecars]) {
    for (const named of container.ports ?? []) {
      if (named.name === target && (named.protocol ?? 'TCP') === protocol) {
        return named.containerPort
      }
    }
  }
  return undefined
}
