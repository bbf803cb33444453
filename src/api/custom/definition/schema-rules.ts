import { ValidationRule } from '../../apiextensions/index.ts'
import type { FieldError } from '../../schema/index.ts'
import {
  type CompiledRule,
  costError,
  readFieldPath,
  RULE_COST_MAX,
  type RuleTree,
  type Schema,
  SCHEMA_COST_MAX,
} from '../../structural/index.ts'
import { forbidden, goText, invalid, notSupported, required } from '../../validation/index.ts'
import type { RuleCost, SchemaCheck, SchemaPlace } from './schema-place.ts'
import { unreadable } from './schema-walk.ts'

const REASONS = [
  'FieldValueDuplicate',
  'FieldValueForbidden',
  'FieldValueInvalid',
  'FieldValueRequired',
]
const LINE_BREAK = /[\n\r]/

/** What is wrong with the rules of one schema before they are read as CEL. */
export function checkRuleTexts(schema: Schema, path: string): FieldError[] {
  const rules = schema['x-kubernetes-validations'] ?? []
  return rules.flatMap((rule, i) =>
    checkText(rule, schema, `${path}.x-kubernetes-validations[${i}]`),
  )
}

function checkText(rule: ValidationRule, schema: Schema, path: string): FieldError[] {
  const errors: FieldError[] = []
  const { message = '', messageExpression = '', reason, fieldPath = '' } = rule
  const text = (rule.rule ?? '').trim()
  const said = message.trim()
  if (text === '') errors.push(required(`${path}.rule`, 'rule is not specified'))
  else if (message !== '' && said === '') {
    errors.push(invalid(`${path}.message`, message, 'message must be non-empty if specified'))
  } else if (LINE_BREAK.test(said)) {
    errors.push(invalid(`${path}.message`, message, 'message must not contain line breaks'))
  } else if (LINE_BREAK.test(text) && said === '') {
    const why = 'message must be specified if rule contains line breaks'
    errors.push(required(`${path}.message`, why))
  }
  if (messageExpression !== '' && messageExpression.trim() === '') {
    const why = 'messageExpression must be non-empty if specified'
    errors.push(required(`${path}.messageExpression`, why))
  }
  if (reason !== undefined && !REASONS.includes(reason)) {
    errors.push(notSupported(`${path}.reason`, reason, REASONS))
  }
  if (fieldPath === '') return errors
  const fault = (why: string) => errors.push(invalid(`${path}.fieldPath`, fieldPath, why))
  if (fieldPath.trim() === '') fault('fieldPath must be non-empty if specified')
  if (LINE_BREAK.test(fieldPath)) fault('fieldPath must not contain line breaks')
  const isRead = unreadable(schema) === undefined
  if (isRead && 'fault' in readFieldPath(fieldPath, schema)) fault('fieldPath must be a valid path')
  return errors
}

/** What is wrong with the expressions of one schema's rules. */
export function checkRules(tree: RuleTree, place: SchemaPlace, check: SchemaCheck): FieldError[] {
  return tree.rules.flatMap((rule, i) => {
    const path = `${place.path}.x-kubernetes-validations[${i}]`
    return checkMeaning(rule, { ...place, path }, check)
  })
}

function checkMeaning(
  compiled: CompiledRule,
  place: SchemaPlace,
  check: SchemaCheck,
): FieldError[] {
  const { rule, error, messageError } = compiled
  const { path, uncorrelated } = place
  const errors: FieldError[] = []
  const weigh = (name: 'rule' | 'messageExpression', cost: number, what: string) => {
    if (!check.ignoresCost && cost > RULE_COST_MAX) {
      errors.push(forbidden(`${path}.${name}`, costError(what, cost, RULE_COST_MAX)))
    }
    check.costs.push({ path: `${path}.${name}`, cost })
  }
  weigh('rule', compiled.estimatedCost, 'estimated rule cost')
  const shown = goText(ValidationRule, rule)
  if (error !== undefined) errors.push(invalid(`${path}.rule`, shown, error))
  if (messageError !== undefined) {
    errors.push(invalid(`${path}.messageExpression`, shown, messageError))
  } else if (compiled.message) {
    weigh('messageExpression', compiled.estimatedMessageCost, 'estimated messageExpression cost')
  }
  if (compiled.isTransition && uncorrelated !== undefined) {
    const why = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelated}`
    errors.push(invalid(`${path}.rule`, rule.rule, why))
  }
  if (!compiled.isTransition && rule.optionalOldSelf !== undefined) {
    const why = 'may not be set if oldSelf is not used in rule'
    errors.push(invalid(`${path}.optionalOldSelf`, rule.optionalOldSelf, why))
  }
  return errors
}

/** How many of the dearest rules are told when all together are too dear. */
const DEAREST = 4

/** Whether all rules of a schema together may cost too much, and which ones are to blame. */
export function totalCostErrors(costs: readonly RuleCost[], path: string): FieldError[] {
  const total = costs.reduce((sum, { cost }) => sum + cost, 0)
  if (total <= SCHEMA_COST_MAX) return []
  const dear = costs.filter(({ cost }) => cost >= SCHEMA_COST_MAX / 100)
  const dearest = dear.sort((a, b) => b.cost - a.cost).slice(0, DEAREST)
  const contributed =
    'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema'
  const what = 'x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema'
  return [
    ...dearest.map((one) => forbidden(one.path, contributed)),
    forbidden(path, costError(what, total, SCHEMA_COST_MAX)),
  ]
}
