import type { DeepReadonly } from '../../base/index.ts'
import type { LabelSelector } from '../meta/index.ts'
import { matchesRequirements, type LabelOperator, type Requirement } from './requirement.ts'

type ReadSelector = DeepReadonly<LabelSelector>
type Labels = Readonly<Record<string, string>> | undefined

const OPERATORS: Readonly<Record<string, LabelOperator>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
}

/**
 * Whether labels match a selector of an object. No selector matches nothing, an empty one
 * everything (apimachinery `LabelSelectorAsSelector`).
 */
export function matchesLabelSelector(selector: ReadSelector | undefined, labels: Labels): boolean {
  if (selector === undefined) return false
  const { matchLabels, matchExpressions } = selector
  for (const key in matchLabels) if (labels?.[key] !== matchLabels[key]) return false
  if (matchExpressions === undefined || matchExpressions.length === 0) return true
  return matchesRequirements(matchExpressions.map(toRequirement), labels ?? {})
}

/**
 * Whether labels contain every entry of `wanted` (a Service's selector). Empty matches nothing.
 */
export function matchesLabels(wanted: Labels, labels: Labels): boolean {
  const entries = Object.entries(wanted ?? {})
  return entries.length > 0 && entries.every(([key, value]) => labels?.[key] === value)
}

function toRequirement(expression: {
  readonly key: string
  readonly operator: string
  readonly values?: readonly string[]
}): Requirement {
  // An unknown operator matches nothing: validation keeps it out of stored objects.
  const operator = OPERATORS[expression.operator]
  if (operator === undefined) return { key: expression.key, operator: 'in', values: [] }
  return { key: expression.key, operator, values: expression.values ?? [] }
}

/**
 * The selector as text, such as `app=web,tier in (a,b)`; `<none>` for none
 * (`FormatLabelSelector`).
 */
export function describeLabelSelector(selector: ReadSelector | undefined): string {
  if (selector === undefined) return '<none>'
  return formatLabelSelector(selector) || '<none>'
}

/** The selector as text that `parseSelector` reads; empty for an empty one. */
export function formatLabelSelector(selector: ReadSelector | undefined): string {
  const requirements: Requirement[] = [
    ...Object.entries(selector?.matchLabels ?? {}).map(
      ([key, value]): Requirement => ({ key, operator: '=', values: [value] }),
    ),
    ...(selector?.matchExpressions ?? []).map(toRequirement),
  ]
  return formatRequirements(requirements.sort((a, b) => (a.key < b.key ? -1 : 1)))
}

export function formatRequirements(requirements: readonly Requirement[]): string {
  return requirements.map(formatOne).join(',')
}

function formatOne({ key, operator, values }: Requirement): string {
  switch (operator) {
    case 'exists':
      return key
    case '!':
      return `!${key}`
    case 'in':
    case 'notin':
      return `${key} ${operator} (${[...values].sort().join(',')})`
    default:
      return `${key}${operator}${values[0] ?? ''}`
  }
}
