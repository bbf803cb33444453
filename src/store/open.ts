import type {
  Clock,
  Disk,
  Log,
  MemberId,
  OpenEngine,
  PeerTransport,
  Random,
} from '../base/index.ts'
import { EtcdStore, type EtcdStoreOptions } from './etcd.ts'
import { Archiver } from './archive/index.ts'
import type { Outcome } from './commands/index.ts'
import { EtcdState } from './etcd-state.ts'
import {
  type ClusterIdentity,
  type LogLimits,
  MemberDelays,
  type MemberTiming,
  memberNamed,
  openMember,
  type RaftMember,
  TIMING_DEFAULT,
} from './member/index.ts'
import { Steps } from './steps.ts'

export interface OpenStoreOptions {
  /** From `clusterIdentity`, the same on every member. */
  readonly cluster: ClusterIdentity
  /** Which of the cluster's members this is. */
  readonly name: string
  /** The member's own folder: `db` holds the state, `wal` the log, `snap` what arrives. */
  readonly dataFolder: string
  /** Where the log is, if not there: etcd's `--wal-dir`. */
  readonly walFolder?: string
  readonly disk: Disk
  readonly openEngine: OpenEngine
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Connects this member with its peers. Closed with the store, and when opening it fails. */
  readonly transport: PeerTransport
  /** Where this member's log is archived, for restores to any revision or time. Default: nowhere. */
  readonly archiveFolder?: string
  /** etcd's `--force-new-cluster`: this member goes on alone, with all that it has. */
  readonly forceNewCluster?: boolean
  /** etcd's `--pre-vote`. Default true. */
  readonly preVote?: boolean
  readonly timing?: Partial<MemberTiming>
  readonly logLimits?: Partial<LogLimits>
  readonly requestTimeoutMs?: number
  /** etcd's `--auth-token-ttl`. Default 300. */
  readonly authTokenTtlSeconds?: number
  readonly etcd?: Omit<EtcdStoreOptions, 'member' | 'state' | 'clock' | 'random' | 'log'>
  /** Called with the state before anything is applied to it: for checks across members. */
  readonly onState?: (state: EtcdState) => void
  /** The member cannot go on (its disk failed): the process should end with this error. */
  readonly onFatal?: (error: unknown) => void
}

/** A running member of the store. */
export interface OpenStore {
  readonly id: MemberId
  readonly store: EtcdStore
  readonly member: RaftMember<Outcome>
  readonly state: EtcdState
  readonly delays: MemberDelays
  /** Hands leadership over, ends all calls with "server stopped", and closes everything. */
  stop(): Promise<void>
}

/**
 * Opens a member: its state, its log, etcd's API on top. Throws `DiskError` (`locked`: another
 * process has the folder), `WalDamagedError`, `WalIdentityError`, `DataFolderError` or
 * `ClusterConfigError`, each with a sentence that names the file and the remedy.
 */
export async function openStore(options: OpenStoreOptions): Promise<OpenStore> {
  const { cluster, disk, dataFolder, clock, random, log, transport } = options
  const steps = new Steps({ clock, log })
  const undo: (() => Promise<void>)[] = [() => transport.close()]
  let store: EtcdStore | undefined
  try {
    const self = memberNamed(cluster, options.name)
    await disk.mkdir(dataFolder)
    const state = await openState(options, steps)
    undo.unshift(() => state.close())
    options.onState?.(state)
    const { timing, archiveFolder: folder, etcd: { requestBytesMax } = {} } = options
    if (folder !== undefined) {
      const { clusterId } = cluster
      const archiver = await steps.take('opening the archive', () => {
        return Archiver.open({ state, disk, folder, clusterId, clock, log })
      })
      undo.unshift(() => archiver.close())
    }
    const delays = new MemberDelays()
    const member = await steps.take('opening the log', () =>
      openMember<Outcome>({
        ...options,
        self,
        log: log.child({ component: 'raft' }),
        stateMachine: state,
        ...(requestBytesMax !== undefined && { requestBytesMax }),
        delays,
        onDiskFull: () => store?.diskIsFull(),
      }),
    )
    undo.unshift(() => member.stop())
    tellWhereItGoesOn(options, member)
    const { tickMs, electionTicks } = { ...TIMING_DEFAULT, ...timing }
    const electionTimeoutMs = tickMs * electionTicks
    const etcd = new EtcdStore({
      member,
      state,
      clock,
      random: random.fork('etcd'),
      log: log.child({ component: 'etcd' }),
      electionTimeoutMs,
      storage: { disk, folder: dataFolder },
      ...options.etcd,
    })
    store = etcd
    const stop = async () => {
      etcd.close()
      for (const each of undo.splice(0)) await each()
    }
    return { id: self.id, store: etcd, member, state, delays, stop }
  } catch (error) {
    for (const each of undo) await each().catch(() => undefined)
    throw error
  }
}

/** The database, and what is read back of it. */
async function openState(options: OpenStoreOptions, steps: Steps): Promise<EtcdState> {
  const { dataFolder, clock, log, authTokenTtlSeconds } = options
  const path = `${dataFolder}/db`
  // The engine's lock keeps other processes out of the whole folder.
  const engine = await steps.take('opening the database', () => options.openEngine(path), { path })
  const state = await steps.take('reading the state', () =>
    EtcdState.open({
      engine,
      clock,
      log,
      ...(authTokenTtlSeconds !== undefined && { authTokenTtlSeconds }),
    }),
  )
  log.info('opened backend db', { caller: 'storage/backend.go', path })
  return state
}

function tellWhereItGoesOn({ cluster, log }: OpenStoreOptions, member: RaftMember<Outcome>): void {
  const { id, term, commitIndex, appliedIndex } = member.status()
  const isNew = commitIndex <= 1
  log.info(isNew ? 'starting local member' : 'restarting local member', {
    caller: 'etcdserver/bootstrap.go',
    'cluster-id': cluster.clusterId.toString(16),
    'local-member-id': id.toString(16),
    term,
    'commit-index': commitIndex,
    'applied-index': appliedIndex,
  })
}
