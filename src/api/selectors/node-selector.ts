import type { DeepReadonly } from '../../base/index.ts'
import type {
  Node,
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodSpec,
  Taint,
  Toleration,
} from '../core/index.ts'

type ReadNode = DeepReadonly<Node>

/** Whether the node has all labels of `nodeSelector` and meets the required affinity. */
export function fitsNode(spec: DeepReadonly<PodSpec>, node: ReadNode): boolean {
  const labels = node.metadata.labels ?? {}
  for (const [key, value] of Object.entries(spec.nodeSelector ?? {})) {
    if (labels[key] !== value) return false
  }
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  return !required || matchesNodeSelector(required, node)
}

/** One of the terms must hold. */
export function matchesNodeSelector(selector: DeepReadonly<NodeSelector>, node: ReadNode): boolean {
  return selector.nodeSelectorTerms.some((term) => matchesNodeTerm(term, node))
}

/** All requirements of a term must hold; a term without any holds nowhere. */
export function matchesNodeTerm(term: DeepReadonly<NodeSelectorTerm>, node: ReadNode): boolean {
  const { matchExpressions = [], matchFields = [] } = term
  if (matchExpressions.length + matchFields.length === 0) return false
  const labels = node.metadata.labels ?? {}
  return (
    matchExpressions.every((requirement) => meets(requirement, labels[requirement.key])) &&
    matchFields.every((requirement) => meets(requirement, fieldOf(node, requirement.key)))
  )
}

function fieldOf({ metadata }: ReadNode, field: string): string | undefined {
  return field === 'metadata.name' ? metadata.name : undefined
}

function meets(
  { operator, values = [] }: DeepReadonly<NodeSelectorRequirement>,
  value: string | undefined,
): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    case 'Gt':
      return isInteger(value) && isInteger(values[0]) && BigInt(value) > BigInt(values[0])
    case 'Lt':
      return isInteger(value) && isInteger(values[0]) && BigInt(value) < BigInt(values[0])
    default:
      return false
  }
}

function isInteger(text: string | undefined): text is string {
  return text !== undefined && /^[+-]?\d+$/.test(text)
}

/**
 * Whether a toleration covers a taint: same effect (or any), same key (or any, with `Exists`), and
 * the same value unless the operator is `Exists`.
 */
export function tolerates(
  { key, operator, effect, value }: DeepReadonly<Toleration>,
  taint: Pick<DeepReadonly<Taint>, 'key' | 'value' | 'effect'>,
): boolean {
  if (effect && effect !== taint.effect) return false
  if (key && key !== taint.key) return false
  if (operator === 'Exists') return true
  return Boolean(key) && (value ?? '') === (taint.value ?? '')
}

export function isTolerated(
  taint: Pick<DeepReadonly<Taint>, 'key' | 'value' | 'effect'>,
  tolerations: readonly DeepReadonly<Toleration>[] | undefined,
): boolean {
  return (tolerations ?? []).some((toleration) => tolerates(toleration, taint))
}

/** The taints with one of these effects that no toleration covers. */
export function untoleratedTaints(
  taints: readonly DeepReadonly<Taint>[] | undefined,
  tolerations: readonly DeepReadonly<Toleration>[] | undefined,
  effects: readonly string[],
): DeepReadonly<Taint>[] {
  return (taints ?? []).filter(
    (taint) => effects.includes(taint.effect) && !isTolerated(taint, tolerations),
  )
}
