import type { MemberId } from '../../../src/base/index.ts'
import type { PeerPacket } from '../../../src/sim/index.ts'
import {
  type ClusterIdentity,
  type ClusterMember,
  clusterIdentity,
} from '../../../src/store/index.ts'
import { SimWorld } from '../world.ts'
import { AppliedEntries, type NodeOptions, StoreNode } from './node.ts'

/** A world whose machines are members of a store, three to begin with. */
export abstract class MembersWorld extends SimWorld<PeerPacket> {
  protected readonly cluster: ClusterIdentity = clusterIdentity({
    clusterToken: 'simulation',
    members: ['m1', 'm2', 'm3'].map((name) => ({
      name,
      peerUrls: [`https://${name}:2380`],
      clientUrls: [`https://${name}:2379`],
    })),
  })
  protected readonly applied = new AppliedEntries()
  readonly #nodes = new Map<MemberId, StoreNode>()

  /** A member has opened its store. */
  protected abstract onUp(node: StoreNode, name: string): void
  protected abstract nodeOptions(
    id: MemberId,
  ): Pick<NodeOptions, 'breaks'> &
    Partial<Pick<NodeOptions, 'etcd' | 'onRemoved' | 'archiveFolder'>>

  /** Machines of members that were not removed. */
  get ids(): readonly MemberId[] {
    return [...this.#nodes.keys()]
  }

  leader(): MemberId | undefined {
    return this.live().find((node) => node.isLeader)?.id
  }

  /** It may have been removed while it was down. */
  start(id: MemberId): void {
    this.#nodes.get(id)?.start()
  }

  protected startMembers(): void {
    for (const member of this.cluster.members) this.addMember(member, this.cluster)
    for (const id of this.ids) this.start(id)
  }

  protected addMember({ id, name }: ClusterMember, cluster: ClusterIdentity): void {
    const { clock, network, applied } = this
    const node = new StoreNode({
      ...this.nodeOptions(id),
      id,
      name,
      cluster,
      machine: this.addMachine(id, name),
      clock,
      network,
      applied,
      onUp: (up) => this.onUp(up, name),
      onLeader: () => this.elected(id),
      onError: (error) => this.fail(error),
    })
    this.#nodes.set(id, node)
  }

  protected removeMember(id: MemberId): void {
    this.kill(id)
    this.#nodes.delete(id)
  }

  protected onDeath(id: MemberId): void {
    this.#nodes.get(id)?.close()
  }

  /** Those whose stores are open. */
  protected live(): StoreNode[] {
    return [...this.#nodes.values()].filter((node) => node.open)
  }

  protected node(id: MemberId): StoreNode | undefined {
    return this.#nodes.get(id)
  }
}
