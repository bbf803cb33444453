import { assert, present } from '../base/index.ts'
import type { EntryId, RaftEvent } from './events.ts'
import { entriesBytes, limitBytes } from './entry-size.ts'
import type { Entry, LogIndex, RaftStorage, Snapshot, Term } from './types.ts'
import { Unstable } from './unstable.ts'

/**
 * The whole log: what the storage holds, then what is unstable.
 * Invariant: `applied <= applying <= committed <= lastIndex`.
 */
export class RaftLog {
  readonly storage: RaftStorage
  readonly unstable: Unstable
  /** The highest index known to be held by a quorum. */
  committed: LogIndex
  /** The highest index handed out to be applied. */
  applying: LogIndex
  applied: LogIndex
  readonly #applyingBytesMax: number
  #applyingBytes = 0
  #applyingPaused = false
  readonly #trace: (event: RaftEvent) => void

  constructor(options: {
    storage: RaftStorage
    applyingBytesMax: number
    trace: (event: RaftEvent) => void
  }) {
    this.storage = options.storage
    this.#applyingBytesMax = options.applyingBytesMax
    this.#trace = options.trace
    this.unstable = new Unstable(this.storage.lastIndex() + 1, options.trace)
    const compacted = this.storage.firstIndex() - 1
    this.committed = compacted
    this.applying = compacted
    this.applied = compacted
  }

  firstIndex(): LogIndex {
    return this.unstable.firstIndex() ?? this.storage.firstIndex()
  }

  lastIndex(): LogIndex {
    return this.unstable.lastIndex() ?? this.storage.lastIndex()
  }

  last(): EntryId {
    const index = this.lastIndex()
    return { index, term: present(this.term(index), 'the term of the last entry') }
  }

  /** Undefined for what was compacted and for what is not there yet. */
  term(index: LogIndex): Term | undefined {
    const unstable = this.unstable.term(index)
    if (unstable !== undefined) return unstable
    // Of the entry just before the first one the term is known as well.
    if (index + 1 < this.firstIndex() || index > this.lastIndex()) return undefined
    return this.storage.term(index)
  }

  matches(id: EntryId): boolean {
    return this.term(id.index) === id.term
  }

  /** Raft §5.4.1: whether a candidate's log is at least as complete as ours. */
  isUpToDate(theirs: EntryId): boolean {
    const ours = this.last()
    return theirs.term > ours.term || (theirs.term === ours.term && theirs.index >= ours.index)
  }

  append(entries: readonly Entry[]): LogIndex {
    const first = entries[0]
    if (first) {
      assert(first.index > this.committed, 'raft log: a committed entry would be replaced')
      this.unstable.truncateAndAppend(entries)
    }
    return this.lastIndex()
  }

  /**
   * A leader's entries after `previous`. Undefined when our log has no such entry (Raft §5.3);
   * otherwise the index of the last new entry, which our log then holds.
   */
  maybeAppend(
    previous: EntryId,
    entries: readonly Entry[],
    committed: LogIndex,
  ): LogIndex | undefined {
    if (!this.matches(previous)) return undefined
    const lastNew = previous.index + entries.length
    const conflict = this.#findConflict(entries)
    if (conflict !== undefined) {
      assert(conflict > this.committed, 'raft log: a conflict with a committed entry')
      this.append(entries.slice(conflict - previous.index - 1))
    }
    this.commitTo(Math.min(committed, lastNew))
    return lastNew
  }

  /**
   * The last entry at or before `index` whose term is at most `term`: where two logs may match at
   * the latest, so that a whole term is skipped in one step (Raft §5.3, fast back-up).
   * Term 0 when that entry was compacted.
   */
  findConflictByTerm(index: LogIndex, term: Term): EntryId {
    for (let at = index; at > 0; at--) {
      const ours = this.term(at)
      if (ours === undefined) return { index: at, term: 0 }
      if (ours <= term) return { index: at, term: ours }
    }
    return { index: 0, term: 0 }
  }

  commitTo(index: LogIndex): void {
    if (index <= this.committed) return
    assert(index <= this.lastIndex(), 'raft log: committed beyond its end; was the log truncated?')
    this.committed = index
  }

  /** Raft §5.4.2: an entry of the current term that a quorum holds commits all before it. */
  maybeCommit(at: EntryId): boolean {
    if (at.term === 0 || at.index <= this.committed || !this.matches(at)) return false
    this.commitTo(at.index)
    return true
  }

  /** Up to `index` is applied; `bytes` of entries are no longer on their way. */
  appliedTo(index: LogIndex, bytes: number): void {
    assert(index <= this.committed && index >= this.applied, 'raft log: applied out of range')
    this.applied = index
    this.applying = Math.max(this.applying, index)
    this.#applyingBytes = Math.max(0, this.#applyingBytes - bytes)
    this.#applyingPaused = this.#applyingBytes >= this.#applyingBytesMax
  }

  /** Entries were handed out to be applied. */
  acceptApplying(entries: readonly Entry[], allowUnstable: boolean): void {
    const last = entries.at(-1)
    if (!last) return
    assert(last.index <= this.committed, 'raft log: applying what is not committed')
    this.applying = last.index
    this.#applyingBytes += entriesBytes(entries)
    this.#applyingPaused =
      this.#applyingBytes >= this.#applyingBytesMax || last.index < this.#appliable(allowUnstable)
  }

  hasNextCommitted(allowUnstable: boolean): boolean {
    if (this.#applyingPaused || this.unstable.snapshot) return false
    return this.applying < this.#appliable(allowUnstable)
  }

  /** Committed entries to be applied next. `allowUnstable`: even those still being written. */
  nextCommitted(allowUnstable: boolean): readonly Entry[] {
    if (!this.hasNextCommitted(allowUnstable)) return []
    const bytesMax = this.#applyingBytesMax - this.#applyingBytes
    const entries = this.slice(this.applying + 1, this.#appliable(allowUnstable) + 1, bytesMax)
    return present(entries, 'entries that are not applied yet')
  }

  /** Entries from `low` to the end, cut at `bytesMax` but at least one. Undefined when compacted. */
  entriesFrom(low: LogIndex, bytesMax: number): readonly Entry[] | undefined {
    if (low > this.lastIndex()) return []
    return this.slice(low, this.lastIndex() + 1, bytesMax)
  }

  /** Entries in [low, high), cut at `bytesMax` but at least one. Undefined when compacted. */
  slice(low: LogIndex, high: LogIndex, bytesMax: number): readonly Entry[] | undefined {
    assert(low <= high && high <= this.lastIndex() + 1, 'raft log: slice out of bounds')
    if (low < this.firstIndex()) return undefined
    if (low === high) return []
    const { offset } = this.unstable
    if (low >= offset) return limitBytes(this.unstable.slice(low, high), bytesMax)
    const cut = Math.min(high, offset)
    const stable = this.storage.entries(low, cut, bytesMax)
    if (high <= offset || stable.length < cut - low) return stable
    const bytes = entriesBytes(stable)
    if (bytes >= bytesMax) return stable
    const rest = limitBytes(this.unstable.slice(offset, high), bytesMax - bytes)
    // `limitBytes` gives at least one entry, which may be one too many here.
    if (rest.length === 1 && bytes + entriesBytes(rest) > bytesMax) return stable
    return [...stable, ...rest]
  }

  snapshot(): Snapshot {
    return this.unstable.snapshot ?? this.storage.snapshot()
  }

  /** Replaces everything by a snapshot. */
  restore(snapshot: Snapshot): void {
    const { committed, applied, applying, unstable } = this
    const { offset, offsetInProgress, entries } = unstable
    this.#trace({
      kind: 'log-restoring',
      snapshot: snapshot.metadata,
      log: {
        committed,
        applied,
        applying,
        offset,
        offsetInProgress,
        unstableCount: entries.length,
      },
    })
    this.committed = snapshot.metadata.index
    this.unstable.restore(snapshot)
  }

  #appliable(allowUnstable: boolean): LogIndex {
    return allowUnstable ? this.committed : Math.min(this.committed, this.unstable.offset - 1)
  }

  #findConflict(entries: readonly Entry[]): LogIndex | undefined {
    for (const { index, term } of entries) {
      const ours = this.term(index)
      if (ours === term) continue
      if (index <= this.lastIndex()) {
        this.#trace({
          kind: 'conflict',
          existing: { index, term: ours ?? 0 },
          conflictingTerm: term,
        })
      }
      return index
    }
    return undefined
  }
}
