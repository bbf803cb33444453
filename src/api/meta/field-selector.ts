import { list, string, struct, type TypeOf } from '../schema/index.ts'

export const FieldSelectorRequirement = struct(
  'io.k8s.apimachinery.pkg.apis.meta.v1.FieldSelectorRequirement',
  'A requirement on one field.',
  {
    key: string(1, 'Path of the field.').required(),
    operator: string(2, '`In`, `NotIn`, `Exists` or `DoesNotExist`.')
      .named('v1.FieldSelectorOperator')
      .required(),
    values: list(3, string, 'Values for `In` and `NotIn`, else empty.').atomic(),
  },
)
export interface FieldSelectorRequirement extends TypeOf<typeof FieldSelectorRequirement> {}
