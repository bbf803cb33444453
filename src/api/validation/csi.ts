import type { DeepReadonly } from '../../base/index.ts'
import {
  type CSIDriver,
  type CSIDriverSpec,
  type CSINode,
  CSINodeDriver,
  type CSIStorageCapacity,
  VolumeAttachment,
} from '../storage/index.ts'
import type { FieldError } from '../schema/index.ts'
import { semanticEqual } from '../strategy/equal.ts'
import { CSI_DRIVER_NAME_MAX, validateCsiDriverName } from './domain-names.ts'
import {
  duplicate,
  forbidden,
  goStrings,
  invalid,
  notSupported,
  required,
  tooLong,
} from './field-errors.ts'
import { goFieldText, goLabelSelector, goText } from './go-text.ts'
import { IMMUTABLE_ERROR, validateKept } from './metadata.ts'
import { dns1123SubdomainErrors, qualifiedNameErrors } from './names.ts'
import { validatePersistentVolumeSpec } from './persistent-volume.ts'
import { each } from './pod/common.ts'
import { nonNegativeQuantity } from './quantities.ts'
import { validateLabelSelector } from './label-selector.ts'

const LIFECYCLE_MODES = ['Persistent', 'Ephemeral']
const FS_GROUP_POLICIES = ['File', 'None', 'ReadWriteOnceWithFSType']
const NODE_ID_LENGTH_MAX = 256
const ATTACHMENT_BYTES_MAX = 256 * 1024
const FAILURE_BYTES_MAX = 1024
const TOKEN_SECONDS_MIN = 600
const TOKEN_SECONDS_MAX = 2 ** 32
const NEEDED = [
  'attachRequired',
  'podInfoOnMount',
  'storageCapacity',
  'requiresRepublish',
  'seLinuxMount',
] as const

export function validateCsiDriver({ metadata, spec }: DeepReadonly<CSIDriver>): FieldError[] {
  const { fsGroupPolicy, volumeLifecycleModes = [] } = spec
  const { name = '' } = metadata
  const errors = name.length > CSI_DRIVER_NAME_MAX ? [tooLong('name', CSI_DRIVER_NAME_MAX)] : []
  for (const field of NEEDED) {
    if (spec[field] === undefined) errors.push(required(`spec.${field}`))
  }
  if (fsGroupPolicy !== undefined && !FS_GROUP_POLICIES.includes(fsGroupPolicy)) {
    errors.push(notSupported('spec.fsGroupPolicy', fsGroupPolicy, FS_GROUP_POLICIES))
  }
  errors.push(...validateTokenRequests(spec.tokenRequests ?? []))
  for (const mode of volumeLifecycleModes) {
    if (LIFECYCLE_MODES.includes(mode)) continue
    errors.push(notSupported('spec.volumeLifecycleModes', mode, LIFECYCLE_MODES))
  }
  return errors
}

function validateTokenRequests(
  requests: NonNullable<DeepReadonly<CSIDriverSpec>['tokenRequests']>,
): FieldError[] {
  const audiences = new Set<string>()
  return requests.flatMap(({ audience, expirationSeconds: seconds }, i) => {
    const path = `spec.tokenRequests[${i}]`
    if (audiences.has(audience)) return [duplicate(`${path}.audience`, audience)]
    audiences.add(audience)
    const at = `${path}.expirationSeconds`
    if (seconds !== undefined && seconds < TOKEN_SECONDS_MIN) {
      return [invalid(at, seconds, 'may not specify a duration less than 10 minutes')]
    }
    if (seconds !== undefined && seconds > TOKEN_SECONDS_MAX) {
      return [invalid(at, seconds, 'may not specify a duration larger than 2^32 seconds')]
    }
    return []
  })
}

export function validateCsiDriverUpdate(
  driver: DeepReadonly<CSIDriver>,
  old: DeepReadonly<CSIDriver>,
): FieldError[] {
  const { attachRequired, volumeLifecycleModes } = driver.spec
  const errors = validateCsiDriver(driver)
  errors.push(
    ...validateKept(attachRequired, old.spec.attachRequired, 'spec.attachedRequired'),
    ...validateKept(driver.spec.seLinuxMount === undefined, false, 'spec.seLinuxMount'),
  )
  if (semanticEqual(volumeLifecycleModes, old.spec.volumeLifecycleModes)) return errors
  const shown = goStrings(volumeLifecycleModes, 'storage.VolumeLifecycleMode')
  return [...errors, invalid('spec.volumeLifecycleModes', shown, IMMUTABLE_ERROR)]
}

export function validateCsiNode({ spec }: DeepReadonly<CSINode>): FieldError[] {
  const names = new Set<string>()
  return (spec.drivers ?? []).flatMap((driver, i) => {
    const path = `spec.drivers[${i}]`
    const errors = validateNodeDriver(driver, path)
    if (names.has(driver.name)) errors.push(duplicate(`${path}.name`, driver.name))
    names.add(driver.name)
    return errors
  })
}

function validateNodeDriver(driver: DeepReadonly<CSINodeDriver>, path: string): FieldError[] {
  const { name, nodeID, topologyKeys = [], allocatable } = driver
  const errors = validateCsiDriverName(`${path}.name`, name)
  if (!nodeID) errors.push(required(`${path}.nodeID`))
  if (nodeID.length > NODE_ID_LENGTH_MAX) {
    const detail = `must be ${NODE_ID_LENGTH_MAX} characters or less`
    errors.push(invalid(`${path}.nodeID`, nodeID, detail))
  }
  if (allocatable?.count !== undefined && allocatable.count < 0) {
    const detail = 'must be greater than or equal to 0'
    errors.push(invalid(`${path}.allocatable.count`, allocatable.count, detail))
  }
  for (const [i, key] of topologyKeys.entries()) {
    // Upstream blames the driver for its keys.
    if (!key) errors.push(required(path))
    if (topologyKeys.indexOf(key) < i) errors.push(duplicate(path, key))
    errors.push(...each(path, key, qualifiedNameErrors(key)))
  }
  return errors
}

/** A driver that is there stays as it is; others come and go. */
export function validateCsiNodeUpdate(
  node: DeepReadonly<CSINode>,
  old: DeepReadonly<CSINode>,
): FieldError[] {
  const errors = (old.spec.drivers ?? []).flatMap((driver) => {
    const now = node.spec.drivers?.find(({ name }) => name === driver.name)
    if (!now || semanticEqual(withoutCount(now), withoutCount(driver))) return []
    return [invalid('CSINodeDriver', goText(CSINodeDriver, now), IMMUTABLE_ERROR)]
  })
  return [...validateCsiNode(node), ...errors]
}

// How many volumes fit may be told anew (KEP-4876).
function withoutCount(driver: DeepReadonly<CSINodeDriver>): object {
  const { allocatable: _, ...rest } = driver
  return rest
}

export function validateCsiStorageCapacity(of: DeepReadonly<CSIStorageCapacity>): FieldError[] {
  const { storageClassName, nodeTopology, capacity } = of
  const errors = nodeTopology ? validateLabelSelector(nodeTopology, 'nodeTopology') : []
  const faults = dns1123SubdomainErrors(storageClassName)
  errors.push(...each('storageClassName', storageClassName, faults))
  if (capacity !== undefined) errors.push(...nonNegativeQuantity(capacity, 'capacity'))
  return errors
}

export function validateCsiStorageCapacityUpdate(
  of: DeepReadonly<CSIStorageCapacity>,
  old: DeepReadonly<CSIStorageCapacity>,
): FieldError[] {
  const errors = validateCsiStorageCapacity(of)
  if (!semanticEqual(of.nodeTopology, old.nodeTopology)) {
    const shown = of.nodeTopology ? goLabelSelector(of.nodeTopology) : 'null'
    errors.push(invalid('nodeTopology', shown, IMMUTABLE_ERROR))
  }
  return [...errors, ...validateKept(of.storageClassName, old.storageClassName, 'storageClassName')]
}

/** What holds for attachments of all versions, and what only for new ones of this. */
export function validateVolumeAttachment(attachment: DeepReadonly<VolumeAttachment>): FieldError[] {
  const { attacher, source } = attachment.spec
  const name = source.persistentVolumeName
  const path = 'spec.source.persistentVolumeName'
  return [
    ...validateAttachment(attachment),
    ...validateCsiDriverName('spec.attacher', attacher),
    ...(name === undefined ? [] : each(path, name, dns1123SubdomainErrors(name))),
  ]
}

function validateAttachment({ spec, status }: DeepReadonly<VolumeAttachment>): FieldError[] {
  const { attacher, nodeName, source } = spec
  return [
    ...(attacher ? [] : [required('spec.attacher')]),
    ...validateSource(source, 'spec.source'),
    ...each('spec.nodeName', nodeName, dns1123SubdomainErrors(nodeName)),
    ...validateAttachmentStatus(status, 'status'),
  ]
}

function validateAttachmentStatus(
  status: DeepReadonly<VolumeAttachment>['status'],
  path: string,
): FieldError[] {
  const { attachmentMetadata = {}, attachError, detachError } = status ?? {}
  let bytes = 0
  for (const [key, value] of Object.entries(attachmentMetadata)) {
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value)
  }
  const errors: FieldError[] = []
  if (bytes > ATTACHMENT_BYTES_MAX) {
    errors.push(tooLong(`${path}.attachmentMetadata`, ATTACHMENT_BYTES_MAX))
  }
  for (const [name, failure] of Object.entries({ attachError, detachError })) {
    if (Buffer.byteLength(failure?.message ?? '') <= FAILURE_BYTES_MAX) continue
    // Upstream names the other bound.
    errors.push(tooLong(`${path}.${name}.message`, ATTACHMENT_BYTES_MAX))
  }
  return errors
}

function validateSource(
  source: DeepReadonly<VolumeAttachment>['spec']['source'],
  path: string,
): FieldError[] {
  const { inlineVolumeSpec: inline, persistentVolumeName: name } = source
  const both = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName'
  if (inline && name !== undefined) return [forbidden(path, both)]
  if (inline) {
    return validatePersistentVolumeSpec(inline, { path: `${path}.inlineVolumeSpec`, inline: true })
  }
  if (name === undefined) return [required(path, both)]
  if (name !== '') return []
  return [required(`${path}.persistentVolumeName`, 'must specify non empty persistentVolumeName')]
}

export function validateVolumeAttachmentUpdate(
  attachment: DeepReadonly<VolumeAttachment>,
  old: DeepReadonly<VolumeAttachment>,
): FieldError[] {
  const errors = validateAttachment(attachment)
  if (semanticEqual(attachment.spec, old.spec)) return errors
  const shown = goFieldText(VolumeAttachment, 'spec', attachment.spec)
  return [...errors, invalid('spec', shown, IMMUTABLE_ERROR)]
}
