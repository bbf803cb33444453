import type { KvError } from '../../base/index.ts'
import type { LogIndex } from '../../raft/index.ts'
import type { Admission, AuthBook, Who } from '../auth/index.ts'
import type { Alarm, AlarmBook } from '../alarms/index.ts'
import type { LeaseBook } from '../lease/index.ts'
import type { MemberBook } from '../membership/index.ts'
import type { Counts } from '../counts.ts'
import type { Backend, LeaseExists, Mvcc, OpResult } from '../mvcc/index.ts'

/** What applying one entry came to, on this member; the same on every other. */
export type Outcome =
  | OpResult
  | { readonly kind: 'compact'; readonly revision: number }
  | {
      readonly kind: 'lease'
      readonly revision: number
      readonly id: bigint
      readonly ttlSeconds: number
    }
  | { readonly kind: 'auth'; readonly revision: number; readonly token?: string }
  | { readonly kind: 'members'; readonly revision: number }
  | { readonly kind: 'alarm'; readonly revision: number; readonly alarms: readonly Alarm[] }
  /** The request was refused: nothing has changed. */
  | { readonly kind: 'error'; readonly revision: number; readonly error: KvError }
  /** The entry held no request. */
  | { readonly kind: 'none'; readonly revision: number }

/** What a command works on: the state as of the entry before. */
export interface CommandContext {
  readonly mvcc: Mvcc
  readonly leases: LeaseBook
  readonly leaseExists: LeaseExists
  readonly auth: AuthBook
  readonly counts: Counts
  readonly admission: Admission
  readonly backend: Backend
  readonly members: MemberBook
  readonly alarms: AlarmBook
  /** Of the entry that holds the command. */
  readonly index: LogIndex
  /** For what is this member's own; the replicated state must not depend on it. */
  readonly nowMs: () => number
  /** History waits to be forgotten. */
  readonly onCompaction: () => void
}

/** A command's context, and in whose name it comes. */
export interface CommandCall extends CommandContext {
  readonly who: Who
}

/**
 * Does what the request in `payload` (behind its tag, at 1) asks for. Throws `KvError`, before its
 * first change, for what is refused.
 */
export type Command = (payload: Uint8Array, on: CommandCall) => Outcome
