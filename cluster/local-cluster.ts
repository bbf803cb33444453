import { DiskError, type Log } from '../src/base/index.ts'
import {
  type ArchivePoint,
  type BackupInfo,
  type CallContext,
  type ClusterControl,
  type ClusterSize,
  type ClusterStatus,
  type FailoverReport,
  type PartArgs,
  type RestoreReport,
  UserError,
} from '../src/cli/index.ts'
import { backupOfArchive } from './archive.ts'
import { backupStatus, backupTopology, restoreBackup, saveBackup } from './backup.ts'
import { drillFailover } from './drill-failover.ts'
import { drillRestore } from './drill-restore.ts'
import {
  type LifecycleParts,
  MASTERS_DEFAULT,
  newTopology,
  NODES_DEFAULT,
  startAll,
  startOne,
  stopAll,
  withConnection,
  writeCluster,
} from './lifecycle.ts'
import { requireUnusedNetwork } from './addresses.ts'
import { bootstrapKubeconfig, createToken } from './join.ts'
import { readLog } from './logs.ts'
import { readTls, storeCaFile } from './pki.ts'
import { collectStatus } from './status.ts'
import { recordTopology } from './topology-record.ts'
import {
  agentsOf,
  clientEndpoint,
  parseTopology,
  partNamed,
  type Topology,
  withNode,
} from './topology.ts'

export interface LocalClusterParts extends LifecycleParts {
  readonly log: Log
  /** As the user gave it; undefined: the default. */
  readonly dataDir?: string
  /** Throws `UserError` for flags with which no part would start. */
  readonly checkArgs: (args: PartArgs) => Promise<void>
}

const KILL_TIMEOUT_MS = 5000
/** A node's token is for its first certificate. */
const TOKEN_TTL_MS = 3_600_000
const NODES_MAX = 200

/** The cluster of one data folder. */
export class LocalCluster implements ClusterControl {
  readonly #parts: LocalClusterParts

  constructor(parts: LocalClusterParts) {
    this.#parts = parts
  }

  async up(size: ClusterSize, context: CallContext) {
    const { clock, layout } = this.#parts
    const started = clock.monotonicMs()
    if (size.args) await this.#parts.checkArgs(size.args)
    const topology = await this.#topologyFor(size, context)
    const { masters, nodes, hollow } = topology
    if (await this.#runs(topology)) context.progress('It runs already.')
    else {
      const few = `${count(masters.length, 'master')} and ${count(nodes.length, 'node')}`
      const parts = hollow ? `${few}, and ${count(hollow.nodes, 'hollow node')}` : few
      context.progress(`Starting ${parts} ...`)
    }
    await writeCluster(this.#parts, topology)
    await startAll(this.#parts, topology, context)
    await withConnection(this.#parts, topology, ({ connection }) =>
      recordTopology(topology, { connection, signal: context.signal }),
    )
    return {
      kubeconfig: layout.kubeconfig,
      tookMs: clock.monotonicMs() - started,
      masters: masters.length,
      nodes: nodes.length,
      hollowNodes: hollow?.nodes ?? 0,
      apiOnly: topology.apiOnly ?? false,
    }
  }

  async #runs(topology: Topology): Promise<boolean> {
    for (const { name } of [...topology.masters, ...agentsOf(topology)]) {
      if (!(await this.#parts.supervisor.running(name))) return false
    }
    return true
  }

  async #runsAny(topology: Topology): Promise<boolean> {
    for (const { name } of [...topology.masters, ...agentsOf(topology)]) {
      if (await this.#parts.supervisor.running(name)) return true
    }
    return false
  }

  async #topologyFor(size: ClusterSize, { progress }: CallContext): Promise<Topology> {
    const known = await this.#find()
    if (!known) {
      const { apiOnly = false, masters = MASTERS_DEFAULT } = size
      const hollowNodes = size.hollowNodes ?? 0
      // A pod that lands on a real node beside hollow ones runs: that is asked for, or not there.
      const nodes = size.nodes ?? (apiOnly || hollowNodes > 0 ? 0 : NODES_DEFAULT)
      if (masters % 2 === 0) {
        progress(`Note: ${masters} masters bear no more failures than ${masters - 1}.`)
      }
      const { archive, args } = size
      return newTopology(this.#parts, {
        masters,
        nodes,
        hollowNodes,
        apiOnly,
        ...(archive && { archive }),
        ...(args && { args }),
      })
    }
    this.#requireSize(known, size)
    if (!size.args && size.archive === undefined) return known
    if (await this.#runsAny(known)) {
      progress('Note: what runs already keeps its flags: these count from its next start.')
    }
    const { archive = known.archive, args } = size
    const { archive: _, ...rest } = known
    return {
      ...rest,
      ...(archive && { archive }),
      ...(args && { args: { ...known.args, ...args } }),
    }
  }

  /** What a cluster consists of is fixed when it is made. */
  #requireSize(known: Topology, size: ClusterSize): void {
    const remedy = `use another --data-dir, or \`navarch down --purge${this.#dataDirFlag()}\` first`
    const counts = [
      ['masters', size.masters, known.masters.length],
      ['nodes', size.nodes, known.nodes.length],
      ['hollow nodes', size.hollowNodes, known.hollow?.nodes ?? 0],
    ] as const
    for (const [what, wanted, has] of counts) {
      if (wanted === undefined || wanted === has) continue
      throw new UserError(
        `this cluster has ${has} ${what}, not ${wanted}: their number is fixed when it is made; ${remedy}`,
      )
    }
    if (size.apiOnly && !known.apiOnly) {
      throw new UserError(`this cluster has more than the store and the API; ${remedy}`)
    }
  }

  async down({ purge }: { purge: boolean }, context: CallContext): Promise<boolean> {
    const { disk, layout } = this.#parts
    const topology = await this.#find().catch((error: unknown) => {
      if (purge) return undefined
      throw error
    })
    if (topology) await stopAll(this.#parts, topology, context)
    else if (!purge) throw this.#noCluster()
    if (!purge) return true
    const had = [await disk.stat(layout.topology), await disk.stat(layout.data)].some(Boolean)
    for (const path of [layout.data, layout.run, layout.logs, layout.pki]) await disk.remove(path)
    for (const path of [layout.kubeconfig, layout.topology]) await disk.remove(path)
    // The folder goes with it unless it holds what is not ours.
    const left = (await disk.stat(layout.root)) ? await disk.list(layout.root) : undefined
    if (left?.length === 0) await disk.remove(layout.root)
    return had
  }

  async status({ signal }: { signal: AbortSignal }): Promise<ClusterStatus> {
    const topology = await this.#topology()
    return withConnection(this.#parts, topology, ({ connection, supervisor }) =>
      collectStatus({ topology, connection, supervisor }, { signal }),
    )
  }

  async kill(name: string, signal: string): Promise<void> {
    partNamed(await this.#topology(), name)
    const { supervisor } = this.#parts
    const identity = await supervisor.signal(name, signal)
    if (signal !== 'SIGKILL' && signal !== 'SIGTERM') return
    const never = new AbortController().signal
    await supervisor.gone(identity, { timeoutMs: KILL_TIMEOUT_MS, signal: never })
  }

  async start(name: string, context: CallContext): Promise<void> {
    await startOne(this.#parts, await this.#topology(), name, context)
  }

  async addNode(context: CallContext): Promise<string> {
    const before = await this.#topology()
    if (before.apiOnly) throw new UserError('this cluster is the API alone: it has no nodes')
    if (before.nodes.length >= NODES_MAX) {
      throw new UserError(`this cluster has ${NODES_MAX} nodes, and no room for more`)
    }
    const { topology, node } = withNode(before)
    const { disk, layout, clock, random } = this.#parts
    const { signal } = context
    const token = await withConnection(this.#parts, before, ({ connection }) =>
      createToken(
        { connection, random },
        { ttlMs: TOKEN_TTL_MS, nowMs: clock.nowMs(), description: `for ${node.name}`, signal },
      ),
    )
    const { address, port } = before.endpoint
    const { caPem } = await readTls('admin', 'api', this.#parts)
    const text = bootstrapKubeconfig({ server: `https://${address}:${port}`, caPem, token })
    await disk.mkdir(layout.dataOf(node.name), { mode: 0o755 })
    await disk.writeFileAtomic(layout.bootstrapOf(node.name), Buffer.from(text), { mode: 0o600 })
    await writeCluster(this.#parts, topology)
    await startOne(this.#parts, topology, node.name, context)
    await withConnection(this.#parts, topology, ({ connection }) =>
      recordTopology(topology, { connection, signal }),
    )
    return node.name
  }

  async *logs(
    name: string,
    options: { follow: boolean; tail: number | undefined; signal: AbortSignal },
  ): AsyncGenerator<string> {
    partNamed(await this.#topology(), name)
    yield* readLog(this.#parts.layout.log(name), this.#parts, options)
  }

  async environment(): Promise<Readonly<Record<string, string>>> {
    const topology = await this.#topology()
    const { layout } = this.#parts
    return {
      KUBECONFIG: layout.kubeconfig,
      ETCDCTL_API: '3',
      ETCDCTL_ENDPOINTS: topology.masters.map(clientEndpoint).join(','),
      ETCDCTL_CACERT: storeCaFile(layout),
      ETCDCTL_CERT: layout.certificate('store-client'),
      ETCDCTL_KEY: layout.key('store-client'),
    }
  }

  async backupSave(file: string, { signal, progress }: CallContext): Promise<BackupInfo> {
    const topology = await this.#topology()
    const tls = await readTls('store-client', 'store', this.#parts)
    return saveBackup(file, { disk: this.#parts.disk, topology, tls, signal, progress })
  }

  backupStatus(file: string): Promise<BackupInfo> {
    return backupStatus(file, this.#parts.disk)
  }

  #requireNone(known: Topology | undefined): void {
    if (!known) return
    throw new UserError(
      `there is a cluster in ${this.#parts.layout.root}: restore makes a new one; ` +
        `run \`navarch down --purge${this.#dataDirFlag()}\` first, or use another --data-dir`,
    )
  }

  async backupRestore(file: string, { signal, progress }: CallContext): Promise<BackupInfo> {
    this.#requireNone(await this.#find())
    const saved = await backupTopology(file, this.#parts.disk)
    if (saved) await requireUnusedNetwork(this.#parts.net, saved)
    const topology = await newTopology(this.#parts, {
      masters: saved?.masters.length ?? MASTERS_DEFAULT,
      nodes: saved?.nodes.length ?? NODES_DEFAULT,
      hollowNodes: saved?.hollow?.nodes ?? 0,
      apiOnly: saved?.apiOnly ?? false,
      ...(saved && { network: saved.network }),
      ...(saved?.args && { args: saved.args }),
    })
    const info = await restoreBackup(file, { ...this.#parts, topology, signal, progress })
    await writeCluster(this.#parts, topology)
    const up = `navarch up${this.#dataDirFlag()}`
    progress(`The data of a new cluster is ready: start it with \`${up}\`.`)
    return info
  }

  async archiveRestore(
    archive: { readonly folder: string; readonly to: ArchivePoint },
    context: CallContext,
  ): Promise<BackupInfo> {
    this.#requireNone(await this.#find())
    const { disk, layout } = this.#parts
    const file = `${layout.root}.restoring.db`
    try {
      await backupOfArchive(archive, file, { ...this.#parts, context })
      const info = await this.backupRestore(file, context)
      context.progress('To archive the new cluster as well, name a new folder: `up --archive DIR`.')
      return info
    } finally {
      await disk.remove(file)
    }
  }

  async drillFailover(options: { times: number }, context: CallContext): Promise<FailoverReport> {
    const topology = await this.#topology()
    const dataDirFlag = this.#dataDirFlag()
    return drillFailover({ ...this.#parts, topology, dataDirFlag }, options, context)
  }

  async drillRestore(context: CallContext): Promise<RestoreReport> {
    const topology = await this.#topology()
    const dataDirFlag = this.#dataDirFlag()
    return drillRestore(this, { ...this.#parts, topology, dataDirFlag }, context)
  }

  async #topology(): Promise<Topology> {
    const topology = await this.#find()
    if (!topology) throw this.#noCluster()
    return topology
  }

  async #find(): Promise<Topology | undefined> {
    const { disk, layout } = this.#parts
    try {
      const text = Buffer.from(await disk.readFile(layout.topology)).toString()
      return parseTopology(text, layout.topology)
    } catch (error) {
      if (!(error instanceof DiskError)) throw error
      if (error.code === 'not-found') return undefined
      if (error.code !== 'not-a-folder') throw error
      throw new UserError(`${layout.root} is a file, not a folder`, { cause: error })
    }
  }

  #noCluster(): UserError {
    return new UserError(
      `there is no cluster in ${this.#parts.layout.root}: start one with \`navarch up${this.#dataDirFlag()}\``,
    )
  }

  /** What a command in a hint needs to mean this cluster. */
  #dataDirFlag(): string {
    const { dataDir } = this.#parts
    return dataDir === undefined ? '' : ` --data-dir ${dataDir}`
  }
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
