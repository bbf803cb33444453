import type { Issue } from './errors.ts'
import { readBytes, readText } from './literals.ts'

export type TokenKind =
  | 'identifier'
  | 'escaped'
  | 'int'
  | 'uint'
  | 'double'
  | 'string'
  | 'bytes'
  | 'symbol'
  | 'end'

export interface Token {
  readonly kind: TokenKind
  /** As written; for strings and bytes `value` is what it says. */
  readonly text: string
  readonly pos: number
  readonly value?: string | Uint8Array
}

const SPACE = /(?:[\t\n\f\r ]+|\/\/[^\n]*)+/y
const NUMBER =
  /0x[0-9a-fA-F]+[uU]?|(?:\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?)|\d+[uU]?/y
const WORD = /[A-Za-z_][A-Za-z0-9_]*/y
const ESCAPED = /`[A-Za-z0-9_./\- ]+`/y
const SYMBOL = /==|!=|<=|>=|&&|\|\||[-+*/%!<>?:.,()[\]{}]/y
const QUOTED = /([rRbB]{0,2})("""|'''|"|')/y

/** Longest run of text that is read as one string. */
export function tokenize(source: string): { tokens: Token[]; issues: Issue[] } {
  const tokens: Token[] = []
  const issues: Issue[] = []
  let pos = 0
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = pos
    return pattern.exec(source)?.[0]
  }
  while (pos < source.length) {
    const space = match(SPACE)
    if (space) {
      pos += space.length
      continue
    }
    const token = readToken(source, pos, match)
    if (typeof token === 'string') {
      issues.push({ pos, message: `Syntax error: token recognition error at: '${token}'` })
      pos += token.length
      continue
    }
    tokens.push(token)
    pos += token.text.length
  }
  tokens.push({ kind: 'end', text: '<EOF>', pos: source.length })
  return { tokens, issues }
}

// A token, or the text that is none.
function readToken(
  source: string,
  pos: number,
  match: (pattern: RegExp) => string | undefined,
): Token | string {
  const opening = match(QUOTED)
  if (opening !== undefined && !/^(rr|bb)/i.test(opening)) return readQuoted(source, pos, opening)
  const number = match(NUMBER)
  if (number !== undefined) {
    return { kind: numberKind(number), text: number, pos }
  }
  const word = match(WORD)
  if (word !== undefined) return { kind: 'identifier', text: word, pos }
  const escaped = match(ESCAPED)
  if (escaped !== undefined) return { kind: 'escaped', text: escaped, pos }
  const symbol = match(SYMBOL)
  if (symbol !== undefined) return { kind: 'symbol', text: symbol, pos }
  return String.fromCodePoint(source.codePointAt(pos) ?? 0)
}

function numberKind(text: string): TokenKind {
  if (/[uU]$/.test(text)) return 'uint'
  return !text.startsWith('0x') && /[.eE]/.test(text) ? 'double' : 'int'
}

function readQuoted(source: string, pos: number, opening: string): Token | string {
  const prefix = /^[a-zA-Z]*/.exec(opening)?.[0].toLowerCase() ?? ''
  const quote = opening.slice(prefix.length)
  const raw = prefix.includes('r')
  let at = pos + opening.length
  for (;;) {
    if (at >= source.length) return source.slice(pos)
    if (!raw && source[at] === '\\') at += 2
    else if (source.startsWith(quote, at)) break
    else if (quote.length === 1 && source[at] === '\n') return source.slice(pos, at + 1)
    else at++
  }
  const text = source.slice(pos, at + quote.length)
  const inner = source.slice(pos + opening.length, at)
  const isBytes = prefix.includes('b')
  const value = isBytes ? readBytes(inner, raw) : readText(inner, raw)
  if (value === undefined) return text
  return { kind: isBytes ? 'bytes' : 'string', text, pos, value }
}
