import type { Node } from '../core/index.ts'
import type { Column } from '../schema/index.ts'
import { ageColumn, column, nameColumn, NONE, orNone, UNKNOWN, wide } from './common.ts'

const ROLE_PREFIX = 'node-role.kubernetes.io/'
const ROLE_LABEL = 'kubernetes.io/role'

export const nodeColumns: readonly Column<Node>[] = [
  nameColumn(),
  column('Status', 'Whether the node can run pods, and takes new ones.', statusOf),
  column('Roles', 'What the node is there for, by its labels.', rolesOf),
  ageColumn(),
  column(
    'Version',
    'Version of the node agent.',
    ({ status }) => status?.nodeInfo?.kubeletVersion ?? '',
  ),
  wide('Internal-IP', 'Address inside the cluster.', (node) => addressOf(node, 'InternalIP')),
  wide('External-IP', 'Address outside the cluster.', (node) => addressOf(node, 'ExternalIP')),
  wide('OS-Image', 'Operating system.', ({ status }) => status?.nodeInfo?.osImage || UNKNOWN),
  wide(
    'Kernel-Version',
    'Version of the kernel.',
    ({ status }) => status?.nodeInfo?.kernelVersion || UNKNOWN,
  ),
  wide(
    'Container-Runtime',
    'What runs the containers, and its version.',
    ({ status }) => status?.nodeInfo?.containerRuntimeVersion || UNKNOWN,
  ),
]

function statusOf({ spec, status }: Node): string {
  const ready = status?.conditions?.find((condition) => condition.type === 'Ready')
  let text = 'Unknown'
  if (ready !== undefined) text = ready.status === 'True' ? 'Ready' : 'NotReady'
  return spec?.unschedulable ? `${text},SchedulingDisabled` : text
}

function rolesOf({ metadata }: Node): string {
  const roles = new Set<string>()
  for (const [key, value] of Object.entries(metadata.labels ?? {})) {
    if (key.startsWith(ROLE_PREFIX) && key.length > ROLE_PREFIX.length) {
      roles.add(key.slice(ROLE_PREFIX.length))
    } else if (key === ROLE_LABEL && value !== '') roles.add(value)
  }
  return orNone([...roles].sort().join(','))
}

function addressOf({ status }: Node, type: string): string {
  return status?.addresses?.find((address) => address.type === type)?.address ?? NONE
}
