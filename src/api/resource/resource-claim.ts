import { Condition, ObjectMeta } from '../meta/index.ts'
import { AllocationResult } from './allocation.ts'
import { ResourceClaimSpec } from './device-request.ts'
import { list, raw, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const NetworkDeviceData = struct(
  'io.k8s.api.resource.v1.NetworkDeviceData',
  'A network interface.',
  {
    interfaceName: string(1, 'Its name in the pod.'),
    ips: list(2, string, 'Its addresses.').atomic(),
    hardwareAddress: string(3, 'Its hardware address.'),
  },
)
export interface NetworkDeviceData extends TypeOf<typeof NetworkDeviceData> {}

export const AllocatedDeviceStatus = struct(
  'io.k8s.api.resource.v1.AllocatedDeviceStatus',
  'How an allocated device is.',
  {
    driver: string(1, 'Name of the driver, a host name.').required(),
    pool: string(2, 'The pool of the device.').required(),
    device: string(3, 'Name of the device in its pool.').required(),
    shareID: string(7, 'Which share of a device that several use.').nullable(),
    conditions: list(4, Condition, 'What holds at present, by type.').keyed('type').written(),
    data: raw(5, 'What its driver tells.'),
    networkData: ref(6, NetworkDeviceData, 'Its part in networks.'),
  },
)
export interface AllocatedDeviceStatus extends TypeOf<typeof AllocatedDeviceStatus> {}

export const ResourceClaimConsumerReference = struct(
  'io.k8s.api.resource.v1.ResourceClaimConsumerReference',
  'Who uses a claim.',
  {
    apiGroup: string(1, 'Group of its kind; empty for the core group.'),
    resource: string(3, 'Its resource, such as `pods`.').required(),
    name: string(4, 'Its name.').required(),
    uid: string(5, 'Unique identifier.').named('types.UID').required(),
  },
)
export interface ResourceClaimConsumerReference
  extends TypeOf<typeof ResourceClaimConsumerReference> {}

export const ResourceClaimStatus = struct(
  'io.k8s.api.resource.v1.ResourceClaimStatus',
  'What became of a claim.',
  {
    allocation: ref(1, AllocationResult, 'Devices that it has.'),
    reservedFor: list(2, ResourceClaimConsumerReference, 'Who may use it.')
      .keyed('uid')
      .patch('merge', 'uid'),
    devices: list(4, AllocatedDeviceStatus, 'How they are.').keyed(
      'driver',
      'device',
      'pool',
      'shareID',
    ),
  },
)
export interface ResourceClaimStatus extends TypeOf<typeof ResourceClaimStatus> {}

export const ResourceClaim = struct('io.k8s.api.resource.v1.ResourceClaim', 'Asks for devices.', {
  kind: string(0, 'Name of the type, in CamelCase.'),
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
  spec: ref(2, ResourceClaimSpec, 'What is wanted.').required().always(),
  status: ref(3, ResourceClaimStatus, 'What is.').always(),
})
export interface ResourceClaim extends TypeOf<typeof ResourceClaim> {}
