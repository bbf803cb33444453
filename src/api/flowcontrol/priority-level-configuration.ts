import { ObjectMeta } from '../meta/index.ts'
import { int32, list, ref, string, struct, time, type TypeOf } from '../schema/index.ts'

export const ExemptPriorityLevelConfiguration = struct(
  'io.k8s.api.flowcontrol.v1.ExemptPriorityLevelConfiguration',
  'A level without limits.',
  {
    nominalConcurrencyShares: int32(1, 'Its share, for others to borrow.').nullable(),
    lendablePercent: int32(2, 'How much of it others may use.').nullable(),
  },
)
export interface ExemptPriorityLevelConfiguration
  extends TypeOf<typeof ExemptPriorityLevelConfiguration> {}

export const QueuingConfiguration = struct(
  'io.k8s.api.flowcontrol.v1.QueuingConfiguration',
  'How requests wait.',
  {
    queues: int32(1, 'How many there are; 64 by default.').written(),
    handSize: int32(2, 'Queues that a flow is dealt; 8 by default.').written(),
    queueLengthLimit: int32(3, 'How many may wait in one; 50 by default.').written(),
  },
)
export interface QueuingConfiguration extends TypeOf<typeof QueuingConfiguration> {}

export const LimitResponse = struct(
  'io.k8s.api.flowcontrol.v1.LimitResponse',
  'What is done with requests that are too many.',
  {
    type: string(1, '`Queue` or `Reject`.').named('v1.LimitResponseType').required(),
    queuing: ref(2, QueuingConfiguration, 'For `Queue`.'),
  },
)
export interface LimitResponse extends TypeOf<typeof LimitResponse> {}

export const LimitedPriorityLevelConfiguration = struct(
  'io.k8s.api.flowcontrol.v1.LimitedPriorityLevelConfiguration',
  'A level with limits.',
  {
    nominalConcurrencyShares: int32(1, 'Its share; 30 by default.').nullable().written(),
    limitResponse: ref(2, LimitResponse, 'What is done with requests that are too many.').written(),
    lendablePercent: int32(3, 'How much of it others may use.').nullable(),
    borrowingLimitPercent: int32(4, "How much of others' it may use.").nullable(),
  },
)
export interface LimitedPriorityLevelConfiguration
  extends TypeOf<typeof LimitedPriorityLevelConfiguration> {}

export const PriorityLevelConfigurationCondition = struct(
  'io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationCondition',
  'One aspect of its state.',
  {
    type: string(1, 'Which aspect.').named('v1.PriorityLevelConfigurationConditionType'),
    status: string(2, '`True`, `False` or `Unknown`.').named('v1.ConditionStatus'),
    lastTransitionTime: time(3, 'When the status changed last.').written(),
    reason: string(4, 'Why, in one CamelCase word, for programs.'),
    message: string(5, 'What happened, for people.'),
  },
)
export interface PriorityLevelConfigurationCondition
  extends TypeOf<typeof PriorityLevelConfigurationCondition> {}

export const PriorityLevelConfigurationSpec = struct(
  'io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationSpec',
  'How much may run.',
  {
    type: string(1, '`Limited` or `Exempt`.').named('v1.PriorityLevelEnablement').required(),
    limited: ref(2, LimitedPriorityLevelConfiguration, 'For `Limited`.'),
    exempt: ref(3, ExemptPriorityLevelConfiguration, 'For `Exempt`.'),
  },
)
export interface PriorityLevelConfigurationSpec
  extends TypeOf<typeof PriorityLevelConfigurationSpec> {}

export const PriorityLevelConfigurationStatus = struct(
  'io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationStatus',
  'How it is.',
  {
    conditions: list(1, PriorityLevelConfigurationCondition, 'What holds at present, by type.')
      .keyed('type')
      .patch('merge', 'type'),
  },
)
export interface PriorityLevelConfigurationStatus
  extends TypeOf<typeof PriorityLevelConfigurationStatus> {}

export const PriorityLevelConfiguration = struct(
  'io.k8s.api.flowcontrol.v1.PriorityLevelConfiguration',
  'How many requests may run at a time.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    spec: ref(2, PriorityLevelConfigurationSpec, 'What is wanted.').always(),
    status: ref(3, PriorityLevelConfigurationStatus, 'What is.').always(),
  },
)
export interface PriorityLevelConfiguration extends TypeOf<typeof PriorityLevelConfiguration> {}
