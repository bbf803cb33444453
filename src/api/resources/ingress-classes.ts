import { ingressClassColumns } from '../columns/index.ts'
import type { IngressClass } from '../networking/index.ts'
import { IngressClass as declared } from '../networking/index.ts'
import { defaultIngressClass } from '../defaults/index.ts'
import type { Resource } from '../schema/index.ts'
import { counted, defineResource, defineStrategy } from '../strategy/index.ts'
import {
  dns1123SubdomainErrors,
  validateIngressClass,
  validateIngressClassUpdate,
  withMetadata,
} from '../validation/index.ts'

export const ingressClasses: Resource<IngressClass> = defineResource<IngressClass>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IngressClass',
  plural: 'ingressclasses',
  namespaced: false,
  struct: declared,
  columns: ingressClassColumns,
  strategy: defineStrategy<IngressClass>({
    applyDefaults: defaultIngressClass,

    ...counted,
    ...withMetadata<IngressClass>(
      { namespaced: false, nameErrors: dns1123SubdomainErrors },
      { create: validateIngressClass, update: validateIngressClassUpdate },
    ),
  }),
})
