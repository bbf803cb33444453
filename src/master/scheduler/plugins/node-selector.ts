import type { DeepReadonly } from '../../../base/index.ts'
import type { NodeSelector, NodeSelectorRequirement, NodeSelectorTerm } from '../../../api/index.ts'
import type { NodeView } from '../framework/types.ts'

/** A term matches when all its expressions do; a term without any matches nothing. */
export function matchesTerm(term: DeepReadonly<NodeSelectorTerm>, node: NodeView): boolean {
  const expressions = term.matchExpressions ?? []
  const fields = term.matchFields ?? []
  if (expressions.length + fields.length === 0) return false
  const labels = node.metadata.labels ?? {}
  return (
    expressions.every((requirement) => meets(requirement, labels[requirement.key])) &&
    fields.every((requirement) => meets(requirement, fieldOf(node, requirement.key)))
  )
}

/** A selector matches when one of its terms does. */
export function matchesSelector(selector: DeepReadonly<NodeSelector>, node: NodeView): boolean {
  return selector.nodeSelectorTerms.some((term) => matchesTerm(term, node))
}

function fieldOf(node: NodeView, field: string): string | undefined {
  return field === 'metadata.name' ? node.metadata.name : undefined
}

function meets(
  requirement: DeepReadonly<NodeSelectorRequirement>,
  value: string | undefined,
): boolean {
  const values = requirement.values ?? []
  switch (requirement.operator) {
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
