import type { Clock, Disk, Log, PeerTransport, Random } from '../../base/index.ts'
import type { ClusterMember } from '../member-types.ts'
import type { StateMachine } from '../state-machine.ts'
import type { MemberDelays } from './delays.ts'
import type { ClusterIdentity } from './identity.ts'

/**
 * Raft's times. The defaults suit members whose event loop may stall for some 200 ms: a leader that
 * falls silent is replaced after 1 to 2 s, one whose connections break within about 100 ms.
 */
export interface MemberTiming {
  /** Default 10. */
  readonly tickMs: number
  /** A follower without a leader campaigns after [this, 2·this) ticks. Default 100. */
  readonly electionTicks: number
  /** Default 10. */
  readonly heartbeatTicks: number
  /** A follower whose connection to the leader broke campaigns within [1, this] ticks. Default 8. */
  readonly peerDownTicksMax: number
}

/** When the log is cut. */
export interface LogLimits {
  /** Entries applied before the state is made durable, and the log cut. Default 5,000. */
  readonly flushEntries: number
  /** Bytes of entries likewise. Default 32 MiB. */
  readonly flushBytes: number
  /** Entries kept for followers to catch up from. Default 5,000. */
  readonly catchUpEntries: number
  /** Bytes of entries likewise. Default 32 MiB. */
  readonly catchUpBytes: number
  /** Size of a log segment. Default 16 MiB. */
  readonly segmentBytes: number
}

export interface MemberOptions<Outcome> {
  readonly cluster: ClusterIdentity
  /** This member: one of the cluster's. */
  readonly self: ClusterMember
  /** The member's own folder; the log is in `wal`, arriving snapshots in `snap`. */
  readonly dataFolder: string
  /** Where the log is, if not there: etcd's `--wal-dir`. */
  readonly walFolder?: string
  readonly disk: Disk
  readonly transport: PeerTransport
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Opened by the caller, whose exclusive lock on the data folder it holds; closed by the caller. */
  readonly stateMachine: StateMachine<Outcome>
  /** etcd's `--force-new-cluster`: this member goes on alone, with all that it has. */
  readonly forceNewCluster?: boolean
  /** etcd's `--pre-vote`. Default true. */
  readonly preVote?: boolean
  readonly timing?: Partial<MemberTiming>
  readonly logLimits?: Partial<LogLimits>
  /** How long a proposal or read waits for its outcome. Default 7,000, as in etcd. */
  readonly requestTimeoutMs?: number
  /** A larger payload is refused. Default 1.5 MiB, as etcd's `--max-request-bytes`. */
  readonly requestBytesMax?: number
  /** The disk had no room for the log's next segment; this one still has some. */
  readonly onDiskFull?: () => void
  /** Where it is noted what took too long. */
  readonly delays?: MemberDelays
  /** Called once when the member cannot go on (the disk failed); it has stopped by then. */
  readonly onFatal?: (error: unknown) => void
}

export const TIMING_DEFAULT: MemberTiming = {
  tickMs: 10,
  electionTicks: 100,
  heartbeatTicks: 10,
  // Wide enough that two followers seldom split the votes.
  peerDownTicksMax: 8,
}

export const LOG_LIMITS_DEFAULT: LogLimits = {
  flushEntries: 5_000,
  flushBytes: 32 * 1024 * 1024,
  catchUpEntries: 5_000,
  catchUpBytes: 32 * 1024 * 1024,
  segmentBytes: 16 * 1024 * 1024,
}

export const REQUEST_TIMEOUT_MS_DEFAULT = 7_000
export const REQUEST_BYTES_MAX_DEFAULT = 1.5 * 1024 * 1024
