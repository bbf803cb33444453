import { word } from './classes.ts'
import { type Instruction, toProgram } from './program.ts'
import { readPattern } from './reader.ts'
import { type Assertion, PatternError } from './tree.ts'

/**
 * A regular expression with Go's syntax and semantics (RE2). It takes time in proportion to the
 * text whatever the pattern, so a pattern from one user and a text from another cannot hang a
 * server; JavaScript's own would.
 */
export interface Pattern {
  /** Whether it matches anywhere. */
  test(text: string): boolean
  /** The texts of the leftmost matches, none overlapping; `limit` below 0 means all. */
  findAll(text: string, limit: number): string[]
}

/** Compiled patterns that are kept. */
const CACHE_MAX = 500
const cache = new Map<string, Pattern | string>()

/** Compiles a pattern; a text, in Go's words, when it is none. */
export function compilePattern(source: string): Pattern | string {
  const known = cache.get(source)
  if (known !== undefined) return known
  const compiled = compile(source)
  if (cache.size >= CACHE_MAX) {
    const [oldest] = cache.keys()
    if (oldest !== undefined) cache.delete(oldest)
  }
  cache.set(source, compiled)
  return compiled
}

function compile(source: string): Pattern | string {
  try {
    return new Machine(toProgram(readPattern(source), source))
  } catch (error) {
    if (error instanceof PatternError) return error.message
    throw error
  }
}

// A simulation of all threads at once, in order of preference (Pike's machine).
class Machine implements Pattern {
  readonly #program: readonly Instruction[]
  readonly #anchored: boolean

  constructor(program: readonly Instruction[]) {
    this.#program = program
    const [first] = program
    this.#anchored = first?.op === 'assert' && first.what === 'text-start'
  }

  test(text: string): boolean {
    return this.#find(runesOf(text), 0, true) !== undefined
  }

  findAll(text: string, limit: number): string[] {
    const runes = runesOf(text)
    const found: string[] = []
    let at = 0
    let previousEnd = -1
    while (at <= runes.length && (limit < 0 || found.length < limit)) {
      const match = this.#find(runes, at, false)
      if (!match) break
      const [start, end] = match
      // An empty match right behind another one does not count, as in Go.
      if (end > start || start !== previousEnd) {
        found.push(String.fromCodePoint(...runes.slice(start, end)))
      }
      previousEnd = end
      at = end > start ? end : end + 1
    }
    return found
  }

  // The leftmost match from `from` on; the first one that is seen if `any` will do.
  #find(runes: readonly number[], from: number, any: boolean): [number, number] | undefined {
    const program = this.#program
    let threads: Thread[] = []
    let best: [number, number] | undefined
    for (let at = from; at <= runes.length; at++) {
      const seen = new Uint8Array(program.length)
      const ready: Thread[] = []
      for (const thread of threads) this.#follow(thread, { runes, at, seen, ready })
      // A new beginning has the least preference, and none once there is a match.
      if (!best && !(this.#anchored && at > 0)) {
        this.#follow({ pc: 0, start: at }, { runes, at, seen, ready })
      }
      threads = []
      const rune = runes[at]
      for (const { pc, start } of ready) {
        const instruction = program[pc]
        if (instruction?.op === 'match') {
          best = [start, at]
          if (any) return best
          break
        }
        if (instruction?.op === 'rune' && rune !== undefined && instruction.test(rune)) {
          threads.push({ pc: pc + 1, start })
        }
      }
      if (threads.length === 0 && (best || (this.#anchored && at >= 0))) return best
    }
    return best
  }

  // All steps that take no rune, with an own stack: patterns nest deeply.
  #follow(thread: Thread, on: Position): void {
    const { seen, ready } = on
    const stack = [thread.pc]
    for (let pc = stack.pop(); pc !== undefined; pc = stack.pop()) {
      if (seen[pc]) continue
      seen[pc] = 1
      const instruction = this.#program[pc]
      switch (instruction?.op) {
        case 'jump':
          stack.push(instruction.x)
          break
        case 'split':
          stack.push(instruction.y, instruction.x)
          break
        case 'assert':
          if (holds(instruction.what, on)) stack.push(pc + 1)
          break
        default:
          ready.push({ pc, start: thread.start })
      }
    }
  }
}

interface Thread {
  readonly pc: number
  readonly start: number
}

interface Position {
  readonly runes: readonly number[]
  readonly at: number
  readonly seen: Uint8Array
  readonly ready: Thread[]
}

function holds(what: Assertion, { runes, at }: Position): boolean {
  const before = runes[at - 1]
  const after = runes[at]
  switch (what) {
    case 'text-start':
      return at === 0
    case 'text-end':
      return at === runes.length
    case 'line-start':
      return before === undefined || before === 10
    case 'line-end':
      return after === undefined || after === 10
    default: {
      const isWord = (rune: number | undefined) => rune !== undefined && word(rune)
      return (isWord(before) !== isWord(after)) === (what === 'word')
    }
  }
}

function runesOf(text: string): number[] {
  return Array.from(text, (rune) => rune.codePointAt(0) ?? 0)
}
