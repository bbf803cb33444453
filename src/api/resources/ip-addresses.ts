import { ipAddressColumns } from '../columns/index.ts'
import type { IPAddress } from '../networking/index.ts'
import { IPAddress as declared } from '../networking/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy } from '../strategy/index.ts'
import {
  ipAddressNameErrors,
  validateIpAddress,
  validateIpAddressUpdate,
  withMetadata,
} from '../validation/index.ts'

export const ipAddresses: Resource<IPAddress> = defineResource<IPAddress>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IPAddress',
  plural: 'ipaddresses',
  shortNames: ['ip'],
  namespaced: false,
  struct: declared,
  columns: ipAddressColumns,
  strategy: defineStrategy<IPAddress>({
    ...withMetadata<IPAddress>(
      { namespaced: false, nameErrors: ipAddressNameErrors },
      { create: validateIpAddress, update: validateIpAddressUpdate },
    ),
  }),
})
