import {
  compareQuantities,
  type PersistentVolumeClaim,
  type StorageClass,
} from '../../../api/index.ts'
import { forbidden } from './forbidden.ts'
import type { MakePlugin } from './plugin.ts'

/** Who takes a finalizer, and which: each has a controller that takes it away when nobody uses it. */
const PROTECTED: readonly [group: string, plural: string, finalizer: string][] = [
  ['', 'persistentvolumeclaims', 'kubernetes.io/pvc-protection'],
  ['', 'persistentvolumes', 'kubernetes.io/pv-protection'],
  ['storage.k8s.io', 'volumeattributesclasses', 'kubernetes.io/vac-protection'],
]

/** Volumes and claims stay while somebody uses them. */
export const storageInUse: MakePlugin = () => ({
  admit(attributes) {
    const { operation, object } = attributes
    if (operation !== 'CREATE' || !object) return
    for (const [group, plural, finalizer] of PROTECTED) {
      if (!attributes.isOf(group, plural)) continue
      const { finalizers = [] } = object.metadata
      if (!finalizers.includes(finalizer)) object.metadata.finalizers = [...finalizers, finalizer]
    }
  },
})

const STORAGE_CLASSES = { group: 'storage.k8s.io', plural: 'storageclasses' }
const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class'

/** A claim may grow only where its class says so. */
export const claimResize: MakePlugin = ({ lookup }) => ({
  async validate(attributes) {
    const { operation, object, old, signal } = attributes
    if (operation !== 'UPDATE' || !attributes.isOf('', 'persistentvolumeclaims')) return
    if (!object || !old) return
    const claim = object as PersistentVolumeClaim
    const before = old as PersistentVolumeClaim
    const size = (of: PersistentVolumeClaim) => of.spec.resources?.requests?.['storage'] ?? '0'
    if (compareQuantities(size(claim), size(before)) <= 0) return
    if (before.status?.phase !== 'Bound') {
      throw forbidden(attributes, 'Only bound persistent volume claims can be expanded')
    }
    const name = classOf(claim)
    const found =
      name !== '' && name === classOf(before)
        ? await lookup.find<StorageClass>(STORAGE_CLASSES, { name, signal })
        : undefined
    if (found?.allowVolumeExpansion) return
    throw forbidden(
      attributes,
      'only dynamically provisioned pvc can be resized and the storageclass that provisions the ' +
        'pvc must support resize',
    )
  },
})

function classOf({ metadata, spec }: PersistentVolumeClaim): string {
  return metadata.annotations?.[CLASS_ANNOTATION] ?? spec.storageClassName ?? ''
}
