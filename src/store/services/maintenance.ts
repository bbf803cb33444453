import { etcdserverpb as pb } from '../../gen/etcd.js'
import { type Alarm, AlarmType } from '../alarms/index.ts'
import { etcdErrors } from '../errors.ts'
import type { CallOptions, Headed, ResponseHeader, StoreStatus } from '../etcd-api.ts'
import { crc32c, hashKv } from '../mvcc/index.ts'
import { Tag } from '../payload.ts'
import type { ServiceContext } from './context.ts'

/** The release of etcd whose API this is. */
export const ETCD_VERSION = '3.6.5'

/** etcd's Maintenance service, apart from backups. */
export class MaintenanceService {
  readonly #service: ServiceContext
  readonly #quotaBytes: number

  constructor(service: ServiceContext, options: { quotaBytes: number }) {
    this.#service = service
    this.#quotaBytes = options.quotaBytes
  }

  async status(options: CallOptions): Promise<Headed<StoreStatus>> {
    await this.#service.requireUser(options)
    const { member, state } = this.#service
    const { term, leader, commitIndex, appliedIndex, role } = member.status()
    const size = await state.backend.sizeBytes()
    const alarms = state.alarms.all().map(({ memberId, alarm }) => {
      return `memberID:${memberId} alarm:${alarm === AlarmType.noSpace ? 'NOSPACE' : 'CORRUPT'} `
    })
    return {
      header: this.#service.header(),
      version: ETCD_VERSION,
      dbSizeBytes: size,
      // An estimate: the engine does not tell.
      dbSizeInUseBytes: Math.min(size, Math.round(state.backend.inUseBytes)),
      dbSizeQuotaBytes: this.#quotaBytes,
      leader,
      raftTerm: term,
      raftIndex: commitIndex,
      raftAppliedIndex: appliedIndex,
      errors: leader === 0 ? ['etcdserver: no leader', ...alarms] : alarms,
      isLearner: role === 'learner',
    }
  }

  async alarm(
    request: pb.AlarmRequest.$Properties,
    options: CallOptions,
  ): Promise<{ header: ResponseHeader; alarms: readonly Alarm[] }> {
    const { GET } = pb.AlarmRequest.AlarmAction
    if ((request.action ?? GET) === GET) await this.#service.requireUser(options)
    else await this.#service.requireAdmin(options)
    const encoded = pb.AlarmRequest.encode(request).finish()
    const { revision, alarms } = await this.#service.propose('alarm', Tag.alarm, encoded, options)
    return { header: this.#service.headerAt(revision), alarms }
  }

  /** There is one version: nothing to downgrade to, and nothing under way. */
  async downgrade(
    { action, version }: { action: number; version: string },
    options: CallOptions,
  ): Promise<{ header: ResponseHeader; version: string }> {
    await this.#service.requireAdmin(options)
    await this.#service.member.linearize(options)
    const { CANCEL } = pb.DowngradeRequest.DowngradeAction
    if (action === CANCEL) throw etcdErrors.noInflightDowngrade()
    if (!/^v?\d+\.\d+(\.\d+)?$/.test(version)) throw etcdErrors.wrongDowngradeVersion()
    throw etcdErrors.invalidDowngradeVersion()
  }

  async hash(options: CallOptions): Promise<Headed<{ hash: number }>> {
    await this.#service.requireAdmin(options)
    const snapshot = this.#service.state.snapshot()
    const header = this.#service.header()
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
    options: CallOptions,
  ): Promise<Headed<{ hash: number; compactRevision: number; hashRevision: number }>> {
    await this.#service.requireAdmin(options)
    const result = await hashKv(this.#service.state.mvcc, revision)
    return { ...result, header: this.#service.headerAt(result.revision) }
  }

  async defragment(options: CallOptions): Promise<{ header: ResponseHeader }> {
    await this.#service.requireAdmin(options)
    await this.#service.state.flush()
    await this.#service.state.backend.compact()
    return { header: this.#service.header() }
  }

  async moveLeader(target: bigint, options: CallOptions): Promise<{ header: ResponseHeader }> {
    await this.#service.requireAdmin(options)
    const { member } = this.#service
    if (member.status().role !== 'leader') throw etcdErrors.notLeader()
    const to = member.members().find(({ id }) => BigInt(id) === target)
    if (!to || to.isLearner) throw etcdErrors.badLeaderTransferee()
    if (target !== BigInt(member.status().id)) await member.transferLeadership(to.id, options)
    return { header: this.#service.header() }
  }
}
