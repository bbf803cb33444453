import type { LogIndex, Term } from '../raft/index.ts'
import type { Membership } from './membership/index.ts'

/** A committed entry's payload, with the proposer's correlation header already taken off. */
export interface AppliedEntry {
  readonly index: LogIndex
  readonly term: Term
  /** Empty for entries that only move the index (a leader's no-op). */
  readonly payload: Uint8Array
}

/** What a snapshot is, beside its bytes. */
export interface StateSnapshot {
  readonly index: LogIndex
  readonly term: Term
  /** The whole state as of `index`, in pieces of at most 256 KiB; read once, then `release` it. */
  readonly chunks: AsyncIterable<Uint8Array>
  release(): void
}

/**
 * What the member's Ready loop replicates. Deterministic: the same entries give the same state and
 * outcomes on every member; time and random choices are in the payload, put there by the proposer.
 */
export interface StateMachine<Outcome> {
  /** The last entry whose effect can be read. */
  readonly appliedIndex: LogIndex
  /** The last entry whose effect survives a crash: a restart replays the log from the next one. */
  readonly durableIndex: LogIndex
  /**
   * Who the members are, as of `appliedIndex`: another object when they have changed. Undefined until
   * the first entry, `adopt` or a snapshot has told.
   */
  readonly membership: Membership | undefined
  /** Is told the members of a new cluster, as the effect of the entry `at`; durable on return. */
  adopt(at: { index: LogIndex; term: Term }, membership: Membership): Promise<void>
  /** Called once per committed entry, in order, without gaps. Synchronous. */
  apply(entry: AppliedEntry): Outcome
  /** Makes everything applied so far durable, as one atomic batch with the applied index. */
  flush(): Promise<void>
  /** The state as of now; later applies do not change what it yields. */
  snapshot(): StateSnapshot
  /** Replaces all state by a snapshot and makes it durable; readers see the old or the new state. */
  restore(at: { index: LogIndex; term: Term }, chunks: AsyncIterable<Uint8Array>): Promise<void>
  close(): Promise<void>
}
