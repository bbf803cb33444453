import type { AppliedEntry, StateMachine, StateSnapshot } from '../../../../src/store/index.ts'

interface State {
  index: number
  term: number
  payloads: string[]
}

/** A state machine that keeps every payload, and survives as far as it was flushed. */
export class Journal implements StateMachine<number> {
  readonly #durable: State
  #state: State

  /** `durable` outlives this object, as a disk would. */
  constructor(durable: State = emptyState()) {
    this.#durable = durable
    this.#state = structuredClone(durable)
  }

  get durable(): State {
    return this.#durable
  }

  get payloads(): readonly string[] {
    return this.#state.payloads
  }

  get appliedIndex(): number {
    return this.#state.index
  }

  get durableIndex(): number {
    return this.#durable.index
  }

  /** The outcome is the payload's position. */
  apply({ index, term, payload }: AppliedEntry): number {
    if (index !== this.#state.index + 1) throw new Error(`${index} after ${this.#state.index}`)
    this.#state.index = index
    this.#state.term = term
    if (payload.length > 0) this.#state.payloads.push(Buffer.from(payload).toString())
    return this.#state.payloads.length
  }

  async flush(): Promise<void> {
    Object.assign(this.#durable, structuredClone(this.#state))
  }

  snapshot(): StateSnapshot {
    const { index, term } = this.#state
    const bytes = Buffer.from(JSON.stringify(this.#state))
    async function* chunks() {
      for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000)
    }
    return { index, term, chunks: chunks(), release() {} }
  }

  async restore(
    at: { index: number; term: number },
    chunks: AsyncIterable<Uint8Array>,
  ): Promise<void> {
    const pieces: Uint8Array[] = []
    for await (const piece of chunks) pieces.push(piece)
    this.#state = JSON.parse(Buffer.concat(pieces).toString())
    if (this.#state.index !== at.index) throw new Error('the snapshot is of another index')
    await this.flush()
  }

  async close(): Promise<void> {}
}

export function emptyState(): State {
  return { index: 0, term: 0, payloads: [] }
}
