import type { DeepReadonly } from '../../base/index.ts'
import {
  formatTime,
  type Node,
  type NodeCondition,
  type NodeStatus,
  type NodeSystemInfo,
} from '../../api/index.ts'

/** What a node tells of itself; the host's facts come from the composition root. */
export interface NodeFacts {
  readonly name: string
  /** The node's own address, of 127.0.0.0/8 in a local cluster. */
  readonly ip: string
  /** Where the kubelet serves logs. */
  readonly kubeletPort: number
  /** Quantities: `cpu`, `memory`, `pods`, `ephemeral-storage`. */
  readonly capacity: Readonly<Record<string, string>>
  /** Default: the capacity. */
  readonly allocatable?: Readonly<Record<string, string>>
  readonly info: DeepReadonly<NodeSystemInfo>
  readonly labels?: Readonly<Record<string, string>>
}

/** The Node object that a kubelet registers. Pure. */
export function nodeObject(facts: NodeFacts, nowMs: number): Node {
  const { architecture, operatingSystem } = facts.info
  return {
    metadata: {
      name: facts.name,
      labels: {
        'beta.kubernetes.io/arch': architecture,
        'beta.kubernetes.io/os': operatingSystem,
        'kubernetes.io/arch': architecture,
        'kubernetes.io/hostname': facts.name,
        'kubernetes.io/os': operatingSystem,
        ...facts.labels,
      },
    },
    spec: {},
    status: nodeStatus(facts, { before: undefined, nowMs }),
  }
}

/** The node's status; `before` keeps the times of conditions that have not changed. Pure. */
export function nodeStatus(
  facts: NodeFacts,
  options: { before: DeepReadonly<NodeStatus> | undefined; nowMs: number },
): NodeStatus {
  const { capacity, allocatable = capacity } = facts
  const extended = extendedResources(options.before)
  return {
    addresses: [
      { type: 'InternalIP', address: facts.ip },
      { type: 'Hostname', address: facts.name },
    ],
    capacity: { ...extended, ...capacity },
    allocatable: { ...extended, ...allocatable },
    conditions: conditions(options),
    daemonEndpoints: { kubeletEndpoint: { Port: facts.kubeletPort } },
    nodeInfo: facts.info,
  }
}

/** What others have told of the node (`example.com/dongle`): it stays, and all of it can be given. */
function extendedResources(before: DeepReadonly<NodeStatus> | undefined): Record<string, string> {
  const all = Object.entries(before?.capacity ?? {})
  return Object.fromEntries(all.filter(([name]) => name.includes('/')))
}

/**
 * A strategic patch that brings a node's status to what is wanted, as maps only grow by one: what
 * is allocatable no longer is taken away.
 */
export function nodeStatusPatch(
  before: DeepReadonly<NodeStatus> | undefined,
  wanted: NodeStatus,
): object {
  const { allocatable = {} } = wanted
  const lost = Object.keys(before?.allocatable ?? {}).filter((name) => !(name in allocatable))
  const without = Object.fromEntries(lost.map((name) => [name, null]))
  return { status: { ...wanted, allocatable: { ...without, ...allocatable } } }
}

const CONDITIONS: readonly Pick<NodeCondition, 'type' | 'status' | 'reason' | 'message'>[] = [
  {
    type: 'MemoryPressure',
    status: 'False',
    reason: 'KubeletHasSufficientMemory',
    message: 'kubelet has sufficient memory available',
  },
  {
    type: 'DiskPressure',
    status: 'False',
    reason: 'KubeletHasNoDiskPressure',
    message: 'kubelet has no disk pressure',
  },
  {
    type: 'PIDPressure',
    status: 'False',
    reason: 'KubeletHasSufficientPID',
    message: 'kubelet has sufficient PID available',
  },
  {
    type: 'Ready',
    status: 'True',
    reason: 'KubeletReady',
    message: 'kubelet is posting ready status',
  },
]

function conditions(options: {
  before: DeepReadonly<NodeStatus> | undefined
  nowMs: number
}): NodeCondition[] {
  const now = formatTime(options.nowMs)
  return CONDITIONS.map((wanted) => {
    const old = options.before?.conditions?.find((c) => c.type === wanted.type)
    const kept = old?.status === wanted.status ? old.lastTransitionTime : undefined
    return { ...wanted, lastHeartbeatTime: now, lastTransitionTime: kept ?? now }
  })
}

/** Whether the server's status says the same, heartbeat times aside. */
export function sameNodeStatus(
  server: DeepReadonly<NodeStatus> | undefined,
  wanted: NodeStatus,
): boolean {
  return JSON.stringify(gist(server)) === JSON.stringify(gist(wanted))
}

function gist(status: DeepReadonly<NodeStatus> | undefined): unknown {
  const names = CONDITIONS.map((c) => c.type)
  const entries = (map: DeepReadonly<Record<string, string>> | undefined) =>
    Object.entries(map ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
  return [
    (status?.addresses ?? []).map((a) => [a.type, a.address]),
    entries(status?.capacity),
    entries(status?.allocatable),
    names.map((name) => {
      const condition = status?.conditions?.find((c) => c.type === name)
      return [condition?.status, condition?.reason, condition?.message]
    }),
    status?.daemonEndpoints?.kubeletEndpoint?.Port,
    status?.nodeInfo?.kubeletVersion,
    status?.nodeInfo?.bootID,
  ]
}
