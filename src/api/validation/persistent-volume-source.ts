import type { DeepReadonly } from '../../base/index.ts'
import type { PersistentVolumeSpec } from '../core/index.ts'
import type { FieldError } from '../schema/index.ts'
import { forbidden, required } from './field-errors.ts'
import { SOURCE_CHECKS, type SourceOf } from './volume-sources.ts'

/** In the order in which upstream looks for them. */
const KINDS = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'glusterfs',
  'flocker',
  'nfs',
  'rbd',
  'quobyte',
  'cephfs',
  'iscsi',
  'cinder',
  'fc',
  'flexVolume',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'scaleIO',
  'local',
  'storageos',
  'csi',
] as const
const LOCAL_ERROR = 'Local volume requires node affinity'

/** Exactly one kind of volume, and that one complete. */
export function validateVolumeSource(
  spec: DeepReadonly<PersistentVolumeSpec>,
  path: string,
  name: string,
): FieldError[] {
  const found = KINDS.filter((kind) => spec[kind] !== undefined)
  if (found.length === 0) return [required(path, 'must specify a volume type')]
  const of: SourceOf = { persistent: true, name }
  return found.flatMap((kind, i) => {
    const at = `${path}.${kind === 'cephfs' && i > 0 ? 'cephFS' : kind}`
    // Upstream does not look at what else there is beside this one.
    if (i > 0 && kind !== 'flexVolume') {
      return [forbidden(at, 'may not specify more than 1 volume type')]
    }
    const errors = SOURCE_CHECKS[kind]?.(spec, at, of) ?? []
    if (kind !== 'local' || spec.nodeAffinity) return errors
    return [...errors, required('metadata.annotations', LOCAL_ERROR)]
  })
}
