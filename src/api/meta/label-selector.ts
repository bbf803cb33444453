import { list, map, string, struct, type TypeOf } from '../schema/index.ts'

export const LabelSelectorRequirement = struct(
  'io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelectorRequirement',
  '',
  {
    key: string(1).required(),
    operator: string(2).required(),
    values: list(3, string).atomic(),
  },
)
export interface LabelSelectorRequirement extends TypeOf<typeof LabelSelectorRequirement> {}

export const LabelSelector = struct(
  'io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector',
  '',
  {
    matchExpressions: list(2, LabelSelectorRequirement).atomic(),
    matchLabels: map(1, string),
  },
  { mapType: 'atomic' },
)
export interface LabelSelector extends TypeOf<typeof LabelSelector> {}
