import type { AutoCompactionMode, InitialMember } from '../../store/index.ts'
import { durationMs, EtcdConfigError, type EtcdFlags } from './etcd-flags.ts'

/** A member as etcd's flags describe it. */
export interface EtcdConfig {
  readonly name: string
  readonly dataDir: string
  readonly listenClientUrls: readonly URL[]
  readonly advertiseClientUrls: readonly string[]
  readonly listenPeerUrls: readonly URL[]
  readonly advertisePeerUrls: readonly string[]
  readonly metricsUrls: readonly URL[]
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
  if (flags.isSet('listen-client-urls') && !flags.isSet('advertise-client-urls')) {
    throw new EtcdConfigError(
      '--advertise-client-urls is required when --listen-client-urls is set explicitly',
    )
  }
  const state = flags.get('initial-cluster-state')
  if (state !== 'new' && state !== 'existing') {
    throw new EtcdConfigError(`invalid value "${state}" for flag -initial-cluster-state`)
  }
  const advertisePeerUrls = advertised(flags, 'initial-advertise-peer-urls')
  const advertiseClientUrls = advertised(flags, 'advertise-client-urls')
  const initial =
    flags.get('initial-cluster') || advertisePeerUrls.map((u) => `${name}=${u}`).join()
  const members = readInitialCluster(initial, name)
  return {
    name,
    dataDir: flags.get('data-dir') || `${name}.etcd`,
    listenClientUrls: bindUrls(flags, 'listen-client-urls'),
    advertiseClientUrls,
    listenPeerUrls: bindUrls(flags, 'listen-peer-urls'),
    advertisePeerUrls,
    metricsUrls: bindUrls(flags, 'listen-metrics-urls'),
    members,
    clusterToken: flags.get('initial-cluster-token'),
    isJoining: state === 'existing',
    forceNewCluster: flags.get('force-new-cluster') === 'true',
    ...times(flags),
    autoCompaction: autoCompaction(flags),
    corruptCheckMs: Math.max(
      duration(flags, 'corrupt-check-time'),
      duration(flags, 'experimental-corrupt-check-time'),
    ),
    progressPeriodMs: duration(flags, 'watch-progress-notify-interval'),
  }
}

type UrlFlag =
  | 'listen-client-urls'
  | 'listen-peer-urls'
  | 'listen-metrics-urls'
  | 'advertise-client-urls'
  | 'initial-advertise-peer-urls'

function advertised(flags: EtcdFlags, flag: UrlFlag): string[] {
  return urls(flags, flag).map((url) => url.origin)
}

/** What is listened on: an address, or localhost. */
function bindUrls(flags: EtcdFlags, flag: UrlFlag): URL[] {
  const all = urls(flags, flag)
  for (const url of all) {
    const host = url.hostname.replace(/^\[|\]$/g, '')
    if (host === 'localhost') url.hostname = '127.0.0.1'
    else if (!/^[\d.]+$/.test(host) && !host.includes(':')) {
      throw new EtcdConfigError(`expected IP in URL for binding (${url.origin})`)
    }
  }
  return all
}

function urls(flags: EtcdFlags, flag: UrlFlag): URL[] {
  const parts = flags
    .get(flag)
    .split(',')
    .filter((part) => part !== '')
  return parts.map((part) => {
    const url = URL.canParse(part.trim()) ? new URL(part.trim()) : undefined
    const scheme = url?.protocol === 'http:' || url?.protocol === 'https:'
    if (!url || !scheme) {
      throw new EtcdConfigError(
        `invalid value "${part}" for flag -${flag}: URL scheme must be http, https: ${part}`,
      )
    }
    if (url.port === '') {
      throw new EtcdConfigError(
        `invalid value "${part}" for flag -${flag}: URL address does not have the form "host:port": ${part}`,
      )
    }
    return url
  })
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
  if (!(heartbeatMs > 0) || !(electionMs > 0)) {
    throw new EtcdConfigError('--heartbeat-interval and --election-timeout must be above 0')
  }
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

function duration(
  flags: EtcdFlags,
  flag: 'corrupt-check-time' | 'experimental-corrupt-check-time' | 'watch-progress-notify-interval',
): number {
  const ms = durationMs(flags.get(flag))
  if (ms !== undefined) return ms
  throw new EtcdConfigError(`invalid value "${flags.get(flag)}" for flag -${flag}: parse error`)
}
