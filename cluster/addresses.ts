import { createHash } from 'node:crypto'
import { type Net, NetError } from '../src/base/index.ts'
import { UserError } from '../src/cli/index.ts'
import { agentsOf, KUBELET_PORT, type Topology } from './topology.ts'

/** Below node ports (30000), and those that systems give to outgoing connections. */
const PORT_MIN = 20_000
const PORT_MAX = 29_900
/** 127.0 is everybody's; the highest are left to others. */
const NETWORK_MIN = 16
const NETWORK_MAX = 239

/** A number that is always the same for a data folder, so that clusters start out apart. */
function seedOf(dataDir: string): number {
  return createHash('sha256').update(dataDir).digest().readUInt32BE()
}

/** Free ports of 127.0.0.1, near one another. */
export async function findFreePorts(net: Net, count: number, dataDir: string): Promise<number[]> {
  const found: number[] = []
  const span = PORT_MAX - PORT_MIN
  const start = seedOf(dataDir) % span
  for (let i = 0; found.length < count && i < span; i++) {
    const port = PORT_MIN + ((start + i) % span)
    if (await isFree(net, { address: '127.0.0.1', port })) found.push(port)
  }
  if (found.length < count) throw new UserError('there are not enough free ports on 127.0.0.1')
  return found
}

/** A /16 of 127.0.0.0/8 in which no other running cluster has its nodes, such as `127.42`. */
export async function findFreeNetwork(net: Net, dataDir: string): Promise<string> {
  const span = NETWORK_MAX - NETWORK_MIN + 1
  const start = (seedOf(dataDir) >>> 8) % span
  for (let i = 0; i < span; i++) {
    const network = `127.${NETWORK_MIN + ((start + i) % span)}`
    if (await isFree(net, { address: `${network}.0.1`, port: KUBELET_PORT })) return network
  }
  throw new UserError('no part of 127.0.0.0/8 is free: stop another local cluster first')
}

export async function isFree(net: Net, at: { address: string; port: number }): Promise<boolean> {
  try {
    const listener = await net.listenTcp(at, (connection) => connection.destroy())
    await listener.close()
    return true
  } catch (error) {
    if (error instanceof NetError && (error.code === 'in-use' || error.code === 'other'))
      return false
    throw error
  }
}

/** Every address that the named parts are about to listen on; throws `UserError` for one in use. */
export async function requireFree(net: Net, topology: Topology, names: ReadonlySet<string>) {
  const wanted = [
    ...topology.masters.flatMap(({ name, address, apiPort, clientPort, peerPort }) =>
      [apiPort, clientPort, peerPort].map((port) => ({ name, address, port })),
    ),
    ...agentsOf(topology).map(({ name, address, kubeletPort }) => ({
      name,
      address,
      port: kubeletPort,
    })),
  ].filter(({ name }) => names.has(name))
  const noMasterRuns = topology.masters.every(({ name }) => names.has(name))
  if (noMasterRuns) wanted.push({ name: 'the API endpoint', ...topology.endpoint })
  for (const { name, address, port } of wanted) {
    if (await isFree(net, { address, port })) continue
    throw new UserError(
      `port ${port} on ${address}, which ${name} needs, is in use by another process: ` +
        'stop that process (ports of a cluster are fixed when it is made)',
    )
  }
}

/** Throws `UserError` while a cluster runs in the network that a backup's Services and pods had. */
export async function requireUnusedNetwork(net: Net, { network, nodes, masters }: Topology) {
  const wanted = [
    ...nodes.map(({ address, kubeletPort }) => ({ address, port: kubeletPort })),
    ...masters.map(({ address, apiPort }) => ({ address, port: apiPort })),
  ]
  for (const at of wanted) {
    if (await isFree(net, at)) continue
    throw new UserError(
      `the backup's cluster has its addresses in ${network}.0.0/16, which a running cluster uses ` +
        `(${at.address}:${at.port} is taken): stop that cluster with \`navarch down\` first`,
    )
  }
}
