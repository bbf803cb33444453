import { DiskError, type MemberId } from '../../../src/base/index.ts'
import type { Lifetime, PeerPacket } from '../../../src/sim/index.ts'
import {
  type ClusterIdentity,
  type ClusterMember,
  clusterIdentity,
} from '../../../src/store/index.ts'
import { SimWorld, Violation } from '../world.ts'
import { AppliedEntries, type NodeOptions, StoreNode } from './node.ts'

/** What a member must have on disk to be a member. The log's next piece is not part of it yet. */
const VITAL = /^data\/(wal|db)(?!\/next\.tmp)/
const RESTART_MS_MAX = 1500

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
  /** Whose disk has failed them: they must end, and never say again that something is durable. */
  readonly #failed = new Set<Lifetime>()
  readonly #restarts = this.random.fork('restarts')
  /** Members that ended for their disk. */
  protected diskDeaths = 0

  /** A member has opened its store. */
  protected abstract onUp(node: StoreNode, name: string): void
  protected abstract nodeOptions(
    id: MemberId,
  ): Pick<NodeOptions, 'breaks'> &
    Partial<Pick<NodeOptions, 'etcd' | 'timing' | 'onRemoved' | 'archiveFolder'>>

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
      onError: (error) => this.#ended(id, error),
    })
    this.#nodes.set(id, node)
    this.machine(id).medium.onFailure = (path) => {
      const lifetime = node.ports?.lifetime
      this.record(`a sync failed ${id} ${path}`)
      if (lifetime && VITAL.test(path)) this.#failed.add(lifetime)
    }
  }

  /** As the supervisor of a real one: whose disk has failed is started again, until it can. */
  #ended(id: MemberId, error: unknown): void {
    const isDisk = error instanceof DiskError && (error.code === 'io' || error.code === 'no-space')
    if (!isDisk || !this.hasDiskFaults) return this.fail(error)
    this.diskDeaths++
    this.record(`its disk ends ${id}: ${error.code}`)
    this.kill(id)
    this.clock.schedule(this.#restarts.between(0, RESTART_MS_MAX), () => {
      if (!this.isUp(id)) this.start(id)
    })
  }

  /** Whether disks may be full, or fail, in this run. */
  protected get hasDiskFaults(): boolean {
    return false
  }

  /** With all else over: whose disk has failed them did not go on. */
  protected checkFailed(): void {
    for (const lifetime of this.#failed) {
      if (lifetime.alive) throw new Violation('a member goes on after a sync that failed')
    }
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
