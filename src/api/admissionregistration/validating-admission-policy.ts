import { Condition, ObjectMeta } from '../meta/index.ts'
import { MatchCondition, MatchResources } from './match.ts'
import { ParamKind, Variable } from './param.ts'
import { int64, list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const AuditAnnotation = struct('io.k8s.api.admissionregistration.v1.AuditAnnotation', '', {
  key: string(1).required(),
  valueExpression: string(2).required(),
})
export interface AuditAnnotation extends TypeOf<typeof AuditAnnotation> {}

export const ExpressionWarning = struct(
  'io.k8s.api.admissionregistration.v1.ExpressionWarning',
  '',
  {
    fieldRef: string(2).required(),
    warning: string(3).required(),
  },
)
export interface ExpressionWarning extends TypeOf<typeof ExpressionWarning> {}

export const TypeChecking = struct('io.k8s.api.admissionregistration.v1.TypeChecking', '', {
  expressionWarnings: list(1, ExpressionWarning).atomic(),
})
export interface TypeChecking extends TypeOf<typeof TypeChecking> {}

export const Validation = struct('io.k8s.api.admissionregistration.v1.Validation', '', {
  expression: string(1).required(),
  message: string(2),
  messageExpression: string(4),
  reason: string(3).nullable(),
})
export interface Validation extends TypeOf<typeof Validation> {}

export const ValidatingAdmissionPolicySpec = struct(
  'io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicySpec',
  '',
  {
    auditAnnotations: list(5, AuditAnnotation).atomic(),
    failurePolicy: string(4).named('v1.FailurePolicyType').nullable(),
    matchConditions: list(6, MatchCondition).keyed('name').patch('merge', 'name'),
    matchConstraints: ref(2, MatchResources),
    paramKind: ref(1, ParamKind),
    validations: list(3, Validation).atomic(),
    variables: list(7, Variable).keyed('name').patch('merge', 'name'),
  },
)
export interface ValidatingAdmissionPolicySpec
  extends TypeOf<typeof ValidatingAdmissionPolicySpec> {}

export const ValidatingAdmissionPolicyStatus = struct(
  'io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyStatus',
  '',
  {
    conditions: list(3, Condition).keyed('type'),
    observedGeneration: int64(1),
    typeChecking: ref(2, TypeChecking),
  },
)
export interface ValidatingAdmissionPolicyStatus
  extends TypeOf<typeof ValidatingAdmissionPolicyStatus> {}

export const ValidatingAdmissionPolicy = struct(
  'io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicy',
  '',
  {
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    kind: string(0, 'Name of the type, in CamelCase.'),
    metadata: ref(1, ObjectMeta).always(),
    spec: ref(2, ValidatingAdmissionPolicySpec).always(),
    status: ref(3, ValidatingAdmissionPolicyStatus).always(),
  },
)
export interface ValidatingAdmissionPolicy extends TypeOf<typeof ValidatingAdmissionPolicy> {}
