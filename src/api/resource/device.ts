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
  'From, to, in steps.',
  {
    min: quantity(1, 'The least.').required().nullable().nullable(),
    max: quantity(2, 'The most.').nullable(),
    step: quantity(3, 'The step.').nullable(),
  },
)
export interface CapacityRequestPolicyRange extends TypeOf<typeof CapacityRequestPolicyRange> {}

export const CapacityRequestPolicy = struct(
  'io.k8s.api.resource.v1.CapacityRequestPolicy',
  'How much of a capacity may be asked for.',
  {
    default: quantity(1, 'For those who do not say.').nullable(),
    validValues: list(3, quantity, 'One of these.').atomic(),
    validRange: ref(4, CapacityRequestPolicyRange, 'From, to, in steps.'),
  },
)
export interface CapacityRequestPolicy extends TypeOf<typeof CapacityRequestPolicy> {}

export const Counter = struct('io.k8s.api.resource.v1.Counter', 'An amount that devices share.', {
  value: quantity(1, 'How much there is.').required().written(),
})
export interface Counter extends TypeOf<typeof Counter> {}

export const CounterSet = struct(
  'io.k8s.api.resource.v1.CounterSet',
  'Amounts that devices share.',
  {
    name: string(1, 'Its name.').required(),
    counters: map(2, Counter, 'The amounts by name.').required().nullable(),
  },
)
export interface CounterSet extends TypeOf<typeof CounterSet> {}

export const DeviceAttribute = struct(
  'io.k8s.api.resource.v1.DeviceAttribute',
  'Something that a device is.',
  {
    int: int64(2, 'A number.').nullable(),
    bool: boolean(3, 'Yes or no.').nullable(),
    string: string(4, 'A text.').nullable(),
    version: string(5, 'A version (semver).').nullable(),
    ints: list(6, int64, 'Several numbers.').atomic(),
    bools: list(7, boolean, 'Several of such.').atomic(),
    strings: list(8, string, 'Several texts.').atomic(),
    versions: list(9, string, 'Several versions.').atomic(),
  },
)
export interface DeviceAttribute extends TypeOf<typeof DeviceAttribute> {}

export const DeviceCapacity = struct(
  'io.k8s.api.resource.v1.DeviceCapacity',
  'Something that a device holds.',
  {
    value: quantity(1, 'How much it holds.').required().written(),
    requestPolicy: ref(2, CapacityRequestPolicy, 'How much of it may be asked for.'),
  },
)
export interface DeviceCapacity extends TypeOf<typeof DeviceCapacity> {}

export const DeviceCounterConsumption = struct(
  'io.k8s.api.resource.v1.DeviceCounterConsumption',
  'What a device takes of shared amounts.',
  {
    counterSet: string(1, 'Name of the set.').required(),
    counters: map(2, Counter, 'How much, by name.').required().nullable(),
  },
)
export interface DeviceCounterConsumption extends TypeOf<typeof DeviceCounterConsumption> {}

export const NodeAllocatableResourceMapping = struct(
  'io.k8s.api.resource.v1.NodeAllocatableResourceMapping',
  "What a device takes of a node's own resource.",
  {
    capacityKey: string(1, 'Which capacity it goes by.').nullable(),
    allocationMultiplier: quantity(2, 'How much for each unit.').nullable(),
  },
)
export interface NodeAllocatableResourceMapping
  extends TypeOf<typeof NodeAllocatableResourceMapping> {}

export const DeviceTaint = struct(
  'io.k8s.api.resource.v1.DeviceTaint',
  'Keeps claims away from a device.',
  {
    key: string(1, 'Its name.').required(),
    value: string(2, 'Its value.'),
    effect: string(3, '`None`, `NoSchedule` or `NoExecute`.')
      .named('v1.DeviceTaintEffect')
      .required(),
    timeAdded: time(4, 'Since when.').nullable(),
  },
)
export interface DeviceTaint extends TypeOf<typeof DeviceTaint> {}

export const Device = struct('io.k8s.api.resource.v1.Device', 'A device of a node.', {
  name: string(1, 'Its name in the pool.').required(),
  attributes: map(2, DeviceAttribute, 'What it is like, by name.'),
  capacity: map(3, DeviceCapacity, 'What it holds, by name.'),
  consumesCounters: list(4, DeviceCounterConsumption, 'What it takes of shared amounts.').atomic(),
  nodeName: string(5, 'Name of the node.').nullable(),
  nodeSelector: ref(6, NodeSelector, 'Nodes that it is good for.'),
  allNodes: boolean(7, 'All nodes can use it.').nullable(),
  taints: list(8, DeviceTaint, 'What keeps claims away.').atomic(),
  bindsToNode: boolean(9, 'Whether the claim is bound to the node.').nullable(),
  bindingConditions: list(
    10,
    string,
    'Conditions that must be true before the pod is bound.',
  ).atomic(),
  bindingFailureConditions: list(11, string, 'Conditions of which none may be true.').atomic(),
  allowMultipleAllocations: boolean(12, 'Whether several claims may have it.').nullable(),
  nodeAllocatableResourceMappings: map(
    13,
    NodeAllocatableResourceMapping,
    "What it takes of the node's own resources.",
  ),
})
export interface Device extends TypeOf<typeof Device> {}
