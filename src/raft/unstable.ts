import { assert, present } from '../base/index.ts'
import type { EntryId, RaftEvent } from './events.ts'
import type { Entry, LogIndex, Snapshot, Term } from './types.ts'

/**
 * The end of the log that is not known to be durable: maybe a snapshot, then entries from `offset`
 * on. What lies before `offsetInProgress` has been handed out to be written.
 */
export class Unstable {
  snapshot: Snapshot | undefined
  entries: Entry[] = []
  offset: LogIndex
  offsetInProgress: LogIndex
  snapshotInProgress = false
  readonly #trace: (event: RaftEvent) => void

  constructor(offset: LogIndex, trace: (event: RaftEvent) => void) {
    this.offset = offset
    this.offsetInProgress = offset
    this.#trace = trace
  }

  /** The index after a waiting snapshot. */
  firstIndex(): LogIndex | undefined {
    return this.snapshot && this.snapshot.metadata.index + 1
  }

  lastIndex(): LogIndex | undefined {
    if (this.entries.length > 0) return this.offset + this.entries.length - 1
    return this.snapshot?.metadata.index
  }

  term(index: LogIndex): Term | undefined {
    if (index >= this.offset) return this.entries[index - this.offset]?.term
    return this.snapshot?.metadata.index === index ? this.snapshot.metadata.term : undefined
  }

  /** Entries not handed out yet. */
  nextEntries(): readonly Entry[] {
    return this.entries.slice(this.offsetInProgress - this.offset)
  }

  hasNextEntries(): boolean {
    return this.entries.length > this.offsetInProgress - this.offset
  }

  /** The snapshot, while not handed out yet. */
  nextSnapshot(): Snapshot | undefined {
    return this.snapshotInProgress ? undefined : this.snapshot
  }

  /** Everything there is has been handed out. */
  acceptInProgress(): void {
    this.offsetInProgress = this.offset + this.entries.length
    if (this.snapshot) this.snapshotInProgress = true
  }

  /**
   * Entries up to `id` are durable. They stay when another leader has replaced them meanwhile: what
   * was written is then not what the log holds now (the ABA race of asynchronous writes).
   */
  stableTo(id: EntryId): void {
    const existingTerm = this.term(id.index)
    if (existingTerm === undefined) {
      this.#trace({ kind: 'stable-unknown', index: id.index })
    } else if (id.index < this.offset) {
      this.#trace({ kind: 'stable-in-snapshot', index: id.index })
    } else if (existingTerm !== id.term) {
      this.#trace({ kind: 'stable-mismatch', told: id, existingTerm })
    } else {
      this.entries.splice(0, id.index + 1 - this.offset)
      this.offset = id.index + 1
      this.offsetInProgress = Math.max(this.offsetInProgress, this.offset)
    }
  }

  stableSnapshotTo(index: LogIndex): void {
    if (this.snapshot?.metadata.index !== index) return
    this.snapshot = undefined
    this.snapshotInProgress = false
  }

  /** Starts over after a snapshot. */
  restore(snapshot: Snapshot): void {
    this.offset = snapshot.metadata.index + 1
    this.offsetInProgress = this.offset
    this.entries = []
    this.snapshot = snapshot
    this.snapshotInProgress = false
  }

  /** Appends; what was there from the first new index on is replaced. */
  truncateAndAppend(entries: readonly Entry[]): void {
    const from = present(entries[0], 'an entry to append').index
    const end = this.offset + this.entries.length
    assert(from <= end, 'raft log: a gap in the unstable entries')
    if (from < end && from > this.offset) {
      this.#trace({ kind: 'unstable-truncated', index: from })
      this.entries.length = from - this.offset
      this.offsetInProgress = Math.min(this.offsetInProgress, from)
    } else if (from < end || from < this.offset) {
      this.#trace({ kind: 'unstable-replaced', index: from })
      this.entries = []
      this.offset = from
      this.offsetInProgress = from
    }
    for (const entry of entries) this.entries.push(entry)
  }

  /** Entries in [low, high). */
  slice(low: LogIndex, high: LogIndex): Entry[] {
    assert(low >= this.offset && low <= high, 'raft log: unstable slice out of bounds')
    assert(high <= this.offset + this.entries.length, 'raft log: unstable slice out of bounds')
    return this.entries.slice(low - this.offset, high - this.offset)
  }
}
