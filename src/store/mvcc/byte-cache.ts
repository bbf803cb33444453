import type { RevisionId } from './revision.ts'

/**
 * Recently used values by revision, bounded by their bytes. Values never change. Two generations:
 * what is used moves to the young one; when that holds half of the bound, the old one is dropped
 * whole. Moving each value to a map's end instead is far slower: V8 rehashes for it (measured:
 * 80 µs a read with 100,000 values).
 */
export class ByteCache {
  readonly #youngBytesMax: number
  #young = new Map<RevisionId, Uint8Array>()
  #old = new Map<RevisionId, Uint8Array>()
  #youngBytes = 0
  #oldBytes = 0

  constructor(maxBytes: number) {
    this.#youngBytesMax = maxBytes / 2
  }

  get bytes(): number {
    return this.#youngBytes + this.#oldBytes
  }

  get(id: RevisionId): Uint8Array | undefined {
    const young = this.#young.get(id)
    if (young) return young
    const value = this.#old.get(id)
    if (value) this.set(id, value)
    return value
  }

  set(id: RevisionId, value: Uint8Array): void {
    this.delete(id)
    this.#young.set(id, value)
    this.#youngBytes += value.length
    if (this.#youngBytes <= this.#youngBytesMax) return
    this.#old = this.#young
    this.#oldBytes = this.#youngBytes
    this.#young = new Map()
    this.#youngBytes = 0
  }

  delete(id: RevisionId): void {
    const young = this.#young.get(id)
    if (young && this.#young.delete(id)) this.#youngBytes -= young.length
    const old = this.#old.get(id)
    if (old && this.#old.delete(id)) this.#oldBytes -= old.length
  }
}
