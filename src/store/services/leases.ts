import { GrpcCode, KvError, type Random } from '../../base/index.ts'
import { etcdserverpb as pb } from '../../gen/etcd.js'
import { etcdErrors } from '../errors.ts'
import type {
  CallOptions,
  Headed,
  LeaseGrantRequest,
  LeaseTimes,
  ResponseHeader,
} from '../etcd-api.ts'
import { LEASE_BYTES } from '../alarms/index.ts'
import { encodeLease, encodeLeases, type Lease, type LeaseRecord } from '../lease/index.ts'
import { keyBytes } from '../mvcc/index.ts'
import { Tag } from '../payload.ts'
import type { ServiceContext } from './context.ts'

const LEASE_TTL_MAX_SECONDS = 9_000_000_000

/** etcd's Lease service. */
export class LeaseService {
  readonly #service: ServiceContext
  readonly #random: Random
  readonly #minLeaseTtlSeconds: number

  constructor(service: ServiceContext, options: { random: Random; electionTimeoutMs: number }) {
    this.#service = service
    this.#random = options.random
    // As etcd: one and a half election timeouts, in whole seconds.
    this.#minLeaseTtlSeconds = Math.ceil((options.electionTimeoutMs * 1.5) / 1000)
  }

  async leaseGrant(
    request: LeaseGrantRequest,
    options: CallOptions,
  ): Promise<Headed<{ id: bigint; ttlSeconds: number }>> {
    await this.#service.requireUser(options)
    const asked = request.TTL ?? 0
    if (asked > LEASE_TTL_MAX_SECONDS) throw etcdErrors.leaseTtlTooLarge()
    this.#service.takeSpace(LEASE_BYTES)
    // Chance and bounds are settled here, so that applying is the same everywhere.
    const TTL = Math.max(asked, this.#minLeaseTtlSeconds)
    const encoded = pb.LeaseGrantRequest.encode({ ID: request.ID || this.#freeLeaseId(), TTL })
    const { revision, id, ttlSeconds } = await this.#service.propose(
      'lease',
      Tag.leaseGrant,
      encoded.finish(),
      options,
    )
    return { header: this.#service.headerAt(revision), id, ttlSeconds }
  }

  #freeLeaseId(): bigint {
    for (;;) {
      const bytes = Buffer.from(this.#random.bytes(8))
      const id = bytes.readBigUInt64BE() & 0x7fff_ffff_ffff_ffffn
      if (id !== 0n && !this.#service.state.leases.has(id)) return id
    }
  }

  async leaseRevoke(id: bigint, options: CallOptions): Promise<{ header: ResponseHeader }> {
    await this.#service.requireUser(options)
    const encoded = pb.LeaseRevokeRequest.encode({ ID: id }).finish()
    const { revision } = await this.#service.propose('lease', Tag.leaseRevoke, encoded, options)
    return { header: this.#service.headerAt(revision) }
  }

  /** As the leader: what it has counted down. */
  async checkpoint(leases: readonly LeaseRecord[], { signal }: CallOptions): Promise<void> {
    const encoded = encodeLeases(leases)
    await this.#service.propose('lease', Tag.leaseCheckpoint, encoded, { signal })
  }

  /** The leader found it expired: applied unless it was renewed meanwhile. */
  async revokeExpired(lease: Lease, { signal }: CallOptions): Promise<void> {
    await this.#service.propose('lease', Tag.leaseExpire, encodeLease(lease), { signal })
  }

  /**
   * Every renewal is replicated, whichever member it came to: members need no message of their own
   * for it, a deposed leader cannot acknowledge one, and all know how long leases live.
   */
  async leaseKeepAlive(id: bigint, options: CallOptions): Promise<Headed<{ ttlSeconds: number }>> {
    const who = options.caller && (await this.#service.identify(options))
    this.#service.admission.known(who)
    this.#service.admission.leaseWrite(who, id)
    // As in etcd the header is that of before: the lease may be gone right after.
    const header = this.#service.header()
    const encoded = pb.LeaseKeepAliveRequest.encode({ ID: id }).finish()
    try {
      const { ttlSeconds } = await this.#service.propose('lease', Tag.leaseRenew, encoded, options)
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
    await this.#service.requireUser(options)
    await this.#service.member.linearize(options)
    const who = options.caller && (await this.#service.identify(options))
    if (keys) this.#service.admission.leaseRead(who, id)
    const lease = this.#service.state.leases.get(id)
    const header = this.#service.header()
    if (!lease) return { header, id, ttlSeconds: -1, grantedTtlSeconds: 0, keys: [] }
    const leftMs = lease.expiresAtMs - this.#service.clock.monotonicMs()
    return {
      header,
      id,
      ttlSeconds: Math.max(0, Math.floor(leftMs / 1000)),
      grantedTtlSeconds: lease.ttlSeconds,
      keys: keys ? [...lease.keys].sort().map(keyBytes) : [],
    }
  }

  async leaseLeases(options: CallOptions): Promise<Headed<{ ids: readonly bigint[] }>> {
    await this.#service.member.linearize(options)
    const who = options.caller && (await this.#service.identify(options))
    this.#service.admission.known(who)
    const ids = this.#service.state.leases.all().map(({ id }) => id)
    for (const id of ids) this.#service.admission.leaseRead(who, id)
    return { header: this.#service.header(), ids }
  }
}
