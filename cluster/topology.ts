import { present } from '../src/base/index.ts'
import { type PartArgs, UserError } from '../src/cli/index.ts'
import type { InitialMember } from '../src/store/index.ts'

/** A master: one process, with three ports at an address of its own. */
export interface MasterTopology {
  readonly name: string
  readonly address: string
  readonly apiPort: number
  /** etcd's client port. */
  readonly clientPort: number
  readonly peerPort: number
}

/** A node: an agent with an address and a range of pod addresses of its own. */
export interface NodeTopology {
  readonly name: string
  readonly address: string
  readonly kubeletPort: number
  readonly podCidr: string
  /** With a bootstrap token, not with certificates of the launcher. */
  readonly joins?: true
}

/** Nodes without containers, all in one process. */
export interface HollowTopology {
  readonly name: string
  readonly address: string
  readonly kubeletPort: number
  /** How many nodes; they are called `hollow-1`, `hollow-2`, … */
  readonly nodes: number
}

/** Everything that is fixed when a cluster is made; kept in `topology.json`. */
export interface Topology {
  readonly version: 1
  /** Tells clusters apart whose members have the same addresses. */
  readonly clusterToken: string
  /** The store and the API alone: no controllers, no scheduler, no nodes. */
  readonly apiOnly?: true
  /** `127.42`: pods, Services and nodes have their addresses in this /16. */
  readonly network: string
  /** Where kubectl goes: some live master listens there. */
  readonly endpoint: { readonly address: string; readonly port: number }
  readonly masters: readonly MasterTopology[]
  readonly nodes: readonly NodeTopology[]
  readonly hollow?: HollowTopology
  /** Where the masters archive their logs, each in a folder of its own. */
  readonly archive?: string
  /** Flags of the programs; those of a part that runs are the ones it was started with. */
  readonly args?: PartArgs
}

export const KUBELET_PORT = 10250
const PORTS_PER_MASTER = 3
/** Above every node's last number. */
const HOLLOW_NODES = 240
const FIRST_MASTER = 241

/** How many ports `planTopology` needs. */
export function portsNeeded(masters: number): number {
  return 1 + masters * PORTS_PER_MASTER
}

/** Pure. `ports` are free ones, as many as `portsNeeded`. */
export function planTopology(options: {
  masters: number
  nodes: number
  hollowNodes: number
  network: string
  ports: readonly number[]
  clusterToken: string
  apiOnly: boolean
  archive?: string
  args?: PartArgs
}): Topology {
  const { network, clusterToken, apiOnly, archive, args } = options
  const ports = [...options.ports]
  const next = (): number => present(ports.shift(), 'a free port')
  return {
    version: 1,
    clusterToken,
    ...(apiOnly && { apiOnly }),
    network,
    endpoint: { address: '127.0.0.1', port: next() },
    masters: numbered('master', options.masters).map((name, i) => ({
      name,
      // Endpoints of the Service `kubernetes`, which may not be in 127.0.0.0/24.
      address: `${network}.0.${FIRST_MASTER + i}`,
      apiPort: next(),
      clientPort: next(),
      peerPort: next(),
    })),
    nodes: Array.from({ length: options.nodes }, (_, i) => nodeAt(network, i + 1)),
    ...(options.hollowNodes > 0 && {
      hollow: {
        name: 'hollow-nodes',
        address: `${network}.0.${HOLLOW_NODES}`,
        kubeletPort: KUBELET_PORT,
        nodes: options.hollowNodes,
      },
    }),
    ...(archive && { archive }),
    ...(args && { args }),
  }
}

export const hollowNames = ({ nodes }: HollowTopology): string[] => numbered('hollow', nodes)

/** One more node, which joins with a token. Pure. */
export function withNode(topology: Topology): { topology: Topology; node: NodeTopology } {
  const { network, nodes } = topology
  const number = nodes.length + 1
  const node: NodeTopology = { ...nodeAt(network, number), joins: true }
  return { topology: { ...topology, nodes: [...nodes, node] }, node }
}

function nodeAt(network: string, number: number): NodeTopology {
  return {
    name: `node-${number}`,
    // The third number is 0 for nodes, the node's own for its pods; 240 and above are Services.
    address: `${network}.0.${number}`,
    kubeletPort: KUBELET_PORT,
    podCidr: `${network}.${number}.0/24`,
  }
}

function numbered(noun: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${noun}-${i + 1}`)
}

/** Without nodes nothing serves Services: their addresses are those that people know from elsewhere. */
const serviceNetwork = ({ network, apiOnly }: Topology): string =>
  apiOnly ? '10.96.0' : `${network}.240`

export const serviceCidr = (topology: Topology): string =>
  `${serviceNetwork(topology)}.0/${topology.apiOnly ? 16 : 20}`
/** The first Service address: that of `kubernetes.default`. */
export const kubernetesServiceIp = (topology: Topology): string => `${serviceNetwork(topology)}.1`
export const dnsServiceIp = (topology: Topology): string => `${serviceNetwork(topology)}.10`

export const apiEndpoint = (master: MasterTopology): string =>
  `https://${master.address}:${master.apiPort}`
export const clientEndpoint = (master: MasterTopology): string =>
  `https://${master.address}:${master.clientPort}`
export const peerEndpoint = (master: MasterTopology): string =>
  `https://${master.address}:${master.peerPort}`

/** Reads `topology.json`. Throws `UserError` naming the file. */
export function parseTopology(text: string, path: string): Topology {
  try {
    const topology = JSON.parse(text) as Topology
    if (topology.version === 1 && topology.masters.length > 0) return topology
  } catch {
    // Told below.
  }
  throw new UserError(
    `${path} is damaged: restore the file, or remove the cluster with \`navarch down --purge\``,
  )
}

/** Every agent of nodes by the name of its process: the nodes, and the hollow ones together. */
export function agentsOf({ nodes, hollow }: Topology): (NodeTopology | HollowTopology)[] {
  return hollow ? [...nodes, hollow] : [...nodes]
}

/** A master or node by name. Throws `UserError` naming those there are. */
export function partNamed(
  topology: Topology,
  name: string,
):
  | { kind: 'master'; part: MasterTopology }
  | { kind: 'node'; part: NodeTopology }
  | { kind: 'hollow'; part: HollowTopology } {
  const master = topology.masters.find((each) => each.name === name)
  if (master) return { kind: 'master', part: master }
  const node = topology.nodes.find((each) => each.name === name)
  if (node) return { kind: 'node', part: node }
  const { hollow } = topology
  if (hollow?.name === name) return { kind: 'hollow', part: hollow }
  const parts = [...topology.masters, ...agentsOf(topology)]
  const names = parts.map((each) => each.name).join(', ')
  throw new UserError(`there is no "${name}" in this cluster: it has ${names}`)
}

/** The masters as members of the store. */
export function initialMembers(topology: Topology): InitialMember[] {
  return topology.masters.map((master) => ({
    name: master.name,
    peerUrls: [peerEndpoint(master)],
    clientUrls: [clientEndpoint(master)],
  }))
}
