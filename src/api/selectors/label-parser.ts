import { describeErrors, goStrings, invalid } from '../validation/field-errors.ts'
import { labelValueErrors, qualifiedNameErrors } from '../validation/names.ts'
import type { FieldError } from '../schema/index.ts'
import { matchesRequirements, type LabelOperator, type Requirement } from './requirement.ts'

/** A text that is no selector; the message is upstream's. */
export class SelectorError extends Error {
  override readonly name = 'SelectorError'
}

/** A parsed selector. Immutable. */
export interface Selector {
  readonly requirements: readonly Requirement[]
  matches(labels: Readonly<Record<string, string>> | undefined): boolean
}

type TokenKind = 'id' | 'end' | ',' | '!' | '(' | ')' | 'op' | 'error'
interface Token {
  readonly kind: TokenKind
  readonly text: string
}

const SYMBOLS = new Set(['=', '!', '(', ')', ',', '>', '<'])
const SYMBOL_TOKENS = new Set([')', ',', '!', '==', '=', '>', '<', '!=', '('])
const OPERATORS: Readonly<Record<string, LabelOperator>> = {
  in: 'in',
  '=': '=',
  '==': '=',
  '>': '>',
  '<': '<',
  notin: 'notin',
  '!=': '!=',
}
const BINARY_OPERATORS = 'in, notin, =, ==, !=, gt, lt'

/** Parses a label selector such as `app=web,tier in (a, b),!canary`; throws `SelectorError`. */
export function parseSelector(text: string): Selector {
  const requirements = new Parser(scan(text)).parse()
  return { requirements, matches: (labels) => matchesRequirements(requirements, labels ?? {}) }
}

function scan(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    const char = text[at] ?? ''
    if (/\s/.test(char)) at++
    else {
      const token = SYMBOLS.has(char) ? scanSymbol(text, at) : scanWord(text, at)
      at += token.length
      tokens.push(token.token)
    }
  }
  return [...tokens, { kind: 'end', text: '' }]
}

function scanWord(text: string, from: number): { token: Token; length: number } {
  let end = from
  while (end < text.length && !SYMBOLS.has(text[end] ?? '') && !/\s/.test(text[end] ?? '')) end++
  const word = text.slice(from, end)
  const kind = word === 'in' || word === 'notin' ? 'op' : 'id'
  return { token: { kind, text: word }, length: end - from }
}

/** The longest token that starts here. */
function scanSymbol(text: string, from: number): { token: Token; length: number } {
  for (const length of [2, 1]) {
    const symbol = text.slice(from, from + length)
    if (symbol.length !== length || !SYMBOL_TOKENS.has(symbol)) continue
    const isOperator = symbol in OPERATORS
    const kind: TokenKind = isOperator ? 'op' : (symbol as TokenKind)
    return { token: { kind, text: symbol }, length }
  }
  return { token: { kind: 'error', text: text.slice(from, from + 1) }, length: 1 }
}

class Parser {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  parse(): Requirement[] {
    const requirements: Requirement[] = []
    if (this.#peek().kind === 'end') return requirements
    for (;;) {
      const token = this.#peek()
      if (!isName(token) && token.kind !== '!') {
        throw new SelectorError(
          `found '${token.text}', expected: !, identifier, or 'end of string'`,
        )
      }
      requirements.push(this.#requirement())
      const next = this.#take()
      if (next.kind === 'end') return requirements.sort((a, b) => (a.key < b.key ? -1 : 1))
      if (next.kind !== ',') {
        throw new SelectorError(`found '${next.text}', expected: ',' or 'end of string'`)
      }
      const after = this.#peek()
      if (!isName(after) && after.kind !== '!') {
        throw new SelectorError(`found '${after.text}', expected: identifier after ','`)
      }
    }
  }

  #requirement(): Requirement {
    try {
      return this.#parseRequirement()
    } catch (error) {
      if (!(error instanceof SelectorError)) throw error
      throw new SelectorError(`unable to parse requirement: ${error.message}`)
    }
  }

  #parseRequirement(): Requirement {
    const negated = this.#peek().kind === '!'
    if (negated) this.#take()
    const key = this.#take()
    if (!isName(key)) throw new SelectorError(`found '${key.text}', expected: identifier`)
    checkAll(qualifiedNameErrors(key.text), (detail) => invalid('<nil>', key.text, detail))
    const next = this.#peek().kind
    if (negated) return requirement(key.text, '!', [])
    if (next === 'end' || next === ',') return requirement(key.text, 'exists', [])
    const word = this.#take()
    const operator = word.kind === 'op' ? OPERATORS[word.text] : undefined
    if (operator === undefined) {
      throw new SelectorError(`found '${word.text}', expected: ${BINARY_OPERATORS}`)
    }
    const isSet = operator === 'in' || operator === 'notin'
    return requirement(key.text, operator, isSet ? this.#values() : [this.#exactValue()])
  }

  #values(): string[] {
    const open = this.#take()
    if (open.kind !== '(') throw new SelectorError(`found '${open.text}' expected: '('`)
    const values = new Set<string>()
    let current: string | undefined
    for (;;) {
      const token = this.#take()
      if (token.kind === ')') {
        values.add(current ?? '')
        return [...values].sort()
      }
      if (token.kind === ',') {
        values.add(current ?? '')
        current = undefined
      } else if (isName(token) && current === undefined) current = token.text
      else if (current !== undefined) {
        throw new SelectorError(`found '${token.text}', expected: ',' or ')'`)
      } else if (values.size === 0) {
        throw new SelectorError(`found '${token.text}', expected: ',', ')' or identifier`)
      } else throw new SelectorError(`found '${token.text}', expected: ',', or identifier`)
    }
  }

  #exactValue(): string {
    const next = this.#peek()
    if (next.kind === 'end' || next.kind === ',') return ''
    this.#take()
    if (!isName(next)) throw new SelectorError(`found '${next.text}', expected: identifier`)
    return next.text
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', text: '' }
  }

  #take(): Token {
    const token = this.#peek()
    this.#at++
    return token
  }
}

/** `in` and `notin` are names too, where a name is expected. */
function isName(token: Token): boolean {
  return token.kind === 'id' || token.text === 'in' || token.text === 'notin'
}

function requirement(key: string, operator: LabelOperator, values: string[]): Requirement {
  const errors: FieldError[] = []
  if (operator === '>' || operator === '<') {
    for (const [i, value] of values.entries()) {
      if (/^[+-]?\d+$/.test(value)) continue
      const detail = "for 'Gt', 'Lt' operators, the value must be an integer"
      errors.push(invalid(`values[${i}]`, value, detail))
    }
  }
  if ((operator === 'in' || operator === 'notin') && values.length === 0) {
    const detail = "for 'in', 'notin' operators, values set can't be empty"
    errors.push(invalid('values', goStrings(values), detail))
  }
  for (const [i, value] of values.entries()) {
    const found = labelValueErrors(value)
    if (found.length > 0) errors.push(invalid(`values[${i}][${key}]`, value, found.join('; ')))
  }
  if (errors.length > 0) throw new SelectorError(describeErrors(errors))
  return { key, operator, values }
}

function checkAll(faults: readonly string[], toError: (detail: string) => FieldError): void {
  if (faults.length > 0) throw new SelectorError(describeErrors([toError(faults.join('; '))]))
}
