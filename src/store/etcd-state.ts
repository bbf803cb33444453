import {
  Admission,
  AuthBook,
  authBuckets,
  isAuthBucket,
  SimpleTokens,
  type Who,
} from './auth/index.ts'
import { assert, type Clock, type Engine, KvError, type Log } from '../base/index.ts'
import { AlarmBook } from './alarms/index.ts'
import { BackgroundCompaction } from './background-compaction.ts'
import { type CommandCall, type Outcome, runCommand } from './commands/index.ts'
import { Counts } from './counts.ts'
import type { LogIndex, Term } from '../raft/index.ts'
import { decodeLease, LeaseBook } from './lease/index.ts'
import { MemberBook, type Membership, MembersReader } from './membership/index.ts'
import {
  Backend,
  type BackendOptions,
  type Change,
  decodeEntries,
  encodeEntries,
  Mvcc,
  readRevision,
} from './mvcc/index.ts'
import {
  CONSISTENT_INDEX,
  indexBytes,
  readIndex,
  stateEntries,
  type StateParts,
  TERM,
} from './state-entries.ts'
import type { AppliedEntry, StateMachine, StateSnapshot } from './state-machine.ts'

export interface EtcdStateOptions extends BackendOptions {
  /** Closed together with the state. */
  readonly engine: Engine
  readonly clock: Clock
  readonly log: Log
  /** etcd's `--auth-token-ttl`. Default 300. */
  readonly authTokenTtlSeconds?: number
}

/** Told of every committed revision, and when a snapshot has replaced everything. */
export interface StateListener {
  committed(changes: readonly Change[]): void
  replaced(): void
}

/** Told of every entry that was applied, and when a snapshot has replaced everything. */
export interface StateObserver {
  applied(entry: AppliedEntry): void
  replaced(): void
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** Unwritten bytes above which the state flushes itself. */
const PENDING_BYTES_MAX = 8 * 2 ** 20

/** The etcd state that Raft replicates: keys with their history, leases, users and roles. */
export class EtcdState implements StateMachine<Outcome> {
  readonly #options: EtcdStateOptions
  readonly counts = new Counts()
  #backend: Backend
  #mvcc: Mvcc
  #leases: LeaseBook
  #auth: AuthBook
  #admission: Admission
  #members: MemberBook
  #alarms: AlarmBook
  #appliedIndex: LogIndex = 0
  #appliedTerm: Term = 0
  #durableIndex: LogIndex = 0
  #listener: StateListener | undefined
  #observer: StateObserver | undefined
  #flushing = false
  /** Made anew when a snapshot has replaced what it gives. */
  #call: Mutable<CommandCall> | undefined
  #failure: unknown
  #closed = false
  #clearing: Promise<void> = Promise.resolve()
  readonly #compaction: BackgroundCompaction

  private constructor(options: EtcdStateOptions, backend: Backend) {
    this.#options = options
    this.#backend = backend
    this.#compaction = new BackgroundCompaction({
      clock: options.clock,
      isCurrent: (mvcc) => !this.#closed && mvcc === this.#mvcc,
      flush: () => this.#flushInBackground(),
      onDone: (nowMs) => (this.counts.compactedMs = nowMs),
    })
    this.#leases = new LeaseBook()
    this.#members = new MemberBook(backend)
    this.#alarms = new AlarmBook(backend)
    this.#mvcc = new Mvcc(backend, this.#leases)
    const ttlSeconds = options.authTokenTtlSeconds
    const tokens = new SimpleTokens(ttlSeconds === undefined ? {} : { ttlSeconds })
    this.#auth = new AuthBook({ backend, tokens })
    this.#admission = new Admission({ book: this.#auth, leases: this.#leases })
  }

  /**
   * Reads the state back from its engine: keys and their revisions, not the values. The engine is
   * closed with the state, and when opening it fails.
   */
  static async open(options: EtcdStateOptions): Promise<EtcdState> {
    try {
      return await EtcdState.#read(options)
    } catch (error) {
      await options.engine.close().catch(() => undefined)
      throw error
    }
  }

  static async #read(options: EtcdStateOptions): Promise<EtcdState> {
    const backend = await Backend.open(options.engine, options)
    const state = new EtcdState(options, backend)
    for await (const [, value] of backend.entries('lease')) state.#restoreLease(value)
    for (const bucket of authBuckets) {
      for await (const [key, value] of backend.entries(bucket)) {
        state.#auth.restore(bucket, key, value)
      }
    }
    state.#members = await MemberBook.read(backend)
    state.#alarms = await AlarmBook.read(backend)
    await state.#mvcc.restore()
    state.#leases.settle()
    state.#auth.settle()
    state.#appliedIndex = readIndex(backend.get('meta', CONSISTENT_INDEX))
    state.#appliedTerm = readIndex(backend.get('meta', TERM))
    state.#durableIndex = state.#appliedIndex
    state.#compaction.start(state.#mvcc)
    return state
  }

  get appliedIndex(): LogIndex {
    return this.#appliedIndex
  }

  get durableIndex(): LogIndex {
    return this.#durableIndex
  }

  /** Replaced, with its leases, when a snapshot is received: ask for it each time. */
  get mvcc(): Mvcc {
    return this.#mvcc
  }

  get leases(): LeaseBook {
    return this.#leases
  }

  /** Users and roles; replaced like the leases. */
  get auth(): AuthBook {
    return this.#auth
  }

  get admission(): Admission {
    return this.#admission
  }

  get alarms(): AlarmBook {
    return this.#alarms
  }

  get membership(): Membership | undefined {
    return this.#members.current
  }

  get backend(): Backend {
    return this.#backend
  }

  /** The one listener. */
  listen(listener: StateListener): void {
    this.#listener = listener
  }

  /** The one observer: told of every entry once it is applied. */
  observe(observer: StateObserver): void {
    this.#observer = observer
  }

  apply(entry: AppliedEntry): Outcome {
    const outcome = this.#apply(entry)
    this.#observer?.applied(entry)
    return outcome
  }

  #apply({ index, term, payload }: AppliedEntry): Outcome {
    assert(index > this.#appliedIndex, `entry ${index} was applied before`)
    if (this.#failure !== undefined) throw this.#failure
    this.#appliedIndex = index
    this.#appliedTerm = term
    if (payload.length === 0) return { kind: 'none', revision: this.#mvcc.revision }
    const outcome = this.#execute(payload)
    const changes = this.#mvcc.commit()
    if (changes.length > 0) {
      this.#count(changes)
      this.#listener?.committed(changes)
      if (this.#backend.pendingBytes > PENDING_BYTES_MAX) this.#flushInBackground()
    }
    return outcome
  }

  #count(changes: readonly Change[]): void {
    const { counts } = this
    if (changes.length > 1) counts.txns++
    for (const { removed, encoded } of changes) {
      if (removed) counts.deletes++
      else {
        counts.puts++
        counts.putBytes += encoded.length
      }
    }
  }

  #execute(payload: Uint8Array): Outcome {
    try {
      return runCommand(payload, this.#onBehalfOf)
    } catch (error) {
      // Refusals come before the first change; anything else is a bug and stops the member.
      if (!(error instanceof KvError)) throw error
      return { kind: 'error', revision: this.#mvcc.revision, error }
    }
  }

  readonly #nowMs = () => this.#options.clock.monotonicMs()

  /** Of the newest entry. One object for all entries, as each of them passes here. */
  readonly #onBehalfOf = (who: Who): CommandCall => {
    const call = (this.#call ??= this.#newCall())
    call.index = this.#appliedIndex
    call.who = who
    return call
  }

  #newCall(): Mutable<CommandCall> {
    const leases = this.#leases
    return {
      mvcc: this.#mvcc,
      leases,
      leaseExists: (id) => leases.has(id),
      auth: this.#auth,
      counts: this.counts,
      admission: this.#admission,
      backend: this.#backend,
      members: this.#members,
      alarms: this.#alarms,
      index: this.#appliedIndex,
      nowMs: this.#nowMs,
      onCompaction: this.#onCompaction,
      who: undefined,
    }
  }

  async adopt(at: { index: LogIndex; term: Term }, membership: Membership): Promise<void> {
    this.#members.set(membership)
    this.#appliedIndex = at.index
    this.#appliedTerm = at.term
    await this.flush()
  }

  async flush(): Promise<void> {
    const backend = this.#backend
    let index = 0
    try {
      await backend.flush(() => {
        index = this.#appliedIndex
        backend.set('meta', CONSISTENT_INDEX, indexBytes(index))
        backend.set('meta', TERM, indexBytes(this.#appliedTerm))
      })
    } catch (error) {
      // Whoever asked for it may go on: the state does not.
      this.#failure = error
      throw error
    }
    if (backend === this.#backend) this.#durableIndex = Math.max(this.#durableIndex, index)
  }

  #flushInBackground(): void {
    if (this.#flushing || this.#closed) return
    this.#flushing = true
    this.flush()
      .catch(() => undefined)
      .finally(() => {
        this.#flushing = false
      })
  }

  readonly #onCompaction = () => this.#compaction.start(this.#mvcc)

  snapshot(): StateSnapshot {
    const release = this.#mvcc.pin()
    const at = { index: this.#appliedIndex, term: this.#appliedTerm }
    const chunks = encodeEntries(
      stateEntries(at, {
        mvcc: this.#mvcc,
        leases: this.#leases,
        auth: this.#auth,
        members: this.#members,
        alarms: this.#alarms,
      }),
    )
    return { ...at, chunks, release }
  }

  async restore(
    at: { index: LogIndex; term: Term },
    chunks: AsyncIterable<Uint8Array>,
  ): Promise<void> {
    // Readers of a state replaced earlier may still be at work where this one will be written.
    await this.#clearing
    // With its index: a crash before the new state counts goes on from this one.
    await this.flush()
    const backend = await this.#backend.successor(this.#options)
    const leases = new LeaseBook()
    const mvcc = new Mvcc(backend, leases)
    const auth = new AuthBook({ backend, tokens: this.#auth.tokens })
    const members = new MembersReader()
    const alarms = new AlarmBook(backend)
    for await (const entry of decodeEntries(chunks)) {
      const { bucket, key, value } = entry
      if (bucket === 'key') {
        const record = { ...readRevision(key), encoded: value }
        backend.restore(record)
        mvcc.restoreRecord(record)
      } else {
        backend.set(bucket, key, Buffer.from(value))
        if (bucket === 'lease') this.#restoreLease(value, leases)
        else if (isAuthBucket(bucket)) auth.restore(bucket, key, value)
        else if (bucket === 'alarm') alarms.restore(key)
        else members.add(entry)
      }
      if (backend.pendingBytes > PENDING_BYTES_MAX) await backend.flush(() => {})
    }
    backend.set('meta', CONSISTENT_INDEX, indexBytes(at.index))
    backend.set('meta', TERM, indexBytes(at.term))
    auth.settle()
    await backend.flush(() => {})
    mvcc.endRestore()
    leases.settle()
    await backend.adopt()
    this.#clearing = this.#clearReplaced(this.#mvcc, backend)
    const read = new MemberBook(backend, members.membership)
    this.#replace(at, { backend, mvcc, leases, auth, members: read, alarms })
  }

  /** Gives the space of a replaced state back, once nobody reads it any more. */
  async #clearReplaced(replaced: Mvcc, backend: Backend): Promise<void> {
    await replaced.unpinned()
    try {
      if (!this.#closed) await backend.clearOther()
    } catch (error) {
      // Harmless: it is cleared at the next opening.
      this.#options.log.warn('a replaced state could not be cleared', { error })
    }
  }

  #replace(at: { index: LogIndex; term: Term }, parts: StateParts & { backend: Backend }): void {
    this.#backend = parts.backend
    this.#mvcc = parts.mvcc
    this.#leases = parts.leases
    this.#auth = parts.auth
    this.#members = parts.members
    this.#alarms = parts.alarms
    this.#admission = new Admission({ book: parts.auth, leases: parts.leases })
    this.#call = undefined
    this.#appliedIndex = at.index
    this.#appliedTerm = at.term
    this.#durableIndex = at.index
    this.#compaction.start(this.#mvcc)
    this.#listener?.replaced()
    this.#observer?.replaced()
  }

  #restoreLease(value: Uint8Array, leases = this.#leases): void {
    leases.grant(decodeLease(value), this.#options.clock.monotonicMs())
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    try {
      if (this.#failure === undefined) await this.flush()
    } finally {
      await this.#options.engine.close()
    }
  }
}
