import type { Engine, EngineEntry, EngineOp, EngineRange } from '../../../src/base/index.ts'

/** An engine in memory, for tests: what was written is there, until `fail` is set. */
export class MemoryEngine implements Engine {
  #entries: Map<string, Uint8Array>
  /** Thrown by the next batches when set. */
  fail: Error | undefined
  /** Awaited by each batch before it is written, when set. */
  hold: Promise<void> | undefined
  /** Called after each batch, when set. */
  written: (() => void) | undefined
  closed = false

  constructor(entries: Iterable<readonly [string, Uint8Array]> = []) {
    this.#entries = new Map(entries)
  }

  /** The same content, as a crash at this moment would leave it. */
  copy(): MemoryEngine {
    return new MemoryEngine(this.#entries)
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#entries.get(text(key))
  }

  async batch(ops: readonly EngineOp[]): Promise<void> {
    await this.hold
    if (this.fail) throw this.fail
    for (const op of ops) {
      if (op.type === 'put') this.#entries.set(text(op.key), Uint8Array.from(op.value))
      else this.#entries.delete(text(op.key))
    }
    this.written?.()
  }

  async *iterate(range: EngineRange = {}): AsyncGenerator<readonly EngineEntry[]> {
    const found = this.#keys(range).map((key) => [key, this.#entries.get(key)] as const)
    let left = range.limit ?? Infinity
    for (const [key, value] of range.reverse ? found.toReversed() : found) {
      if (left-- <= 0 || !value) return
      yield [[Buffer.from(key, 'latin1'), value]]
    }
  }

  async clear(range: EngineRange = {}): Promise<void> {
    await this.hold
    for (const key of this.#keys(range)) this.#entries.delete(key)
  }

  #keys({ gte, lt }: EngineRange): string[] {
    const from = gte ? text(gte) : ''
    const to = lt && text(lt)
    return [...this.#entries.keys()]
      .filter((key) => key >= from && (to === undefined || key < to))
      .sort()
  }

  compact(): Promise<void> {
    return Promise.resolve()
  }

  sizeBytes(): Promise<number> {
    let size = 0
    for (const [key, value] of this.#entries) size += key.length + value.length
    return Promise.resolve(size)
  }

  close(): Promise<void> {
    this.closed = true
    return Promise.resolve()
  }
}

function text(key: Uint8Array): string {
  return Buffer.from(key).toString('latin1')
}
