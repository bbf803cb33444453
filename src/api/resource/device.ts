import { NodeSelector } from '../core/index.ts'
import {
  boolean,
  int64,
  list,
  map,
  quantity,
  ref,
  string,
  struct,
  time,
  type TypeOf,
} from '../schema/index.ts'

export const CapacityRequestPolicyRange = struct(
  'io.k8s.api.resource.v1.CapacityRequestPolicyRange',
  '',
  {
    max: quantity(2).nullable(),
    min: quantity(1).required().nullable().nullable(),
    step: quantity(3).nullable(),
  },
)
export interface CapacityRequestPolicyRange extends TypeOf<typeof CapacityRequestPolicyRange> {}

export const CapacityRequestPolicy = struct('io.k8s.api.resource.v1.CapacityRequestPolicy', '', {
  default: quantity(1).nullable(),
  validRange: ref(4, CapacityRequestPolicyRange),
  validValues: list(3, quantity).atomic(),
})
export interface CapacityRequestPolicy extends TypeOf<typeof CapacityRequestPolicy> {}

export const Counter = struct('io.k8s.api.resource.v1.Counter', '', {
  value: quantity(1).required().written(),
})
export interface Counter extends TypeOf<typeof Counter> {}

export const CounterSet = struct('io.k8s.api.resource.v1.CounterSet', '', {
  counters: map(2, Counter).required().nullable(),
  name: string(1).required(),
})
export interface CounterSet extends TypeOf<typeof CounterSet> {}

export const DeviceAttribute = struct('io.k8s.api.resource.v1.DeviceAttribute', '', {
  bool: boolean(3).nullable(),
  bools: list(7, boolean).atomic(),
  int: int64(2).nullable(),
  ints: list(6, int64).atomic(),
  string: string(4).nullable(),
  strings: list(8, string).atomic(),
  version: string(5).nullable(),
  versions: list(9, string).atomic(),
})
export interface DeviceAttribute extends TypeOf<typeof DeviceAttribute> {}

export const DeviceCapacity = struct('io.k8s.api.resource.v1.DeviceCapacity', '', {
  requestPolicy: ref(2, CapacityRequestPolicy),
  value: quantity(1).required().written(),
})
export interface DeviceCapacity extends TypeOf<typeof DeviceCapacity> {}

export const DeviceCounterConsumption = struct(
  'io.k8s.api.resource.v1.DeviceCounterConsumption',
  '',
  {
    counterSet: string(1).required(),
    counters: map(2, Counter).required().nullable(),
  },
)
export interface DeviceCounterConsumption extends TypeOf<typeof DeviceCounterConsumption> {}

export const NodeAllocatableResourceMapping = struct(
  'io.k8s.api.resource.v1.NodeAllocatableResourceMapping',
  '',
  {
    allocationMultiplier: quantity(2),
    capacityKey: string(1),
  },
)
export interface NodeAllocatableResourceMapping
  extends TypeOf<typeof NodeAllocatableResourceMapping> {}

export const DeviceTaint = struct('io.k8s.api.resource.v1.DeviceTaint', '', {
  effect: string(3).named('v1.DeviceTaintEffect').required(),
  key: string(1).required(),
  timeAdded: time(4).nullable(),
  value: string(2),
})
export interface DeviceTaint extends TypeOf<typeof DeviceTaint> {}

export const Device = struct('io.k8s.api.resource.v1.Device', '', {
  allNodes: boolean(7).nullable(),
  allowMultipleAllocations: boolean(12).nullable(),
  attributes: map(2, DeviceAttribute),
  bindingConditions: list(10, string).atomic(),
  bindingFailureConditions: list(11, string).atomic(),
  bindsToNode: boolean(9).nullable(),
  capacity: map(3, DeviceCapacity),
  consumesCounters: list(4, DeviceCounterConsumption).atomic(),
  name: string(1).required(),
  nodeAllocatableResourceMappings: map(13, NodeAllocatableResourceMapping),
  nodeName: string(5).nullable(),
  nodeSelector: ref(6, NodeSelector),
  taints: list(8, DeviceTaint).atomic(),
})
export interface Device extends TypeOf<typeof Device> {}
