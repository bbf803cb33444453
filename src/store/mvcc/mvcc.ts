import { assert } from '../../base/index.ts'
import type { Backend } from './backend.ts'
import { stateErrors } from './errors.ts'
import type { KeyHistory, Located } from './key-history.ts'
import { KeyIndex, keyBytes, type KeyRange, keyText } from './key-index.ts'
import {
  encodeDeleted,
  encodeTombstone,
  KeyValue,
  keyValueBytes,
  readIndexed,
  writeKeyValue,
} from './key-value.ts'
import { revisionBytes } from './revision.ts'
import type { StoredRecord } from './stored-block.ts'
import type { BackendEntry } from './snapshot-stream.ts'

/** Which lease a key is attached to: kept by the lease part, asked and told by the keys. */
export interface KeyLeases {
  leaseOf(key: string): bigint
  attach(key: string, lease: bigint): void
  detach(key: string): void
}

/** One change of a committed revision, as watchers need it. */
export interface Change extends StoredRecord {
  readonly key: string
  readonly removed: boolean
}

/** No compaction yet, as etcd says it on the wire. */
const NEVER_COMPACTED = -1
const SCHEDULED_COMPACTION = Buffer.from('scheduledCompactRev')
const FINISHED_COMPACTION = Buffer.from('finishedCompactRev')

/** Forgotten changes that are gathered before they go from the disk, two numbers each. */
const DROPS_MAX = 500_000

/**
 * Multi-version keys as in etcd: every write transaction makes one revision (main) of one or more
 * changes (sub); older revisions stay readable until compacted. Synchronous and deterministic.
 */
export class Mvcc {
  readonly index = new KeyIndex()
  readonly backend: Backend
  readonly leases: KeyLeases
  #revision = 1
  #compactRevision = NEVER_COMPACTED
  #changes: Change[] = []
  /** While a compaction is being carried out: the key to go on from, or that all keys are done. */
  #compaction: { readonly from: string } | 'keys done' | undefined
  #pins = 0
  /** Forgotten since the start. */
  compactedRevisions = 0
  #waiting: (() => void)[] = []

  constructor(backend: Backend, leases: KeyLeases) {
    this.backend = backend
    this.leases = leases
  }

  /** The newest revision; that of an open transaction once it has changed something. */
  get revision(): number {
    return this.#changes.length > 0 ? this.#revision + 1 : this.#revision
  }

  /** Reads below it are refused; -1 when nothing was ever compacted. */
  get compactRevision(): number {
    return this.#compactRevision
  }

  /** Reads everything back. Call it once, on a new instance, when leases are known. */
  async restore(): Promise<void> {
    await this.backend.readBack((record) => this.restoreRecord(record))
    this.endRestore()
  }

  restoreRecord({ main, sub, encoded }: StoredRecord): void {
    this.backend.noteStored(encoded.length)
    const { key, createRevision, version, lease } = readIndexed(encoded)
    this.index.restore(key).restore(main, sub, createRevision, version)
    if (main > this.#revision) this.#revision = main
    if (lease !== 0n) this.leases.attach(key, lease)
    else this.leases.detach(key)
  }

  endRestore(): void {
    this.index.endRestore()
    const scheduled = this.#readMeta(SCHEDULED_COMPACTION)
    if (scheduled === undefined) return
    this.#compactRevision = scheduled
    // The newest revision may have been a removal that is compacted away.
    this.#revision = Math.max(this.#revision, scheduled)
    if (this.#readMeta(FINISHED_COMPACTION) !== scheduled) this.#compaction = { from: '' }
  }

  /** What `endRestore` needs, as etcd's meta bucket holds it. */
  metaEntries(): BackendEntry[] {
    if (this.#compactRevision < 0) return []
    const value = revisionBytes(this.#compactRevision, 0)
    const entries: BackendEntry[] = [{ bucket: 'meta', key: SCHEDULED_COMPACTION, value }]
    if (!this.compacting) entries.push({ bucket: 'meta', key: FINISHED_COMPACTION, value })
    return entries
  }

  #readMeta(name: Uint8Array): number | undefined {
    const value = this.backend.get('meta', name)
    return value && Number(Buffer.from(value).readBigUInt64BE(0))
  }

  // ---- reading

  /** Throws etcd's error unless `revision` (0: the newest) can be read. */
  checkRevision(revision: number): void {
    if (revision > this.revision) throw stateErrors.futureRevision()
    if (revision > 0 && revision < this.#compactRevision) throw stateErrors.compacted()
  }

  find(key: string): Located | undefined {
    const history = this.index.get(key)
    return history?.exists ? history : undefined
  }

  value(at: { readonly main: number; readonly sub: number }): KeyValue {
    return new KeyValue(this.backend.read(at.main, at.sub))
  }

  /**
   * The key before the revision of a change; undefined when the change made the key, or when what
   * was before is compacted.
   */
  previous(change: Change): KeyValue | undefined {
    const before = change.main - 1
    if (before < this.#compactRevision) return undefined
    if (!change.removed && new KeyValue(change.encoded).createRevision === change.main) {
      return undefined
    }
    const at = this.index.get(change.key)?.at(before)
    return at && this.value(at)
  }

  /**
   * All changes of revisions in [from, to], in order, as of this call: later writes do not show.
   * Iterate it while holding a pin taken before.
   */
  changes(from: number, to: number): AsyncIterable<Change> {
    return asChanges(this.backend.records(from, to))
  }

  /** Keeps every revision that is readable now, until the returned function is called. */
  pin(): () => void {
    let held = true
    this.#pins++
    return () => {
      if (!held) return
      held = false
      this.#pins--
      if (this.#pins > 0) return
      for (const wake of this.#waiting.splice(0)) wake()
    }
  }

  /** Readers that hold the state as it was when they began. */
  get readers(): number {
    return this.#pins
  }

  /** Resolves when nobody holds a pin. */
  async unpinned(): Promise<void> {
    while (this.#pins > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  // ---- writing: put and remove, then commit

  put(key: Uint8Array, value: Uint8Array, lease: bigint): void {
    const text = keyText(key)
    const main = this.#revision + 1
    const sub = this.#changes.length
    const history = this.index.open(text)
    history.put(main, sub)
    const { created: createRevision, version } = history
    const fields = { key, value, createRevision, modRevision: main, version, lease }
    const encoded = this.backend.add(main, sub, keyValueBytes(fields))
    writeKeyValue(encoded, fields)
    this.#changes.push({ main, sub, encoded, key: text, removed: false })
    if (lease === 0n) this.leases.detach(text)
    else this.leases.attach(text, lease)
  }

  /** Removes the keys of a range; how many there were. */
  deleteRange(range: KeyRange): number {
    const keys: string[] = []
    this.index.scan(range, this.revision, (found) => keys.push(found.key) > 0)
    for (const key of keys) this.#remove(this.index.open(key))
    return keys.length
  }

  #remove(history: KeyHistory): void {
    const { key } = history
    const main = this.#revision + 1
    const sub = this.#changes.length
    history.remove(main, sub)
    const tombstone = encodeTombstone(keyBytes(key))
    const encoded = this.backend.add(main, sub, tombstone.length)
    encoded.set(tombstone)
    this.#changes.push({ main, sub, encoded, key, removed: true })
    this.leases.detach(key)
  }

  /** Ends the transaction: the changes of its revision, none when it changed nothing. */
  commit(): readonly Change[] {
    const changes = this.#changes
    if (changes.length > 0) {
      this.#revision++
      this.#changes = []
    }
    return changes
  }

  // ---- compaction

  /** Refuses reads below `revision` from now on; `compactStep` then forgets them for good. */
  compact(revision: number): void {
    assert(this.#changes.length === 0, 'no compaction within a transaction')
    if (revision <= this.#compactRevision) throw stateErrors.compacted()
    if (revision > this.#revision) throw stateErrors.futureRevision()
    this.#compactRevision = revision
    this.backend.set('meta', SCHEDULED_COMPACTION, revisionBytes(revision, 0))
    this.#compaction = { from: '' }
  }

  /** Whether history waits to be forgotten. */
  get compacting(): boolean {
    return this.#compaction !== undefined
  }

  /**
   * Forgets the history of one block of keys. It goes from the disk when that of all keys, or of
   * very many changes, is known. Which blocks are done does not show in any answer, so members may
   * be at different places; a crash midway starts over. False when there is nothing to do: done,
   * held back by a reader, or waiting for a flush.
   */
  compactStep(): boolean {
    if (this.#compaction === undefined || this.#pins > 0 || this.backend.sweeping) return false
    if (this.#compaction !== 'keys done') {
      const from = this.index.compact(this.#compactRevision, this.#compaction.from, this.#drop)
      this.#compaction = from === undefined ? 'keys done' : { from }
      if (from !== undefined && this.backend.pendingDrops < DROPS_MAX) return true
      this.backend.sweep()
      if (this.backend.sweeping) return false
    }
    this.#compaction = undefined
    this.backend.set('meta', FINISHED_COMPACTION, revisionBytes(this.#compactRevision, 0))
    return false
  }

  readonly #drop = (main: number, sub: number): void => {
    this.compactedRevisions++
    this.backend.drop(main, sub)
  }
}

async function* asChanges(records: AsyncIterable<StoredRecord>): AsyncGenerator<Change> {
  for await (const record of records) {
    const kv = new KeyValue(record.encoded)
    yield { ...record, key: keyText(kv.key), removed: kv.version === 0 }
  }
}

/** The key-value of a change, as it goes into an event. */
export function changedKeyValue(change: Change): KeyValue {
  if (!change.removed) return new KeyValue(change.encoded)
  return new KeyValue(encodeDeleted(keyBytes(change.key), change.main))
}
