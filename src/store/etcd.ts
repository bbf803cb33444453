import {
  assert,
  type Clock,
  GrpcCode,
  KvError,
  type Log,
  type Random,
  sleep,
} from '../base/index.ts'
import { etcdserverpb as pb } from '../gen/etcd.js'
import { etcdErrors } from './errors.ts'
import type {
  CallOptions,
  CompactionRequest,
  DeleteRangeRequest,
  DeleteRangeResult,
  EtcdApi,
  Headed,
  LeaseGrantRequest,
  LeaseTimes,
  PutRequest,
  PutResult,
  RangeRequest,
  RangeResult,
  ResponseHeader,
  StoreStatus,
  TxnRequest,
  TxnResult,
} from './etcd-api.ts'
import type { EtcdState, Outcome } from './etcd-state.ts'
import { LeaderWatch } from './leader-watch.ts'
import { encodeLease, type Lease, LeaseExpirer } from './lease/index.ts'
import type { ClusterMember, Member, MemberStatus } from './member-types.ts'
import {
  crc32c,
  fetch,
  finishRange,
  hashKv,
  isReadOnly,
  isSerializable,
  keyBytes,
  type Located,
  planRange,
  txn,
} from './mvcc/index.ts'
import { decodePut, makePayload, Tag } from './payload.ts'
import { checkDeleteRange, checkPut, checkRange, checkTxn } from './requests.ts'
import { WatchHub, type WatchStream } from './watch/index.ts'

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
  /** What a new leader adds to every lease. Default 1000: etcd's election timeout. */
  readonly electionTimeoutMs?: number
}

const REQUEST_BYTES_MAX = 1.5 * 2 ** 20
const TXN_OPS_MAX = 128
const LEASE_TTL_MAX_SECONDS = 9_000_000_000
const ELECTION_TIMEOUT_MS = 1000
/** Values read before other work gets its turn. */
const RANGE_SLICE = 1000
const PHYSICAL_COMPACTION_POLL_MS = 10
/** The release of etcd whose API this is. */
export const ETCD_VERSION = '3.6.5'

/** etcd v3 on top of one member of the group and the state that it replicates. */
export class EtcdStore implements EtcdApi {
  readonly #options: EtcdStoreOptions
  readonly #hub: WatchHub
  readonly #expirer: LeaseExpirer
  readonly leaders: LeaderWatch
  readonly #forgetLeadership: () => void
  readonly #minLeaseTtlSeconds: number
  readonly #clusterId: bigint
  readonly #memberId: bigint
  #term: number

  constructor(options: EtcdStoreOptions) {
    const { member, state, clock, log } = options
    this.#options = options
    const status = member.status()
    this.#clusterId = status.clusterId
    this.#memberId = BigInt(status.id)
    this.#term = status.term
    const electionTimeoutMs = options.electionTimeoutMs ?? ELECTION_TIMEOUT_MS
    // As etcd: one and a half election timeouts, in whole seconds.
    this.#minLeaseTtlSeconds = Math.ceil((electionTimeoutMs * 1.5) / 1000)
    this.#hub = new WatchHub({
      clock,
      log,
      mvcc: () => state.mvcc,
      header: (revision) => this.#header(revision),
      ...(options.progressPeriodMs === undefined
        ? {}
        : { progressPeriodMs: options.progressPeriodMs }),
    })
    state.listen(this.#hub)
    this.#expirer = new LeaseExpirer({
      clock,
      log,
      book: () => state.leases,
      revoke: (lease, { signal }) => this.#revokeExpired(lease, signal),
      extendMs: electionTimeoutMs,
    })
    this.leaders = new LeaderWatch({ clock, electionTimeoutMs, leader: status.leader })
    this.#forgetLeadership = member.onLeadership((now) => this.#onLeadership(now))
    this.#onLeadership(status)
  }

  #onLeadership(status: MemberStatus): void {
    this.#term = status.term
    this.leaders.note(status)
    if (status.role === 'leader') this.#expirer.promote()
    else this.#expirer.demote()
  }

  header(): ResponseHeader {
    return this.#header(this.#options.state.mvcc.revision)
  }

  #header(revision: number): ResponseHeader {
    return {
      clusterId: this.#clusterId,
      memberId: this.#memberId,
      revision,
      raftTerm: this.#term,
    }
  }

  // ---- keys

  async range(request: RangeRequest, options: CallOptions): Promise<Headed<RangeResult>> {
    checkRange(request)
    if (!request.serializable) await this.#options.member.linearize(options)
    const { mvcc } = this.#options.state
    const plan = planRange(mvcc, request)
    const sliced = plan.found.length > RANGE_SLICE
    // What was found is the index's own, and changes with the keys while others have their turn.
    const found = sliced ? plan.found.map(copyOf) : plan.found
    const kvs = []
    // Values of a revision never change, but compaction must not take them meanwhile.
    const release = sliced ? mvcc.pin() : undefined
    try {
      for (const at of found) {
        kvs.push(fetch(mvcc, request, at))
        if (sliced && kvs.length % RANGE_SLICE === 0) await sleep(this.#options.clock, 0, options)
      }
    } finally {
      release?.()
    }
    return this.#headed(finishRange(request, plan, kvs))
  }

  async put(request: PutRequest, options: CallOptions): Promise<Headed<PutResult>> {
    checkPut(request)
    const encoded = replicablePut(request, options.encoded)
    return this.#headed(await this.#propose('put', Tag.put, encoded, options))
  }

  async deleteRange(
    request: DeleteRangeRequest,
    options: CallOptions,
  ): Promise<Headed<DeleteRangeResult>> {
    checkDeleteRange(request)
    const encoded = options.encoded ?? pb.DeleteRangeRequest.encode(request).finish()
    return this.#headed(await this.#propose('delete-range', Tag.deleteRange, encoded, options))
  }

  async txn(request: TxnRequest, options: CallOptions): Promise<Headed<TxnResult>> {
    checkTxn(request, this.#options.txnOpsMax ?? TXN_OPS_MAX)
    if (isReadOnly(request)) {
      if (!isSerializable(request)) await this.#options.member.linearize(options)
      return this.#headed(txn(this.#options.state.mvcc, request, () => false))
    }
    const encoded = options.encoded ?? pb.TxnRequest.encode(request).finish()
    return this.#headed(await this.#propose('txn', Tag.txn, encoded, options))
  }

  async compact(
    request: CompactionRequest,
    options: CallOptions,
  ): Promise<{ header: ResponseHeader }> {
    const encoded = options.encoded ?? pb.CompactionRequest.encode(request).finish()
    const { revision } = await this.#propose('compact', Tag.compact, encoded, options)
    const { state, clock } = this.#options
    while (request.physical && state.mvcc.compacting) {
      await sleep(clock, PHYSICAL_COMPACTION_POLL_MS, options)
    }
    return { header: this.#header(revision) }
  }

  watch(): WatchStream {
    return this.#hub.open()
  }

  // ---- leases

  async leaseGrant(
    request: LeaseGrantRequest,
    options: CallOptions,
  ): Promise<Headed<{ id: bigint; ttlSeconds: number }>> {
    const asked = request.TTL ?? 0
    if (asked > LEASE_TTL_MAX_SECONDS) throw etcdErrors.leaseTtlTooLarge()
    // Chance and bounds are settled here, so that applying is the same everywhere.
    const TTL = Math.max(asked, this.#minLeaseTtlSeconds)
    const encoded = pb.LeaseGrantRequest.encode({ ID: request.ID || this.#freeLeaseId(), TTL })
    const { revision, id, ttlSeconds } = await this.#propose(
      'lease',
      Tag.leaseGrant,
      encoded.finish(),
      options,
    )
    return { header: this.#header(revision), id, ttlSeconds }
  }

  #freeLeaseId(): bigint {
    for (;;) {
      const bytes = Buffer.from(this.#options.random.bytes(8))
      const id = bytes.readBigUInt64BE() & 0x7fff_ffff_ffff_ffffn
      if (id !== 0n && !this.#options.state.leases.has(id)) return id
    }
  }

  async leaseRevoke(id: bigint, options: CallOptions): Promise<{ header: ResponseHeader }> {
    const encoded = pb.LeaseRevokeRequest.encode({ ID: id }).finish()
    const { revision } = await this.#propose('lease', Tag.leaseRevoke, encoded, options)
    return { header: this.#header(revision) }
  }

  async #revokeExpired(lease: Lease, signal: AbortSignal): Promise<void> {
    await this.#propose('lease', Tag.leaseExpire, encodeLease(lease), { signal })
  }

  /**
   * Every renewal is replicated, whichever member it came to: members need no message of their own
   * for it, a deposed leader cannot acknowledge one, and all know how long leases live.
   */
  async leaseKeepAlive(id: bigint, options: CallOptions): Promise<Headed<{ ttlSeconds: number }>> {
    // As in etcd the header is that of before: the lease may be gone right after.
    const header = this.header()
    const encoded = pb.LeaseKeepAliveRequest.encode({ ID: id }).finish()
    try {
      const { ttlSeconds } = await this.#propose('lease', Tag.leaseRenew, encoded, options)
      return { header, ttlSeconds }
    } catch (error) {
      if (error instanceof KvError && error.code === GrpcCode.notFound) {
        return { header, ttlSeconds: 0 }
      }
      throw error
    }
  }

  async leaseTimeToLive(
    { id, keys }: { id: bigint; keys: boolean },
    options: CallOptions,
  ): Promise<Headed<LeaseTimes>> {
    await this.#options.member.linearize(options)
    const lease = this.#options.state.leases.get(id)
    const header = this.header()
    if (!lease) return { header, id, ttlSeconds: -1, grantedTtlSeconds: 0, keys: [] }
    const leftMs = lease.expiresAtMs - this.#options.clock.monotonicMs()
    return {
      header,
      id,
      ttlSeconds: Math.max(0, Math.floor(leftMs / 1000)),
      grantedTtlSeconds: lease.ttlSeconds,
      keys: keys ? [...lease.keys].sort().map(keyBytes) : [],
    }
  }

  async leaseLeases(options: CallOptions): Promise<Headed<{ ids: readonly bigint[] }>> {
    await this.#options.member.linearize(options)
    const ids = this.#options.state.leases.all().map(({ id }) => id)
    return { header: this.header(), ids }
  }

  // ---- cluster and maintenance

  async memberList(
    { linearizable }: { linearizable: boolean },
    options: CallOptions,
  ): Promise<Headed<{ members: readonly ClusterMember[] }>> {
    const { member } = this.#options
    if (linearizable) await member.linearize(options)
    return { header: this.header(), members: member.members() }
  }

  async status(_options: CallOptions): Promise<Headed<StoreStatus>> {
    const { member, state } = this.#options
    const { term, leader, commitIndex, appliedIndex, role } = member.status()
    const size = await state.backend.sizeBytes()
    return {
      header: this.header(),
      version: ETCD_VERSION,
      dbSizeBytes: size,
      dbSizeInUseBytes: size,
      leader,
      raftTerm: term,
      raftIndex: commitIndex,
      raftAppliedIndex: appliedIndex,
      errors: leader === 0 ? ['etcdserver: no leader'] : [],
      isLearner: role === 'learner',
    }
  }

  async hash(_options: CallOptions): Promise<Headed<{ hash: number }>> {
    const snapshot = this.#options.state.snapshot()
    const header = this.header()
    try {
      let hash = 0
      for await (const chunk of snapshot.chunks) hash = crc32c(chunk, hash)
      return { header, hash }
    } finally {
      snapshot.release()
    }
  }

  async hashKv(
    { revision }: { revision: number },
    _options: CallOptions,
  ): Promise<Headed<{ hash: number; compactRevision: number; hashRevision: number }>> {
    const result = await hashKv(this.#options.state.mvcc, revision)
    return { ...result, header: this.#header(result.revision) }
  }

  async defragment(_options: CallOptions): Promise<{ header: ResponseHeader }> {
    await this.#options.state.flush()
    await this.#options.state.backend.compact()
    return { header: this.header() }
  }

  async moveLeader(target: bigint, options: CallOptions): Promise<{ header: ResponseHeader }> {
    const { member } = this.#options
    if (member.status().role !== 'leader') throw etcdErrors.notLeader()
    const to = member.members().find(({ id }) => BigInt(id) === target)
    if (!to || to.isLearner) throw etcdErrors.badLeaderTransferee()
    if (target !== this.#memberId) await member.transferLeadership(to.id, options)
    return { header: this.header() }
  }

  /** Ends watches and lease keeping. The member and its state are their owner's to stop. */
  close(): void {
    this.#forgetLeadership()
    this.leaders.close()
    this.#expirer.demote()
    this.#hub.close(etcdErrors.stopped())
  }

  #headed<T extends { readonly revision: number }>(result: T): Headed<T> {
    return { ...result, header: this.#header(result.revision) }
  }

  /** Replicates a request; its outcome, or the refusal that applying it came to. */
  async #propose<K extends Outcome['kind']>(
    kind: K,
    tag: Tag,
    encoded: Uint8Array,
    options: CallOptions,
  ): Promise<Extract<Outcome, { kind: K }>> {
    if (encoded.length > (this.#options.requestBytesMax ?? REQUEST_BYTES_MAX)) {
      throw etcdErrors.requestTooLarge()
    }
    const outcome = await this.#options.member.propose(makePayload(tag, encoded), options)
    if (outcome.kind === 'error') throw outcome.error
    assert(outcome.kind === kind, `a ${kind} request came to ${outcome.kind}`)
    return outcome as Extract<Outcome, { kind: K }>
  }
}

/**
 * The bytes as the client sent them, unless `decodePut` reads them otherwise than the front did: an
 * entry that cannot be applied would stop every member, again and again.
 */
function replicablePut(request: PutRequest, encoded: Uint8Array | undefined): Uint8Array {
  if (encoded && isReadable(encoded)) return encoded
  return pb.PutRequest.encode(request).finish()
}

function isReadable(encoded: Uint8Array): boolean {
  try {
    return (decodePut(encoded).key ?? []).length > 0
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

function copyOf({ key, main, sub, created, version }: Located): Located {
  return { key, main, sub, created, version }
}
