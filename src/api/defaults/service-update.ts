import type { Service } from '../core/index.ts'

const takesClusterIp = (service: Service) => service.spec.type !== 'ExternalName'
const takesNodePorts = (service: Service) =>
  service.spec.type === 'NodePort' || service.spec.type === 'LoadBalancer'
const takesHealthCheckPort = (service: Service) =>
  service.spec.type === 'LoadBalancer' && service.spec.externalTrafficPolicy === 'Local'

/**
 * `clusterIP` repeats the first of `clusterIPs`. A writer who knows only the former sets or clears
 * that; the list follows.
 */
export function syncClusterIps({ spec }: Service, old?: Service): void {
  if (old === undefined) {
    if (spec.clusterIP && !spec.clusterIPs?.length) spec.clusterIPs = [spec.clusterIP]
    return
  }
  const changed = spec.clusterIP !== old.spec.clusterIP
  if (!changed || !sameList(spec.clusterIPs, old.spec.clusterIPs)) return
  if (!spec.clusterIP) delete spec.clusterIPs
  else spec.clusterIPs = [spec.clusterIP, ...(spec.clusterIPs ?? []).slice(1)]
}

/**
 * An update that leaves out what the server once allocated means: as it was. Keeps the cluster IPs,
 * node ports (by port name) and the health check port.
 */
export function keepAllocated(service: Service, old: Service): void {
  const { spec } = service
  if (takesClusterIp(old) && takesClusterIp(service)) {
    if (!spec.clusterIP && old.spec.clusterIP) spec.clusterIP = old.spec.clusterIP
    if (!spec.clusterIPs?.length && old.spec.clusterIPs) {
      spec.clusterIPs = [...old.spec.clusterIPs]
    }
  }
  if (takesNodePorts(old) && takesNodePorts(service)) keepNodePorts(service, old)
  if (takesHealthCheckPort(old) && takesHealthCheckPort(service)) {
    if (!spec.healthCheckNodePort && old.spec.healthCheckNodePort) {
      spec.healthCheckNodePort = old.spec.healthCheckNodePort
    }
  }
}

function keepNodePorts(service: Service, old: Service): void {
  const formerPorts = old.spec.ports ?? []
  const ports = service.spec.ports ?? []
  const former = new Set(formerPorts.map((port) => port.nodePort))
  const used = new Set(ports.map((port) => port.nodePort).filter((port) => former.has(port)))
  const byName = new Map(formerPorts.map((port) => [port.name ?? '', port.nodePort]))
  for (const port of ports) {
    if (port.nodePort) continue
    const nodePort = byName.get(port.name ?? '')
    if (!nodePort || used.has(nodePort)) continue
    port.nodePort = nodePort
    used.add(nodePort)
  }
}

/**
 * A change of type drops what only the former type had, unless the writer changed it in the same
 * request (then validation says what is wrong with it).
 */
export function dropFieldsOfFormerType(service: Service, old: Service): void {
  const { spec } = service
  if (takesClusterIp(old) && !takesClusterIp(service)) {
    if (spec.clusterIP === old.spec.clusterIP) delete spec.clusterIP
    if (sameList(spec.clusterIPs, old.spec.clusterIPs)) delete spec.clusterIPs
    if (sameList(spec.ipFamilies, old.spec.ipFamilies)) delete spec.ipFamilies
    if (spec.ipFamilyPolicy === old.spec.ipFamilyPolicy) delete spec.ipFamilyPolicy
    if (spec.internalTrafficPolicy === old.spec.internalTrafficPolicy) {
      delete spec.internalTrafficPolicy
    }
  }
  if (takesNodePorts(old) && !takesNodePorts(service)) dropNodePorts(service, old)
  if (takesHealthCheckPort(old) && !takesHealthCheckPort(service)) {
    if (spec.healthCheckNodePort === old.spec.healthCheckNodePort) delete spec.healthCheckNodePort
  }
  if (old.spec.type === 'LoadBalancer' && spec.type !== 'LoadBalancer') {
    if (spec.allocateLoadBalancerNodePorts === old.spec.allocateLoadBalancerNodePorts) {
      delete spec.allocateLoadBalancerNodePorts
    }
    if (spec.loadBalancerClass === old.spec.loadBalancerClass) delete spec.loadBalancerClass
  }
}

function dropNodePorts(service: Service, old: Service): void {
  const { spec } = service
  const former = new Set((old.spec.ports ?? []).map((port) => port.nodePort))
  const unchanged = (spec.ports ?? []).every((port) => former.has(port.nodePort))
  if (unchanged) for (const port of spec.ports ?? []) delete port.nodePort
  const external = (spec.externalIPs?.length ?? 0) > 0
  if (!external && spec.externalTrafficPolicy === old.spec.externalTrafficPolicy) {
    delete spec.externalTrafficPolicy
  }
}

function sameList(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  return (a ?? []).join() === (b ?? []).join()
}
