import { int32, int64, list, ref, string, struct, type TypeOf } from '../schema/index.ts'
import { LabelSelector } from '../meta/index.ts'

export const NodeSelectorRequirement = struct('io.k8s.api.core.v1.NodeSelectorRequirement', '', {
  key: string(1).required(),
  operator: string(2).required(),
  values: list(3, string).atomic(),
})
export interface NodeSelectorRequirement extends TypeOf<typeof NodeSelectorRequirement> {}

export const NodeSelectorTerm = struct(
  'io.k8s.api.core.v1.NodeSelectorTerm',
  '',
  {
    matchExpressions: list(1, NodeSelectorRequirement).atomic(),
    matchFields: list(2, NodeSelectorRequirement).atomic(),
  },
  { mapType: 'atomic' },
)
export interface NodeSelectorTerm extends TypeOf<typeof NodeSelectorTerm> {}

export const PreferredSchedulingTerm = struct('io.k8s.api.core.v1.PreferredSchedulingTerm', '', {
  preference: ref(2, NodeSelectorTerm).required().written(),
  weight: int32(1).required(),
})
export interface PreferredSchedulingTerm extends TypeOf<typeof PreferredSchedulingTerm> {}

export const NodeSelector = struct(
  'io.k8s.api.core.v1.NodeSelector',
  '',
  {
    nodeSelectorTerms: list(1, NodeSelectorTerm).required().atomic(),
  },
  { mapType: 'atomic' },
)
export interface NodeSelector extends TypeOf<typeof NodeSelector> {}

export const NodeAffinity = struct('io.k8s.api.core.v1.NodeAffinity', '', {
  preferredDuringSchedulingIgnoredDuringExecution: list(2, PreferredSchedulingTerm).atomic(),
  requiredDuringSchedulingIgnoredDuringExecution: ref(1, NodeSelector),
})
export interface NodeAffinity extends TypeOf<typeof NodeAffinity> {}

export const PodAffinityTerm = struct('io.k8s.api.core.v1.PodAffinityTerm', '', {
  labelSelector: ref(1, LabelSelector),
  matchLabelKeys: list(5, string).atomic(),
  mismatchLabelKeys: list(6, string).atomic(),
  namespaceSelector: ref(4, LabelSelector),
  namespaces: list(2, string).atomic(),
  topologyKey: string(3).required(),
})
export interface PodAffinityTerm extends TypeOf<typeof PodAffinityTerm> {}

export const WeightedPodAffinityTerm = struct('io.k8s.api.core.v1.WeightedPodAffinityTerm', '', {
  podAffinityTerm: ref(2, PodAffinityTerm).required().written(),
  weight: int32(1).required(),
})
export interface WeightedPodAffinityTerm extends TypeOf<typeof WeightedPodAffinityTerm> {}

export const PodAffinity = struct('io.k8s.api.core.v1.PodAffinity', '', {
  preferredDuringSchedulingIgnoredDuringExecution: list(2, WeightedPodAffinityTerm).atomic(),
  requiredDuringSchedulingIgnoredDuringExecution: list(1, PodAffinityTerm).atomic(),
})
export interface PodAffinity extends TypeOf<typeof PodAffinity> {}

export const PodAntiAffinity = struct('io.k8s.api.core.v1.PodAntiAffinity', '', {
  preferredDuringSchedulingIgnoredDuringExecution: list(2, WeightedPodAffinityTerm).atomic(),
  requiredDuringSchedulingIgnoredDuringExecution: list(1, PodAffinityTerm).atomic(),
})
export interface PodAntiAffinity extends TypeOf<typeof PodAntiAffinity> {}

export const Affinity = struct('io.k8s.api.core.v1.Affinity', '', {
  nodeAffinity: ref(1, NodeAffinity),
  podAffinity: ref(2, PodAffinity),
  podAntiAffinity: ref(3, PodAntiAffinity),
})
export interface Affinity extends TypeOf<typeof Affinity> {}

export const Toleration = struct('io.k8s.api.core.v1.Toleration', '', {
  effect: string(4),
  key: string(1),
  operator: string(2),
  tolerationSeconds: int64(5).nullable(),
  value: string(3),
})
export interface Toleration extends TypeOf<typeof Toleration> {}

export const TopologySpreadConstraint = struct('io.k8s.api.core.v1.TopologySpreadConstraint', '', {
  labelSelector: ref(4, LabelSelector),
  matchLabelKeys: list(8, string).atomic(),
  maxSkew: int32(1).required(),
  minDomains: int32(5).nullable(),
  nodeAffinityPolicy: string(6).nullable(),
  nodeTaintsPolicy: string(7).nullable(),
  topologyKey: string(2).required(),
  whenUnsatisfiable: string(3).required(),
})
export interface TopologySpreadConstraint extends TypeOf<typeof TopologySpreadConstraint> {}
