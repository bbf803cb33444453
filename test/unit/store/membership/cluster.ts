import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog } from '../../../../src/base/index.ts'
import {
  levelEngines,
  systemClock,
  systemDisk,
  systemRandom,
} from '../../../../src/platform/index.ts'
import {
  type ClusterIdentity,
  clusterIdentity,
  type EtcdStore,
  type EtcdStoreOptions,
  type OpenStore,
  openStore,
} from '../../../../src/store/index.ts'
import { never, until } from '../member/cluster.ts'
import { Network } from '../member/network.ts'

type EtcdOptions = Omit<EtcdStoreOptions, 'member' | 'state' | 'clock' | 'random' | 'log'>

export const call = () => ({ signal: never() })
export const peerUrl = (name: string) => `http://127.0.0.1:${1000 + Number(name.slice(1))}`

/** Whole stores in this process, on real files, that members join and leave. */
export class StoreCluster {
  readonly network = new Network()
  readonly open = new Map<string, OpenStore>()
  readonly fatal = new Map<string, unknown>()
  readonly folder: string
  readonly #initial: ClusterIdentity
  etcd: EtcdOptions = { electionTimeoutMs: 60 }

  private constructor(folder: string, names: readonly string[]) {
    this.folder = folder
    this.#initial = clusterIdentity({
      clusterToken: 'test',
      members: names.map((name) => ({ name, peerUrls: [peerUrl(name)], clientUrls: [] })),
    })
  }

  static async start(names: readonly string[], etcd: EtcdOptions = {}): Promise<StoreCluster> {
    const folder = await fs.mkdtemp(join(tmpdir(), 'stores-'))
    const cluster = new StoreCluster(folder, names)
    Object.assign(cluster.etcd, etcd)
    for (const name of names) await cluster.start(name)
    return cluster
  }

  /** Starts a member that is known from the beginning, or again. */
  async start(name: string, cluster = this.#initial): Promise<EtcdStore> {
    const self = cluster.members.find((each) => each.name === name)
    const opened = await openStore({
      cluster,
      name,
      dataFolder: join(this.folder, name),
      disk: systemDisk(),
      openEngine: levelEngines(),
      clock: systemClock,
      random: systemRandom(),
      log: silentLog,
      transport: this.network.transport(self?.id ?? 0),
      timing: { tickMs: 5, electionTicks: 20, heartbeatTicks: 2 },
      logLimits: { segmentBytes: 64 * 1024 },
      requestTimeoutMs: 4000,
      etcd: this.etcd,
      onFatal: (error) => this.fatal.set(name, error),
    })
    this.open.set(name, opened)
    void opened.store.publish({ name, clientUrls: [`http://${name}:2379`] })
    return opened.store
  }

  /** Starts a member that was added: it knows who the others are, and nothing else. */
  async join(name: string): Promise<EtcdStore> {
    const [first] = this.open.values()
    const known = first?.member.members() ?? []
    const members = known.map((each) => {
      return each.peerUrls[0] === peerUrl(name) ? { ...each, name } : each
    })
    const { clusterId } = this.#initial
    return await this.start(name, { clusterId, members, joining: true })
  }

  store(name: string): EtcdStore {
    const opened = this.open.get(name)
    if (!opened) throw new Error(`${name} is not running`)
    return opened.store
  }

  idOf(name: string): number {
    const [first] = this.open.values()
    const found = first?.member.members().find((each) => each.peerUrls[0] === peerUrl(name))
    return found?.id ?? 0
  }

  leader(): string | undefined {
    for (const [name, { member }] of this.open) if (member.status().role === 'leader') return name
    return undefined
  }

  async stop(name: string): Promise<void> {
    const opened = this.open.get(name)
    this.open.delete(name)
    await opened?.stop()
    if (opened) this.network.leave(opened.id)
  }

  async close(): Promise<void> {
    for (const name of this.open.keys()) await this.stop(name)
    await fs.rm(this.folder, { recursive: true, force: true })
  }

  /** A leader, whom all that run follow, and connections that have stood for a while. */
  async settled(): Promise<string> {
    await until('a settled cluster', () => {
      const leader = this.leader()
      const all = [...this.open.values()]
      const led = leader !== undefined && all.every(({ member }) => member.status().leader !== 0)
      const ids = all.map(({ id }) => id)
      const up = (opened: OpenStore) => ids.every((id) => (opened.member.upForMs(id) ?? 0) > 100)
      return led && all.every(up)
    })
    return this.leader() ?? ''
  }
}
