import { type Assertion, PatternError, type RuneTest, type Tree } from './tree.ts'

/** One step of the machine that runs a pattern. `x` is preferred to `y`. */
export type Instruction =
  | { readonly op: 'rune'; readonly test: RuneTest }
  | { readonly op: 'assert'; readonly what: Assertion }
  | { readonly op: 'split'; x: number; y: number }
  | { readonly op: 'jump'; x: number }
  | { readonly op: 'match' }

/** Longest program: what repetitions of repetitions come to. */
const INSTRUCTIONS_MAX = 20_000

/** Turns a pattern into a program for `run`. Throws `PatternError` when it is too large. */
export function toProgram(tree: Tree, source: string): readonly Instruction[] {
  const program: Instruction[] = []
  const emit = <T extends Instruction>(instruction: T): T => {
    if (program.length >= INSTRUCTIONS_MAX) {
      throw new PatternError(`expression too large: \`${source}\``)
    }
    program.push(instruction)
    return instruction
  }
  const add = (part: Tree): void => {
    switch (part.kind) {
      case 'empty':
        return
      case 'rune':
        emit({ op: 'rune', test: part.test })
        return
      case 'assert':
        emit({ op: 'assert', what: part.what })
        return
      case 'sequence':
        for (const inner of part.parts) add(inner)
        return
      case 'either':
        addEither(part.parts)
        return
      case 'repeat':
        addRepeat(part)
    }
  }
  const addEither = (parts: readonly Tree[]): void => {
    const ends: { x: number }[] = []
    for (const [i, part] of parts.entries()) {
      if (i === parts.length - 1) {
        add(part)
        break
      }
      const split = emit({ op: 'split', x: program.length + 1, y: 0 } as const as Split)
      add(part)
      ends.push(emit({ op: 'jump', x: 0 } as Jump))
      split.y = program.length
    }
    for (const end of ends) end.x = program.length
  }
  const addRepeat = (part: Extract<Tree, { kind: 'repeat' }>): void => {
    const { of, min, max, greedy } = part
    for (let i = 0; i < min; i++) add(of)
    if (max === Number.POSITIVE_INFINITY) {
      const loop = emit({ op: 'split', x: 0, y: 0 } as Split)
      const at = program.length - 1
      add(of)
      emit({ op: 'jump', x: at })
      aim(loop, at + 1, program.length, greedy)
      return
    }
    const skips: { split: Split; body: number }[] = []
    for (let i = min; i < max; i++) {
      const split = emit({ op: 'split', x: 0, y: 0 } as Split)
      skips.push({ split, body: program.length })
      add(of)
    }
    for (const { split, body } of skips) aim(split, body, program.length, greedy)
  }
  add(tree)
  emit({ op: 'match' })
  return program
}

type Split = Extract<Instruction, { op: 'split' }>
type Jump = Extract<Instruction, { op: 'jump' }>

function aim(split: Split, body: number, end: number, greedy: boolean): void {
  split.x = greedy ? body : end
  split.y = greedy ? end : body
}
