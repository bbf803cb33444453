import type { Random } from '../base/index.ts'
import { RaftConfigError } from './errors.ts'
import type { RaftEvent } from './events.ts'
import type { LogIndex, RaftId, RaftStorage } from './types.ts'

/** How one member of a group behaves. Times are in ticks; the owner decides how long a tick is. */
export interface RaftConfig {
  /** This member. Never 0, nor an id of a member that was removed. */
  readonly id: RaftId
  /** A follower that hears from no leader for [electionTicks, 2·electionTicks) ticks campaigns. */
  readonly electionTicks: number
  /** A leader sends heartbeats every so many ticks. Less than `electionTicks`; about a tenth. */
  readonly heartbeatTicks: number
  readonly storage: RaftStorage
  /** Jitter of election timeouts. */
  readonly random: Random
  /** The last index the owner has applied; entries up to it are not handed out again. Default 0. */
  readonly applied?: LogIndex
  /** Storage work leaves as `storage-append` and `storage-apply` messages. Default false. */
  readonly asyncStorageWrites?: boolean
  /** Bytes of entries in one `app` message. 0: one entry each. Default: unbounded. */
  readonly maxMessageBytes?: number
  /** Bytes of committed entries handed out but not applied. Default `maxMessageBytes`, if not 0. */
  readonly maxCommittedBytesPerReady?: number
  /** Bytes of proposals not yet committed; a leader refuses more. Default: unbounded. */
  readonly maxUncommittedBytes?: number
  /** `app` messages on the way to one follower (pipelining). Default 256. */
  readonly maxInflightMessages?: number
  /** Bytes of entries on the way to one follower. Default: unbounded. */
  readonly maxInflightBytes?: number
  /** A leader that does not hear from a quorum for an election timeout steps down. Default false. */
  readonly checkQuorum?: boolean
  /** Asks before it raises its term (dissertation §9.6). Default false. */
  readonly preVote?: boolean
  /** `lease` reads trust the clock and need `checkQuorum`. Default `safe` (dissertation §6.4). */
  readonly readOnly?: ReadOnlyMode
  /** Followers drop proposals instead of sending them to the leader. Default false. */
  readonly disableProposalForwarding?: boolean
  /** Lets any configuration change be proposed, for tests. Default false. */
  readonly disableConfChangeValidation?: boolean
  /** A leader that is removed or demoted steps down at once. Default false. */
  readonly stepDownOnRemoval?: boolean
  /** After `peerDown` of the leader, a follower campaigns within [1, this] ticks. Default 2. */
  readonly peerDownTicksMax?: number
  /** Told of everything noteworthy; for logs, metrics and tests. Must not call back. */
  readonly trace?: (event: RaftEvent) => void
}

export type ReadOnlyMode = 'safe' | 'lease'

/** A configuration with every default filled in. */
export type CompleteConfig = Required<RaftConfig>

const INFLIGHT_MESSAGES_DEFAULT = 256

/** Fills in defaults. Throws `RaftConfigError` for what cannot work. */
export function completeConfig(config: RaftConfig): CompleteConfig {
  check(config.id !== 0, 'id: 0 is nobody; give each member its own number')
  check(config.heartbeatTicks > 0, 'heartbeatTicks: must be greater than 0')
  check(
    config.electionTicks > config.heartbeatTicks,
    'electionTicks: must be greater than heartbeatTicks',
  )
  const unbounded = Number.MAX_SAFE_INTEGER
  const maxMessageBytes = config.maxMessageBytes ?? unbounded
  const complete: CompleteConfig = {
    applied: 0,
    asyncStorageWrites: false,
    maxCommittedBytesPerReady: maxMessageBytes || unbounded,
    maxUncommittedBytes: unbounded,
    maxInflightMessages: INFLIGHT_MESSAGES_DEFAULT,
    maxInflightBytes: unbounded,
    checkQuorum: false,
    preVote: false,
    readOnly: 'safe',
    disableProposalForwarding: false,
    disableConfChangeValidation: false,
    stepDownOnRemoval: false,
    peerDownTicksMax: 2,
    trace: () => {},
    ...config,
    maxMessageBytes,
  }
  check(complete.maxInflightMessages > 0, 'maxInflightMessages: must be greater than 0')
  check(complete.maxCommittedBytesPerReady > 0, 'maxCommittedBytesPerReady: must be above 0')
  check(
    complete.maxInflightBytes >= maxMessageBytes,
    'maxInflightBytes: must be at least maxMessageBytes',
  )
  check(
    complete.readOnly === 'safe' || complete.checkQuorum,
    'readOnly: lease reads need checkQuorum',
  )
  return complete
}

function check(holds: boolean, message: string): void {
  if (!holds) throw new RaftConfigError(message)
}
