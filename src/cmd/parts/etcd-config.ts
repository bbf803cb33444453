import type { AutoCompactionMode, InitialMember } from '../../store/index.ts'
import { durationMs, EtcdConfigError, type EtcdFlags } from './etcd-flags.ts'
import { FlagError } from './flags.ts'
import { advertisedUrls, type BindUrl, bindUrls } from './etcd-urls.ts'

/** A member as etcd's flags describe it. */
export interface EtcdConfig {
  readonly name: string
  readonly dataDir: string
  /** Where the log is; default: in the data folder. */
  readonly walDir: string | undefined
  readonly listenClientUrls: readonly BindUrl[]
  /** Where HTTP is served apart from gRPC. Empty: on the client URLs as well. */
  readonly listenClientHttpUrls: readonly BindUrl[]
  readonly advertiseClientUrls: readonly string[]
  readonly listenPeerUrls: readonly BindUrl[]
  readonly advertisePeerUrls: readonly string[]
  readonly metricsUrls: readonly BindUrl[]
  readonly members: readonly InitialMember[]
  readonly clusterToken: string
  readonly isJoining: boolean
  readonly forceNewCluster: boolean
  readonly heartbeatMs: number
  readonly electionMs: number
  readonly autoCompaction: AutoCompactionMode | undefined
  readonly corruptCheckMs: number
  readonly progressPeriodMs: number
}

const ELECTION_MS_MAX = 50_000

/** Throws `EtcdConfigError`, in etcd's words where it has some. */
export function etcdConfig(flags: EtcdFlags): EtcdConfig {
  const name = flags.get('name')
  const urls = allUrls(flags)
  if (flags.isSet('listen-client-urls') && !flags.isSet('advertise-client-urls')) {
    throw new EtcdConfigError(
      '--advertise-client-urls is required when --listen-client-urls is set explicitly',
    )
  }
  const state = flags.get('initial-cluster-state')
  if (state !== 'new' && state !== 'existing') {
    throw new FlagError(
      `invalid value "${state}" for flag -initial-cluster-state: invalid value "${state}"`,
    )
  }
  const initial =
    flags.get('initial-cluster') || urls.advertisePeerUrls.map((u) => `${name}=${u}`).join()
  const members = readInitialCluster(initial, name)
  return {
    name,
    dataDir: flags.get('data-dir') || `${name}.etcd`,
    walDir: flags.get('wal-dir') || undefined,
    ...urls,
    members,
    clusterToken: flags.get('initial-cluster-token'),
    isJoining: state === 'existing',
    forceNewCluster: flags.get('force-new-cluster') === 'true',
    ...times(flags),
    autoCompaction: autoCompaction(flags),
    corruptCheckMs: durationMs(flags.get('corrupt-check-time')) ?? 0,
    progressPeriodMs: durationMs(flags.get('watch-progress-notify-interval')) ?? 0,
  }
}

/** A URL that is none is told of before anything else, as by etcd. */
function allUrls(flags: EtcdFlags) {
  return {
    listenClientUrls: bindUrls(flags, 'listen-client-urls'),
    listenClientHttpUrls: bindUrls(flags, 'listen-client-http-urls'),
    advertiseClientUrls: advertisedUrls(flags, 'advertise-client-urls'),
    listenPeerUrls: bindUrls(flags, 'listen-peer-urls'),
    advertisePeerUrls: advertisedUrls(flags, 'initial-advertise-peer-urls'),
    metricsUrls: bindUrls(flags, 'listen-metrics-urls'),
  }
}

/** `m1=https://…,m2=https://…`: a name may come several times, once for each of its URLs. */
export function readInitialCluster(cluster: string, self: string): InitialMember[] {
  const peerUrls = new Map<string, string[]>()
  for (const part of cluster.split(',')) {
    const [name, url, ...rest] = part.split('=')
    if (!name || !url || rest.length > 0 || !URL.canParse(url)) {
      throw new EtcdConfigError(`error setting up initial cluster: "${part}" is not NAME=URL`)
    }
    peerUrls.set(name, [...(peerUrls.get(name) ?? []), new URL(url).origin])
  }
  if (!peerUrls.has(self)) {
    throw new EtcdConfigError(
      `couldn't find local name "${self}" in the initial cluster configuration`,
    )
  }
  return [...peerUrls].map(([name, all]) => {
    // Each member tells its client URLs itself.
    return { name, peerUrls: all, clientUrls: [] }
  })
}

function times(flags: EtcdFlags): { heartbeatMs: number; electionMs: number } {
  const heartbeatMs = Number(flags.get('heartbeat-interval'))
  const electionMs = Number(flags.get('election-timeout'))
  if (heartbeatMs === 0) {
    throw new EtcdConfigError('--heartbeat-interval must be >0 (set to 0ms)')
  }
  if (electionMs === 0) throw new EtcdConfigError('--election-timeout must be >0 (set to 0ms)')
  if (5 * heartbeatMs > electionMs) {
    throw new EtcdConfigError(
      `--election-timeout[${electionMs}ms] should be at least as 5 times as ` +
        `--heartbeat-interval[${heartbeatMs}ms]`,
    )
  }
  if (electionMs > ELECTION_MS_MAX) {
    throw new EtcdConfigError(
      `--election-timeout[${electionMs}ms] is too long, and should be set less than ${ELECTION_MS_MAX}ms`,
    )
  }
  return { heartbeatMs, electionMs }
}

function autoCompaction(flags: EtcdFlags): AutoCompactionMode | undefined {
  const mode = flags.get('auto-compaction-mode')
  const text = flags.get('auto-compaction-retention')
  if (mode !== 'periodic' && mode !== 'revision') {
    throw new EtcdConfigError(`unknown auto-compaction-mode "${mode}"`)
  }
  // As etcd: a bare number is hours, or revisions.
  const count = /^\d+$/.test(text) ? Number(text) : undefined
  const ms = count === undefined ? durationMs(text) : count * 3_600_000
  if (ms === undefined) {
    throw new EtcdConfigError(`error parsing CompactionRetention: time: invalid duration "${text}"`)
  }
  if (ms === 0) return undefined
  if (mode === 'periodic') return { mode, retentionMs: ms }
  if (count === undefined) {
    throw new EtcdConfigError(`auto-compaction-retention: "${text}" must be a number of revisions`)
  }
  return { mode, retention: count }
}
