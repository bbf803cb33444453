import { Condition, ObjectMeta } from '../meta/index.ts'
import { MatchCondition, MatchResources } from './match.ts'
import { ParamKind, Variable } from './param.ts'
import { int64, list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const AuditAnnotation = struct(
  'io.k8s.api.admissionregistration.v1.AuditAnnotation',
  'An annotation for the audit log.',
  {
    key: string(1, 'Its name.').required(),
    valueExpression: string(2, 'CEL that makes its text; null leaves it out.').required(),
  },
)
export interface AuditAnnotation extends TypeOf<typeof AuditAnnotation> {}

export const ExpressionWarning = struct(
  'io.k8s.api.admissionregistration.v1.ExpressionWarning',
  'A doubt about an expression.',
  {
    fieldRef: string(2, 'Where the expression stands.').required(),
    warning: string(3, 'What is doubtful.').required(),
  },
)
export interface ExpressionWarning extends TypeOf<typeof ExpressionWarning> {}

export const TypeChecking = struct(
  'io.k8s.api.admissionregistration.v1.TypeChecking',
  'What checking the types of the expressions found.',
  {
    expressionWarnings: list(1, ExpressionWarning, 'The doubts.').atomic(),
  },
)
export interface TypeChecking extends TypeOf<typeof TypeChecking> {}

export const Validation = struct(
  'io.k8s.api.admissionregistration.v1.Validation',
  'Something that must hold.',
  {
    expression: string(1, 'CEL, true if it does.').required(),
    message: string(2, 'What is said if not.'),
    reason: string(3, 'Reason of the refusal: `Invalid` by default.')
      .named('v1.StatusReason')
      .nullable(),
    messageExpression: string(4, 'CEL that makes what is said.'),
  },
)
export interface Validation extends TypeOf<typeof Validation> {}

export const ValidatingAdmissionPolicySpec = struct(
  'io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicySpec',
  'What is validated, and when.',
  {
    paramKind: ref(1, ParamKind, 'Kind of the objects that hold parameters.'),
    matchConstraints: ref(2, MatchResources, 'Which requests it is about.'),
    validations: list(3, Validation, 'What must hold.').atomic(),
    failurePolicy: string(4, 'What an error comes to: `Fail` (the default) or `Ignore`.')
      .named('v1.FailurePolicyType')
      .nullable(),
    auditAnnotations: list(5, AuditAnnotation, 'Annotations for the audit log.').atomic(),
    matchConditions: list(
      6,
      MatchCondition,
      'CEL expressions that must all be true for it to be asked; 64 at most.',
    )
      .keyed('name')
      .patch('merge', 'name'),
    variables: list(7, Variable, 'Named expressions for use in the others.')
      .keyed('name')
      .patch('merge', 'name'),
  },
)
export interface ValidatingAdmissionPolicySpec
  extends TypeOf<typeof ValidatingAdmissionPolicySpec> {}

export const ValidatingAdmissionPolicyStatus = struct(
  'io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyStatus',
  'What is known of a policy.',
  {
    observedGeneration: int64(1, 'The generation of the object that this is about.'),
    typeChecking: ref(2, TypeChecking, 'Doubts about its expressions.'),
    conditions: list(3, Condition, 'What holds at present, by type.').keyed('type'),
  },
)
export interface ValidatingAdmissionPolicyStatus
  extends TypeOf<typeof ValidatingAdmissionPolicyStatus> {}

export const ValidatingAdmissionPolicy = struct(
  'io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicy',
  'Refuses requests by CEL expressions.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    spec: ref(2, ValidatingAdmissionPolicySpec, 'What is wanted.').always(),
    status: ref(3, ValidatingAdmissionPolicyStatus, 'What is.').always(),
  },
)
export interface ValidatingAdmissionPolicy extends TypeOf<typeof ValidatingAdmissionPolicy> {}
