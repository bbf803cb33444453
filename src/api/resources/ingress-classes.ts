import type { IngressClass } from '../networking/index.ts'
import { IngressClass as declared } from '../networking/index.ts'
import type { Resource } from '../schema/index.ts'
import { counted, defineResource, defineStrategy } from '../strategy/index.ts'
import { dns1123SubdomainErrors, withMetadata } from '../validation/index.ts'

export const ingressClasses: Resource<IngressClass> = defineResource<IngressClass>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IngressClass',
  plural: 'ingressclasses',
  namespaced: false,
  struct: declared,
  strategy: defineStrategy<IngressClass>({
    ...counted,
    ...withMetadata<IngressClass>({ namespaced: false, nameErrors: dns1123SubdomainErrors }, {}),
  }),
})
