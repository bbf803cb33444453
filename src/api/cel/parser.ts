import type { Expr, ListExpr, MapEntry, StructExpr } from './ast.ts'
import { CelCompileError, type Issue } from './errors.ts'
import { type Token, tokenize } from './lexer.ts'
import { expandMacro } from './macros.ts'

/** Nesting that is followed (cel-go's limit for recursion in the parser). */
const DEPTH_MAX = 250
/** Longest expression, in code points (cel-go's default). */
const EXPRESSION_MAX = 100_000

const PRIMARY =
  "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, " +
  'STRING, BYTES, IDENTIFIER}'

const RESERVED = new Set(
  (
    'as break const continue else for function if import let loop package namespace return var ' +
    'void while'
  ).split(' '),
)

/** Reads an expression. Throws `CelCompileError` with cel-go's words. */
export function parse(source: string): Expr {
  if (source.length > EXPRESSION_MAX) {
    const message =
      `expression code point size exceeds limit: size: ${source.length}, ` +
      `limit ${EXPRESSION_MAX}`
    throw new CelCompileError('', [{ pos: 0, message }])
  }
  return new Parser(source).whole()
}

class Stop extends Error {}

const LEVELS: readonly (readonly [string, string])[][] = [
  [['||', '_||_']],
  [['&&', '_&&_']],
  [
    ['<', '_<_'],
    ['<=', '_<=_'],
    ['>=', '_>=_'],
    ['>', '_>_'],
    ['==', '_==_'],
    ['!=', '_!=_'],
    ['in', '@in'],
  ],
  [
    ['+', '_+_'],
    ['-', '_-_'],
  ],
  [
    ['*', '_*_'],
    ['/', '_/_'],
    ['%', '_%_'],
  ],
]

class Parser {
  readonly #source: string
  readonly #tokens: readonly Token[]
  readonly #issues: Issue[]
  #at = 0
  #depth = 0

  constructor(source: string) {
    this.#source = source
    const { tokens, issues } = tokenize(source)
    this.#tokens = tokens
    this.#issues = issues
  }

  whole(): Expr {
    let expr: Expr | undefined
    try {
      expr = this.#expression()
      if (this.#next.kind !== 'end') {
        // One token too many is told otherwise than several.
        const verb = this.#tokens[this.#at + 1]?.kind === 'end' ? 'extraneous' : 'mismatched'
        this.#stop(this.#next, `${verb} input '${this.#next.text}' expecting <EOF>`)
      }
    } catch (error) {
      if (!(error instanceof Stop)) throw error
    }
    if (!expr || this.#issues.length > 0) throw new CelCompileError(this.#source, this.#issues)
    return expr
  }

  get #next(): Token {
    const token = this.#tokens[this.#at] ?? this.#tokens.at(-1)
    if (!token) throw new Error('there is always an end')
    return token
  }

  #is(symbol: string): boolean {
    const { kind, text } = this.#next
    return text === symbol && (kind === 'symbol' || (kind === 'identifier' && symbol === 'in'))
  }

  #take(symbol: string): Token | undefined {
    if (!this.#is(symbol)) return undefined
    return this.#tokens[this.#at++]
  }

  #expect(symbol: string, expecting = `'${symbol}'`): Token {
    const token = this.#take(symbol)
    if (token) return token
    const verb = this.#next.kind === 'end' ? 'missing' : 'mismatched'
    const text =
      verb === 'missing' && !expecting.startsWith('{')
        ? `missing ${expecting} at '${this.#next.text}'`
        : `mismatched input '${this.#next.text}' expecting ${expecting}`
    return this.#stop(this.#next, text)
  }

  #stop(at: { pos: number }, text: string): never {
    this.#issues.push({ pos: at.pos, message: `Syntax error: ${text}` })
    throw new Stop()
  }

  report(pos: number, message: string): void {
    this.#issues.push({ pos, message })
  }

  #nested<T>(of: () => T): T {
    if (++this.#depth > DEPTH_MAX) {
      const message = `expression recursion limit exceeded: ${DEPTH_MAX}`
      this.#issues.push({ pos: -1, message })
      throw new Stop()
    }
    try {
      return of()
    } finally {
      this.#depth--
    }
  }

  #expression(): Expr {
    return this.#nested(() => {
      const condition = this.#binary(0)
      const mark = this.#take('?')
      if (!mark) return condition
      const yes = this.#binary(0)
      this.#expect(':')
      const no = this.#expression()
      const args = [condition, yes, no]
      return { kind: 'call', name: '_?_:_', target: undefined, args, pos: mark.pos }
    })
  }

  #binary(level: number): Expr {
    const operators = LEVELS[level]
    if (!operators) return this.#unary()
    let left = this.#binary(level + 1)
    // Long chains of one operator nest in the tree, not in the parser.
    for (let length = 0; ; length++) {
      const operator = operators.find(([symbol]) => this.#is(symbol))
      if (!operator) return left
      const { pos } = this.#next
      this.#at++
      const args = [left, this.#binary(level + 1)]
      left = { kind: 'call', name: operator[1], target: undefined, args, pos }
    }
  }

  #unary(): Expr {
    const { pos, text, kind } = this.#next
    if (kind !== 'symbol' || (text !== '!' && text !== '-')) return this.#member()
    let count = 0
    while (this.#take(text)) count++
    const number = this.#next.kind === 'int' || this.#next.kind === 'double'
    if (text === '-' && number && count === 1) return this.#member(pos)
    const operand = this.#member()
    if (count % 2 === 0) return operand
    const name = text === '!' ? '!_' : '-_'
    return { kind: 'call', name, target: undefined, args: [operand], pos }
  }

  #member(minus?: number): Expr {
    let expr = this.#primary(minus)
    for (;;) {
      const dot = this.#take('.')
      if (dot) {
        expr = this.#afterDot(expr, dot)
        continue
      }
      const bracket = this.#take('[')
      if (!bracket) return expr
      const optional = this.#take('?') !== undefined
      const index = this.#expression()
      this.#expect(']')
      const name = optional ? '_[?_]' : '_[_]'
      expr = { kind: 'call', name, target: undefined, args: [expr, index], pos: bracket.pos }
    }
  }

  #afterDot(operand: Expr, dot: Token): Expr {
    const optional = this.#take('?') !== undefined
    const name = this.#name()
    const open = optional ? undefined : this.#take('(')
    if (!open) {
      return { kind: 'select', operand, field: name, test: false, optional, pos: dot.pos }
    }
    const args = this.#arguments(')')
    return this.#expand({ kind: 'call', name, target: operand, args, pos: open.pos })
  }

  #name(): string {
    const { kind, text } = this.#next
    if (kind === 'escaped') {
      this.#at++
      return text.slice(1, -1)
    }
    if (kind !== 'identifier') {
      return this.#stop(this.#next, `mismatched input '${text}' expecting IDENTIFIER`)
    }
    this.#at++
    return text
  }

  #arguments(close: string): Expr[] {
    const args: Expr[] = []
    if (!this.#is(close)) {
      do args.push(this.#expression())
      while (this.#take(','))
    }
    this.#expect(close)
    return args
  }

  #primary(minus?: number): Expr {
    const token = this.#next
    switch (token.kind) {
      case 'int':
      case 'uint':
      case 'double':
      case 'string':
      case 'bytes':
        this.#at++
        return this.#literal(token, minus)
      case 'identifier':
        if (token.text === 'in') break
        return this.#identifier(token)
      case 'symbol':
        if (token.text === '(') return this.#parenthesis()
        if (token.text === '[') return this.#list()
        if (token.text === '{') return this.#map()
        if (token.text === '.') {
          this.#at++
          return this.#identifier(this.#next, '.')
        }
        break
      default:
        break
    }
    const verb = token.kind === 'end' ? 'mismatched' : 'extraneous'
    return this.#stop(token, `${verb} input '${token.text}' expecting ${PRIMARY}`)
  }

  #parenthesis(): Expr {
    this.#expect('(')
    const inner = this.#expression()
    this.#expect(')')
    return inner
  }

  #literal(token: Token, minus: number | undefined): Expr {
    const sign = minus === undefined ? '' : '-'
    const pos = minus ?? token.pos
    const digits = token.text.replace(/[uU]$/, '')
    if (token.kind === 'double') {
      return { kind: 'const', type: 'double', value: Number(sign + digits), pos }
    }
    if (token.kind === 'string' || token.kind === 'bytes') {
      return { kind: 'const', type: token.kind, value: token.value ?? '', pos }
    }
    const value = sign === '-' ? -BigInt(digits) : BigInt(digits)
    const type = token.kind === 'uint' ? 'uint' : 'int'
    const fits = type === 'int' ? BigInt.asIntN(64, value) : BigInt.asUintN(64, value)
    if (fits !== value) this.report(pos, `Syntax error: invalid ${type} literal`)
    return { kind: 'const', type, value: fits, pos }
  }

  #identifier(token: Token, prefix = ''): Expr {
    const { text, pos } = token
    if (token.kind !== 'identifier') {
      return this.#stop(token, `mismatched input '${text}' expecting IDENTIFIER`)
    }
    this.#at++
    if (prefix === '') {
      if (text === 'true' || text === 'false') {
        return { kind: 'const', type: 'bool', value: text === 'true', pos }
      }
      if (text === 'null') return { kind: 'const', type: 'null', value: null, pos }
    }
    if (RESERVED.has(text)) this.report(pos, `Syntax error: reserved identifier: ${text}`)
    const struct = this.#structure(token, prefix)
    if (struct) return struct
    const open = this.#take('(')
    const name = prefix + text
    if (!open) return { kind: 'ident', name, pos }
    const args = this.#arguments(')')
    return this.#expand({ kind: 'call', name, target: undefined, args, pos: open.pos })
  }

  // `Object.spec.template{…}`: a name with dots, and a brace behind it.
  #structure(first: Token, prefix: string): StructExpr | undefined {
    let end = this.#at
    while (this.#tokens[end]?.text === '.' && this.#tokens[end + 1]?.kind === 'identifier') end += 2
    const brace = this.#tokens[end]
    if (brace?.kind !== 'symbol' || brace.text !== '{') return undefined
    const parts = this.#tokens.slice(this.#at, end).map((token) => token.text)
    this.#at = end + 1
    const entries = []
    while (!this.#is('}')) {
      const optional = this.#take('?') !== undefined
      const { pos } = this.#next
      const field = this.#name()
      this.#expect(':')
      entries.push({ field, value: this.#expression(), optional, pos })
      if (!this.#take(',')) break
    }
    this.#expect('}')
    const name = prefix + first.text + parts.join('')
    return { kind: 'struct', name, entries, pos: brace.pos }
  }

  #list(): ListExpr {
    const { pos } = this.#expect('[')
    const items = []
    while (!this.#is(']')) {
      const optional = this.#take('?') !== undefined
      items.push({ value: this.#expression(), optional })
      if (!this.#take(',')) break
    }
    this.#expect(']')
    return { kind: 'list', items, pos }
  }

  #map(): Expr {
    const { pos } = this.#expect('{')
    const entries: MapEntry[] = []
    while (!this.#is('}')) {
      const optional = this.#take('?') !== undefined
      const key = this.#expression()
      this.#expect(':')
      entries.push({ key, value: this.#expression(), optional })
      if (!this.#take(',')) break
    }
    this.#expect('}')
    return { kind: 'map', entries, pos }
  }

  #expand(call: Extract<Expr, { kind: 'call' }>): Expr {
    return expandMacro(call, (pos, message) => this.report(pos, message))
  }
}
