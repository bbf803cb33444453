import { NodeSelector } from '../core/index.ts'
import { ObjectMeta } from '../meta/index.ts'
import { CounterSet, Device } from './device.ts'
import { boolean, int64, list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const ResourcePool = struct(
  'io.k8s.api.resource.v1.ResourcePool',
  'A set of devices, told in slices.',
  {
    name: string(1, 'Its name.').required(),
    generation: int64(2, 'Counts the changes; older slices no longer count.').required(),
    resourceSliceCount: int64(3, 'How many slices there are.').required(),
  },
)
export interface ResourcePool extends TypeOf<typeof ResourcePool> {}

export const ResourceSliceSpec = struct(
  'io.k8s.api.resource.v1.ResourceSliceSpec',
  'The devices.',
  {
    driver: string(1, 'Name of the driver, a host name.').required(),
    pool: ref(2, ResourcePool, 'The pool that they belong to.').required().written(),
    nodeName: string(3, 'Name of the node.').nullable(),
    nodeSelector: ref(4, NodeSelector, 'Nodes that it is good for.'),
    allNodes: boolean(5, 'All nodes can use it.').nullable(),
    devices: list(6, Device, 'The devices, 128 at most.').atomic(),
    perDeviceNodeSelection: boolean(7, 'Each device says where it can be used.').nullable(),
    sharedCounters: list(8, CounterSet, 'Amounts that devices share.').atomic(),
  },
)
export interface ResourceSliceSpec extends TypeOf<typeof ResourceSliceSpec> {}

export const ResourceSlice = struct(
  'io.k8s.api.resource.v1.ResourceSlice',
  'Devices that a driver has.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    spec: ref(2, ResourceSliceSpec, 'What is wanted.').required().always(),
  },
)
export interface ResourceSlice extends TypeOf<typeof ResourceSlice> {}
