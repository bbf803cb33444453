import type { Clock, Log, Random } from '../base/index.ts'
import { type Quota, QUOTA_BYTES_DEFAULT } from './alarms/index.ts'
import { etcdErrors } from './errors.ts'
import type { EtcdApi, ResponseHeader } from './etcd-api.ts'
import type { Outcome } from './commands/index.ts'
import type { EtcdState } from './etcd-state.ts'
import type { Counts } from './counts.ts'
import { LeaderWatch } from './leader-watch.ts'
import { LeaseExpirer } from './lease/index.ts'
import type { Member, MemberStatus } from './member-types.ts'
import {
  type AuthOptions,
  AuthService,
  AutoCompaction,
  type AutoCompactionMode,
  ClusterService,
  CorruptionCheck,
  KeyService,
  quotaOf,
  LeaseService,
  MaintenanceService,
  Publisher,
  ServiceContext,
  type StoragePlace,
} from './services/index.ts'
import { WatchHub, type WatchStats, type WatchStream } from './watch/index.ts'

export interface EtcdStoreOptions {
  readonly member: Member<Outcome>
  /** The state that `member` replicates. */
  readonly state: EtcdState
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** etcd's `--max-request-bytes`. Default 1.5 MiB. */
  readonly requestBytesMax?: number
  /** etcd's `--max-txn-ops`. Default 128. */
  readonly txnOpsMax?: number
  /** etcd's `--watch-progress-notify-interval`. Default 10 minutes. */
  readonly progressPeriodMs?: number
  /** etcd's `--strict-reconfig-check`. Default true. */
  readonly strictReconfigCheck?: boolean
  /** etcd's `--max-learners`. Default 1. */
  readonly learnersMax?: number
  /** Learners that have caught up become voters by themselves. Default false. */
  readonly autoPromote?: boolean
  /** etcd's `--quota-backend-bytes`. Default 2 GiB, also for 0. */
  readonly quotaBytes?: number
  /** Where the member's data is: writes end before its disk is full. Default: nothing is known. */
  readonly storage?: StoragePlace
  /** etcd's `--corrupt-check-time`. Default: never. */
  readonly corruptCheckMs?: number
  /** Default: none. */
  readonly autoCompaction?: AutoCompactionMode
  /** What a new leader leaves every lease at least. Default 1000: etcd's election timeout. */
  readonly electionTimeoutMs?: number
  /** How users prove who they are. Default: simple tokens, and no passwords. */
  readonly auth?: AuthOptions
}

const ELECTION_TIMEOUT_MS = 1000

/**
 * etcd v3 on top of one member of the group and the state that it replicates: one class per service
 * of etcd (`services/`), joined here.
 */
export class EtcdStore implements EtcdApi {
  readonly leaders: LeaderWatch
  readonly auth: AuthService
  readonly corruption: CorruptionCheck
  readonly #context: ServiceContext
  readonly #keys: KeyService
  readonly #leases: LeaseService
  readonly #cluster: ClusterService
  readonly #maintenance: MaintenanceService
  readonly #publisher: Publisher
  readonly #quota: Quota
  readonly #compaction: AutoCompaction | undefined
  readonly #hub: WatchHub
  readonly #expirer: LeaseExpirer
  readonly #forgetLeadership: () => void
  #lastLeader = 0
  /** What this member has done since it started. */
  readonly counts: Counts

  constructor(options: EtcdStoreOptions) {
    const { member, state, clock, log, random, progressPeriodMs } = options
    const context = new ServiceContext(options)
    this.#context = context
    this.counts = state.counts
    const electionTimeoutMs = options.electionTimeoutMs ?? ELECTION_TIMEOUT_MS
    this.#keys = new KeyService(context, options)
    this.#leases = new LeaseService(context, { random, electionTimeoutMs })
    this.auth = new AuthService(context, { random, ...options.auth })
    const { strictReconfigCheck, learnersMax, autoPromote } = options
    const healthyMs = electionTimeoutMs
    const reconfiguration = { strictReconfigCheck, learnersMax, autoPromote, healthyMs }
    this.#cluster = new ClusterService(context, { log, ...reconfiguration })
    this.#publisher = new Publisher(context, log)
    const quotaBytes = options.quotaBytes || QUOTA_BYTES_DEFAULT
    this.#maintenance = new MaintenanceService(context, { quotaBytes })
    const { storage } = options
    this.#quota = quotaOf(context, { quotaBytes, log, maintenance: this.#maintenance, storage })
    context.quota = this.#quota
    this.corruption = new CorruptionCheck(context, { log, periodMs: options.corruptCheckMs })
    const how = options.autoCompaction
    this.#compaction = how && new AutoCompaction(context, { keys: this.#keys, log, how })
    this.#hub = new WatchHub({
      clock,
      log,
      mvcc: () => state.mvcc,
      header: (revision) => context.headerAt(revision),
      ...(progressPeriodMs !== undefined && { progressPeriodMs }),
    })
    state.listen(this.#hub)
    this.#expirer = new LeaseExpirer({
      clock,
      log,
      book: () => state.leases,
      revoke: (lease, call) => this.#leases.revokeExpired(lease, call),
      extendMs: electionTimeoutMs,
      checkpoint: (leases, call) => this.#leases.checkpoint(leases, call),
    })
    const status = member.status()
    this.leaders = new LeaderWatch({ clock, electionTimeoutMs, leader: status.leader })
    this.#forgetLeadership = member.onLeadership((now) => this.#onLeadership(now))
    this.#onLeadership(status)
  }

  #onLeadership(status: MemberStatus): void {
    this.#context.term = status.term
    if (status.leader !== 0 && status.leader !== this.#lastLeader) {
      this.#lastLeader = status.leader
      this.counts.leaderChanges++
    }
    this.leaders.note(status)
    if (status.role === 'leader') this.#expirer.promote()
    else this.#expirer.demote()
  }

  get isLearner(): boolean {
    return this.#context.member.status().role === 'learner'
  }

  header(): ResponseHeader {
    return this.#context.header()
  }

  /** How many watch, and what they were given. */
  get watches(): WatchStats {
    return this.#hub.stats()
  }

  watch(): WatchStream {
    return this.#hub.open()
  }

  requireAdmin: EtcdApi['requireAdmin'] = (options) => this.#context.requireAdmin(options)
  requireWatch: EtcdApi['requireWatch'] = (request, options) =>
    this.#keys.requireWatch(request, options)

  range: EtcdApi['range'] = (request, options) => this.#keys.range(request, options)
  put: EtcdApi['put'] = (request, options) => this.#keys.put(request, options)
  deleteRange: EtcdApi['deleteRange'] = (request, options) =>
    this.#keys.deleteRange(request, options)
  txn: EtcdApi['txn'] = (request, options) => this.#keys.txn(request, options)
  compact: EtcdApi['compact'] = (request, options) => this.#keys.compact(request, options)

  leaseGrant: EtcdApi['leaseGrant'] = (request, options) =>
    this.#leases.leaseGrant(request, options)
  leaseRevoke: EtcdApi['leaseRevoke'] = (id, options) => this.#leases.leaseRevoke(id, options)
  leaseKeepAlive: EtcdApi['leaseKeepAlive'] = (id, options) =>
    this.#leases.leaseKeepAlive(id, options)
  leaseTimeToLive: EtcdApi['leaseTimeToLive'] = (request, options) =>
    this.#leases.leaseTimeToLive(request, options)
  leaseLeases: EtcdApi['leaseLeases'] = (options) => this.#leases.leaseLeases(options)

  memberList: EtcdApi['memberList'] = (request, options) =>
    this.#cluster.memberList(request, options)

  memberAdd: EtcdApi['memberAdd'] = (request, options) => this.#cluster.memberAdd(request, options)
  memberPromote: EtcdApi['memberPromote'] = (id, options) =>
    this.#cluster.memberPromote(id, options)
  memberUpdate: EtcdApi['memberUpdate'] = (request, options) =>
    this.#cluster.memberUpdate(request, options)
  memberRemove: EtcdApi['memberRemove'] = (id, options) => this.#cluster.memberRemove(id, options)

  status: EtcdApi['status'] = (options) => this.#maintenance.status(options)
  hash: EtcdApi['hash'] = (options) => this.#maintenance.hash(options)
  hashKv: EtcdApi['hashKv'] = (request, options) => this.#maintenance.hashKv(request, options)
  defragment: EtcdApi['defragment'] = (options) => this.#maintenance.defragment(options)
  alarm: EtcdApi['alarm'] = (request, options) => this.#maintenance.alarm(request, options)
  downgrade: EtcdApi['downgrade'] = (request, options) =>
    this.#maintenance.downgrade(request, options)
  moveLeader: EtcdApi['moveLeader'] = (target, options) =>
    this.#maintenance.moveLeader(target, options)

  /** The log's next piece found no room on the disk. */
  diskIsFull(): void {
    this.#quota.diskIsFull()
  }

  /** Tells the others this member's name and client URLs; resolves when they know. */
  publish(attributes: { name: string; clientUrls: readonly string[] }): Promise<void> {
    const { id } = this.#context.member.status()
    return this.#publisher.publish({ id, ...attributes })
  }

  /** Ends watches and lease keeping. The member and its state are their owner's to stop. */
  close(): void {
    this.#forgetLeadership()
    this.leaders.close()
    this.#expirer.demote()
    this.#cluster.close()
    this.#publisher.close()
    this.#quota.close()
    this.corruption.close()
    this.#compaction?.close()
    this.#hub.close(etcdErrors.stopped())
  }
}
