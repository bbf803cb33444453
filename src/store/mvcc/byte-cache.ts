import type { RevisionId } from './revision.ts'

const EVICTED_AT_ONCE = 1 / 8

/** Least recently used values by revision, bounded by their bytes. Values never change. */
export class ByteCache {
  readonly #maxBytes: number
  readonly #values = new Map<RevisionId, Uint8Array>()
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  get(id: RevisionId): Uint8Array | undefined {
    const value = this.#values.get(id)
    if (value) {
      this.#values.delete(id)
      this.#values.set(id, value)
    }
    return value
  }

  set(id: RevisionId, value: Uint8Array): void {
    this.delete(id)
    this.#values.set(id, value)
    this.#bytes += value.length
    if (this.#bytes > this.#maxBytes) this.#evict()
  }

  /** Many at once: a map that lost its first entries is slow to find the next first one. */
  #evict(): void {
    const enough = this.#maxBytes * (1 - EVICTED_AT_ONCE)
    for (const [oldest, dropped] of this.#values) {
      this.#values.delete(oldest)
      this.#bytes -= dropped.length
      if (this.#bytes <= enough) return
    }
  }

  delete(id: RevisionId): void {
    const value = this.#values.get(id)
    if (!value) return
    this.#values.delete(id)
    this.#bytes -= value.length
  }
}
