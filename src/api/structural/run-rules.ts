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
import { correlate, Ratchet } from './ratchet.ts'
import { child, isObject } from './values.ts'

interface Node {
  readonly path: string
  readonly value: unknown
  /** The same part of the stored object; undefined when there is none or it cannot be told. */
  readonly old: unknown
  readonly ratchet: Ratchet
}

interface Run {
  budget: number
  readonly errors: FieldError[]
}

/**
 * Runs the rules of an object against it, and against what it was. Rules of a part that did not
 * change are not told when they fail (KEP-4008), unless `ratchets` is false; all together cost no
 * more than a request may.
 */
export function validateRules(
  tree: RuleTree,
  value: unknown,
  options: { old?: unknown; path?: string; budget?: number; ratchets?: boolean } = {},
): FieldError[] {
  const { old, path = '', ratchets = true } = options
  const run: Run = { budget: options.budget ?? REQUEST_BUDGET, errors: [] }
  const isUpdate = ratchets && old !== undefined
  const ratchet = isUpdate ? Ratchet.of(tree.schema, value, old) : Ratchet.none
  visit(tree, { path, value, old, ratchet }, run)
  return run.errors
}

function visit(tree: RuleTree, node: Node, run: Run): void {
  const { value, old, path, ratchet } = node
  if (run.budget < 0 || value === null || value === undefined) return
  if (tree.rules.length > 0 && run.budget === 0) {
    run.budget = -1
    run.errors.push(invalid(path === '' ? NO_PATH : path, typeText(tree), SPENT))
    return
  }
  for (const rule of tree.rules) {
    runRule(rule, tree, { node, run })
    if (run.budget < 0) return
  }
  if (Array.isArray(value)) {
    const { items } = tree
    if (!items) return
    const before = Array.isArray(old) ? correlate(tree.schema, value, old) : []
    for (const [i, item] of value.entries()) {
      const below = { path: `${path}[${i}]`, value: item, old: before[i] }
      visit(items, { ...below, ratchet: ratchet.index(i) }, run)
    }
    return
  }
  if (!isObject(value)) return
  for (const name of Object.keys(value).sort()) {
    const isNamed = Object.hasOwn(tree.schema.properties ?? {}, name)
    const below = isNamed ? tree.properties.get(name) : tree.values
    if (!below) continue
    const before = isObject(old) && Object.hasOwn(old, name) ? old[name] : undefined
    const at = isNamed ? child(path, name) : `${path}[${name}]`
    const inner = { path: at, value: value[name], old: before ?? undefined }
    visit(below, { ...inner, ratchet: ratchet.key(name) }, run)
  }
}

const SPENT =
  'validation failed due to running out of cost budget, no further validation rules will be run'

/** What errors call a value: its schema's type. */
function typeText({ schema }: RuleTree): string {
  return schema.type ?? ''
}

function runRule(compiled: CompiledRule, tree: RuleTree, at: { node: Node; run: Run }): void {
  const { rule, program } = compiled
  const { node, run } = at
  const field = node.path === '' ? NO_PATH : node.path
  if (compiled.error !== undefined) {
    run.errors.push(invalid(field, typeText(tree), `rule compile error: ${compiled.error}`))
    return
  }
  const isOptional = rule.optionalOldSelf === true
  if (!program || (compiled.isTransition && node.old === undefined && !isOptional)) return
  try {
    const costLimit = Math.min(PER_CALL_LIMIT, run.budget)
    const variables = variablesOf(node, tree.type, isOptional)
    const { value, cost } = program.evaluate(variables, { costLimit })
    run.budget -= cost
    if (value === true) return
    const fault = failure(compiled, { node, run, field, tree })
    if (compiled.isTransition || !node.ratchet.holds()) run.errors.push(fault)
  } catch (error) {
    if (!(error instanceof CelError)) throw error
    run.errors.push(evaluationFault(error, compiled, { field, typeText: typeText(tree), run }))
  }
}

function variablesOf(node: Node, type: CelType, isOptional: boolean) {
  const old = node.old === undefined ? undefined : fromJson(node.old, type)
  return {
    self: fromJson(node.value, type),
    ...(isOptional ? { oldSelf: Optional.of(old) } : old !== undefined && { oldSelf: old }),
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
      ? SPENT
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
  at: { node: Node; run: Run; field: string; tree: RuleTree },
): FieldError {
  const { rule } = compiled
  const detail =
    messageOf(compiled, at) ??
    (rule.message ? rule.message.trim() : `failed rule: ${rule.rule.trim()}`)
  const below = compiled.fieldPath
  const field = below === undefined ? at.field : child(at.node.path, below)
  switch (rule.reason) {
    case 'FieldValueForbidden':
      return forbidden(field, detail)
    case 'FieldValueRequired':
      return required(field, detail)
    case 'FieldValueDuplicate':
      return duplicate(field, typeText(at.tree))
    default:
      return invalid(field, typeText(at.tree), detail)
  }
}

/** Longest message that an expression may make, in bytes. */
const MESSAGE_BYTES_MAX = 5 * 1024

function messageOf(
  { message }: CompiledRule,
  at: { node: Node; run: Run; tree: RuleTree },
): string | undefined {
  if (!message) return undefined
  // Upstream compiles a message with an optional `oldSelf`, and runs it with a plain one.
  const variables = variablesOf(at.node, at.tree.type, false)
  try {
    const costLimit = Math.min(PER_CALL_LIMIT, at.run.budget)
    const { value, cost } = message.evaluate(variables, { costLimit })
    at.run.budget -= cost
    if (typeof value !== 'string') return undefined
    const text = value.trim()
    if (text === '' || text.includes('\n') || Buffer.byteLength(text) > MESSAGE_BYTES_MAX) {
      return undefined
    }
    return text
  } catch (error) {
    if (!(error instanceof CelError)) throw error
    return undefined
  }
}
