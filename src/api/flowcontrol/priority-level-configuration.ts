import { ObjectMeta } from '../meta/index.ts'
import { int32, list, ref, string, struct, time, type TypeOf } from '../schema/index.ts'

export const ExemptPriorityLevelConfiguration = struct(
  'io.k8s.api.flowcontrol.v1.ExemptPriorityLevelConfiguration',
  '',
  {
    lendablePercent: int32(2).nullable(),
    nominalConcurrencyShares: int32(1).nullable(),
  },
)
export interface ExemptPriorityLevelConfiguration
  extends TypeOf<typeof ExemptPriorityLevelConfiguration> {}

export const QueuingConfiguration = struct('io.k8s.api.flowcontrol.v1.QueuingConfiguration', '', {
  handSize: int32(2).written(),
  queueLengthLimit: int32(3).written(),
  queues: int32(1).written(),
})
export interface QueuingConfiguration extends TypeOf<typeof QueuingConfiguration> {}

export const LimitResponse = struct('io.k8s.api.flowcontrol.v1.LimitResponse', '', {
  queuing: ref(2, QueuingConfiguration),
  type: string(1).named('v1.LimitResponseType').required(),
})
export interface LimitResponse extends TypeOf<typeof LimitResponse> {}

export const LimitedPriorityLevelConfiguration = struct(
  'io.k8s.api.flowcontrol.v1.LimitedPriorityLevelConfiguration',
  '',
  {
    borrowingLimitPercent: int32(4).nullable(),
    lendablePercent: int32(3).nullable(),
    limitResponse: ref(2, LimitResponse).written(),
    nominalConcurrencyShares: int32(1).nullable().written(),
  },
)
export interface LimitedPriorityLevelConfiguration
  extends TypeOf<typeof LimitedPriorityLevelConfiguration> {}

export const PriorityLevelConfigurationCondition = struct(
  'io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationCondition',
  '',
  {
    lastTransitionTime: time(3).written(),
    message: string(5),
    reason: string(4),
    status: string(2).named('v1.ConditionStatus'),
    type: string(1).named('v1.PriorityLevelConfigurationConditionType'),
  },
)
export interface PriorityLevelConfigurationCondition
  extends TypeOf<typeof PriorityLevelConfigurationCondition> {}

export const PriorityLevelConfigurationSpec = struct(
  'io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationSpec',
  '',
  {
    exempt: ref(3, ExemptPriorityLevelConfiguration),
    limited: ref(2, LimitedPriorityLevelConfiguration),
    type: string(1).named('v1.PriorityLevelEnablement').required(),
  },
)
export interface PriorityLevelConfigurationSpec
  extends TypeOf<typeof PriorityLevelConfigurationSpec> {}

export const PriorityLevelConfigurationStatus = struct(
  'io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationStatus',
  '',
  {
    conditions: list(1, PriorityLevelConfigurationCondition).keyed('type').patch('merge', 'type'),
  },
)
export interface PriorityLevelConfigurationStatus
  extends TypeOf<typeof PriorityLevelConfigurationStatus> {}

export const PriorityLevelConfiguration = struct(
  'io.k8s.api.flowcontrol.v1.PriorityLevelConfiguration',
  '',
  {
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    kind: string(0, 'Name of the type, in CamelCase.'),
    metadata: ref(1, ObjectMeta).always(),
    spec: ref(2, PriorityLevelConfigurationSpec).always(),
    status: ref(3, PriorityLevelConfigurationStatus).always(),
  },
)
export interface PriorityLevelConfiguration extends TypeOf<typeof PriorityLevelConfiguration> {}
