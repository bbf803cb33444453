import type { CallOptions, Headed } from '../etcd-api.ts'
import type { ClusterMember } from '../member-types.ts'
import type { ServiceContext } from './context.ts'

/** etcd's Cluster service. */
export class ClusterService {
  readonly #service: ServiceContext

  constructor(service: ServiceContext) {
    this.#service = service
  }

  async memberList(
    { linearizable }: { linearizable: boolean },
    options: CallOptions,
  ): Promise<Headed<{ members: readonly ClusterMember[] }>> {
    const { member } = this.#service
    if (linearizable) await member.linearize(options)
    return { header: this.#service.header(), members: member.members() }
  }
}
