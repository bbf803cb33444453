import type { DeepReadonly } from '../../base/index.ts'
import {
  findCondition,
  formatTime,
  type Lease,
  type Node,
  type NodeCondition,
  type Taint,
} from '../../api/index.ts'

export const NOT_READY = 'node.kubernetes.io/not-ready'
export const UNREACHABLE = 'node.kubernetes.io/unreachable'

/** Conditions that a silent kubelet can no longer vouch for. */
const VOUCHED = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure']

/** Taints that this controller adds and removes with the effect NoSchedule. */
const CONDITION_TAINTS: readonly (readonly [type: string, status: string, taint: string])[] = [
  ['Ready', 'False', NOT_READY],
  ['Ready', 'Unknown', UNREACHABLE],
  ['MemoryPressure', 'True', 'node.kubernetes.io/memory-pressure'],
  ['DiskPressure', 'True', 'node.kubernetes.io/disk-pressure'],
  ['PIDPressure', 'True', 'node.kubernetes.io/pid-pressure'],
  ['NetworkUnavailable', 'True', 'node.kubernetes.io/network-unavailable'],
]
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable'

type ReadNode = DeepReadonly<Node>

/** When a node was last heard of, by this process' own monotonic clock: node clocks may be wrong. */
export interface Heartbeats {
  /** What the kubelet wrote last: its Ready condition's heartbeat, and its lease's renewal. */
  readonly heartbeat: string
  readonly renewal: string
  readonly heardMs: number
  readonly hasReported: boolean
}

/** Notes what a node and its lease show; a node that shows something new is heard of now. */
export function listen(
  before: Heartbeats | undefined,
  node: ReadNode,
  lease: DeepReadonly<Lease> | undefined,
  nowMs: number,
): Heartbeats {
  const ready = findCondition(node.status?.conditions, 'Ready')
  const isOurs = ready?.reason === 'NodeStatusNeverUpdated'
  const hasReported = ready !== undefined && !isOurs
  const heartbeat = ready?.lastHeartbeatTime ?? ''
  const renewal = lease?.spec.renewTime ?? ''
  const isNew =
    !before ||
    renewal !== before.renewal ||
    heartbeat !== before.heartbeat ||
    hasReported !== before.hasReported
  return { heartbeat, renewal, hasReported, heardMs: isNew ? nowMs : before.heardMs }
}

/** The conditions of a node that has been silent for too long; undefined when nothing changes. */
export function silentConditions(node: ReadNode, nowMs: number): NodeCondition[] | undefined {
  const conditions = (node.status?.conditions ?? []).map((condition) => ({ ...condition }))
  let changed = false
  for (const type of VOUCHED) {
    const at = conditions.findIndex((condition) => condition.type === type)
    const known = conditions[at]
    if (known?.status === 'Unknown') continue
    changed = true
    const next = unknownCondition(type, node, known, formatTime(nowMs))
    if (known) conditions[at] = next
    else conditions.push(next)
  }
  return changed ? conditions : undefined
}

function unknownCondition(
  type: string,
  node: ReadNode,
  known: NodeCondition | undefined,
  now: string,
): NodeCondition {
  const heartbeat = known ? known.lastHeartbeatTime : node.metadata.creationTimestamp
  return {
    type,
    status: 'Unknown',
    reason: known ? 'NodeStatusUnknown' : 'NodeStatusNeverUpdated',
    message: known ? 'Kubelet stopped posting node status.' : 'Kubelet never posted node status.',
    ...(heartbeat && { lastHeartbeatTime: heartbeat }),
    lastTransitionTime: now,
  }
}

/**
 * The taints that a node is to have; undefined when it has just those. `evicts`: whether pods may
 * be driven away from it now (taints with the effect NoExecute).
 */
export function plannedTaints(
  node: ReadNode,
  options: { evicts: boolean; nowMs: number },
): Taint[] | undefined {
  const wanted = wantedTaints(node, options.evicts)
  const managed = new Set([UNSCHEDULABLE, ...CONDITION_TAINTS.map(([, , taint]) => taint)])
  const before = node.spec.taints ?? []
  const kept = before.filter(
    (taint) => !isManaged(taint, managed) || wanted.some((w) => isSame(w, taint)),
  )
  const added = wanted.filter((w) => !before.some((taint) => isSame(w, taint)))
  if (added.length === 0 && kept.length === before.length) return undefined
  const timeAdded = formatTime(options.nowMs)
  return [
    ...kept.map((taint) => ({ ...taint })),
    ...added.map((taint) => ({ ...taint, timeAdded })),
  ]
}

function wantedTaints(node: ReadNode, evicts: boolean): Taint[] {
  const wanted: Taint[] = []
  for (const [type, status, key] of CONDITION_TAINTS) {
    if (findCondition(node.status?.conditions, type)?.status !== status) continue
    wanted.push({ key, effect: 'NoSchedule' })
    if (type === 'Ready' && evicts) wanted.push({ key, effect: 'NoExecute' })
  }
  if (node.spec.unschedulable) wanted.push({ key: UNSCHEDULABLE, effect: 'NoSchedule' })
  return wanted
}

function isManaged(taint: DeepReadonly<Taint>, managed: ReadonlySet<string>): boolean {
  if (taint.effect === 'NoSchedule') return managed.has(taint.key)
  return taint.effect === 'NoExecute' && (taint.key === NOT_READY || taint.key === UNREACHABLE)
}

function isSame(a: DeepReadonly<Taint>, b: DeepReadonly<Taint>): boolean {
  return a.key === b.key && a.effect === b.effect
}

export function hasEvictionTaint(node: ReadNode): boolean {
  return (node.spec.taints ?? []).some(
    ({ key, effect }) => effect === 'NoExecute' && (key === NOT_READY || key === UNREACHABLE),
  )
}

export function isNodeReady(node: ReadNode): boolean {
  return findCondition(node.status?.conditions, 'Ready')?.status === 'True'
}
