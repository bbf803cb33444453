import { NodeSelector } from '../core/index.ts'
import { DeviceToleration, OpaqueDeviceConfiguration } from './device-request.ts'
import {
  boolean,
  list,
  map,
  quantity,
  ref,
  string,
  struct,
  time,
  type TypeOf,
} from '../schema/index.ts'

export const DeviceAllocationConfiguration = struct(
  'io.k8s.api.resource.v1.DeviceAllocationConfiguration',
  '',
  {
    opaque: ref(1, OpaqueDeviceConfiguration).inlinedAt(3),
    requests: list(2, string).atomic(),
    source: string(1).named('v1.AllocationConfigSource').required(),
  },
)
export interface DeviceAllocationConfiguration
  extends TypeOf<typeof DeviceAllocationConfiguration> {}

export const DeviceRequestAllocationResult = struct(
  'io.k8s.api.resource.v1.DeviceRequestAllocationResult',
  '',
  {
    adminAccess: boolean(5).nullable(),
    bindingConditions: list(7, string).atomic(),
    bindingFailureConditions: list(8, string).atomic(),
    consumedCapacity: map(10, quantity),
    device: string(4).required(),
    driver: string(2).required(),
    pool: string(3).required(),
    request: string(1).required(),
    shareID: string(9).named('types.UID').nullable(),
    tolerations: list(6, DeviceToleration).atomic(),
  },
)
export interface DeviceRequestAllocationResult
  extends TypeOf<typeof DeviceRequestAllocationResult> {}

export const DeviceAllocationResult = struct('io.k8s.api.resource.v1.DeviceAllocationResult', '', {
  config: list(2, DeviceAllocationConfiguration).atomic(),
  results: list(1, DeviceRequestAllocationResult).atomic(),
})
export interface DeviceAllocationResult extends TypeOf<typeof DeviceAllocationResult> {}

export const AllocationResult = struct('io.k8s.api.resource.v1.AllocationResult', '', {
  allocationTimestamp: time(5).nullable(),
  devices: ref(1, DeviceAllocationResult).written(),
  nodeSelector: ref(3, NodeSelector),
})
export interface AllocationResult extends TypeOf<typeof AllocationResult> {}
