import { leaseColumns } from '../columns/index.ts'
import type { Lease } from '../coordination/index.ts'
import { Lease as declared } from '../coordination/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy } from '../strategy/index.ts'
import { dns1123SubdomainErrors, validateLease, withMetadata } from '../validation/index.ts'

export const leases: Resource<Lease> = defineResource<Lease>({
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  struct: declared,
  columns: leaseColumns,
  // Two leaders must not both believe that they wrote last: a lease's update names its version.
  strategy: defineStrategy<Lease>({
    allowCreateOnUpdate: true,
    allowUnconditionalUpdate: false,
    ...withMetadata<Lease>(
      { namespaced: true, nameErrors: dns1123SubdomainErrors },
      { create: validateLease },
    ),
  }),
})
