import {
  CelCompileError,
  type CelType,
  compile,
  optionalOf,
  PER_CALL_LIMIT,
  type Program,
  T,
  typeName,
} from '../cel/index.ts'
import type { ValidationRule } from '../apiextensions/index.ts'
import { celTypeOf, timesMax } from './cel-types.ts'
import { readFieldPath } from './field-path.ts'
import { isEmbedded, itemsOf, type Schema, valuesOf } from './node.ts'

/** A rule that was compiled, or why it could not be. */
export interface CompiledRule {
  readonly rule: ValidationRule
  /** Which field is at fault: `spec.names[a.b]`; undefined: the value itself. */
  readonly fieldPath: string | undefined
  readonly program: Program | undefined
  /** Texts of faults: the rule's own, and of its message. */
  readonly error: string | undefined
  readonly message: Program | undefined
  readonly messageError: string | undefined
  /** Speaks of the value before an update. */
  readonly isTransition: boolean
  /** What all evaluations of one object can cost, by what schemas bound. */
  readonly estimatedCost: number
  /** What one evaluation of the message can cost. */
  readonly estimatedMessageCost: number
}

/** The rules of a schema and of all below it. */
export interface RuleTree {
  readonly schema: Schema
  readonly type: CelType
  readonly rules: readonly CompiledRule[]
  readonly items: RuleTree | undefined
  readonly values: RuleTree | undefined
  readonly properties: ReadonlyMap<string, RuleTree>
}

interface Context {
  readonly isRoot: boolean
  /** How often the node can be there in one object; undefined when nothing above bounds it. */
  readonly times: number | undefined
}

/** Compiles all rules; undefined when there are none. Nothing is thrown: faults are in the tree. */
export function compileRules(
  schema: Schema,
  context: Context = { isRoot: true, times: 1 },
): RuleTree | undefined {
  const type = celTypeOf(schema, { isRoot: context.isRoot })
  if (!type) return undefined
  const times = context.times ?? timesMax(schema)
  const rules = (schema['x-kubernetes-validations'] ?? []).map((rule) =>
    compileRule(rule, { schema, type, times }),
  )
  const below = timesBelow(schema, context.times)
  const inner = (of: Schema | undefined) =>
    of && compileRules(of, { isRoot: isEmbedded(of), times: below })
  const items = inner(itemsOf(schema))
  const values = inner(valuesOf(schema))
  const properties = new Map<string, RuleTree>()
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const tree = inner(property)
    if (tree) properties.set(name, tree)
  }
  if (rules.length === 0 && !items && !values && properties.size === 0) return undefined
  return { schema, type, rules, items, values, properties }
}

// Objects have each property once; lists and maps as often as they are bounded.
function timesBelow(schema: Schema, times: number | undefined): number | undefined {
  const { type, additionalProperties, maxItems, maxProperties } = schema
  const isMap = type === 'object' && additionalProperties !== undefined
  if (!isMap && type !== 'array') return times
  const bound = isMap ? maxProperties : maxItems
  if (times === undefined || bound === undefined) return undefined
  return times * Math.max(0, bound)
}

function compileRule(
  rule: ValidationRule,
  { schema, type, times }: { schema: Schema; type: CelType; times: number },
): CompiledRule {
  const isOptional = rule.optionalOldSelf === true
  const variables = { self: type, oldSelf: isOptional ? optionalOf(type) : type }
  if ((rule.rule ?? '').trim() === '') return { ...EMPTY, rule }
  const main = tryCompile(rule.rule, variables, 'compilation failed')
  const isBool = main.program?.type.kind === 'bool'
  if (!main.program || !isBool) {
    return { ...EMPTY, rule, error: main.error ?? 'cel expression must evaluate to a bool' }
  }
  const isTransition = main.program.mentions.has('oldSelf')
  const estimatedCost = main.program.estimateCost() * times
  const read = rule.fieldPath ? readFieldPath(rule.fieldPath, schema) : undefined
  const fieldPath = read && 'path' in read ? read.path : undefined
  const { program: rightful } = main
  const found = { ...EMPTY, rule, fieldPath, program: rightful, isTransition, estimatedCost }
  if (!rule.messageExpression) return found
  const message = tryCompile(
    rule.messageExpression,
    variables,
    'messageExpression compilation failed',
  )
  if (message.program?.type.kind !== 'string') {
    const messageError = message.error ?? 'messageExpression must evaluate to a string'
    return { ...found, messageError }
  }
  const { program } = message
  return { ...found, message: program, estimatedMessageCost: program.estimateCost() }
}

const EMPTY: Omit<CompiledRule, 'rule'> = {
  fieldPath: undefined,
  program: undefined,
  error: undefined,
  message: undefined,
  messageError: undefined,
  isTransition: false,
  estimatedCost: 0,
  estimatedMessageCost: 0,
}

function tryCompile(
  source: string,
  variables: Readonly<Record<string, CelType>>,
  failed: string,
): { program: Program | undefined; error: string | undefined } {
  try {
    return { program: compile(source, { variables }), error: undefined }
  } catch (error) {
    if (!(error instanceof CelCompileError)) throw error
    return { program: undefined, error: `${failed}: ${error.message}` }
  }
}

/** What one rule may cost in all evaluations of one object (upstream's static limit). */
export const RULE_COST_MAX = 10_000_000
/** What all rules of one schema may cost. */
export const SCHEMA_COST_MAX = 100_000_000

/** `estimated rule cost exceeds budget by factor of 2.5x (…)` */
export function costError(what: string, cost: number, limit: number): string {
  const factor = cost / limit
  const shown =
    factor > 100
      ? 'more than 100x'
      : factor < 1.5
        ? `${factor.toFixed(6)}x`
        : `${factor.toFixed(1)}x`
  return (
    `${what} exceeds budget by factor of ${shown} (try simplifying the rule, or adding ` +
    'maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)'
  )
}

export { PER_CALL_LIMIT, T, typeName }
