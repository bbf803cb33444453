import { etcdErrors } from '../errors.ts'
import type { CallOptions, Headed, ResponseHeader, StoreStatus } from '../etcd-api.ts'
import { crc32c, hashKv } from '../mvcc/index.ts'
import type { ServiceContext } from './context.ts'

/** The release of etcd whose API this is. */
export const ETCD_VERSION = '3.6.5'

/** etcd's Maintenance service, apart from backups. */
export class MaintenanceService {
  readonly #service: ServiceContext

  constructor(service: ServiceContext) {
    this.#service = service
  }

  async status(options: CallOptions): Promise<Headed<StoreStatus>> {
    await this.#service.requireUser(options)
    const { member, state } = this.#service
    const { term, leader, commitIndex, appliedIndex, role } = member.status()
    const size = await state.backend.sizeBytes()
    return {
      header: this.#service.header(),
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
