import {
  changeMembers,
  decodeMemberChange,
  isMemberChange,
  type Membership,
} from '../../../../src/store/membership/index.ts'
import type { AppliedEntry, StateMachine, StateSnapshot } from '../../../../src/store/index.ts'

interface State {
  index: number
  term: number
  payloads: string[]
  membership?: Membership
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

  get membership(): Membership | undefined {
    return this.#state.membership
  }

  async adopt(at: { index: number; term: number }, membership: Membership): Promise<void> {
    Object.assign(this.#state, at, { membership })
    await this.flush()
  }

  /** The outcome is the payload's position, below 0 for a change of members that is refused. */
  apply({ index, term, payload }: AppliedEntry): number {
    if (index !== this.#state.index + 1) throw new Error(`${index} after ${this.#state.index}`)
    this.#state.index = index
    this.#state.term = term
    if (isMemberChange(payload)) return this.#change(payload)
    if (payload.length > 0) this.#state.payloads.push(Buffer.from(payload).toString())
    return this.#state.payloads.length
  }

  #change(payload: Uint8Array): number {
    if (!this.#state.membership) return -1
    try {
      const change = decodeMemberChange(payload)
      this.#state.membership = changeMembers(this.#state.membership, change)
      return 0
    } catch {
      return -1
    }
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
