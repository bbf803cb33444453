import { MEMBERS } from '../../../cluster/index.ts'
import type { Log } from '../../base/index.ts'
import {
  serveGrpc,
  systemClock,
  systemRandom,
  type TlsOptions,
  tlsPeers,
} from '../../platform/index.ts'
import {
  clusterIdentity,
  type InitialMember,
  openStore,
  type OpenStore,
} from '../../store/index.ts'
import { countedPeers } from '../../store/metrics/index.ts'
import { passwordThread } from './password-thread.ts'
import { measuredStorage, storeFront } from './store-front.ts'

/** etcd's default. */
const BCRYPT_COST = 10

/** A member of the store with its two listeners. Plain data: it is handed to a thread. */
export interface MemberConfig {
  readonly name: string
  readonly dataFolder: string
  /** Where its log is archived. */
  readonly archiveFolder?: string
  readonly clusterToken: string
  readonly members: readonly InitialMember[]
  readonly peer: { readonly address: string; readonly port: number }
  readonly client: { readonly address: string; readonly port: number }
  readonly tls: TlsOptions
}

/** Opens the member and serves etcd's API. Throws what `openStore` throws, and `NetError`. */
export async function startMember(
  config: MemberConfig,
  { log, onFatal }: { log: Log; onFatal: (error: unknown) => void },
): Promise<{ opened: OpenStore; stop: () => Promise<void> }> {
  const { name, members, clusterToken, tls } = config
  const cluster = clusterIdentity({ clusterToken, members })
  const self = cluster.members.find((member) => member.name === name)
  const transport = await tlsPeers({
    self: self?.id ?? 0,
    clusterId: cluster.clusterId,
    listen: config.peer,
    tls,
    log: log.child({ component: 'peers' }),
    authorize: ({ organizations }) => organizations.includes(MEMBERS),
  })
  const { dataFolder } = config
  const storage = measuredStorage()
  const passwords = passwordThread({ cost: BCRYPT_COST })
  const opened = await openStore({
    cluster,
    name,
    dataFolder,
    ...(config.archiveFolder !== undefined && { archiveFolder: config.archiveFolder }),
    disk: storage.disk,
    openEngine: storage.openEngine,
    clock: systemClock,
    random: systemRandom(),
    log,
    transport: countedPeers(transport, {
      registry: storage.registry,
      self: self?.id ?? 0,
      clock: systemClock,
    }),
    etcd: { auth: { hasher: passwords, certificates: true } },
    onFatal,
  })
  const { methods, http } = storeFront({ opened, storage, dataFolder, log })
  const front = await serveGrpc({
    ...config.client,
    tls,
    methods,
    http,
    log: log.child({ component: 'grpc' }),
  })
  return {
    opened,
    async stop() {
      await Promise.all([front.close(), opened.stop(), passwords.close()])
    },
  }
}
