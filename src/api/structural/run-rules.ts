import {
  type CelType,
  CelCostError,
  CelError,
  fromJson,
  Optional,
  REQUEST_BUDGET,
} from '../cel/index.ts'
import type { FieldError } from '../schema/index.ts'
import { duplicate, forbidden, invalid, required } from '../validation/index.ts'
import { type CompiledRule, PER_CALL_LIMIT, type RuleTree } from './rules.ts'
import { NO_PATH } from './validate.ts'
import { correlate } from './validate.ts'
import { child, isObject, sameJson } from './values.ts'

interface Node {
  readonly path: string
  readonly value: unknown
  /** The same part of the stored object; undefined when there is none or it cannot be told. */
  readonly old: unknown
}

interface Run {
  budget: number
  readonly errors: FieldError[]
}

/**
 * Runs the rules of an object against it, and against what it was. Rules of a part that did not
 * change are not told when they fail (KEP-4008); all together cost no more than a request may.
 */
export function validateRules(
  tree: RuleTree,
  value: unknown,
  options: { old?: unknown; path?: string; budget?: number } = {},
): FieldError[] {
  const run: Run = { budget: options.budget ?? REQUEST_BUDGET, errors: [] }
  visit(tree, { path: options.path ?? '', value, old: options.old }, run)
  return run.errors
}

function visit(tree: RuleTree, node: Node, run: Run): void {
  const { value, old, path } = node
  if (run.budget < 0 || value === null || value === undefined) return
  for (const rule of tree.rules) {
    runRule(rule, tree.type, { node, run })
    if (run.budget < 0) return
  }
  if (Array.isArray(value)) {
    const { items } = tree
    if (!items) return
    const before = Array.isArray(old) ? correlate(tree.schema, value, old) : []
    for (const [i, item] of value.entries()) {
      visit(items, { path: `${path}[${i}]`, value: item, old: before[i] }, run)
    }
    return
  }
  if (!isObject(value)) return
  for (const name of Object.keys(value).sort()) {
    const below = tree.properties.get(name) ?? tree.values
    if (!below) continue
    const before = isObject(old) && Object.hasOwn(old, name) ? old[name] : undefined
    visit(below, { path: child(path, name), value: value[name], old: before }, run)
  }
}

function runRule(compiled: CompiledRule, type: CelType, at: { node: Node; run: Run }): void {
  const { rule, program } = compiled
  const { node, run } = at
  const field = node.path === '' ? NO_PATH : node.path
  const typeText = tree(type)
  if (!program || compiled.error !== undefined) {
    const text = `rule compile error: ${compiled.error ?? ''}`
    run.errors.push(invalid(field, typeText, text))
    return
  }
  const isOptional = rule.optionalOldSelf === true
  if (compiled.isTransition && node.old === undefined && !isOptional) return
  const ratchets =
    !compiled.isTransition && node.old !== undefined && sameJson(node.value, node.old)
  const variables = variablesOf(node, type, isOptional)
  try {
    const costLimit = Math.min(PER_CALL_LIMIT, run.budget)
    const { value, cost } = program.evaluate(variables, { costLimit })
    run.budget -= cost
    if (value === true || ratchets) return
    run.errors.push(failure(compiled, { node, run, field, type }))
  } catch (error) {
    if (!(error instanceof CelError)) throw error
    if (!ratchets) run.errors.push(evaluationFault(error, compiled, { field, typeText, run }))
  }
}

function variablesOf(node: Node, type: CelType, isOptional: boolean) {
  const old = node.old === undefined ? undefined : fromJson(node.old, type)
  return {
    self: fromJson(node.value, type),
    ...(isOptional ? { oldSelf: Optional.of(old) } : old !== undefined && { oldSelf: old }),
  }
}

/** What errors call a value: its schema's type. */
function tree(type: CelType): string {
  switch (type.kind) {
    case 'list':
      return 'array'
    case 'map':
    case 'object':
      return 'object'
    case 'int':
      return 'integer'
    case 'double':
      return 'number'
    case 'bool':
      return 'boolean'
    case 'dyn':
      return ''
    default:
      return 'string'
  }
}

function evaluationFault(
  error: CelError,
  { rule }: CompiledRule,
  of: { field: string; typeText: string; run: Run },
): FieldError {
  const { field, typeText, run } = of
  const name = (rule.message || rule.rule).trim()
  if (error instanceof CelCostError) {
    const spent = run.budget <= PER_CALL_LIMIT
    run.budget = -1
    const why = spent
      ? 'validation failed due to running out of cost budget, no further validation rules will be run'
      : `'${error.message}': no further validation rules will be run due to call cost exceeds ` +
        `limit for rule: ${name}`
    return invalid(field, typeText, why)
  }
  if (error.message.startsWith('no such overload')) {
    const why =
      `'${error.message}': call arguments did not match a supported operator, function or macro ` +
      `signature for rule: ${name}`
    return invalid(field, typeText, why)
  }
  return invalid(field, typeText, `${error.message} evaluating rule: ${name}`)
}

function failure(
  compiled: CompiledRule,
  at: { node: Node; run: Run; field: string; type: CelType },
): FieldError {
  const { rule } = compiled
  const detail =
    messageOf(compiled, at) ??
    (rule.message ? rule.message.trim() : `failed rule: ${rule.rule.trim()}`)
  const below = (rule.fieldPath ?? '').replace(/^\./, '')
  const isIndex = below.startsWith('[')
  const field =
    below === ''
      ? at.field
      : isIndex
        ? at.node.path + unquote(below)
        : child(at.node.path, unquote(below))
  switch (rule.reason) {
    case 'FieldValueForbidden':
      return forbidden(field, detail)
    case 'FieldValueRequired':
      return required(field, detail)
    case 'FieldValueDuplicate':
      return duplicate(field, tree(at.type))
    default:
      return invalid(field, tree(at.type), detail)
  }
}

// `.spec['a-b']` is told as `spec[a-b]`.
function unquote(path: string): string {
  return path.replace(
    /\['((?:[^'\\]|\\.)*)'\]/g,
    (_, name: string) => `[${name.replace(/\\(.)/g, '$1')}]`,
  )
}

/** Longest message that an expression may make, in bytes. */
const MESSAGE_BYTES_MAX = 5 * 1024

function messageOf(
  { message, rule }: CompiledRule,
  at: { node: Node; run: Run; type: CelType },
): string | undefined {
  if (!message) return undefined
  const variables = variablesOf(at.node, at.type, rule.optionalOldSelf === true)
  try {
    const costLimit = Math.min(PER_CALL_LIMIT, at.run.budget)
    const { value, cost } = message.evaluate(variables, { costLimit })
    at.run.budget -= cost
    if (typeof value !== 'string') return undefined
    const text = value.trim()
    if (text === '' || text.includes('\n') || Buffer.byteLength(value) > MESSAGE_BYTES_MAX) {
      return undefined
    }
    return text
  } catch (error) {
    if (!(error instanceof CelError)) throw error
    return undefined
  }
}
