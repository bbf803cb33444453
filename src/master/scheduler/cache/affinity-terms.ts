import type { DeepReadonly } from '../../../base/index.ts'
import {
  type LabelSelector,
  matchesLabelSelector,
  type PodAffinityTerm,
  type WeightedPodAffinityTerm,
} from '../../../api/index.ts'
import type { PodView } from '../framework/types.ts'

type Selector = DeepReadonly<LabelSelector>
type NamespaceLabels = (name: string) => Readonly<Record<string, string>>

/** A term of pod affinity or anti-affinity, ready to be matched. */
export interface AffinityTerm {
  readonly topologyKey: string
  readonly namespaces: ReadonlySet<string>
  readonly namespaceSelector: Selector | undefined
  /** With what `matchLabelKeys` and `mismatchLabelKeys` add (KEP-3633). */
  readonly selector: Selector | undefined
  /** 1 to 100; 0 for a required term. */
  readonly weight: number
}

/** All terms of a pod. */
export interface PodAffinityTerms {
  readonly required: readonly AffinityTerm[]
  readonly requiredAnti: readonly AffinityTerm[]
  readonly preferred: readonly AffinityTerm[]
  readonly preferredAnti: readonly AffinityTerm[]
}

const NONE: PodAffinityTerms = { required: [], requiredAnti: [], preferred: [], preferredAnti: [] }
/** Pods do not change: an update comes as another object. */
const known = new WeakMap<PodView, PodAffinityTerms>()

/** The terms of a pod, worked out once. */
export function affinityTermsOf(pod: PodView): PodAffinityTerms {
  const affinity = pod.spec.affinity
  if (!affinity?.podAffinity && !affinity?.podAntiAffinity) return NONE
  let terms = known.get(pod)
  if (!terms) {
    const { podAffinity: near, podAntiAffinity: far } = affinity
    const required = (list: readonly DeepReadonly<PodAffinityTerm>[] | undefined) =>
      (list ?? []).map((term) => termOf(pod, term, 0))
    const preferred = (list: readonly DeepReadonly<WeightedPodAffinityTerm>[] | undefined) =>
      (list ?? []).map(({ weight, podAffinityTerm }) => termOf(pod, podAffinityTerm, weight))
    terms = {
      required: required(near?.requiredDuringSchedulingIgnoredDuringExecution),
      requiredAnti: required(far?.requiredDuringSchedulingIgnoredDuringExecution),
      preferred: preferred(near?.preferredDuringSchedulingIgnoredDuringExecution),
      preferredAnti: preferred(far?.preferredDuringSchedulingIgnoredDuringExecution),
    }
    known.set(pod, terms)
  }
  return terms
}

/** Whether the term means this pod. */
export function meansPod(term: AffinityTerm, pod: PodView, labelsOf: NamespaceLabels): boolean {
  const { namespace, labels } = pod.metadata
  const inNamespace =
    term.namespaces.has(namespace) ||
    (term.namespaceSelector !== undefined &&
      matchesLabelSelector(term.namespaceSelector, labelsOf(namespace)))
  return inNamespace && matchesLabelSelector(term.selector, labels)
}

/**
 * The selector narrowed to pods that have (or, for `differing`, have not) the owner's own values
 * of these labels. Labels that the owner does not have are left out.
 */
export function narrowSelector(
  selector: Selector | undefined,
  owner: PodView,
  keys: { readonly same?: readonly string[]; readonly differing?: readonly string[] },
): Selector | undefined {
  const { same = [], differing = [] } = keys
  if (!selector || same.length + differing.length === 0) return selector
  const labels = owner.metadata.labels ?? {}
  const requirements = (list: readonly string[], operator: string) =>
    list.flatMap((key) => {
      const value = labels[key]
      return value === undefined ? [] : [{ key, operator, values: [value] }]
    })
  return {
    ...selector,
    matchExpressions: [
      ...(selector.matchExpressions ?? []),
      ...requirements(same, 'In'),
      ...requirements(differing, 'NotIn'),
    ],
  }
}

function termOf(pod: PodView, term: DeepReadonly<PodAffinityTerm>, weight: number): AffinityTerm {
  const named = term.namespaces ?? []
  const isOwn = named.length === 0 && term.namespaceSelector === undefined
  return {
    topologyKey: term.topologyKey,
    namespaces: new Set(isOwn ? [pod.metadata.namespace] : named),
    namespaceSelector: term.namespaceSelector,
    selector: narrowSelector(term.labelSelector, pod, {
      same: term.matchLabelKeys ?? [],
      differing: term.mismatchLabelKeys ?? [],
    }),
    weight,
  }
}
