import { PatternError, type RuneTest } from './tree.ts'

const inRange = (low: number, high: number) => (rune: number) => rune >= low && rune <= high
const code = (char: string) => char.charCodeAt(0)

export const digit: RuneTest = inRange(code('0'), code('9'))
const lower = inRange(code('a'), code('z'))
const upper = inRange(code('A'), code('Z'))
export const word: RuneTest = (r) => lower(r) || upper(r) || digit(r) || r === code('_')
const space: RuneTest = (r) => r === 32 || r === 9 || r === 10 || r === 12 || r === 13
const hex: RuneTest = (r) =>
  digit(r) || inRange(code('a'), code('f'))(r) || inRange(code('A'), code('F'))(r)

export const not =
  (test: RuneTest): RuneTest =>
  (rune) =>
    !test(rune)

/** `\d`, `\W`, … */
export const PERL: Readonly<Record<string, RuneTest>> = {
  d: digit,
  D: not(digit),
  w: word,
  W: not(word),
  s: space,
  S: not(space),
}

/** `[[:alpha:]]`, … */
export const POSIX: Readonly<Record<string, RuneTest>> = {
  alnum: (r) => lower(r) || upper(r) || digit(r),
  alpha: (r) => lower(r) || upper(r),
  ascii: (r) => r < 128,
  blank: (r) => r === 32 || r === 9,
  cntrl: (r) => r < 32 || r === 127,
  digit,
  graph: inRange(33, 126),
  lower,
  print: inRange(32, 126),
  punct: (r) => inRange(33, 126)(r) && !(lower(r) || upper(r) || digit(r)),
  space: (r) => space(r) || r === 11,
  upper,
  word,
  xdigit: hex,
}

/** `\p{Greek}`: a general category or a script, as Unicode names it. Throws `PatternError`. */
export function unicodeClass(name: string, text: string): RuneTest {
  const negated = name.startsWith('^')
  const plain = negated ? name.slice(1) : name
  const pattern = compileClass(plain)
  if (!pattern) throw new PatternError(`invalid character class range: \`${text}\``)
  const test = (rune: number) => pattern.test(String.fromCodePoint(rune))
  return negated ? not(test) : test
}

function compileClass(name: string): RegExp | undefined {
  if (name === 'Any') return /[^]/u
  if (!/^[A-Za-z_]+$/.test(name)) return undefined
  for (const source of [`^\\p{gc=${name}}$`, `^\\p{sc=${name}}$`]) {
    try {
      return new RegExp(source, 'u')
    } catch {
      // Not of this kind: the next one is tried.
    }
  }
  return undefined
}

/** The same class for all cases of a letter. */
export function folded(test: RuneTest): RuneTest {
  return (rune) => {
    if (test(rune)) return true
    const text = String.fromCodePoint(rune)
    for (const other of [text.toLowerCase(), text.toUpperCase()]) {
      const point = other.codePointAt(0)
      if (point !== undefined && other.length === String.fromCodePoint(point).length) {
        if (point !== rune && test(point)) return true
      }
    }
    return false
  }
}
