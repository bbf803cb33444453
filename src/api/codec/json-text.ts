import { describeSyntaxError } from './json-syntax.ts'
import { formatPath } from './json-decode.ts'

/** A text that is no JSON; the message is that of Go's decoder, as far as it can be told. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError'
}

/** Parses JSON; throws `JsonSyntaxError` with Go's words. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (cause) {
    throw new JsonSyntaxError(describeSyntaxError(text), { cause })
  }
}

interface Frame {
  readonly kind: 'object' | 'array'
  readonly keys: Set<string>
  index: number
  key: string
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g

/**
 * `duplicate field "data.a"` for every name that an object of a JSON text has twice, in order.
 * `value` is what the text was parsed to.
 */
export function findDuplicates(text: string, value: unknown): string[] {
  return addDuplicates(text, value, [])
}

/**
 * The duplicates among the unknown fields that decoding found, all as the text has them one after
 * another: Go finds both in one pass.
 */
export function addDuplicates(text: string, value: unknown, unknown: readonly string[]): string[] {
  // Nearly no text has any: counting is cheap, naming them is not.
  if (countColons(text) === countNames(value)) return [...unknown]
  return nameInOrder(text, new Set(unknown))
}

const QUOTE = 34
const COLON = 58
const BACKSLASH = 92

/** Colons outside of strings: one for every name in the text. */
function countColons(text: string): number {
  let count = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === COLON) count++
    else if (code === QUOTE) {
      for (i++; i < text.length && text.charCodeAt(i) !== QUOTE; i++) {
        if (text.charCodeAt(i) === BACKSLASH) i++
      }
    }
  }
  return count
}

/** Names of all objects in a value. */
function countNames(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  let count = 0
  if (Array.isArray(value)) {
    for (const item of value) count += countNames(item)
    return count
  }
  for (const inner of Object.values(value)) count += 1 + countNames(inner)
  return count
}

function nameInOrder(text: string, unknown: ReadonlySet<string>): string[] {
  const found = new Set<string>()
  const stack: Frame[] = []
  let expectsKey = false
  for (const [token] of text.matchAll(TOKEN)) {
    const frame = stack.at(-1)
    if (token === '{' || token === '[') {
      const kind = token === '{' ? 'object' : 'array'
      stack.push({ kind, keys: new Set(), index: 0, key: '' })
      expectsKey = kind === 'object'
    } else if (token === '}' || token === ']') {
      stack.pop()
      expectsKey = false
    } else if (token === ',') {
      if (frame?.kind === 'array') frame.index++
      expectsKey = frame?.kind === 'object'
    } else if (expectsKey && frame !== undefined) {
      frame.key = JSON.parse(token) as string
      expectsKey = false
      const path = pathOf(stack)
      if (unknown.has(`unknown field "${path}"`)) found.add(`unknown field "${path}"`)
      // What is not known is told of once, whatever it says.
      else if (frame.keys.has(frame.key)) found.add(`duplicate field "${path}"`)
      frame.keys.add(frame.key)
    }
  }
  return [...new Set([...found, ...unknown])]
}

function pathOf(stack: readonly Frame[]): string {
  return formatPath(stack.map((frame) => (frame.kind === 'array' ? frame.index : frame.key)))
}
