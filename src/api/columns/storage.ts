import type { PersistentVolume, PersistentVolumeClaim, ResourceQuota } from '../core/index.ts'
import type {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  StorageClass,
  VolumeAttachment,
  VolumeAttributesClass,
} from '../storage/index.ts'
import type { Column } from '../schema/index.ts'
import { ageColumn, column, integer, nameColumn, orNone, wide } from './common.ts'

const UNSET = '<unset>'
const DEFAULT_CLASS = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
]
const SHORT_MODES: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
}
const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class'

/** `RWO,RWX`, in upstream's order. */
function modesText(modes: readonly string[] = []): string {
  const known = Object.entries(SHORT_MODES).filter(([mode]) => modes.includes(mode))
  return known.map(([, short]) => short).join(',')
}

type Claimed = PersistentVolume | PersistentVolumeClaim

const phaseOf = ({ metadata, status }: Claimed) =>
  metadata.deletionTimestamp === undefined ? (status?.phase ?? '') : 'Terminating'

const classOf = ({ metadata, spec }: Claimed) =>
  metadata.annotations?.[BETA_CLASS] ?? spec?.storageClassName ?? ''

export const persistentVolumeColumns: readonly Column<PersistentVolume>[] = [
  nameColumn(),
  column('Capacity', 'How much it holds.', ({ spec }) => spec?.capacity?.['storage'] ?? '0'),
  column('Access Modes', 'How it can be mounted.', ({ spec }) => modesText(spec?.accessModes)),
  column(
    'Reclaim Policy',
    'What happens to it when it is released.',
    ({ spec }) => spec?.persistentVolumeReclaimPolicy ?? '',
  ),
  column('Status', 'Whether it is bound.', phaseOf),
  column('Claim', 'Who has it.', ({ spec }) => {
    const claim = spec?.claimRef
    return claim ? `${claim.namespace ?? ''}/${claim.name ?? ''}` : ''
  }),
  column('StorageClass', 'The class that it is of.', classOf),
  column(
    'VolumeAttributesClass',
    'The class of its attributes.',
    ({ spec }) => spec?.volumeAttributesClassName ?? UNSET,
  ),
  column('Reason', 'Why it is as it is.', ({ status }) => status?.reason ?? ''),
  ageColumn(),
  wide('VolumeMode', 'A file system, or a block device.', ({ spec }) => spec?.volumeMode ?? UNSET),
]

const isBound = ({ spec }: PersistentVolumeClaim) => Boolean(spec?.volumeName)

export const persistentVolumeClaimColumns: readonly Column<PersistentVolumeClaim>[] = [
  nameColumn(),
  column('Status', 'Whether it is bound.', phaseOf),
  column('Volume', 'The volume that it has.', ({ spec }) => spec?.volumeName ?? ''),
  column('Capacity', 'How much that holds.', (claim) =>
    isBound(claim) ? (claim.status?.capacity?.['storage'] ?? '0') : '',
  ),
  column('Access Modes', 'How it can be mounted.', (claim) =>
    isBound(claim) ? modesText(claim.status?.accessModes) : '',
  ),
  column('StorageClass', 'The class that is wanted.', classOf),
  column(
    'VolumeAttributesClass',
    'The class of its attributes.',
    ({ spec }) => spec?.volumeAttributesClassName ?? UNSET,
  ),
  ageColumn(),
  wide('VolumeMode', 'A file system, or a block device.', ({ spec }) => spec?.volumeMode ?? UNSET),
]

export const storageClassColumns: readonly Column<StorageClass>[] = [
  column(
    'Name',
    'Name of the object, unique among its kind in its namespace.',
    ({ metadata }) => {
      const isDefault = DEFAULT_CLASS.some((key) => metadata.annotations?.[key] === 'true')
      return `${metadata.name ?? ''}${isDefault ? ' (default)' : ''}`
    },
    { format: 'name' },
  ),
  column('Provisioner', 'Who makes the volumes.', ({ provisioner }) => provisioner),
  column(
    'ReclaimPolicy',
    'What happens to volumes that are released.',
    ({ reclaimPolicy }) => reclaimPolicy ?? 'Delete',
  ),
  column(
    'VolumeBindingMode',
    'When volumes are bound.',
    ({ volumeBindingMode }) => volumeBindingMode ?? 'Immediate',
  ),
  column(
    'AllowVolumeExpansion',
    'Whether volumes may grow.',
    ({ allowVolumeExpansion }) => allowVolumeExpansion ?? false,
  ),
  ageColumn(),
]

export const volumeAttributesClassColumns: readonly Column<VolumeAttributesClass>[] = [
  column(
    'Name',
    'Name of the object, unique among its kind in its namespace.',
    ({ metadata }) => metadata.name ?? '',
    { format: 'name' },
  ),
  column('DriverName', 'Who changes the attributes.', ({ driverName }) => driverName),
  ageColumn(),
]

const boolean = { type: 'boolean' } as const

export const volumeAttachmentColumns: readonly Column<VolumeAttachment>[] = [
  nameColumn(),
  column('Attacher', 'Who attaches.', ({ spec }) => spec.attacher, { format: 'name' }),
  column('PV', 'The volume.', ({ spec }) => spec.source?.persistentVolumeName ?? ''),
  column('Node', 'The node.', ({ spec }) => spec.nodeName),
  column('Attached', 'Whether it is.', ({ status }) => status?.attached ?? false, boolean),
  ageColumn(),
]

export const csiNodeColumns: readonly Column<CSINode>[] = [
  nameColumn(),
  integer('Drivers', 'How many drivers run there.', ({ spec }) => spec.drivers?.length ?? 0),
  ageColumn(),
]

export const csiDriverColumns: readonly Column<CSIDriver>[] = [
  nameColumn(),
  column(
    'AttachRequired',
    'Whether volumes are attached first.',
    ({ spec }) => spec.attachRequired ?? true,
    boolean,
  ),
  column(
    'PodInfoOnMount',
    'Whether the driver hears of the pod.',
    ({ spec }) => spec.podInfoOnMount ?? false,
    boolean,
  ),
  column(
    'StorageCapacity',
    'Whether the scheduler heeds what is left.',
    ({ spec }) => spec.storageCapacity ?? false,
    boolean,
  ),
  column('TokenRequests', 'Audiences of the tokens that it gets.', ({ spec }) =>
    spec.tokenRequests ? spec.tokenRequests.map((of) => of.audience).join(',') : UNSET,
  ),
  column(
    'RequiresRepublish',
    'Whether it is called again and again.',
    ({ spec }) => spec.requiresRepublish ?? false,
    boolean,
  ),
  column('Modes', 'How volumes can live.', ({ spec }) =>
    orNone(spec.volumeLifecycleModes?.join(',')),
  ),
  ageColumn(),
]

export const csiStorageCapacityColumns: readonly Column<CSIStorageCapacity>[] = [
  nameColumn(),
  column('StorageClassName', 'Of which class.', ({ storageClassName }) => storageClassName),
  column('Capacity', 'How much is left.', ({ capacity }) => capacity ?? ''),
]

/** `cpu: 1/2, pods: 3/10`, of those that are or are not limits. */
function usage({ status }: ResourceQuota, ofLimits: boolean): string {
  const names = Object.keys(status?.hard ?? {}).sort()
  return names
    .filter((name) => name.startsWith('limits') === ofLimits)
    .map((name) => `${name}: ${status?.used?.[name] ?? '0'}/${status?.hard?.[name] ?? '0'}`)
    .join(', ')
}

export const resourceQuotaColumns: readonly Column<ResourceQuota>[] = [
  nameColumn(),
  column('Request', 'What is used of what may be asked for.', (quota) => usage(quota, false)),
  column('Limit', 'What is used of what the limits may be.', (quota) => usage(quota, true)),
  ageColumn(),
]
