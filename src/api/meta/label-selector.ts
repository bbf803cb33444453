import { list, map, string, struct, type TypeOf } from '../schema/index.ts'

export const LabelSelectorRequirement = struct(
  'io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelectorRequirement',
  'A requirement on one label.',
  {
    key: string(1, 'Name of the label.').required(),
    operator: string(2, '`In`, `NotIn`, `Exists` or `DoesNotExist`.')
      .named('v1.LabelSelectorOperator')
      .required(),
    values: list(3, string, 'Values for `In` and `NotIn`, else empty.').atomic(),
  },
)
export interface LabelSelectorRequirement extends TypeOf<typeof LabelSelectorRequirement> {}

export const LabelSelector = struct(
  'io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector',
  'Selects objects by their labels; all parts must hold. Empty: everything. Absent: nothing.',
  {
    matchLabels: map(1, string, 'Labels that must be there with these values.'),
    matchExpressions: list(
      2,
      LabelSelectorRequirement,
      'Requirements that must all hold.',
    ).atomic(),
  },
  { mapType: 'atomic' },
)
export interface LabelSelector extends TypeOf<typeof LabelSelector> {}
