import { int32, int64, list, ref, string, struct, type TypeOf } from '../schema/index.ts'
import { LabelSelector } from '../meta/index.ts'

export const NodeSelectorRequirement = struct(
  'io.k8s.api.core.v1.NodeSelectorRequirement',
  'A requirement on one label or field of a node.',
  {
    key: string(1, 'Name of the label or field.').required(),
    operator: string(2, '`In`, `NotIn`, `Exists`, `DoesNotExist`, `Gt` or `Lt`.')
      .named('v1.NodeSelectorOperator')
      .required(),
    values: list(3, string, 'Values to compare with; one number for `Gt` and `Lt`.').atomic(),
  },
)
export interface NodeSelectorRequirement extends TypeOf<typeof NodeSelectorRequirement> {}

export const NodeSelectorTerm = struct(
  'io.k8s.api.core.v1.NodeSelectorTerm',
  'Requirements that must all hold; an empty term fits nothing.',
  {
    matchExpressions: list(1, NodeSelectorRequirement, 'Requirements on labels.').atomic(),
    matchFields: list(
      2,
      NodeSelectorRequirement,
      'Requirements on fields (`metadata.name`).',
    ).atomic(),
  },
  { mapType: 'atomic' },
)
export interface NodeSelectorTerm extends TypeOf<typeof NodeSelectorTerm> {}

export const PreferredSchedulingTerm = struct(
  'io.k8s.api.core.v1.PreferredSchedulingTerm',
  'Nodes that are better.',
  {
    weight: int32(1, 'How much better, 1 to 100.').required(),
    preference: ref(2, NodeSelectorTerm, 'The nodes.').required().written(),
  },
)
export interface PreferredSchedulingTerm extends TypeOf<typeof PreferredSchedulingTerm> {}

export const NodeSelector = struct(
  'io.k8s.api.core.v1.NodeSelector',
  'Nodes that fit at least one term.',
  {
    nodeSelectorTerms: list(1, NodeSelectorTerm, 'The terms.').required().atomic(),
  },
  { mapType: 'atomic' },
)
export interface NodeSelector extends TypeOf<typeof NodeSelector> {}

export const NodeAffinity = struct(
  'io.k8s.api.core.v1.NodeAffinity',
  'Rules about the labels of nodes.',
  {
    requiredDuringSchedulingIgnoredDuringExecution: ref(
      1,
      NodeSelector,
      'Nodes that come into question at all.',
    ),
    preferredDuringSchedulingIgnoredDuringExecution: list(
      2,
      PreferredSchedulingTerm,
      'Nodes that are better, with weights.',
    ).atomic(),
  },
)
export interface NodeAffinity extends TypeOf<typeof NodeAffinity> {}

export const PodAffinityTerm = struct(
  'io.k8s.api.core.v1.PodAffinityTerm',
  'Pods, and how near is near.',
  {
    labelSelector: ref(1, LabelSelector, 'Labels of those pods.'),
    namespaces: list(2, string, "Namespaces in which they are; the pod's own if empty.").atomic(),
    topologyKey: string(3, 'Label of nodes: equal values are the same place.').required(),
    namespaceSelector: ref(4, LabelSelector, 'Labels of the namespaces in which they are.'),
    matchLabelKeys: list(
      5,
      string,
      "Labels of which the pod's own values must be theirs too.",
    ).atomic(),
    mismatchLabelKeys: list(
      6,
      string,
      "Labels of which the pod's own values must not be theirs.",
    ).atomic(),
  },
)
export interface PodAffinityTerm extends TypeOf<typeof PodAffinityTerm> {}

export const WeightedPodAffinityTerm = struct(
  'io.k8s.api.core.v1.WeightedPodAffinityTerm',
  'Places that are better or worse.',
  {
    weight: int32(1, 'How much, 1 to 100.').required(),
    podAffinityTerm: ref(2, PodAffinityTerm, 'The places.').required().written(),
  },
)
export interface WeightedPodAffinityTerm extends TypeOf<typeof WeightedPodAffinityTerm> {}

export const PodAffinity = struct(
  'io.k8s.api.core.v1.PodAffinity',
  'Pods near which a pod wants to be.',
  {
    requiredDuringSchedulingIgnoredDuringExecution: list(
      1,
      PodAffinityTerm,
      'Places that come into question at all.',
    ).atomic(),
    preferredDuringSchedulingIgnoredDuringExecution: list(
      2,
      WeightedPodAffinityTerm,
      'Places that are better, with weights.',
    ).atomic(),
  },
)
export interface PodAffinity extends TypeOf<typeof PodAffinity> {}

export const PodAntiAffinity = struct(
  'io.k8s.api.core.v1.PodAntiAffinity',
  'Pods from which a pod keeps away.',
  {
    requiredDuringSchedulingIgnoredDuringExecution: list(
      1,
      PodAffinityTerm,
      'Places that do not come into question.',
    ).atomic(),
    preferredDuringSchedulingIgnoredDuringExecution: list(
      2,
      WeightedPodAffinityTerm,
      'Places that are worse, with weights.',
    ).atomic(),
  },
)
export interface PodAntiAffinity extends TypeOf<typeof PodAntiAffinity> {}

export const Affinity = struct(
  'io.k8s.api.core.v1.Affinity',
  'Rules that draw a pod to nodes, or away from them.',
  {
    nodeAffinity: ref(1, NodeAffinity, 'Rules about the labels of nodes.'),
    podAffinity: ref(2, PodAffinity, 'Pods near which this one wants to be.'),
    podAntiAffinity: ref(3, PodAntiAffinity, 'Pods from which this one keeps away.'),
  },
)
export interface Affinity extends TypeOf<typeof Affinity> {}

export const Toleration = struct(
  'io.k8s.api.core.v1.Toleration',
  'Taints that do not keep a pod away.',
  {
    key: string(1, 'Name of the taints; all if empty.'),
    operator: string(2, '`Equal` (default), or `Exists`: any value.').named(
      'v1.TolerationOperator',
    ),
    value: string(3, 'Value of the taints.'),
    effect: string(4, 'Effect of the taints; all if empty.').named('v1.TaintEffect'),
    tolerationSeconds: int64(
      5,
      'How long a `NoExecute` taint is tolerated; for ever if absent.',
    ).nullable(),
  },
)
export interface Toleration extends TypeOf<typeof Toleration> {}

export const TopologySpreadConstraint = struct(
  'io.k8s.api.core.v1.TopologySpreadConstraint',
  'How pods of a kind are spread over places.',
  {
    maxSkew: int32(
      1,
      'How many more pods the fullest place may have than the emptiest.',
    ).required(),
    topologyKey: string(2, 'Label of nodes: equal values are the same place.').required(),
    whenUnsatisfiable: string(3, '`DoNotSchedule`, or `ScheduleAnyway`: as good as possible.')
      .named('v1.UnsatisfiableConstraintAction')
      .required(),
    labelSelector: ref(4, LabelSelector, 'Labels of the pods that are meant.'),
    minDomains: int32(5, 'How many places there must be at least.').nullable(),
    nodeAffinityPolicy: string(
      6,
      'Whether nodes that the pod cannot use count: `Honor` or `Ignore`.',
    )
      .named('v1.NodeInclusionPolicy')
      .nullable(),
    nodeTaintsPolicy: string(
      7,
      'Whether nodes whose taints it does not tolerate count: `Honor` or `Ignore`.',
    )
      .named('v1.NodeInclusionPolicy')
      .nullable(),
    matchLabelKeys: list(
      8,
      string,
      "Labels of which the pod's own values must be theirs too.",
    ).atomic(),
  },
)
export interface TopologySpreadConstraint extends TypeOf<typeof TopologySpreadConstraint> {}
