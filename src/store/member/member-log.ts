import {
  type ConfState,
  type LogIndex,
  MemoryStorage,
  type RaftStorage,
  type Snapshot,
  type Term,
} from '../../raft/index.ts'

/** What the newest snapshot would be: the state as applied. */
export interface AppliedState {
  readonly index: LogIndex
  readonly confState: ConfState
  /** The members, for one who gets the snapshot. */
  readonly data: Uint8Array
}

/** The durable log as Raft reads it; a snapshot is whatever is applied when it is asked for. */
export class MemberLog extends MemoryStorage implements RaftStorage {
  readonly #applied: () => AppliedState

  constructor(start: {
    base: { index: LogIndex; term: Term }
    confState: ConfState
    applied: () => AppliedState
  }) {
    const { base, confState } = start
    super({ metadata: { ...base, confState }, data: new Uint8Array(0) })
    this.#applied = start.applied
  }

  override snapshot(): Snapshot {
    const { index, confState, data } = this.#applied()
    return { metadata: { index, term: this.term(index), confState }, data }
  }

  /**
   * The index up to which the log may be forgotten so that its tail keeps at most so many entries
   * and bytes, for followers to catch up from.
   */
  tailStart(options: { upTo: LogIndex; entriesMax: number; bytesMax: number }): LogIndex {
    const { upTo, entriesMax, bytesMax } = options
    let start = Math.min(upTo, Math.max(this.firstIndex() - 1, this.lastIndex() - entriesMax))
    let bytes = 0
    for (let index = this.lastIndex(); index > start; index--) {
      bytes += this.dataBytes(index)
      if (bytes > bytesMax) {
        start = Math.min(upTo, index)
        break
      }
    }
    return start
  }
}
