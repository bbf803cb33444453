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

/** How often the leader compares what the members hold. */
const CORRUPT_CHECK_MS = 3_600_000

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
    etcd: {
      auth: { hasher: passwords, certificates: true },
      corruptCheckMs: CORRUPT_CHECK_MS,
    },
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
  const comparing = compare(opened, onFatal)
  return {
    opened,
    async stop() {
      comparing.abort()
      await Promise.all([front.close(), opened.stop(), passwords.close()])
    },
  }
}

/**
 * Ends a member that holds other data than most. It serves meanwhile: a master that waits for those
 * that are down, or reads all that it has first, would be away for longer.
 */
function compare(opened: OpenStore, onFatal: (error: unknown) => void): AbortController {
  const stopped = new AbortController()
  opened.store.corruption.mayStay(stopped).then(
    (mayStay) => {
      const id = opened.id.toString(16)
      if (!mayStay) onFatal(new Error(`${id} found data inconsistency with peers`))
    },
    (error: unknown) => {
      if (!stopped.signal.aborted) onFatal(error)
    },
  )
  return stopped
}
