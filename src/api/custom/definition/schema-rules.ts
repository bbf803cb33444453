import type { FieldError } from '../../schema/index.ts'
import {
  type CompiledRule,
  costError,
  itemsOf,
  RULE_COST_MAX,
  type RuleTree,
  SCHEMA_COST_MAX,
} from '../../structural/index.ts'
import { forbidden, invalid, notSupported, required } from '../../validation/index.ts'
import { parseJsonPath } from '../json-path.ts'

const REASONS = [
  'FieldValueDuplicate',
  'FieldValueForbidden',
  'FieldValueInvalid',
  'FieldValueRequired',
]

/** What may be wrong with the rules of a schema. `known` rules were stored before: no costs. */
export function validateSchemaRules(
  tree: RuleTree | undefined,
  path: string,
  known: ReadonlySet<string>,
): FieldError[] {
  if (!tree) return []
  const visit: Visit = { known, errors: [], costs: [], isSyntaxOnly: true }
  walk(tree, { path, uncorrelated: undefined }, visit)
  // What a rule lacks is told before what it says.
  if (visit.errors.length > 0) return visit.errors
  const full: Visit = { ...visit, isSyntaxOnly: false }
  walk(tree, { path, uncorrelated: undefined }, full)
  return [...full.errors, ...totalErrors(full.costs, path)]
}

interface Visit {
  readonly known: ReadonlySet<string>
  readonly errors: FieldError[]
  readonly costs: { readonly path: string; readonly cost: number }[]
  readonly isSyntaxOnly: boolean
}

interface Place {
  readonly path: string
  /** Path of the list whose items have no identity; rules below cannot speak of before. */
  readonly uncorrelated: string | undefined
}

function walk(tree: RuleTree, place: Place, visit: Visit): void {
  const { path } = place
  for (const [i, rule] of tree.rules.entries()) {
    const at = `${path}.x-kubernetes-validations[${i}]`
    if (visit.isSyntaxOnly) visit.errors.push(...checkText(rule, at, tree))
    else visit.errors.push(...checkMeaning(rule, { ...place, path: at }, visit))
  }
  const listType = tree.schema['x-kubernetes-list-type']
  const uncorrelated =
    place.uncorrelated ?? (itemsOf(tree.schema) && listType !== 'map' ? path : undefined)
  if (tree.items) walk(tree.items, { path: `${path}.items`, uncorrelated }, visit)
  const here = place.uncorrelated
  if (tree.values) {
    walk(tree.values, { path: `${path}.additionalProperties`, uncorrelated: here }, visit)
  }
  for (const [name, property] of [...tree.properties].sort(([a], [b]) => (a < b ? -1 : 1))) {
    walk(property, { path: `${path}.properties[${name}]`, uncorrelated: here }, visit)
  }
}

function checkText({ rule }: CompiledRule, path: string, tree: RuleTree): FieldError[] {
  const errors: FieldError[] = []
  const { message, reason, fieldPath } = rule
  const text = rule.rule ?? ''
  if (text.trim() === '') errors.push(required(`${path}.rule`, 'rule is not specified'))
  if (message !== undefined && message !== '' && message.trim() === '') {
    errors.push(invalid(`${path}.message`, message, 'message must be non-empty if specified'))
  } else if (message?.trim().includes('\n')) {
    errors.push(invalid(`${path}.message`, message, 'message must not contain line breaks'))
  } else if (text.trim().includes('\n') && !message?.trim()) {
    const why = 'message must be specified if rule contains line breaks'
    errors.push(required(`${path}.message`, why))
  }
  if (rule.messageExpression !== undefined && rule.messageExpression.trim() === '') {
    if (rule.messageExpression !== '') {
      const why = 'messageExpression must be non-empty if specified'
      errors.push(required(`${path}.messageExpression`, why))
    }
  }
  if (reason !== undefined && !REASONS.includes(reason)) {
    errors.push(notSupported(`${path}.reason`, reason, REASONS))
  }
  if (fieldPath) {
    const why = fieldPathFault(fieldPath, tree)
    if (why) errors.push(invalid(`${path}.fieldPath`, fieldPath, why))
  }
  return errors
}

function fieldPathFault(text: string, tree: RuleTree): string | undefined {
  if (text.trim() === '') return 'fieldPath must be non-empty if specified'
  if (text.includes('\n')) return 'fieldPath must not contain line breaks'
  const names = parseJsonPath(text)?.names
  if (!names || !/^[.[]/.test(text)) {
    return `fieldPath must be a valid path: expected [ or . but got: ${text}`
  }
  let at: typeof tree.schema | undefined = tree.schema
  for (const name of names) {
    const values: typeof tree.schema | boolean | undefined = at?.additionalProperties
    at = at?.properties?.[name] ?? (typeof values === 'object' ? values : undefined)
    if (!at) return `fieldPath must be a valid path: does not refer to a valid field`
  }
  return undefined
}

function checkMeaning(compiled: CompiledRule, place: Place, visit: Visit): FieldError[] {
  const { rule, error, messageError } = compiled
  const { path, uncorrelated } = place
  const errors: FieldError[] = []
  if (error !== undefined) errors.push(invalid(`${path}.rule`, rule.rule, error))
  if (messageError !== undefined) {
    errors.push(invalid(`${path}.messageExpression`, rule.messageExpression, messageError))
  }
  if (compiled.isTransition && uncorrelated !== undefined) {
    const why = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelated}`
    errors.push(invalid(`${path}.rule`, rule.rule, why))
  }
  if (rule.optionalOldSelf && !compiled.isTransition && error === undefined) {
    const why = 'may not be set if oldSelf is not used in rule'
    errors.push(invalid(`${path}.optionalOldSelf`, true, why))
  }
  if (visit.known.has(rule.rule)) return errors
  const { estimatedCost, estimatedMessageCost } = compiled
  visit.costs.push({ path: `${path}.rule`, cost: estimatedCost + estimatedMessageCost })
  if (estimatedCost > RULE_COST_MAX) {
    const why = costError('estimated rule cost', estimatedCost, RULE_COST_MAX)
    errors.push(forbidden(`${path}.rule`, why))
  }
  if (estimatedMessageCost > RULE_COST_MAX) {
    const why = costError('estimated messageExpression cost', estimatedMessageCost, RULE_COST_MAX)
    errors.push(forbidden(`${path}.messageExpression`, why))
  }
  return errors
}

/** How many of the dearest rules are told when all together are too dear. */
const DEAREST = 4

function totalErrors(costs: Visit['costs'], path: string): FieldError[] {
  const total = costs.reduce((sum, { cost }) => sum + cost, 0)
  if (total <= SCHEMA_COST_MAX) return []
  const dearest = [...costs].sort((a, b) => b.cost - a.cost).slice(0, DEAREST)
  const contributed =
    'contributed to estimated rule & messageExpression cost total exceeding cost limit for ' +
    'entire OpenAPIv3 schema'
  const what =
    'x-kubernetes-validations estimated rule & messageExpression cost total for entire ' +
    'OpenAPIv3 schema'
  return [
    ...dearest.map((one) => forbidden(one.path, contributed)),
    forbidden(path, costError(what, total, SCHEMA_COST_MAX)),
  ]
}
