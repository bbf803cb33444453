import { assert } from '../base/index.ts'
import { EntryList } from './entry-list.ts'
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
  /** Entries after the offset. */
  #entries: EntryList
  /** Index and term just before the first entry: what was compacted last. */
  #offset: { index: LogIndex; term: Term }
  /** While true, `snapshot` throws `SnapshotTemporarilyUnavailableError`. */
  snapshotPending = false

  /** A log that starts after `snapshot`; by default an empty one of a group without members. */
  constructor(snapshot: Snapshot = emptySnapshot) {
    this.#snapshot = snapshot
    this.#offset = { index: snapshot.metadata.index, term: snapshot.metadata.term }
    this.#entries = new EntryList(this.#offset.index)
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
    return this.#entries.last
  }

  term(index: LogIndex): Term {
    if (index < this.#offset.index) throw new CompactedError()
    if (index === this.#offset.index) return this.#offset.term
    if (index > this.lastIndex()) throw new UnavailableError()
    return this.#entries.termAt(index)
  }

  /** Bytes of the data of an entry that is there. */
  dataBytes(index: LogIndex): number {
    return this.#entries.dataBytesAt(index)
  }

  entries(low: LogIndex, high: LogIndex, maxBytes: number): readonly Entry[] {
    if (low <= this.#offset.index) throw new CompactedError()
    if (high > this.lastIndex() + 1) throw new UnavailableError()
    return this.#entries.slice(low, high, maxBytes)
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
    const { index } = this.#offset
    this.#entries.append(first.index > index ? entries : entries.filter((e) => e.index > index))
  }

  /** Replaces log and state by a leader's snapshot. Throws `SnapshotOutOfDateError` for an older one. */
  applySnapshot(snapshot: Snapshot): void {
    if (snapshot.metadata.index <= this.#snapshot.metadata.index) throw new SnapshotOutOfDateError()
    this.#snapshot = snapshot
    this.#offset = { index: snapshot.metadata.index, term: snapshot.metadata.term }
    this.#entries = new EntryList(this.#offset.index)
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
    this.#entries.drop(index)
    this.#offset = { index, term }
  }

  /**
   * Entries up to `index` are read no more, but for members that lag: they may take less memory. Only
   * what is committed: it is never replaced.
   */
  pack(index: LogIndex): void {
    this.#entries.pack(index)
  }
}
