import type { Random } from '../base/index.ts'

const UINT32 = 2 ** 32

/**
 * Randomness from a seed (sfc32). Streams are forked by name, independent of how much their
 * parent has drawn: a fault that is switched off does not reshuffle the others.
 */
export class SeededRandom implements Random {
  readonly #seed: string
  #a: number
  #b: number
  #c: number
  #counter = 1

  constructor(seed: number | string) {
    this.#seed = String(seed)
    this.#a = hash(this.#seed, 0x9e3779b9)
    this.#b = hash(this.#seed, 0x243f6a88)
    this.#c = hash(this.#seed, 0xb7e15162)
    for (let i = 0; i < 12; i++) this.#next()
  }

  float(): number {
    // 53 bits from two draws.
    return ((this.#next() >>> 5) * 2 ** 26 + (this.#next() >>> 6)) / 2 ** 53
  }

  int(below: number): number {
    return Math.floor(this.float() * below)
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.#next() & 0xff)
  }

  uuid(): string {
    const bytes = this.bytes(16)
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
    const hex = [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('')
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  }

  fork(domain: string): SeededRandom {
    return new SeededRandom(`${this.#seed}/${domain}`)
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.float() < probability
  }

  /** A float in [low, high). */
  between(low: number, high: number): number {
    return low + this.float() * (high - low)
  }

  /** One of a list, which must not be empty. */
  pick<T>(items: readonly T[]): T {
    const item = items[this.int(items.length)]
    if (item === undefined) throw new RangeError('nothing to pick from')
    return item
  }

  #next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum
    return sum >>> 0
  }
}

/** FNV-1a over the seed's characters, then mixed. */
function hash(text: string, basis: number): number {
  let h = basis
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  return (h ^ (h >>> 13)) % UINT32
}
