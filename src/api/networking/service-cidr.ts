import { Condition, ObjectMeta } from '../meta/index.ts'
import { list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const ServiceCIDRSpec = struct('io.k8s.api.networking.v1.ServiceCIDRSpec', '', {
  cidrs: list(1, string).atomic(),
})
export interface ServiceCIDRSpec extends TypeOf<typeof ServiceCIDRSpec> {}

export const ServiceCIDRStatus = struct('io.k8s.api.networking.v1.ServiceCIDRStatus', '', {
  conditions: list(1, Condition).keyed('type').patch('merge', 'type'),
})
export interface ServiceCIDRStatus extends TypeOf<typeof ServiceCIDRStatus> {}

export const ServiceCIDR = struct('io.k8s.api.networking.v1.ServiceCIDR', '', {
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  kind: string(0, 'Name of the type, in CamelCase.'),
  metadata: ref(1, ObjectMeta).always(),
  spec: ref(2, ServiceCIDRSpec).always(),
  status: ref(3, ServiceCIDRStatus).always(),
})
export interface ServiceCIDR extends TypeOf<typeof ServiceCIDR> {}
