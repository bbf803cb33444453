import {
  boolean,
  int64,
  list,
  map,
  quantity,
  raw,
  ref,
  string,
  struct,
  type TypeOf,
} from '../schema/index.ts'

export const CELDeviceSelector = struct('io.k8s.api.resource.v1.CELDeviceSelector', '', {
  expression: string(1).required(),
})
export interface CELDeviceSelector extends TypeOf<typeof CELDeviceSelector> {}

export const CapacityRequirements = struct('io.k8s.api.resource.v1.CapacityRequirements', '', {
  requests: map(1, quantity),
})
export interface CapacityRequirements extends TypeOf<typeof CapacityRequirements> {}

export const OpaqueDeviceConfiguration = struct(
  'io.k8s.api.resource.v1.OpaqueDeviceConfiguration',
  '',
  {
    driver: string(1).required(),
    parameters: raw(2).required().written(),
  },
)
export interface OpaqueDeviceConfiguration extends TypeOf<typeof OpaqueDeviceConfiguration> {}

export const DeviceClaimConfiguration = struct(
  'io.k8s.api.resource.v1.DeviceClaimConfiguration',
  '',
  {
    opaque: ref(1, OpaqueDeviceConfiguration).inlinedAt(2),
    requests: list(1, string).atomic(),
  },
)
export interface DeviceClaimConfiguration extends TypeOf<typeof DeviceClaimConfiguration> {}

export const DeviceConstraint = struct('io.k8s.api.resource.v1.DeviceConstraint', '', {
  distinctAttribute: string(3).named('v1.FullyQualifiedName').nullable(),
  matchAttribute: string(2).named('v1.FullyQualifiedName').nullable(),
  requests: list(1, string).atomic(),
})
export interface DeviceConstraint extends TypeOf<typeof DeviceConstraint> {}

export const DeviceSelector = struct('io.k8s.api.resource.v1.DeviceSelector', '', {
  cel: ref(1, CELDeviceSelector),
})
export interface DeviceSelector extends TypeOf<typeof DeviceSelector> {}

export const DeviceToleration = struct('io.k8s.api.resource.v1.DeviceToleration', '', {
  effect: string(4).named('v1.DeviceTaintEffect'),
  key: string(1),
  operator: string(2).named('v1.DeviceTolerationOperator'),
  tolerationSeconds: int64(5).nullable(),
  value: string(3),
})
export interface DeviceToleration extends TypeOf<typeof DeviceToleration> {}

export const ExactDeviceRequest = struct('io.k8s.api.resource.v1.ExactDeviceRequest', '', {
  adminAccess: boolean(5).nullable(),
  allocationMode: string(3).named('v1.DeviceAllocationMode'),
  capacity: ref(7, CapacityRequirements),
  count: int64(4),
  deviceClassName: string(1).required(),
  selectors: list(2, DeviceSelector).atomic(),
  tolerations: list(6, DeviceToleration).atomic(),
})
export interface ExactDeviceRequest extends TypeOf<typeof ExactDeviceRequest> {}

export const DeviceSubRequest = struct('io.k8s.api.resource.v1.DeviceSubRequest', '', {
  allocationMode: string(4).named('v1.DeviceAllocationMode'),
  capacity: ref(7, CapacityRequirements),
  count: int64(5),
  deviceClassName: string(2).required(),
  name: string(1).required(),
  selectors: list(3, DeviceSelector).atomic(),
  tolerations: list(6, DeviceToleration).atomic(),
})
export interface DeviceSubRequest extends TypeOf<typeof DeviceSubRequest> {}

export const DeviceRequest = struct('io.k8s.api.resource.v1.DeviceRequest', '', {
  exactly: ref(2, ExactDeviceRequest),
  firstAvailable: list(3, DeviceSubRequest).atomic(),
  name: string(1).required(),
})
export interface DeviceRequest extends TypeOf<typeof DeviceRequest> {}

export const DeviceClaim = struct('io.k8s.api.resource.v1.DeviceClaim', '', {
  config: list(3, DeviceClaimConfiguration).atomic(),
  constraints: list(2, DeviceConstraint).atomic(),
  requests: list(1, DeviceRequest).atomic().written(),
})
export interface DeviceClaim extends TypeOf<typeof DeviceClaim> {}

export const ResourceClaimSpec = struct('io.k8s.api.resource.v1.ResourceClaimSpec', '', {
  devices: ref(1, DeviceClaim).written(),
})
export interface ResourceClaimSpec extends TypeOf<typeof ResourceClaimSpec> {}
