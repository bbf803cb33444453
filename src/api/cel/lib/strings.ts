import { CelError } from '../errors.ts'
import { fn, method, type Overload, REGEX, sig, TRAVERSAL, walksFirst } from '../functions.ts'
import { NAMED_ESCAPES } from '../../go/quote.ts'
import { compilePattern } from '../../pattern/index.ts'
import { listOf, T } from '../types.ts'
import { ArrayList, type CelList, type CelValue } from '../values.ts'
import { formatText } from './format-text.ts'

const product = {
  cost: ([n = 1, m = 1]: readonly number[]) =>
    Math.max(1, Math.ceil(n * TRAVERSAL) * Math.ceil(m * TRAVERSAL)),
}
const regex = {
  cost: ([n = 1, m = 1]: readonly number[]) =>
    Math.max(1, Math.ceil((n + 1) * TRAVERSAL) * Math.ceil(m * REGEX)),
}
const second = { cost: ([, m = 1]: readonly number[]) => Math.max(1, Math.ceil(m * TRAVERSAL)) }

/** Texts: CEL's own functions, cel-go's `ext.Strings`, and Kubernetes' regular expressions. */
export function strings(): Overload[] {
  return [...standard(), ...positions(), ...changes(), ...regularExpressions()]
}

const text = (value: CelValue | undefined): string => value as string

function standard(): Overload[] {
  const two = sig([T.string, T.string], T.bool)
  const matching = ([a, b]: readonly CelValue[]) => compile(text(b)).test(text(a))
  return [
    method('contains', two, ([a, b]) => text(a).includes(text(b)), product),
    method('startsWith', two, ([a, b]) => text(a).startsWith(text(b)), second),
    method('endsWith', two, ([a, b]) => text(a).endsWith(text(b)), second),
    method('matches', two, matching, regex),
    fn('matches', two, matching, regex),
  ]
}

/** Throws `CelError` for what is no pattern. */
function compile(pattern: string) {
  const compiled = compilePattern(pattern)
  if (typeof compiled === 'string') {
    throw new CelError(`error parsing regexp: ${compiled}`)
  }
  return compiled
}

function regularExpressions(): Overload[] {
  const all = ([a, b, limit]: readonly CelValue[]): CelValue => {
    const max = limit === undefined ? -1 : Number(limit)
    return new ArrayList(compile(text(b)).findAll(text(a), max))
  }
  const many = listOf(T.string)
  return [
    method(
      'find',
      sig([T.string, T.string], T.string),
      ([a, b]) => {
        return compile(text(b)).findAll(text(a), 1)[0] ?? ''
      },
      regex,
    ),
    method('findAll', sig([T.string, T.string], many), all, regex),
    method('findAll', sig([T.string, T.string, T.int], many), all, regex),
  ]
}

// Positions count code points.
function runesOf(value: CelValue | undefined): string[] {
  return Array.from(text(value))
}

function inBounds(index: bigint, length: number): number {
  if (index < 0n || index > BigInt(length)) throw new CelError(`index out of range: ${index}`)
  return Number(index)
}

function positions(): Overload[] {
  const search =
    (backwards: boolean) =>
    (args: readonly CelValue[]): CelValue => {
      const where = runesOf(args[0])
      const what = runesOf(args[1])
      const last = where.length - what.length
      const from = args[2] as bigint | undefined
      if (from === undefined && what.length === 0) return backwards ? BigInt(where.length) : 0n
      const start = from === undefined ? (backwards ? last : 0) : inBounds(from, where.length)
      const step = backwards ? -1 : 1
      const first = backwards ? Math.min(start, last) : start
      for (let i = first; i >= 0 && i <= last; i += step) {
        if (what.every((rune, j) => where[i + j] === rune)) return BigInt(i)
      }
      return -1n
    }
  const substring = ([a, from, to]: readonly CelValue[]): CelValue => {
    const runes = runesOf(a)
    const start = inBounds(from as bigint, runes.length)
    const end = to === undefined ? runes.length : inBounds(to as bigint, runes.length)
    if (start > end) throw new CelError(`invalid substring range. start: ${start}, end: ${end}`)
    return runes.slice(start, end).join('')
  }
  return [
    method(
      'charAt',
      sig([T.string, T.int], T.string),
      ([a, i]) => {
        const runes = runesOf(a)
        return runes[inBounds(i as bigint, runes.length)] ?? ''
      },
      walksFirst,
    ),
    ...(['indexOf', 'lastIndexOf'] as const).flatMap((name) => [
      method(name, sig([T.string, T.string], T.int), search(name === 'lastIndexOf'), product),
      method(
        name,
        sig([T.string, T.string, T.int], T.int),
        search(name === 'lastIndexOf'),
        product,
      ),
    ]),
    method('substring', sig([T.string, T.int], T.string), substring, walksFirst),
    method('substring', sig([T.string, T.int, T.int], T.string), substring, walksFirst),
  ]
}

function changes(): Overload[] {
  const grow = ([n = 1, , m = 1]: readonly number[]) => n * Math.max(1, m)
  const replace = { ...product, resultSize: grow }
  return [
    method(
      'lowerAscii',
      sig([T.string], T.string),
      ([a]) => {
        return text(a).replace(/[A-Z]+/g, (part) => part.toLowerCase())
      },
      walksFirst,
    ),
    method(
      'upperAscii',
      sig([T.string], T.string),
      ([a]) => {
        return text(a).replace(/[a-z]+/g, (part) => part.toUpperCase())
      },
      walksFirst,
    ),
    method(
      'trim',
      sig([T.string], T.string),
      ([a]) => {
        return text(a).replace(/^[\p{White_Space}]+|[\p{White_Space}]+$/gu, '')
      },
      walksFirst,
    ),
    method('replace', sig([T.string, T.string, T.string], T.string), replaceText, replace),
    method('replace', sig([T.string, T.string, T.string, T.int], T.string), replaceText, replace),
    method('split', sig([T.string, T.string], listOf(T.string)), splitText, walksFirst),
    method('split', sig([T.string, T.string, T.int], listOf(T.string)), splitText, walksFirst),
    method('join', sig([listOf(T.string)], T.string), joinText, walksFirst),
    method('join', sig([listOf(T.string), T.string], T.string), joinText, walksFirst),
    method(
      'format',
      sig([T.string, listOf(T.dyn)], T.string),
      ([a, list]) => {
        return formatText(text(a), list as CelList)
      },
      walksFirst,
    ),
    fn('strings.quote', sig([T.string], T.string), ([a]) => quote(text(a)), walksFirst),
  ]
}

function replaceText([a, from, to, limit]: readonly CelValue[]): CelValue {
  const max = limit === undefined ? -1n : (limit as bigint)
  if (max < 0n) return text(a).replaceAll(text(from), () => text(to))
  let rest = text(a)
  let done = ''
  for (let i = 0n; i < max; i++) {
    const at = rest.indexOf(text(from))
    if (at < 0) break
    const step = at + Math.max(text(from).length, 0)
    done += rest.slice(0, at) + text(to)
    if (text(from) === '') {
      done += rest.slice(0, 1)
      if (rest === '') break
      rest = rest.slice(1)
    } else rest = rest.slice(step)
  }
  return done + rest
}

function splitText([a, by, limit]: readonly CelValue[]): CelValue {
  const max = limit === undefined ? -1 : Number(limit)
  if (max === 0) return new ArrayList([])
  const parts = text(by) === '' ? runesOf(a) : text(a).split(text(by))
  if (max < 0 || parts.length <= max) return new ArrayList(parts)
  return new ArrayList([...parts.slice(0, max - 1), parts.slice(max - 1).join(text(by))])
}

function joinText([list, by]: readonly CelValue[]): CelValue {
  const parts = [...(list as CelList)]
  if (!parts.every((part) => typeof part === 'string')) throw new CelError('no such overload')
  return parts.join(by === undefined ? '' : text(by))
}

function quote(value: string): string {
  return `"${Array.from(value, (rune) => NAMED_ESCAPES[rune] ?? rune).join('')}"`
}
