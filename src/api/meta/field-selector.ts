import { list, string, struct, type TypeOf } from '../schema/index.ts'

export const FieldSelectorRequirement = struct(
  'io.k8s.apimachinery.pkg.apis.meta.v1.FieldSelectorRequirement',
  '',
  {
    key: string(1).required(),
    operator: string(2).named('v1.FieldSelectorOperator').required(),
    values: list(3, string).atomic(),
  },
)
export interface FieldSelectorRequirement extends TypeOf<typeof FieldSelectorRequirement> {}
