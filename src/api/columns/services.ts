import type { Endpoints, Service } from '../core/index.ts'
import type { EndpointSlice } from '../discovery/index.ts'
import type { Column } from '../schema/index.ts'
import { ageColumn, column, labelsText, nameColumn, NONE, orNone, someOf, wide } from './common.ts'

export const serviceColumns: readonly Column<Service>[] = [
  nameColumn(),
  column('Type', 'How the service is reached.', (service) => service.spec.type ?? ''),
  column('Cluster-IP', 'Address inside the cluster.', (service) =>
    orNone(service.spec.clusterIPs?.[0] ?? service.spec.clusterIP),
  ),
  column('External-IP', 'Addresses or name outside the cluster.', externalAddress),
  column('Port(s)', 'Ports, node ports behind a colon.', ({ spec }) =>
    orNone(
      (spec.ports ?? [])
        .map(({ port, nodePort, protocol }) =>
          nodePort ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`,
        )
        .join(','),
    ),
  ),
  ageColumn(),
  wide('Selector', 'Labels of the pods behind the service.', (service) =>
    labelsText(service.spec.selector),
  ),
]

function externalAddress({ spec, status }: Service): string {
  const external = spec.externalIPs ?? []
  switch (spec.type) {
    case 'ClusterIP':
    case 'NodePort':
      return orNone(external.join(','))
    case 'LoadBalancer': {
      const ingress = (status?.loadBalancer?.ingress ?? []).map((i) => i.ip || (i.hostname ?? ''))
      const all = [...ingress, ...external].filter((address) => address !== '')
      return all.length > 0 ? all.join(',') : '<pending>'
    }
    case 'ExternalName':
      return spec.externalName ?? ''
    default:
      return '<unknown>'
  }
}

export const endpointsColumns: readonly Column<Endpoints>[] = [
  nameColumn(),
  column('Endpoints', 'Addresses with their ports, the first three.', ({ subsets = [] }) => {
    if (subsets.length === 0) return NONE
    return someOf(
      subsets.flatMap(({ addresses = [], ports = [] }) =>
        ports.length === 0
          ? addresses.map(({ ip }) => ip)
          : ports.flatMap(({ port }) => addresses.map(({ ip }) => hostPort(ip, port))),
      ),
    )
  }),
  ageColumn(),
]

function hostPort(ip: string, port: number): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`
}

export const endpointSliceColumns: readonly Column<EndpointSlice>[] = [
  nameColumn(),
  column('AddressType', 'Kind of addresses in the slice.', (slice) => slice.addressType),
  column('Ports', 'Ports of every endpoint, the first three.', ({ ports }) =>
    orUnset(someOf((ports ?? []).map(({ port, name }) => String(port ?? name ?? '*')))),
  ),
  column('Endpoints', 'Addresses, the first three.', ({ endpoints }) =>
    orUnset(someOf((endpoints ?? []).flatMap(({ addresses }) => addresses))),
  ),
  ageColumn(),
]

function orUnset(text: string): string {
  return text === '' ? '<unset>' : text
}
