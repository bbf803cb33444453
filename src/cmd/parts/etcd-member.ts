import type { GrpcMethods, HttpHandler, Listener, Log, PasswordHasher } from '../../base/index.ts'
import {
  inquire,
  serveGrpc,
  systemClock,
  systemDisk,
  systemRandom,
  tlsPeers,
} from '../../platform/index.ts'
import {
  type ClusterIdentity,
  clusterIdentity,
  decodeKnown,
  joinedIdentity,
  openStore,
  type OpenStore,
  storedIdentity,
} from '../../store/index.ts'
import { countedPeers } from '../../store/metrics/index.ts'
import { readAuthToken } from './auth-token.ts'
import { type EtcdConfig, etcdConfig } from './etcd-config.ts'
import { refuseEtcdData } from './etcd-folder.ts'
import type { EtcdFlagName } from './etcd-flag-table.ts'
import { durationMs, EtcdConfigError, type EtcdFlags } from './etcd-flags.ts'
import { type EtcdTls, readEtcdTls } from './etcd-tls.ts'
import type { BindUrl } from './etcd-urls.ts'
import { passwordThread } from './password-thread.ts'
import { measuredStorage, serveProbes, storeFront } from './store-front.ts'

const TICK_MS = 10
const CATCH_UP_ENTRIES = 5000
/** As etcd: what may be around a request. */
const GRPC_OVERHEAD_BYTES = 512 * 1024

export interface RunningEtcd {
  stop(): Promise<void>
}

/** One member by etcd's flags. Resolves when it serves its clients. */
export async function startEtcd(
  flags: EtcdFlags,
  { log, onFatal }: { log: Log; onFatal: (error: unknown) => void },
): Promise<RunningEtcd> {
  const config = etcdConfig(flags)
  await refuseEtcdData(systemDisk(), config)
  const clientTls = readEtcdTls('', flags, config.listenClientUrls, { log })
  const peerTls = readEtcdTls('peer-', flags, config.listenPeerUrls, { log })
  tellStart(config, log)
  const cluster = await identify(config, { peerTls, log })
  const self = cluster.members.find(({ name }) => name === config.name)
  if (!self) throw new EtcdConfigError(`couldn't find local name "${config.name}"`)
  const transport = await tlsPeers({
    self: self.id,
    clusterId: cluster.clusterId,
    ...peerAddresses(config),
    tls: peerTls?.tls,
    ...(peerTls && { clientCertificate: peerTls.clientCertificate }),
    log,
  })
  const storage = measuredStorage()
  const passwords = passwordThread({ cost: Number(flags.get('bcrypt-cost')) })
  const opened = await openStore({
    cluster,
    name: config.name,
    dataFolder: config.dataDir,
    ...(config.walDir !== undefined && { walFolder: config.walDir }),
    disk: storage.disk,
    openEngine: storage.openEngine,
    clock: systemClock,
    random: systemRandom(),
    log,
    transport: countedPeers(transport, {
      registry: storage.registry,
      self: self.id,
      clock: systemClock,
    }),
    forceNewCluster: config.forceNewCluster,
    ...(flags.isSet('archive-dir') && { archiveFolder: flags.get('archive-dir') }),
    timing: {
      tickMs: TICK_MS,
      electionTicks: Math.ceil(config.electionMs / TICK_MS),
      heartbeatTicks: Math.ceil(config.heartbeatMs / TICK_MS),
    },
    logLimits: logLimits(flags),
    preVote: flags.get('pre-vote') === 'true',
    etcd: etcdOptions(config, flags, passwords),
    authTokenTtlSeconds: Number(flags.get('auth-token-ttl')),
    onFatal,
  })
  if (checksFirst(flags)) await checkAgreement(opened)
  const { name, advertiseClientUrls: clientUrls } = config
  const published = opened.store.publish({ name, clientUrls }).then(() =>
    log.info('published local member to cluster through raft', {
      caller: 'etcdserver/server.go',
      'local-member-id': self.id.toString(16),
      'local-member-attributes': `{Name:${name} ClientURLs:[${clientUrls.join(' ')}]}`,
      'cluster-id': cluster.clusterId.toString(16).padStart(16, '0'),
    }),
  )
  const serving = await serve(config, { opened, storage, clientTls, flags, log, published })
  return {
    async stop() {
      for (const each of serving) await each.close()
      await opened.stop()
      await passwords.close()
    },
  }
}

/** The first word, before anything that may take its time. */
function tellStart({ name, dataDir, listenPeerUrls, listenClientUrls }: EtcdConfig, log: Log) {
  const texts = (urls: readonly BindUrl[]) => urls.map(({ address, port }) => `${address}:${port}`)
  log.info('starting an etcd server', {
    caller: 'embed/etcd.go',
    name,
    'data-dir': dataDir,
    'listen-peer-urls': texts(listenPeerUrls),
    'listen-client-urls': texts(listenClientUrls),
  })
}

function logLimits(flags: EtcdFlags) {
  return {
    flushEntries: Math.max(1, Number(flags.get('snapshot-count'))),
    // As etcd: 0 is its default.
    catchUpEntries: Number(flags.get('snapshot-catchup-entries')) || CATCH_UP_ENTRIES,
  }
}

function peerAddresses({ listenPeerUrls }: EtcdConfig) {
  const all = listenPeerUrls.map(({ address, port, secure }) => ({ address, port, plain: !secure }))
  const [listen, ...listenAlso] = all
  if (!listen) throw new EtcdConfigError('--listen-peer-urls: name at least one')
  return { listen, listenAlso }
}

/** etcd's initial corruption check, by either of its names. */
function checksFirst(flags: EtcdFlags): boolean {
  const gates = flags.get('feature-gates').split(',')
  const byFlag = flags.get('experimental-initial-corrupt-check') === 'true'
  return byFlag || gates.includes('InitialCorruptCheck=true')
}

/** A member that holds other data than the others does not serve it. */
async function checkAgreement(opened: OpenStore): Promise<void> {
  const { signal } = new AbortController()
  if (await opened.store.corruption.agrees({ signal })) return
  await opened.stop()
  throw new Error(`${opened.id.toString(16)} found data inconsistency with peers`)
}

function etcdOptions(config: EtcdConfig, flags: EtcdFlags, hasher: PasswordHasher) {
  return {
    requestBytesMax: Number(flags.get('max-request-bytes')),
    txnOpsMax: Number(flags.get('max-txn-ops')),
    progressPeriodMs: config.progressPeriodMs,
    quotaBytes: quotaBytes(Number(flags.get('quota-backend-bytes'))),
    corruptCheckMs: config.corruptCheckMs,
    ...(config.autoCompaction && { autoCompaction: config.autoCompaction }),
    strictReconfigCheck: flags.get('strict-reconfig-check') === 'true',
    learnersMax: Number(flags.get('max-learners')),
    autoPromote: flags.get('auto-promote-learners') === 'true',
    auth: {
      hasher,
      certificates: flags.get('client-cert-auth') === 'true',
      ...readAuthToken(flags.get('auth-token')),
    },
  }
}

/** As etcd: a negative one is none. */
function quotaBytes(given: number): number {
  return given < 0 ? Infinity : given
}

/** Who this member is: what its folder says, else what the cluster says that it joins, else its flags. */
async function identify(
  config: EtcdConfig,
  { peerTls, log }: { peerTls: EtcdTls | undefined; log: Log },
): Promise<ClusterIdentity> {
  const { name, members, clusterToken, dataDir, walDir, advertiseClientUrls } = config
  const own = members.find((each) => each.name === name)
  const self = { name, peerUrls: own?.peerUrls ?? [], clientUrls: advertiseClientUrls }
  const stored = await storedIdentity({
    disk: systemDisk(),
    walFolder: walDir ?? `${dataDir}/wal`,
    self,
  })
  if (stored) return stored
  const initial = { clusterToken, members }
  if (!config.isJoining) return clusterIdentity(initial)
  for (const url of members.filter((each) => each.name !== name).flatMap((m) => m.peerUrls)) {
    try {
      const known = decodeKnown(await inquire(url, peerTls?.tls))
      if (known) return joinedIdentity(known, initial)
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'ConnectionError') throw error
      const fields = { caller: 'etcdserver/cluster_util.go', address: url, error }
      log.warn('failed to get cluster response', fields)
    }
  }
  throw new EtcdConfigError(
    'cannot fetch cluster info from peer urls: could not retrieve cluster information from the given URLs',
  )
}

interface Served {
  readonly opened: Awaited<ReturnType<typeof openStore>>
  readonly storage: ReturnType<typeof measuredStorage>
  readonly clientTls: EtcdTls | undefined
  readonly flags: EtcdFlags
  readonly log: Log
  readonly published: Promise<void>
}

async function serve(config: EtcdConfig, given: Served): Promise<Listener[]> {
  const { opened, storage, clientTls, flags, log, published } = given
  const { methods, http, probes } = storeFront({
    opened,
    storage,
    dataFolder: config.dataDir,
    log,
    certificates: flags.get('client-cert-auth') === 'true',
    extensiveMetrics: flags.get('metrics') === 'extensive',
    gateway: flags.get('enable-grpc-gateway') === 'true',
    origins: flags.get('cors').split(','),
    hosts: flags.get('host-whitelist').split(','),
    bodyBytesMax: 2 * (Number(flags.get('max-request-bytes')) + GRPC_OVERHEAD_BYTES),
  })
  const listeners: Listener[] = []
  // As etcd: clients are served once the member has found its cluster.
  if (!opened.store.isLearner) void published
  const common = { log, ...grpcOptions(flags) }
  const listen = async (url: BindUrl, served: { methods: GrpcMethods; http?: HttpHandler }) => {
    const secure = url.secure && clientTls
    listeners.push(await serveGrpc({ ...url, ...common, ...served, ...(secure && clientTls) }))
  }
  const { listenClientHttpUrls: httpUrls } = config
  const served = httpUrls.length === 0 ? { methods, http } : { methods }
  for (const url of config.listenClientUrls) await listen(url, served)
  for (const url of httpUrls) await listen(url, { methods: new Map(), http })
  listeners.push(
    ...(await serveProbes(config.metricsUrls, { http: probes, tls: clientTls?.tls, log })),
  )
  void published.then(() => tellReady(config, log))
  return listeners
}

function grpcOptions(flags: EtcdFlags) {
  const ms = (name: EtcdFlagName) => durationMs(flags.get(name)) ?? 0
  return {
    maxReceiveBytes: Number(flags.get('max-request-bytes')) + GRPC_OVERHEAD_BYTES,
    maxConcurrentStreams: Number(flags.get('max-concurrent-streams')),
    keepalive: {
      idleMs: ms('grpc-keepalive-interval'),
      timeoutMs: ms('grpc-keepalive-timeout'),
      pingMsMin: ms('grpc-keepalive-min-time'),
    },
  }
}

function tellReady(config: EtcdConfig, log: Log): void {
  log.info('ready to serve client requests', { caller: 'embed/serve.go' })
  for (const { secure, address, port, path } of config.listenClientUrls) {
    const host = address.includes(':') ? `[${address}]` : address
    const at = path ?? `${host}:${port}`
    const fields = { caller: 'embed/serve.go', traffic: 'grpc+http', address: at }
    if (secure) log.info('serving client traffic securely', fields)
    else log.info('serving client traffic insecurely; this is strongly discouraged!', fields)
  }
}
