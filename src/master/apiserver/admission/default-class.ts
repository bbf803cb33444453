import type { DeepReadonly } from '../../../base/index.ts'
import type {
  Ingress,
  IngressClass,
  KubeObject,
  PersistentVolumeClaim,
  StorageClass,
} from '../../../api/index.ts'
import type { Lookup, ResourceName } from './lookup.ts'
import type { MakePlugin } from './plugin.ts'

const STORAGE_CLASSES = { group: 'storage.k8s.io', plural: 'storageclasses' }
const INGRESS_CLASSES = { group: 'networking.k8s.io', plural: 'ingressclasses' }
const STORAGE_DEFAULT = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
]
const INGRESS_DEFAULT = ['ingressclass.kubernetes.io/is-default-class']
const STORAGE_ANNOTATION = 'volume.beta.kubernetes.io/storage-class'
const INGRESS_ANNOTATION = 'kubernetes.io/ingress.class'

/** A claim that names no storage class gets the default one; `""` is a name. */
export const defaultStorageClass: MakePlugin = ({ lookup }) => ({
  admit(attributes) {
    const { operation, object } = attributes
    if (operation !== 'CREATE' || !attributes.isOf('', 'persistentvolumeclaims') || !object) return
    const claim = object as PersistentVolumeClaim
    if (claim.spec.storageClassName !== undefined) return
    if (claim.metadata.annotations?.[STORAGE_ANNOTATION] !== undefined) return
    const found = newestDefault<StorageClass>(lookup, STORAGE_CLASSES, STORAGE_DEFAULT)
    if (found?.metadata.name) claim.spec.storageClassName = found.metadata.name
  },
})

/** An ingress that names no class gets the default one. */
export const defaultIngressClass: MakePlugin = ({ lookup }) => ({
  admit(attributes) {
    const { operation, object } = attributes
    if (operation !== 'CREATE' || !object) return
    if (!attributes.isOf('networking.k8s.io', 'ingresses')) return
    const ingress = object as Ingress
    if (ingress.spec?.ingressClassName !== undefined) return
    if (ingress.metadata.annotations?.[INGRESS_ANNOTATION] !== undefined) return
    const found = newestDefault<IngressClass>(lookup, INGRESS_CLASSES, INGRESS_DEFAULT)
    if (found?.metadata.name) {
      ingress.spec = { ...ingress.spec, ingressClassName: found.metadata.name }
    }
  },
})

/** Of several the newest; of those of one second the first by name (KEP-3333). */
function newestDefault<T extends KubeObject>(
  lookup: Lookup,
  of: ResourceName,
  marks: readonly string[],
): DeepReadonly<T> | undefined {
  const isDefault = ({ metadata }: DeepReadonly<KubeObject>) =>
    marks.some((mark) => metadata.annotations?.[mark] === 'true')
  const made = ({ metadata }: DeepReadonly<KubeObject>) => metadata.creationTimestamp ?? ''
  const found = lookup.list<T>(of).filter((one) => isDefault(one as DeepReadonly<KubeObject>))
  // They come in the order of their names, and sorting keeps it.
  return [...found].sort((a, b) => {
    const left = made(a as DeepReadonly<KubeObject>)
    const right = made(b as DeepReadonly<KubeObject>)
    if (left === right) return 0
    return left > right ? -1 : 1
  })[0]
}
