import { assert, present } from '../base/index.ts'
import { limitBytes } from './entry-size.ts'
import {
  CompactedError,
  SnapshotOutOfDateError,
  SnapshotTemporarilyUnavailableError,
  UnavailableError,
} from './errors.ts'
import type { ConfState, Entry, HardState, LogIndex, RaftStorage, Snapshot, Term } from './types.ts'

export const emptyConfState: ConfState = {
  voters: [],
  learners: [],
  votersOutgoing: [],
  learnersNext: [],
  autoLeave: false,
}

export const emptyHardState: HardState = { term: 0, vote: 0, commit: 0 }

export const emptySnapshot: Snapshot = {
  metadata: { confState: emptyConfState, index: 0, term: 0 },
  data: new Uint8Array(0),
}

/**
 * The log in memory, as `RawNode` reads it. A durable owner writes the same things to its
 * write-ahead log first and appends here when they are on disk.
 */
export class MemoryStorage implements RaftStorage {
  #hardState: HardState = emptyHardState
  #snapshot: Snapshot
  /** Entries after the offset, without a gap. */
  #entries: Entry[] = []
  /** Index and term just before the first entry: what was compacted last. */
  #offset: { index: LogIndex; term: Term }
  /** While true, `snapshot` throws `SnapshotTemporarilyUnavailableError`. */
  snapshotPending = false

  /** A log that starts after `snapshot`; by default an empty one of a group without members. */
  constructor(snapshot: Snapshot = emptySnapshot) {
    this.#snapshot = snapshot
    this.#offset = { index: snapshot.metadata.index, term: snapshot.metadata.term }
  }

  initialState(): { hardState: HardState; confState: ConfState } {
    return { hardState: this.#hardState, confState: this.#snapshot.metadata.confState }
  }

  setHardState(hardState: HardState): void {
    this.#hardState = hardState
  }

  firstIndex(): LogIndex {
    return this.#offset.index + 1
  }

  lastIndex(): LogIndex {
    return this.#offset.index + this.#entries.length
  }

  term(index: LogIndex): Term {
    if (index < this.#offset.index) throw new CompactedError()
    if (index === this.#offset.index) return this.#offset.term
    if (index > this.lastIndex()) throw new UnavailableError()
    return this.#at(index).term
  }

  entries(low: LogIndex, high: LogIndex, maxBytes: number): readonly Entry[] {
    if (low <= this.#offset.index) throw new CompactedError()
    if (high > this.lastIndex() + 1) throw new UnavailableError()
    return limitBytes(
      this.#entries.slice(low - this.#offset.index - 1, high - this.#offset.index - 1),
      maxBytes,
    )
  }

  snapshot(): Snapshot {
    if (this.snapshotPending) throw new SnapshotTemporarilyUnavailableError()
    return this.#snapshot
  }

  /** Appends; entries from the first new index on are replaced. Throws nothing; a gap is a bug. */
  append(entries: readonly Entry[]): void {
    const first = entries[0]
    if (!first) return
    assert(first.index <= this.lastIndex() + 1, 'raft log: a gap between old and new entries')
    // What was compacted meanwhile is in the snapshot already.
    const fresh = entries.filter((e) => e.index > this.#offset.index)
    const start = fresh[0]
    if (!start) return
    this.#entries.length = start.index - this.#offset.index - 1
    for (const entry of fresh) this.#entries.push(entry)
  }

  /** Replaces log and state by a leader's snapshot. Throws `SnapshotOutOfDateError` for an older one. */
  applySnapshot(snapshot: Snapshot): void {
    if (snapshot.metadata.index <= this.#snapshot.metadata.index) throw new SnapshotOutOfDateError()
    this.#snapshot = snapshot
    this.#offset = { index: snapshot.metadata.index, term: snapshot.metadata.term }
    this.#entries = []
  }

  /**
   * Makes the snapshot that lagging followers will get. It does not compact.
   * Throws `SnapshotOutOfDateError` when there is a newer one.
   */
  createSnapshot(at: LogIndex, confState: ConfState, data: Uint8Array): Snapshot {
    if (at <= this.#snapshot.metadata.index) throw new SnapshotOutOfDateError()
    assert(at <= this.lastIndex(), 'raft log: a snapshot beyond the end of the log')
    this.#snapshot = { metadata: { index: at, term: this.term(at), confState }, data }
    return this.#snapshot
  }

  /** Forgets entries up to and including `index`. Throws `CompactedError` when they are gone already. */
  compact(index: LogIndex): void {
    if (index <= this.#offset.index) throw new CompactedError()
    assert(index <= this.lastIndex(), 'raft log: compaction beyond the end of the log')
    const term = this.term(index)
    this.#entries.splice(0, index - this.#offset.index)
    this.#offset = { index, term }
  }

  #at(index: LogIndex): Entry {
    return present(this.#entries[index - this.#offset.index - 1], 'an entry within the log')
  }
}
