import { type PeerTransport, silentLog } from '../../src/base/index.ts'
import { levelEngines, systemClock, systemDisk, systemRandom } from '../../src/platform/index.ts'
import {
  clusterIdentity,
  type OpenStore,
  type OpenStoreOptions,
  openStore,
} from '../../src/store/index.ts'

export const nobody: PeerTransport = {
  send() {},
  sendStream: () => Promise.reject(new Error('there is no other member')),
  receive() {},
  setPeer() {},
  removePeer() {},
  close: async () => {},
}

const urls = { peerUrls: ['https://127.0.0.1:2380'], clientUrls: ['https://127.0.0.1:2379'] }

export const testCluster = clusterIdentity({
  clusterToken: 'test',
  members: [{ name: 'alone', ...urls }],
})

/** A store of one member, on real files. */
export function openTestStore(
  dataFolder: string,
  options: Partial<OpenStoreOptions> = {},
): Promise<OpenStore> {
  return openStore({
    cluster: testCluster,
    name: 'alone',
    dataFolder,
    disk: systemDisk(),
    openEngine: levelEngines(),
    clock: systemClock,
    random: systemRandom(),
    log: silentLog,
    transport: nobody,
    logLimits: { segmentBytes: 4 * 1024 * 1024 },
    ...options,
  })
}
