import { namespaceColumns } from '../columns/index.ts'
import type { Namespace } from '../core/index.ts'
import { Namespace as declared } from '../core/index.ts'
import { defaultNamespace } from '../defaults/index.ts'
import type { Resource } from '../schema/index.ts'
import { allVerbs, copyOf, defineResource, defineStrategy } from '../strategy/index.ts'
import {
  dns1123LabelErrors,
  validateNamespace,
  validateNamespaceStatus,
  withMetadata,
} from '../validation/index.ts'

/** The finalizer that keeps a namespace until what lives in it is gone. */
export const NAMESPACE_FINALIZER = 'kubernetes'

export const namespaces: Resource<Namespace> = defineResource<Namespace>({
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  shortNames: ['ns'],
  namespaced: false,
  verbs: allVerbs.filter((verb) => verb !== 'deletecollection'),
  struct: declared,
  columns: namespaceColumns,
  strategy: defineStrategy<Namespace>({
    applyDefaults: defaultNamespace,

    prepareForCreate(namespace) {
      namespace.status = { phase: 'Active' }
      const finalizers = namespace.spec.finalizers ?? []
      if (finalizers.includes(NAMESPACE_FINALIZER)) return
      namespace.spec.finalizers = [...finalizers, NAMESPACE_FINALIZER]
    },
    // Finalizers of the spec change through the sub-resource `finalize` alone.
    prepareForUpdate(namespace, old) {
      namespace.spec = copyOf(old.spec)
      namespace.status = copyOf(old.status)
    },
    prepareForStatusUpdate(namespace, old) {
      namespace.spec = copyOf(old.spec)
    },
    ...withMetadata<Namespace>(
      { namespaced: false, nameErrors: dns1123LabelErrors },
      {
        create: validateNamespace,
        update: () => [],
        status: validateNamespaceStatus,
        asNew: 'before',
      },
    ),
  }),
  selectableFields: {
    'status.phase': (namespace) => namespace.status?.phase ?? '',
  },
  hasStatus: true,
  subresources: {
    finalize: { group: '', version: 'v1', kind: 'Namespace', verbs: ['update'] },
  },
})
