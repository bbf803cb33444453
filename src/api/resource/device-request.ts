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

export const CELDeviceSelector = struct(
  'io.k8s.api.resource.v1.CELDeviceSelector',
  'A condition in CEL.',
  {
    expression: string(1, 'CEL about `device`, true if it fits.').required(),
  },
)
export interface CELDeviceSelector extends TypeOf<typeof CELDeviceSelector> {}

export const CapacityRequirements = struct(
  'io.k8s.api.resource.v1.CapacityRequirements',
  'How much of a device is needed.',
  {
    requests: map(1, quantity, 'By name of the capacity.'),
  },
)
export interface CapacityRequirements extends TypeOf<typeof CapacityRequirements> {}

export const OpaqueDeviceConfiguration = struct(
  'io.k8s.api.resource.v1.OpaqueDeviceConfiguration',
  'Settings for one driver.',
  {
    driver: string(1, 'Name of the driver, a host name.').required(),
    parameters: raw(2, 'The settings, as the driver has them.').required().written(),
  },
)
export interface OpaqueDeviceConfiguration extends TypeOf<typeof OpaqueDeviceConfiguration> {}

export const DeviceClaimConfiguration = struct(
  'io.k8s.api.resource.v1.DeviceClaimConfiguration',
  'Settings for the devices.',
  {
    requests: list(1, string, 'Names of the requests that it is about; all if empty.').atomic(),
    opaque: ref(1, OpaqueDeviceConfiguration, 'Settings for one driver.').inlinedAt(2),
  },
)
export interface DeviceClaimConfiguration extends TypeOf<typeof DeviceClaimConfiguration> {}

export const DeviceConstraint = struct(
  'io.k8s.api.resource.v1.DeviceConstraint',
  'What must hold for devices together.',
  {
    requests: list(1, string, 'Names of the requests that it is about; all if empty.').atomic(),
    matchAttribute: string(2, 'All have this attribute in common.')
      .named('v1.FullyQualifiedName')
      .nullable(),
    distinctAttribute: string(3, 'All differ in this attribute.')
      .named('v1.FullyQualifiedName')
      .nullable(),
  },
)
export interface DeviceConstraint extends TypeOf<typeof DeviceConstraint> {}

export const DeviceSelector = struct(
  'io.k8s.api.resource.v1.DeviceSelector',
  'A condition that a device must fulfil.',
  {
    cel: ref(1, CELDeviceSelector, 'In CEL.'),
  },
)
export interface DeviceSelector extends TypeOf<typeof DeviceSelector> {}

export const DeviceToleration = struct(
  'io.k8s.api.resource.v1.DeviceToleration',
  'A taint that does not matter.',
  {
    key: string(1, 'Name of the taint; all if empty.'),
    operator: string(2, '`Exists` or `Equal` (the default).').named('v1.DeviceTolerationOperator'),
    value: string(3, 'Value of the taint.'),
    effect: string(4, '`NoSchedule` or `NoExecute`; all if empty.').named('v1.DeviceTaintEffect'),
    tolerationSeconds: int64(5, 'For how long, with `NoExecute`.').nullable(),
  },
)
export interface DeviceToleration extends TypeOf<typeof DeviceToleration> {}

export const ExactDeviceRequest = struct(
  'io.k8s.api.resource.v1.ExactDeviceRequest',
  'A wish for devices.',
  {
    deviceClassName: string(1, 'Name of the class of devices.').required(),
    selectors: list(2, DeviceSelector, 'Conditions that a device must fulfil.').atomic(),
    allocationMode: string(3, '`ExactCount` (the default), or `All` that fit.').named(
      'v1.DeviceAllocationMode',
    ),
    count: int64(4, 'How many; 1 by default.'),
    adminAccess: boolean(5, 'For looking at devices that others use; needs permission.').nullable(),
    tolerations: list(6, DeviceToleration, 'Taints that do not matter.').atomic(),
    capacity: ref(7, CapacityRequirements, 'How much of a device is needed.'),
  },
)
export interface ExactDeviceRequest extends TypeOf<typeof ExactDeviceRequest> {}

export const DeviceSubRequest = struct(
  'io.k8s.api.resource.v1.DeviceSubRequest',
  'One of several wishes.',
  {
    name: string(1, 'Its name.').required(),
    deviceClassName: string(2, 'Name of the class of devices.').required(),
    selectors: list(3, DeviceSelector, 'Conditions that a device must fulfil.').atomic(),
    allocationMode: string(4, '`ExactCount` (the default), or `All` that fit.').named(
      'v1.DeviceAllocationMode',
    ),
    count: int64(5, 'How many; 1 by default.'),
    tolerations: list(6, DeviceToleration, 'Taints that do not matter.').atomic(),
    capacity: ref(7, CapacityRequirements, 'How much of a device is needed.'),
  },
)
export interface DeviceSubRequest extends TypeOf<typeof DeviceSubRequest> {}

export const DeviceRequest = struct('io.k8s.api.resource.v1.DeviceRequest', 'A wish for devices.', {
  name: string(1, 'Its name in the claim.').required(),
  exactly: ref(2, ExactDeviceRequest, 'What is wanted.'),
  firstAvailable: list(
    3,
    DeviceSubRequest,
    'Wishes of which the first that can be met counts.',
  ).atomic(),
})
export interface DeviceRequest extends TypeOf<typeof DeviceRequest> {}

export const DeviceClaim = struct(
  'io.k8s.api.resource.v1.DeviceClaim',
  'Devices that are wanted.',
  {
    requests: list(1, DeviceRequest, 'What is wanted.').atomic().written(),
    constraints: list(2, DeviceConstraint, 'What must hold for them together.').atomic(),
    config: list(3, DeviceClaimConfiguration, 'Settings for drivers.').atomic(),
  },
)
export interface DeviceClaim extends TypeOf<typeof DeviceClaim> {}

export const ResourceClaimSpec = struct(
  'io.k8s.api.resource.v1.ResourceClaimSpec',
  'Devices that are wanted.',
  {
    devices: ref(1, DeviceClaim, 'The devices.').written(),
  },
)
export interface ResourceClaimSpec extends TypeOf<typeof ResourceClaimSpec> {}
