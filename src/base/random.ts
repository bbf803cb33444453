/**
 * Randomness, injected. `platform/` draws from the operating system, `sim/` from a seed.
 * Streams are split per domain (`fork`), so that one fault switched off does not reshuffle another.
 */
export interface Random {
  /** A float in [0, 1). */
  float(): number
  /** An integer in [0, below). `below` is at most 2^53 - 1. */
  int(below: number): number
  /** `length` random bytes. */
  bytes(length: number): Uint8Array
  /** A version 4 UUID (RFC 9562 §5.4). */
  uuid(): string
  /** An independent stream, named for its use. */
  fork(domain: string): Random
}

// Kubernetes' alphabet for generated names: no vowels, none of the look-alikes 0, 1 and 3.
const NAME_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789'

/** A random suffix as Kubernetes' `generateName` appends: `length` characters of its safe alphabet. */
export function randomSuffix(random: Random, length = 5): string {
  let suffix = ''
  for (let i = 0; i < length; i++) suffix += NAME_ALPHABET[random.int(NAME_ALPHABET.length)]
  return suffix
}
