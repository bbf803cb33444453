import type { Random } from '../../src/base/index.ts'
import { mutate } from './mutate.ts'

/** A decoder under fire. */
export interface FuzzTarget {
  readonly name: string
  /** Sound inputs to start from. */
  readonly seeds: readonly Uint8Array[]
  /** Takes any bytes; throws `allowed` errors for bad ones, and nothing else, ever. */
  take(input: Uint8Array): void
  readonly allowed: readonly (abstract new (...args: never[]) => Error)[]
}

export interface FuzzFailure {
  readonly target: string
  readonly input: Uint8Array
  readonly error: unknown
}

const SLOW_MS = 2000
const CORPUS_MAX = 500

/** Feeds a target `runs` mutated inputs; the first that it cannot take, if any. */
export function fuzz(target: FuzzTarget, runs: number, random: Random): FuzzFailure | undefined {
  const corpus = [...target.seeds]
  for (const seed of corpus) {
    const failure = feed(target, seed)
    if (failure) return failure
  }
  for (let run = 0; run < runs; run++) {
    const base = corpus[random.int(corpus.length)] ?? new Uint8Array(0)
    const input = mutate(base, corpus, random)
    const failure = feed(target, input)
    if (failure) return failure
    // What still decodes leads further than what does not.
    if (corpus.length < CORPUS_MAX && decodes(target, input)) corpus.push(input)
  }
  return undefined
}

function decodes(target: FuzzTarget, input: Uint8Array): boolean {
  try {
    target.take(input)
    return true
  } catch {
    return false
  }
}

function feed(target: FuzzTarget, input: Uint8Array): FuzzFailure | undefined {
  const startedMs = performance.now()
  try {
    target.take(input)
  } catch (error) {
    const isAllowed = target.allowed.some((type) => error instanceof type)
    if (!isAllowed) return { target: target.name, input, error }
  }
  const tookMs = performance.now() - startedMs
  if (tookMs < SLOW_MS) return undefined
  return { target: target.name, input, error: new Error(`took ${tookMs.toFixed(0)} ms`) }
}
