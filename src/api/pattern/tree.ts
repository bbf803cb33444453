/** Whether a code point belongs to a class. */
export type RuneTest = (rune: number) => boolean

export type Assertion = 'line-start' | 'line-end' | 'text-start' | 'text-end' | 'word' | 'no-word'

/** A regular expression, read. */
export type Tree =
  | { readonly kind: 'empty' }
  | { readonly kind: 'rune'; readonly test: RuneTest }
  | { readonly kind: 'assert'; readonly what: Assertion }
  | { readonly kind: 'sequence'; readonly parts: readonly Tree[] }
  | { readonly kind: 'either'; readonly parts: readonly Tree[] }
  | {
      readonly kind: 'repeat'
      readonly of: Tree
      readonly min: number
      /** Infinity for no end. */
      readonly max: number
      readonly greedy: boolean
    }

/** What is wrong with a pattern, in Go's words: ``missing closing ]: `[a` ``. */
export class PatternError extends Error {}

export interface Flags {
  /** `i` */
  readonly fold: boolean
  /** `s`: a dot takes line ends too. */
  readonly dotAll: boolean
  /** `m` */
  readonly lines: boolean
  /** `U`: lazy and greedy swapped. */
  readonly swap: boolean
}
