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
import { celTypeOf } from './cel-types.ts'
import { isEmbedded, itemsOf, type Schema, valuesOf } from './node.ts'

/** A rule that was compiled, or why it could not be. */
export interface CompiledRule {
  readonly rule: ValidationRule
  readonly program: Program | undefined
  /** Texts of faults: the rule's own, and of its message. */
  readonly error: string | undefined
  readonly message: Program | undefined
  readonly messageError: string | undefined
  /** Speaks of the value before an update. */
  readonly isTransition: boolean
  /** What all evaluations of one object can cost, by what schemas bound. */
  readonly estimatedCost: number
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
  /** How often the node can be there in one object. */
  readonly times: number
}

/** Compiles all rules; undefined when there are none. Nothing is thrown: faults are in the tree. */
export function compileRules(
  schema: Schema,
  context: Context = { isRoot: true, times: 1 },
): RuleTree | undefined {
  const type = celTypeOf(schema, { isRoot: context.isRoot })
  if (!type) return undefined
  const rules = (schema['x-kubernetes-validations'] ?? []).map((rule) =>
    compileRule(rule, type, context.times),
  )
  const inner = (of: Schema | undefined, times: number) =>
    of && compileRules(of, { isRoot: isEmbedded(of), times })
  const size = 'maxSize' in type && type.maxSize !== undefined ? type.maxSize : 1
  const items = inner(itemsOf(schema), context.times * size)
  const values = inner(valuesOf(schema), context.times * size)
  const properties = new Map<string, RuleTree>()
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    // Metadata has its own rules of validation.
    if (context.isRoot && name === 'metadata') continue
    const tree = inner(property, context.times)
    if (tree) properties.set(name, tree)
  }
  if (rules.length === 0 && !items && !values && properties.size === 0) return undefined
  return { schema, type, rules, items, values, properties }
}

function compileRule(rule: ValidationRule, type: CelType, times: number): CompiledRule {
  const isOptional = rule.optionalOldSelf === true
  const variables = { self: type, oldSelf: isOptional ? optionalOf(type) : type }
  const main = tryCompile(rule.rule, variables)
  const kind = main.program?.type.kind
  const wrongType =
    kind !== undefined && kind !== 'bool' ? 'cel expression must evaluate to a bool' : undefined
  const isTransition = main.program?.mentions.has('oldSelf') === true
  const message = rule.messageExpression
    ? tryCompile(rule.messageExpression, isTransition ? variables : { self: type })
    : undefined
  const wrongMessage =
    message?.program && message.program.type.kind !== 'string'
      ? 'messageExpression must evaluate to a string'
      : undefined
  return {
    rule,
    program: main.program,
    error: main.error ?? wrongType,
    message: wrongMessage ? undefined : message?.program,
    messageError: message?.error ?? wrongMessage,
    isTransition,
    estimatedCost: (main.program?.estimatedCost ?? 0) * times,
    estimatedMessageCost: (message?.program?.estimatedCost ?? 0) * times,
  }
}

function tryCompile(
  source: string,
  variables: Readonly<Record<string, CelType>>,
): { program: Program | undefined; error: string | undefined } {
  try {
    return { program: compile(source, { variables }), error: undefined }
  } catch (error) {
    if (!(error instanceof CelCompileError)) throw error
    return { program: undefined, error: `compilation failed: ${error.message}` }
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
