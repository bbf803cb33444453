import { isObject } from '../structural/index.ts'

type Step =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'slice'; readonly from: number | undefined; readonly to: number | undefined }
  | { readonly kind: 'all' }
  | { readonly kind: 'deep'; readonly name: string }
  | {
      readonly kind: 'filter'
      readonly left: Operand
      readonly operator: string
      readonly right: Operand
    }

type Operand =
  | { readonly kind: 'path'; readonly steps: readonly Step[] }
  | { readonly kind: 'value'; readonly value: unknown }

/** A path into JSON, as kubectl has it: `.status.conditions[?(@.type=="Ready")].status`. */
export interface JsonPath {
  /** All values that it leads to. */
  find(root: unknown): unknown[]
  /** The names on the way, when it is nothing but names. */
  readonly names: readonly string[] | undefined
}

/** Reads a path; undefined when it is none. */
export function parseJsonPath(text: string): JsonPath | undefined {
  const steps = readSteps(text)
  if (!steps) return undefined
  const plain = steps.every((step) => step.kind === 'field')
  return {
    find: (root) => walk(steps, [root]),
    names: plain ? steps.map((step) => (step.kind === 'field' ? step.name : '')) : undefined,
  }
}

const FIELD = /^\.?((?:\\.|[^.[\]\\()\s])+)/
const QUOTED = /^\[\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\s*\]/
const INDEX = /^\[\s*(-?\d+)\s*\]/
const SLICE = /^\[\s*(-?\d*)\s*:\s*(-?\d*)\s*(?::\s*1?\s*)?\]/
const FILTER = /^\[\?\(\s*(.+?)\s*(?:(==|!=|<=|>=|<|>)\s*(.+?)\s*)?\)\]/

function readSteps(text: string): Step[] | undefined {
  const steps: Step[] = []
  let rest = text.replace(/^\{(.*)\}$/s, '$1').replace(/^[$@]/, '')
  while (rest !== '') {
    const read = readStep(rest)
    if (!read) return rest === '.' && steps.length === 0 ? steps : undefined
    steps.push(read.step)
    rest = rest.slice(read.length)
  }
  return steps
}

function readStep(rest: string): { step: Step; length: number } | undefined {
  const deep = /^\.\.([^.[\]]+)/.exec(rest)
  if (deep) return { step: { kind: 'deep', name: deep[1] ?? '' }, length: deep[0].length }
  const all = /^(?:\.\*|\[\s*\*\s*\])/.exec(rest)
  if (all) return { step: { kind: 'all' }, length: all[0].length }
  const quoted = QUOTED.exec(rest)
  if (quoted) {
    const name = (quoted[1] ?? quoted[2] ?? '').replace(/\\(.)/g, '$1')
    return { step: { kind: 'field', name }, length: quoted[0].length }
  }
  const index = INDEX.exec(rest)
  if (index) return { step: { kind: 'index', index: Number(index[1]) }, length: index[0].length }
  const slice = SLICE.exec(rest)
  if (slice) {
    const bound = (digits = '') => (digits === '' ? undefined : Number(digits))
    return {
      step: { kind: 'slice', from: bound(slice[1]), to: bound(slice[2]) },
      length: slice[0].length,
    }
  }
  const filter = FILTER.exec(rest)
  if (filter) return readFilter(filter)
  const field = FIELD.exec(rest)
  if (!field) return undefined
  const name = (field[1] ?? '').replace(/\\(.)/g, '$1')
  return { step: { kind: 'field', name }, length: field[0].length }
}

function readFilter(match: RegExpExecArray): { step: Step; length: number } | undefined {
  const [whole, left = '', operator = 'exists', right = ''] = match
  const a = readOperand(left)
  const b = operator === 'exists' ? readOperand("''") : readOperand(right)
  if (!a || !b) return undefined
  return { step: { kind: 'filter', left: a, operator, right: b }, length: whole.length }
}

function readOperand(text: string): Operand | undefined {
  if (text.startsWith('@') || text.startsWith('$')) {
    const steps = readSteps(text)
    return steps && { kind: 'path', steps }
  }
  const quoted = /^'((?:[^'\\]|\\.)*)'$|^"((?:[^"\\]|\\.)*)"$/.exec(text)
  if (quoted) {
    const value = (quoted[1] ?? quoted[2] ?? '').replace(/\\(.)/g, '$1')
    return { kind: 'value', value }
  }
  if (text === 'true' || text === 'false') return { kind: 'value', value: text === 'true' }
  if (/^-?\d+(\.\d+)?$/.test(text)) return { kind: 'value', value: Number(text) }
  return undefined
}

function walk(steps: readonly Step[], from: readonly unknown[]): unknown[] {
  let values = [...from]
  for (const step of steps) values = values.flatMap((value) => take(step, value))
  return values
}

function take(step: Step, value: unknown): unknown[] {
  switch (step.kind) {
    case 'field':
      return isObject(value) && Object.hasOwn(value, step.name) ? [value[step.name]] : []
    case 'index': {
      if (!Array.isArray(value)) return []
      const at = step.index < 0 ? value.length + step.index : step.index
      return at >= 0 && at < value.length ? [value[at]] : []
    }
    case 'slice':
      return Array.isArray(value) ? value.slice(step.from ?? 0, step.to) : []
    case 'all':
      if (Array.isArray(value)) return value
      return isObject(value) ? Object.values(value) : []
    case 'deep':
      return deep(value, step.name)
    case 'filter':
      return Array.isArray(value) ? value.filter((item) => passes(step, item)) : []
  }
}

function deep(value: unknown, name: string): unknown[] {
  if (Array.isArray(value)) return value.flatMap((item) => deep(item, name))
  if (!isObject(value)) return []
  const own = Object.hasOwn(value, name) ? [value[name]] : []
  return [...own, ...Object.values(value).flatMap((item) => deep(item, name))]
}

function passes(step: Extract<Step, { kind: 'filter' }>, item: unknown): boolean {
  const values = (operand: Operand) =>
    operand.kind === 'value' ? [operand.value] : walk(operand.steps, [item])
  const left = values(step.left)
  if (step.operator === 'exists') return left.length > 0
  const [a] = left
  const [b] = values(step.right)
  if (a === undefined || b === undefined) return false
  if (step.operator === '==') return a === b
  if (step.operator === '!=') return a !== b
  const comparable = typeof a === typeof b && (typeof a === 'number' || typeof a === 'string')
  if (!comparable) return false
  const [x, y] = [a as number, b as number]
  if (step.operator === '<') return x < y
  if (step.operator === '<=') return x <= y
  return step.operator === '>' ? x > y : x >= y
}
