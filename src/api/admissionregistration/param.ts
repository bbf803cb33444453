import { LabelSelector } from '../meta/index.ts'
import { ref, string, struct, type TypeOf } from '../schema/index.ts'

export const ParamKind = struct(
  'io.k8s.api.admissionregistration.v1.ParamKind',
  '',
  {
    apiVersion: string(1),
    kind: string(2),
  },
  { mapType: 'atomic' },
)
export interface ParamKind extends TypeOf<typeof ParamKind> {}

export const ParamRef = struct(
  'io.k8s.api.admissionregistration.v1.ParamRef',
  '',
  {
    name: string(1),
    namespace: string(2),
    parameterNotFoundAction: string(4).named('v1.ParameterNotFoundActionType').nullable(),
    selector: ref(3, LabelSelector),
  },
  { mapType: 'atomic' },
)
export interface ParamRef extends TypeOf<typeof ParamRef> {}

export const Variable = struct(
  'io.k8s.api.admissionregistration.v1.Variable',
  '',
  {
    expression: string(2).required(),
    name: string(1).required(),
  },
  { mapType: 'atomic' },
)
export interface Variable extends TypeOf<typeof Variable> {}
