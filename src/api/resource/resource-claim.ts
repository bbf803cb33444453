import { Condition, ObjectMeta } from '../meta/index.ts'
import { AllocationResult } from './allocation.ts'
import { ResourceClaimSpec } from './device-request.ts'
import { list, raw, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const NetworkDeviceData = struct('io.k8s.api.resource.v1.NetworkDeviceData', '', {
  hardwareAddress: string(3),
  interfaceName: string(1),
  ips: list(2, string).atomic(),
})
export interface NetworkDeviceData extends TypeOf<typeof NetworkDeviceData> {}

export const AllocatedDeviceStatus = struct('io.k8s.api.resource.v1.AllocatedDeviceStatus', '', {
  conditions: list(4, Condition).keyed('type').written(),
  data: raw(5),
  device: string(3).required(),
  driver: string(1).required(),
  networkData: ref(6, NetworkDeviceData),
  pool: string(2).required(),
  shareID: string(7).nullable(),
})
export interface AllocatedDeviceStatus extends TypeOf<typeof AllocatedDeviceStatus> {}

export const ResourceClaimConsumerReference = struct(
  'io.k8s.api.resource.v1.ResourceClaimConsumerReference',
  '',
  {
    apiGroup: string(1),
    name: string(4).required(),
    resource: string(3).required(),
    uid: string(5).named('types.UID').required(),
  },
)
export interface ResourceClaimConsumerReference
  extends TypeOf<typeof ResourceClaimConsumerReference> {}

export const ResourceClaimStatus = struct('io.k8s.api.resource.v1.ResourceClaimStatus', '', {
  allocation: ref(1, AllocationResult),
  devices: list(4, AllocatedDeviceStatus).keyed('driver', 'device', 'pool', 'shareID'),
  reservedFor: list(2, ResourceClaimConsumerReference).keyed('uid').patch('merge', 'uid'),
})
export interface ResourceClaimStatus extends TypeOf<typeof ResourceClaimStatus> {}

export const ResourceClaim = struct('io.k8s.api.resource.v1.ResourceClaim', '', {
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  kind: string(0, 'Name of the type, in CamelCase.'),
  metadata: ref(1, ObjectMeta).always(),
  spec: ref(2, ResourceClaimSpec).required().always(),
  status: ref(3, ResourceClaimStatus).always(),
})
export interface ResourceClaim extends TypeOf<typeof ResourceClaim> {}
