import { list, string, struct, type TypeOf } from '../schema/index.ts'

export const TopologySelectorLabelRequirement = struct(
  'io.k8s.api.core.v1.TopologySelectorLabelRequirement',
  'A requirement on a label of nodes.',
  {
    key: string(1, 'Name of the label.').required(),
    values: list(2, string, 'Values that fit.').atomic().required(),
  },
)
export interface TopologySelectorLabelRequirement
  extends TypeOf<typeof TopologySelectorLabelRequirement> {}

export const TopologySelectorTerm = struct(
  'io.k8s.api.core.v1.TopologySelectorTerm',
  'Requirements on nodes.',
  {
    matchLabelExpressions: list(
      1,
      TopologySelectorLabelRequirement,
      'Requirements that must all hold.',
    ).atomic(),
  },
  { mapType: 'atomic' },
)
export interface TopologySelectorTerm extends TypeOf<typeof TopologySelectorTerm> {}
