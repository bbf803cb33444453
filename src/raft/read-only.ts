import type { Voters } from './quorum.ts'
import { committedIndex } from './quorum.ts'
import type { LogIndex, Message, RaftId } from './types.ts'

export interface PendingRead {
  readonly request: Message
  /** The commit index when the request came. */
  readonly index: LogIndex
}

const CONTEXT_BYTES = 8

/**
 * Reads that wait for a leader to learn that it still leads (dissertation §6.4). Each read has a
 * position; a heartbeat carries the newest one, and its answer confirms that read and all before.
 */
export class ReadOnly {
  #waiting: PendingRead[] = []
  #confirmed = 0
  readonly #acks = new Map<RaftId, number>()

  add(request: Message, index: LogIndex): void {
    this.#waiting.push({ request, index })
  }

  /** For the next heartbeat. Empty when no read waits. */
  heartbeatContext(): Uint8Array {
    if (this.#waiting.length === 0) return new Uint8Array(0)
    const context = new Uint8Array(CONTEXT_BYTES)
    new DataView(context.buffer).setBigUint64(0, BigInt(this.#confirmed + this.#waiting.length))
    return context
  }

  /** A member answered a heartbeat with `context`. */
  acknowledge(from: RaftId, context: Uint8Array): void {
    if (context.length !== CONTEXT_BYTES) return
    const view = new DataView(context.buffer, context.byteOffset, CONTEXT_BYTES)
    this.#acks.set(from, Math.max(this.#acks.get(from) ?? 0, Number(view.getBigUint64(0))))
  }

  /** Takes out the reads that a quorum has confirmed. */
  takeConfirmed(voters: Voters): PendingRead[] {
    const confirmed = committedIndex(voters, (id) => this.#acks.get(id))
    if (confirmed <= this.#confirmed) return []
    const reads = this.#waiting.splice(0, confirmed - this.#confirmed)
    this.#confirmed = confirmed
    return reads
  }
}
