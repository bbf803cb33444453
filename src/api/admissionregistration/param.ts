import { LabelSelector } from '../meta/index.ts'
import { ref, string, struct, type TypeOf } from '../schema/index.ts'

export const ParamKind = struct(
  'io.k8s.api.admissionregistration.v1.ParamKind',
  'A kind of objects that hold parameters.',
  {
    apiVersion: string(1, 'Its group and version.'),
    kind: string(2, 'Its name.'),
  },
  { mapType: 'atomic' },
)
export interface ParamKind extends TypeOf<typeof ParamKind> {}

export const ParamRef = struct(
  'io.k8s.api.admissionregistration.v1.ParamRef',
  'Which objects hold the parameters.',
  {
    name: string(1, 'Name of one.'),
    namespace: string(2, 'Namespace of the objects; that of the request by default.'),
    selector: ref(3, LabelSelector, 'Labels of several, instead of a name.'),
    parameterNotFoundAction: string(4, 'What it comes to when there are none: `Allow` or `Deny`.')
      .named('v1.ParameterNotFoundActionType')
      .nullable(),
  },
  { mapType: 'atomic' },
)
export interface ParamRef extends TypeOf<typeof ParamRef> {}

export const Variable = struct(
  'io.k8s.api.admissionregistration.v1.Variable',
  'A named CEL expression.',
  {
    name: string(1, 'Its name; used as `variables.name`.').required(),
    expression: string(2, 'The expression.').required(),
  },
  { mapType: 'atomic' },
)
export interface Variable extends TypeOf<typeof Variable> {}
