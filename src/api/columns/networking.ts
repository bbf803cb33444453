import type {
  Ingress,
  IngressClass,
  IPAddress,
  NetworkPolicy,
  ServiceCIDR,
} from '../networking/index.ts'
import type { RuntimeClass } from '../node/index.ts'
import type {
  DeviceClass,
  ResourceClaim,
  ResourceClaimTemplate,
  ResourceSlice,
} from '../resource/index.ts'
import type { PriorityClass } from '../scheduling/index.ts'
import type { ComponentStatus } from '../core/index.ts'
import type { Column } from '../schema/index.ts'
import { formatLabelSelector } from '../selectors/index.ts'
import { ageColumn, column, integer, nameColumn, NONE, orNone } from './common.ts'

const HOSTS_SHOWN = 3

function hostsText({ spec }: Ingress): string {
  const hosts = (spec?.rules ?? []).map(({ host }) => host ?? '').filter((host) => host !== '')
  if (hosts.length === 0) return '*'
  const shown = hosts.slice(0, HOSTS_SHOWN).join(',')
  const more = hosts.length - HOSTS_SHOWN
  return more > 0 ? `${shown} + ${more} more...` : shown
}

export const ingressColumns: readonly Column<Ingress>[] = [
  nameColumn(),
  column('Class', 'Whose it is.', ({ spec }) => spec?.ingressClassName ?? NONE),
  column('Hosts', 'Names that it serves.', hostsText),
  column('Address', 'Where it is reached.', ({ status }) =>
    (status?.loadBalancer?.ingress ?? []).map((at) => at.ip || (at.hostname ?? '')).join(','),
  ),
  column('Ports', 'Ports of its rules that open a port.', ({ spec }) =>
    spec?.tls?.length ? '80, 443' : '80',
  ),
  ageColumn(),
]

export const ingressClassColumns: readonly Column<IngressClass>[] = [
  nameColumn(),
  column('Controller', 'Who serves ingresses of the class.', ({ spec }) => spec?.controller ?? ''),
  column('Parameters', 'Where its settings are.', ({ spec }) => {
    const { kind, apiGroup, name } = spec?.parameters ?? {}
    if (kind === undefined) return NONE
    return `${kind}${apiGroup === undefined ? '' : `.${apiGroup}`}/${name ?? ''}`
  }),
  ageColumn(),
]

export const networkPolicyColumns: readonly Column<NetworkPolicy>[] = [
  nameColumn(),
  column('Pod-Selector', 'The pods that it is about.', ({ spec }) =>
    formatLabelSelector(spec?.podSelector),
  ),
  ageColumn(),
]

export const ipAddressColumns: readonly Column<IPAddress>[] = [
  nameColumn(),
  column('ParentRef', 'Who has it.', ({ spec }) => {
    if (!spec?.parentRef) return ''
    const { group, resource, namespace, name } = spec.parentRef
    const of = group ? `${resource}.${group}` : resource
    return namespace ? `${of}/${namespace}/${name}` : `${of}/${name}`
  }),
  ageColumn(),
]

export const serviceCidrColumns: readonly Column<ServiceCIDR>[] = [
  nameColumn(),
  column('CIDRs', 'The blocks of addresses.', ({ spec }) => (spec?.cidrs ?? []).join(',')),
  ageColumn(),
]

export const runtimeClassColumns: readonly Column<RuntimeClass>[] = [
  nameColumn(),
  column('Handler', 'Who runs such pods.', ({ handler }) => handler),
  ageColumn(),
]

export const priorityClassColumns: readonly Column<PriorityClass>[] = [
  nameColumn(),
  integer('Value', 'The priority of such pods.', ({ value }) => value ?? 0),
  column(
    'Global-Default',
    'Whether pods without a class are of it.',
    ({ globalDefault }) => globalDefault ?? false,
    { type: 'boolean' },
  ),
  ageColumn(),
  column(
    'PreemptionPolicy',
    'Whether such pods may displace others.',
    ({ preemptionPolicy }) => preemptionPolicy ?? 'PreemptLowerPriority',
  ),
]

function claimState({ metadata, status }: ResourceClaim): string {
  const states = [
    ...(metadata.deletionTimestamp === undefined ? [] : ['deleted']),
    ...(status?.allocation ? ['allocated'] : []),
    ...(status?.reservedFor?.length ? ['reserved'] : []),
  ]
  return states.length > 0 ? states.join(',') : 'pending'
}

export const resourceClaimColumns: readonly Column<ResourceClaim>[] = [
  nameColumn(),
  column('State', 'Whether it has its devices.', claimState),
  ageColumn(),
]

export const resourceClaimTemplateColumns: readonly Column<ResourceClaimTemplate>[] = [
  nameColumn(),
  ageColumn(),
]

export const deviceClassColumns: readonly Column<DeviceClass>[] = [nameColumn(), ageColumn()]

export const resourceSliceColumns: readonly Column<ResourceSlice>[] = [
  nameColumn(),
  column('Node', 'Where the devices are.', ({ spec }) => orNone(spec.nodeName)),
  column('Driver', 'Who drives them.', ({ spec }) => spec.driver),
  column('Pool', 'Which pool they belong to.', ({ spec }) => spec.pool.name),
  ageColumn(),
]

export const componentStatusColumns: readonly Column<ComponentStatus>[] = [
  nameColumn(),
  column('Status', 'Whether it is well.', ({ conditions = [] }) => {
    const health = conditions.find(({ type }) => type === 'Healthy')
    if (health?.status === 'True') return 'Healthy'
    return health?.status === 'False' ? 'Unhealthy' : 'Unknown'
  }),
  column('Message', 'What it says.', ({ conditions = [] }) => conditions[0]?.message ?? ''),
  column('Error', 'What is wrong.', ({ conditions = [] }) => conditions[0]?.error ?? ''),
]
