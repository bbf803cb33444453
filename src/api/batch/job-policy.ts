import { int32, list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const PodFailurePolicyOnExitCodesRequirement = struct(
  'io.k8s.api.batch.v1.PodFailurePolicyOnExitCodesRequirement',
  '',
  {
    containerName: string(1).nullable(),
    operator: string(2).named('v1.PodFailurePolicyOnExitCodesOperator').required(),
    values: list(3, int32).set().required(),
  },
)
export interface PodFailurePolicyOnExitCodesRequirement
  extends TypeOf<typeof PodFailurePolicyOnExitCodesRequirement> {}

export const PodFailurePolicyOnPodConditionsPattern = struct(
  'io.k8s.api.batch.v1.PodFailurePolicyOnPodConditionsPattern',
  '',
  {
    status: string(2).named('v1.ConditionStatus').written(),
    type: string(1).named('v1.PodConditionType').required(),
  },
)
export interface PodFailurePolicyOnPodConditionsPattern
  extends TypeOf<typeof PodFailurePolicyOnPodConditionsPattern> {}

export const PodFailurePolicyRule = struct('io.k8s.api.batch.v1.PodFailurePolicyRule', '', {
  action: string(1).named('v1.PodFailurePolicyAction').required(),
  onExitCodes: ref(2, PodFailurePolicyOnExitCodesRequirement),
  onPodConditions: list(3, PodFailurePolicyOnPodConditionsPattern).atomic(),
})
export interface PodFailurePolicyRule extends TypeOf<typeof PodFailurePolicyRule> {}

export const PodFailurePolicy = struct('io.k8s.api.batch.v1.PodFailurePolicy', '', {
  rules: list(1, PodFailurePolicyRule).atomic().required(),
})
export interface PodFailurePolicy extends TypeOf<typeof PodFailurePolicy> {}

export const SuccessPolicyRule = struct('io.k8s.api.batch.v1.SuccessPolicyRule', '', {
  succeededCount: int32(2).nullable(),
  succeededIndexes: string(1).nullable(),
})
export interface SuccessPolicyRule extends TypeOf<typeof SuccessPolicyRule> {}

export const SuccessPolicy = struct('io.k8s.api.batch.v1.SuccessPolicy', '', {
  rules: list(1, SuccessPolicyRule).atomic().required(),
})
export interface SuccessPolicy extends TypeOf<typeof SuccessPolicy> {}
