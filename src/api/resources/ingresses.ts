import { ingressColumns } from '../columns/index.ts'
import type { Ingress } from '../networking/index.ts'
import { Ingress as declared } from '../networking/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy, specStatus } from '../strategy/index.ts'
import {
  dns1123SubdomainErrors,
  validateIngress,
  validateIngressStatus,
  validateNewIngress,
  withMetadata,
} from '../validation/index.ts'
import { warnIngress } from '../warnings/index.ts'

export const ingresses: Resource<Ingress> = defineResource<Ingress>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'Ingress',
  plural: 'ingresses',
  shortNames: ['ing'],
  struct: declared,
  columns: ingressColumns,
  strategy: defineStrategy<Ingress>({
    warn: warnIngress,
    ...specStatus,
    ...withMetadata<Ingress>(
      { namespaced: true, nameErrors: dns1123SubdomainErrors },
      { create: validateNewIngress, update: validateIngress, status: validateIngressStatus },
    ),
  }),
  hasStatus: true,
})
