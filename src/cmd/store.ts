import {
  openLog,
  serveGrpc,
  systemClock,
  systemDisk,
  systemRandom,
  tlsPeers,
} from '../platform/index.ts'
import { clusterIdentity, openStore } from '../store/index.ts'
import { countedPeers } from '../store/metrics/index.ts'
import { readAuthToken } from './parts/auth-token.ts'
import { refuseEtcdData } from './parts/etcd-folder.ts'
import { FlagError } from './parts/flags.ts'
import { passwordThread } from './parts/password-thread.ts'
import { measuredStorage, serveProbes, storeFront } from './parts/store-front.ts'
import { readStoreFlags, STORE_HELP, type StoreFlags } from './parts/store-flags.ts'

/** `navarch store`: a member alone. Ends with SIGTERM or SIGINT, or when its disk fails. */
async function main(): Promise<void> {
  const args = process.argv.slice(2).filter((arg, i) => i > 0 || arg !== 'store')
  if (args.includes('--help') || args.includes('-h')) {
    console.log(STORE_HELP)
    return
  }
  const flags = readStoreFlags(args, process.env)
  const log = openLog({ level: 'info' }).child({ member: flags.name })
  const stop = await start(flags, log)
  log.info('ready to serve client requests', { clientUrl: flags.clientUrl.origin })
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      void stop().then(() => process.exit(0))
    })
  }
}

async function start(flags: StoreFlags, log: ReturnType<typeof openLog>) {
  const { name, members, clusterToken, peerTls, clientTls } = flags
  const cluster = clusterIdentity({ clusterToken, members })
  const self = cluster.members.find((member) => member.name === name)
  if (!self) throw new FlagError(`--initial-cluster: does not name this member, "${name}"`)
  await refuseEtcdData(systemDisk(), flags)
  const transport = await tlsPeers({
    self: self.id,
    clusterId: cluster.clusterId,
    listen: { address: flags.peerUrl.hostname, port: Number(flags.peerUrl.port) },
    tls: peerTls,
    log,
  })
  const storage = measuredStorage()
  const passwords = passwordThread({ cost: flags.bcryptCost })
  const opened = await openStore({
    cluster,
    name,
    dataFolder: flags.dataDir,
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
    etcd: {
      auth: {
        hasher: passwords,
        certificates: true,
        ...readAuthToken(flags.authToken),
      },
    },
    authTokenTtlSeconds: flags.authTokenTtlSeconds,
    onFatal(error) {
      console.error(`navarch store: ${error instanceof Error ? error.message : String(error)}`)
      process.exit(1)
    },
  })
  const { methods, http, probes } = storeFront({
    opened,
    storage,
    dataFolder: flags.dataDir,
    log,
  })
  const front = await serveGrpc({
    address: flags.clientUrl.hostname,
    port: Number(flags.clientUrl.port),
    ...(clientTls && { tls: clientTls }),
    methods,
    http,
    log,
    maxConcurrentStreams: flags.maxConcurrentStreams,
    implementation: flags.grpcServer,
  })
  const listeners = await serveProbes(flags.metricsUrls.map(boundTo), {
    http: probes,
    tls: clientTls,
    log,
  })
  return async () => {
    for (const each of [front, ...listeners]) await each.close()
    await opened.stop()
    await passwords.close()
  }
}

function boundTo({ hostname, port, protocol }: URL) {
  const address = hostname.replace(/^\[|\]$/g, '')
  return { address, port: Number(port), secure: protocol === 'https:' }
}

main().catch((error: unknown) => {
  console.error(`navarch store: ${error instanceof Error ? error.message : String(error)}`)
  process.exit(error instanceof FlagError ? 2 : 1)
})
