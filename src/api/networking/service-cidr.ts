import { Condition, ObjectMeta } from '../meta/index.ts'
import { list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const ServiceCIDRSpec = struct('io.k8s.api.networking.v1.ServiceCIDRSpec', 'The block.', {
  cidrs: list(1, string, 'One of a family, or of both.').atomic(),
})
export interface ServiceCIDRSpec extends TypeOf<typeof ServiceCIDRSpec> {}

export const ServiceCIDRStatus = struct(
  'io.k8s.api.networking.v1.ServiceCIDRStatus',
  'How it is.',
  {
    conditions: list(1, Condition, 'What holds at present, by type.')
      .keyed('type')
      .patch('merge', 'type'),
  },
)
export interface ServiceCIDRStatus extends TypeOf<typeof ServiceCIDRStatus> {}

export const ServiceCIDR = struct(
  'io.k8s.api.networking.v1.ServiceCIDR',
  'A block of addresses for services.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    spec: ref(2, ServiceCIDRSpec, 'What is wanted.').always(),
    status: ref(3, ServiceCIDRStatus, 'What is.').always(),
  },
)
export interface ServiceCIDR extends TypeOf<typeof ServiceCIDR> {}
