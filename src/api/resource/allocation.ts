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
  'Settings for allocated devices.',
  {
    source: string(1, '`FromClass` or `FromClaim`.').named('v1.AllocationConfigSource').required(),
    requests: list(2, string, 'Names of the requests that it is about; all if empty.').atomic(),
    opaque: ref(1, OpaqueDeviceConfiguration, 'Settings for one driver.').inlinedAt(3),
  },
)
export interface DeviceAllocationConfiguration
  extends TypeOf<typeof DeviceAllocationConfiguration> {}

export const DeviceRequestAllocationResult = struct(
  'io.k8s.api.resource.v1.DeviceRequestAllocationResult',
  'A device that a claim has.',
  {
    request: string(1, 'Name of the request.').required(),
    driver: string(2, 'Name of the driver, a host name.').required(),
    pool: string(3, 'The pool of the device.').required(),
    device: string(4, 'Name of the device in its pool.').required(),
    adminAccess: boolean(5, 'For looking at devices that others use; needs permission.').nullable(),
    tolerations: list(6, DeviceToleration, 'Taints that do not matter.').atomic(),
    bindingConditions: list(
      7,
      string,
      'Conditions that must be true before the pod is bound.',
    ).atomic(),
    bindingFailureConditions: list(8, string, 'Conditions of which none may be true.').atomic(),
    shareID: string(9, 'Which share of a device that several use.').named('types.UID').nullable(),
    consumedCapacity: map(10, quantity, 'How much of it is used.'),
  },
)
export interface DeviceRequestAllocationResult
  extends TypeOf<typeof DeviceRequestAllocationResult> {}

export const DeviceAllocationResult = struct(
  'io.k8s.api.resource.v1.DeviceAllocationResult',
  'Devices that a claim has.',
  {
    results: list(1, DeviceRequestAllocationResult, 'The devices.').atomic(),
    config: list(2, DeviceAllocationConfiguration, 'Settings for drivers.').atomic(),
  },
)
export interface DeviceAllocationResult extends TypeOf<typeof DeviceAllocationResult> {}

export const AllocationResult = struct(
  'io.k8s.api.resource.v1.AllocationResult',
  'Devices that a claim has.',
  {
    devices: ref(1, DeviceAllocationResult, 'The devices.').written(),
    nodeSelector: ref(3, NodeSelector, 'Nodes on which they can be used.'),
    allocationTimestamp: time(5, 'Since when.').nullable(),
  },
)
export interface AllocationResult extends TypeOf<typeof AllocationResult> {}
