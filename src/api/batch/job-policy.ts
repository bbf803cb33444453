import { int32, list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const PodFailurePolicyOnExitCodesRequirement = struct(
  'io.k8s.api.batch.v1.PodFailurePolicyOnExitCodesRequirement',
  'Exit codes.',
  {
    containerName: string(1, 'Of this container; of any by default.').nullable(),
    operator: string(2, '`In` or `NotIn`.')
      .named('v1.PodFailurePolicyOnExitCodesOperator')
      .required(),
    values: list(3, int32, 'The codes.').set().required(),
  },
)
export interface PodFailurePolicyOnExitCodesRequirement
  extends TypeOf<typeof PodFailurePolicyOnExitCodesRequirement> {}

export const PodFailurePolicyOnPodConditionsPattern = struct(
  'io.k8s.api.batch.v1.PodFailurePolicyOnPodConditionsPattern',
  'A condition of a pod.',
  {
    type: string(1, 'Its type.').named('v1.PodConditionType').required(),
    status: string(2, 'Its status; `True` by default.').named('v1.ConditionStatus').written(),
  },
)
export interface PodFailurePolicyOnPodConditionsPattern
  extends TypeOf<typeof PodFailurePolicyOnPodConditionsPattern> {}

export const PodFailurePolicyRule = struct(
  'io.k8s.api.batch.v1.PodFailurePolicyRule',
  'What some failures come to.',
  {
    action: string(1, '`FailJob`, `FailIndex`, `Ignore` or `Count`.')
      .named('v1.PodFailurePolicyAction')
      .required(),
    onExitCodes: ref(2, PodFailurePolicyOnExitCodesRequirement, 'For these exit codes.'),
    onPodConditions: list(
      3,
      PodFailurePolicyOnPodConditionsPattern,
      'For pods with one of these conditions.',
    ).atomic(),
  },
)
export interface PodFailurePolicyRule extends TypeOf<typeof PodFailurePolicyRule> {}

export const PodFailurePolicy = struct(
  'io.k8s.api.batch.v1.PodFailurePolicy',
  'What failed pods come to.',
  {
    rules: list(1, PodFailurePolicyRule, 'The first that fits counts.').atomic().required(),
  },
)
export interface PodFailurePolicy extends TypeOf<typeof PodFailurePolicy> {}

export const SuccessPolicyRule = struct('io.k8s.api.batch.v1.SuccessPolicyRule', 'When it has.', {
  succeededIndexes: string(1, 'With these, such as `1,3-5`.').nullable(),
  succeededCount: int32(2, 'With so many successful indexes.').nullable(),
})
export interface SuccessPolicyRule extends TypeOf<typeof SuccessPolicyRule> {}

export const SuccessPolicy = struct(
  'io.k8s.api.batch.v1.SuccessPolicy',
  'When a Job has succeeded early.',
  {
    rules: list(1, SuccessPolicyRule, 'One of them is enough.').atomic().required(),
  },
)
export interface SuccessPolicy extends TypeOf<typeof SuccessPolicy> {}
