import type { Entry, HardState, LogIndex } from '../../raft/index.ts'
import { ByteReader, MalformedBytesError } from './bytes.ts'
import type { LogBase, WalRecord } from './records.ts'
import { readRecord } from './records.ts'

/** What a log says, all records taken together. */
export interface WalContents {
  readonly hardState: HardState
  /** The entry just before the first of `entries`. */
  readonly base: LogBase
  /** Entries after the base, without a gap. */
  readonly entries: readonly Entry[]
  /** Opaque; empty when never written. */
  readonly membership: Uint8Array
  /** A snapshot whose installation was begun and not recorded as done. */
  readonly incoming: { readonly base: LogBase; readonly membership: Uint8Array } | undefined
}

/** Adds up records in the order in which they were written. */
export class WalReplay {
  #hardState: HardState = { term: 0, vote: 0, commit: 0 }
  #base: LogBase = { index: 0, term: 0 }
  /** No record of the base was seen since entries before it turned out to be released. */
  #baseIsGuess = false
  #entries: Entry[] = []
  #membership: Uint8Array = new Uint8Array(0)
  #incoming: WalContents['incoming']

  /**
   * The highest index among the batch's entries, 0 if it has none. Throws `MalformedBytesError`
   * for what cannot be read or leaves a gap between entries.
   */
  addBatch(payload: Uint8Array): LogIndex {
    const reader = new ByteReader(payload)
    let lastIndex = 0
    while (!reader.done) {
      const record = readRecord(reader)
      this.#add(record)
      if (record.type === 'entry') lastIndex = Math.max(lastIndex, record.entry.index)
    }
    return lastIndex
  }

  /** Throws `MalformedBytesError` when the log's first entries are missing. */
  contents(): WalContents {
    if (this.#baseIsGuess) {
      throw new MalformedBytesError(`entries before ${this.#base.index + 1} are missing`)
    }
    return {
      hardState: this.#hardState,
      base: this.#base,
      entries: this.#entries,
      membership: this.#membership,
      incoming: this.#incoming,
    }
  }

  #add(record: WalRecord): void {
    switch (record.type) {
      case 'entry':
        // The log went on without the snapshot: its installation was broken off.
        this.#incoming = undefined
        this.#addEntry(record.entry)
        break
      case 'hard-state':
        this.#hardState = record.hardState
        break
      case 'membership':
        this.#membership = record.membership
        break
      case 'incoming':
        this.#incoming = record
        break
      case 'reset':
        this.#incoming = undefined
        this.#base = record.base
        this.#baseIsGuess = false
        this.#entries = []
        break
      case 'base':
        this.#moveBase(record.base)
    }
  }

  #addEntry(entry: Entry): void {
    const at = entry.index - this.#base.index - 1
    if (at >= 0 && at <= this.#entries.length) {
      this.#entries.length = at
      this.#entries.push(entry)
    } else if (this.#baseIsGuess || this.#entries.length === 0) {
      // Entries before this one stood in segments that are released: a later base says so.
      this.#base = { index: entry.index - 1, term: 0 }
      this.#baseIsGuess = true
      this.#entries = [entry]
    } else {
      throw new MalformedBytesError(`entries before ${entry.index} are missing`)
    }
  }

  #moveBase(base: LogBase): void {
    if (base.index < this.#base.index) return
    this.#entries = this.#entries.slice(base.index - this.#base.index)
    this.#base = base
    this.#baseIsGuess = false
  }
}
