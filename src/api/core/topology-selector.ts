import { list, string, struct, type TypeOf } from '../schema/index.ts'

export const TopologySelectorLabelRequirement = struct(
  'io.k8s.api.core.v1.TopologySelectorLabelRequirement',
  '',
  {
    key: string(1).required(),
    values: list(2, string).atomic().required(),
  },
)
export interface TopologySelectorLabelRequirement
  extends TypeOf<typeof TopologySelectorLabelRequirement> {}

export const TopologySelectorTerm = struct(
  'io.k8s.api.core.v1.TopologySelectorTerm',
  '',
  {
    matchLabelExpressions: list(1, TopologySelectorLabelRequirement).atomic(),
  },
  { mapType: 'atomic' },
)
export interface TopologySelectorTerm extends TypeOf<typeof TopologySelectorTerm> {}
