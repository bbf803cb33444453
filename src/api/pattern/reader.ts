import { folded, not, PERL, POSIX, unicodeClass } from './classes.ts'
import { type Flags, PatternError, type RuneTest, type Tree } from './tree.ts'

/** Most times that a part may be repeated by `{n,m}`, as in Go. */
const REPEAT_MAX = 1000
const DEPTH_MAX = 1000

const CONTROL: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 }

/** Reads Go's regular expressions (RE2). Throws `PatternError`. */
export function readPattern(source: string): Tree {
  return new Reader(source).whole()
}

class Reader {
  readonly #runes: readonly string[]
  #at = 0
  #depth = 0
  #flags: Flags = { fold: false, dotAll: false, lines: false, swap: false }

  constructor(source: string) {
    this.#runes = Array.from(source)
  }

  whole(): Tree {
    const tree = this.#either()
    if (this.#at < this.#runes.length) this.#fail('unexpected )', this.#runes.join(''))
    return tree
  }

  #peek(ahead = 0): string {
    return this.#runes[this.#at + ahead] ?? ''
  }
  #rest(): string {
    return this.#runes.slice(this.#at).join('')
  }
  #fail(why: string, text: string): never {
    throw new PatternError(`${why}: \`${text}\``)
  }
  #test(of: RuneTest): Tree {
    return { kind: 'rune', test: this.#flags.fold ? folded(of) : of }
  }
  #literal(rune: string): Tree {
    const point = rune.codePointAt(0)
    return this.#test((other) => other === point)
  }

  #either(): Tree {
    if (++this.#depth > DEPTH_MAX) {
      this.#fail('expression nests too deeply', this.#runes.join(''))
    }
    const parts = [this.#sequence()]
    while (this.#peek() === '|') {
      this.#at++
      parts.push(this.#sequence())
    }
    this.#depth--
    const [only] = parts
    return parts.length === 1 && only ? only : { kind: 'either', parts }
  }

  #sequence(): Tree {
    const parts: Tree[] = []
    while (this.#at < this.#runes.length && this.#peek() !== '|' && this.#peek() !== ')') {
      const start = this.#at
      const atom = this.#atom()
      if (atom) parts.push(this.#repeated(atom, start))
    }
    return { kind: 'sequence', parts }
  }

  #repeated(atom: Tree, start: number): Tree {
    let tree = atom
    for (let count = 0; ; count++) {
      const operator = this.#at
      const range = this.#repetition()
      if (!range) return tree
      const lazy = this.#peek() === '?'
      if (lazy) this.#at++
      if (count > 0) {
        const text = this.#runes.slice(operator - 1, this.#at).join('')
        this.#fail('invalid nested repetition operator', text)
      }
      if (
        range.min > REPEAT_MAX ||
        (range.max !== Number.POSITIVE_INFINITY && range.max > REPEAT_MAX)
      ) {
        this.#fail('invalid repeat count', this.#runes.slice(operator, this.#at).join(''))
      }
      if (range.max < range.min) {
        this.#fail('invalid repeat count', this.#runes.slice(operator, this.#at).join(''))
      }
      tree = { kind: 'repeat', of: tree, ...range, greedy: lazy === this.#flags.swap }
      if (start === operator) return tree
    }
  }

  #repetition(): { min: number; max: number } | undefined {
    const end = Number.POSITIVE_INFINITY
    switch (this.#peek()) {
      case '*':
        this.#at++
        return { min: 0, max: end }
      case '+':
        this.#at++
        return { min: 1, max: end }
      case '?':
        this.#at++
        return { min: 0, max: 1 }
      case '{': {
        const match = /^\{(\d+)(?:(,)(\d*))?\}/.exec(this.#rest())
        if (!match) return undefined
        const [whole, min = '0', comma, max = ''] = match
        this.#at += whole.length
        if (comma === undefined) return { min: Number(min), max: Number(min) }
        return { min: Number(min), max: max === '' ? end : Number(max) }
      }
      default:
        return undefined
    }
  }

  // Undefined for what stands for nothing, such as flags.
  #atom(): Tree | undefined {
    const rune = this.#peek()
    switch (rune) {
      case '(':
        return this.#group()
      case '[':
        return this.#class()
      case '.':
        this.#at++
        return { kind: 'rune', test: this.#flags.dotAll ? () => true : (r) => r !== 10 }
      case '^':
        this.#at++
        return { kind: 'assert', what: this.#flags.lines ? 'line-start' : 'text-start' }
      case '$':
        this.#at++
        return { kind: 'assert', what: this.#flags.lines ? 'line-end' : 'text-end' }
      case '*':
      case '+':
      case '?':
        return this.#fail('missing argument to repetition operator', rune)
      case '\\':
        return this.#escape()
      default:
        this.#at++
        return this.#literal(rune)
    }
  }

  #group(): Tree | undefined {
    const start = this.#at
    this.#at++
    const outer = this.#flags
    if (this.#peek() === '?') {
      const rest = this.#rest()
      const named = /^\?P?<([A-Za-z0-9_]+)>/.exec(rest)
      const flags = /^\?([imsU]*)(?:-([imsU]+))?([:)])/.exec(rest)
      if (named) this.#at += named[0].length
      else if (flags) {
        this.#at += flags[0].length
        this.#setFlags(flags[1] ?? '', flags[2] ?? '')
        if (flags[3] === ')') return undefined
      } else this.#fail('invalid or unsupported Perl syntax', `(${rest.slice(0, 2)}`)
    }
    const tree = this.#either()
    if (this.#peek() !== ')') this.#fail('missing closing )', this.#runes.join(''))
    this.#at++
    this.#flags = outer
    return this.#at > start ? tree : undefined
  }

  #setFlags(on: string, off: string): void {
    const flag = (name: string, now: boolean) => (now || on.includes(name)) && !off.includes(name)
    const { fold, dotAll, lines, swap } = this.#flags
    this.#flags = {
      fold: flag('i', fold),
      dotAll: flag('s', dotAll),
      lines: flag('m', lines),
      swap: flag('U', swap),
    }
  }

  #escape(): Tree {
    const next = this.#peek(1)
    if (next === '') this.#fail('trailing backslash at end of expression', '')
    const asserts = { A: 'text-start', z: 'text-end', b: 'word', B: 'no-word' } as const
    const what = asserts[next as keyof typeof asserts]
    if (what) {
      this.#at += 2
      return { kind: 'assert', what }
    }
    if (next === 'Q') return this.#quoted()
    const set = this.#escapedClass()
    if (set) return this.#test(set)
    return this.#literal(String.fromCodePoint(this.#escapedRune()))
  }

  #quoted(): Tree {
    this.#at += 2
    const parts: Tree[] = []
    while (this.#at < this.#runes.length) {
      if (this.#peek() === '\\' && this.#peek(1) === 'E') {
        this.#at += 2
        break
      }
      parts.push(this.#literal(this.#peek()))
      this.#at++
    }
    return { kind: 'sequence', parts }
  }

  #escapedClass(): RuneTest | undefined {
    const next = this.#peek(1)
    const perl = PERL[next]
    if (perl) {
      this.#at += 2
      return perl
    }
    if (next !== 'p' && next !== 'P') return undefined
    const match = /^\\[pP](?:\{([^}]*)\}|(.))/su.exec(this.#rest())
    if (!match) return this.#fail('invalid character class range', this.#rest())
    this.#at += Array.from(match[0]).length
    const test = unicodeClass(match[1] ?? match[2] ?? '', match[0])
    return next === 'P' ? not(test) : test
  }

  #escapedRune(): number {
    const rest = this.#rest()
    const match =
      /^\\(?:x\{([0-9A-Fa-f]{1,6})\}|x([0-9A-Fa-f]{2})|(0[0-7]{0,2}|[1-7][0-7]{1,2}))/.exec(rest)
    if (match) {
      this.#at += match[0].length
      const point = match[3]
        ? Number.parseInt(match[3], 8)
        : Number.parseInt(match[1] ?? match[2] ?? '0', 16)
      if (point <= 0x10ffff) return point
    }
    const next = this.#peek(1)
    const control = CONTROL[next]
    if (control === undefined && /[\p{L}\p{N}]/u.test(next)) {
      this.#fail('invalid escape sequence', `\\${next}`)
    }
    this.#at += 2
    return control ?? next.codePointAt(0) ?? 0
  }

  #class(): Tree {
    const start = this.#at
    this.#at++
    const negated = this.#peek() === '^'
    if (negated) this.#at++
    const tests: RuneTest[] = []
    for (let first = true; first || this.#peek() !== ']'; first = false) {
      if (this.#at >= this.#runes.length) {
        this.#fail('missing closing ]', this.#runes.slice(start).join(''))
      }
      tests.push(this.#classItem())
    }
    this.#at++
    const any: RuneTest = (rune) => tests.some((test) => test(rune))
    const whole = this.#flags.fold ? folded(any) : any
    return { kind: 'rune', test: negated ? not(whole) : whole }
  }

  #classItem(): RuneTest {
    const posix = /^\[:(\^?)(\w+):\]/.exec(this.#rest())
    if (posix) {
      const test = POSIX[posix[2] ?? '']
      if (!test) return this.#fail('invalid character class range', posix[0])
      this.#at += posix[0].length
      return posix[1] ? not(test) : test
    }
    if (this.#peek() === '\\') {
      if (this.#peek(1) === '') this.#fail('missing closing ]', this.#runes.join(''))
      const set = this.#escapedClass()
      if (set) return set
    }
    const from = this.#at
    const low = this.#classRune()
    if (this.#peek() !== '-' || this.#peek(1) === ']' || this.#peek(1) === '') {
      return (rune) => rune === low
    }
    this.#at++
    const high = this.#classRune()
    if (high < low) {
      this.#fail('invalid character class range', this.#runes.slice(from, this.#at).join(''))
    }
    return (rune) => rune >= low && rune <= high
  }

  #classRune(): number {
    if (this.#peek() === '\\') return this.#escapedRune()
    const rune = this.#peek()
    this.#at++
    return rune.codePointAt(0) ?? 0
  }
}
