import { type DaemonSetStatus, isPodAvailable, isPodReady } from '../../api/index.ts'
import {
  isUpdated,
  NOWHERE,
  type Placement,
  type ReadDaemonSet,
  type ReadNode,
  type ReadPod,
  targetNode,
} from './daemon-set-pods.ts'
import { scaledValue } from './deployment-arithmetic.ts'

export interface DaemonWorld {
  readonly set: ReadDaemonSet
  readonly nodes: readonly ReadNode[]
  /** What the set may do on each node, by name (`placesOf`). */
  readonly places: ReadonlyMap<string, Placement>
  readonly pods: readonly ReadPod[]
  /** The hash of the present template. */
  readonly hash: string
  readonly nowMs: number
}

export interface DaemonPlan {
  /** Nodes to get a pod. */
  readonly create: readonly string[]
  readonly delete: readonly ReadPod[]
}

const isGoing = ({ metadata }: ReadPod) => metadata.deletionTimestamp !== undefined
export const isOver = ({ status }: ReadPod) =>
  status?.phase === 'Failed' || status?.phase === 'Succeeded'

/** Those that are on their node before those that wait for it, then the oldest first. */
function byAge(a: ReadPod, b: ReadPod): number {
  if (Boolean(a.spec.nodeName) !== Boolean(b.spec.nodeName)) return a.spec.nodeName ? -1 : 1
  const [left, right] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp]
  if (left !== right) return left < right ? -1 : 1
  return a.metadata.name < b.metadata.name ? -1 : 1
}

/** Pods by node. What has ended and is going is only held by a finalizer, and takes no place. */
function byNode(pods: readonly ReadPod[]): Map<string, ReadPod[]> {
  const result = new Map<string, ReadPod[]>()
  for (const pod of pods) {
    const node = isOver(pod) && isGoing(pod) ? undefined : targetNode(pod)
    if (node !== undefined) result.set(node, [...(result.get(node) ?? []), pod].sort(byAge))
  }
  return result
}

function availability(world: DaemonWorld): (pod: ReadPod) => boolean {
  const seconds = world.set.spec.minReadySeconds ?? 0
  return (pod) => isPodAvailable(pod, seconds, world.nowMs)
}

/** One pod on each node that is to have one, none elsewhere; what is over makes way. */
export function planPlacement(world: DaemonWorld): DaemonPlan {
  const here = byNode(world.pods)
  const create: string[] = []
  const gone: ReadPod[] = []
  const names = new Set<string>()
  const surges = maxSurge(world) > 0
  for (const node of world.nodes) {
    const { name } = node.metadata
    names.add(name)
    const pods = here.get(name) ?? []
    const { shouldRun, mayStay } = world.places.get(name) ?? NOWHERE
    if (shouldRun && pods.length === 0) create.push(name)
    else if (mayStay) {
      gone.push(...surplusOn(world, pods, surges))
      // Who surges does not wait until the last one is gone.
      if (surges && shouldRun && pods.every((pod) => isGoing(pod) || isOver(pod))) create.push(name)
    } else gone.push(...pods.filter((pod) => !isGoing(pod)))
  }
  // Pods that wait for a node that is no more.
  for (const [name, pods] of here) {
    if (names.has(name)) continue
    gone.push(...pods.filter((pod) => !pod.spec.nodeName && !isGoing(pod)))
  }
  return { create, delete: gone }
}

/**
 * The same plan while failed pods are in back-off, as `leftMs` says of them: those stay, and their
 * nodes get no other pod, which would fail as well. `waitMs`: until the first may go.
 */
export function heldBack(
  plan: DaemonPlan,
  leftMs: (failed: ReadPod) => number,
): { readonly plan: DaemonPlan; readonly waitMs: number | undefined } {
  const waits: number[] = []
  const waiting = new Set<string | undefined>()
  const gone = plan.delete.filter((pod) => {
    const ms = pod.status?.phase === 'Failed' ? leftMs(pod) : 0
    if (ms <= 0) return true
    waits.push(ms)
    waiting.add(targetNode(pod))
    return false
  })
  const create = plan.create.filter((node) => !waiting.has(node))
  const waitMs = waits.length === 0 ? undefined : Math.min(...waits)
  return { plan: { create, delete: gone }, waitMs }
}

function surplusOn(world: DaemonWorld, pods: readonly ReadPod[], surges: boolean): ReadPod[] {
  const staying = pods.filter((pod) => !isGoing(pod))
  const surplus = staying.filter(isOver)
  const running = staying.filter((pod) => !isOver(pod))
  if (!surges || running.length <= 1) return [...surplus, ...running.slice(1)]
  // Surging: one pod of each template, the old one while it serves and the new one does not.
  const fresh = running.filter((pod) => isUpdated(pod, world.hash))
  const old = running.filter((pod) => !isUpdated(pod, world.hash))
  surplus.push(...fresh.slice(1), ...old.slice(1))
  const [newest] = fresh
  const [oldest] = old
  if (newest && oldest && (!isPodReady(oldest) || availability(world)(newest))) {
    surplus.push(oldest)
  }
  return surplus
}

/** How many nodes are to have a pod. */
function wantedCount({ places }: DaemonWorld): number {
  return [...places.values()].filter(({ shouldRun }) => shouldRun).length
}

function rolling({ set }: DaemonWorld) {
  const { type, rollingUpdate } = set.spec.updateStrategy ?? {}
  return type === 'RollingUpdate' ? (rollingUpdate ?? {}) : undefined
}

function maxSurge(world: DaemonWorld): number {
  return scaledValue(rolling(world)?.maxSurge ?? 0, wantedCount(world), 'up')
}

function maxUnavailable(world: DaemonWorld): number {
  const value = scaledValue(rolling(world)?.maxUnavailable ?? 1, wantedCount(world), 'up')
  // Where both shares come out as nothing, the update must go on all the same.
  return value === 0 && maxSurge(world) === 0 ? 1 : value
}

/** The next step of a rolling update. */
export function planUpdate(world: DaemonWorld): DaemonPlan {
  if (!rolling(world)) return { create: [], delete: [] }
  return maxSurge(world) === 0 ? planReplacement(world) : planSurge(world)
}

interface OnNode {
  readonly node: string
  readonly fresh: ReadPod | undefined
  readonly old: ReadPod | undefined
  /** There is more than one of a kind: `planPlacement` tidies up first. */
  readonly isUntidy: boolean
}

function sortByNode({ pods, hash }: DaemonWorld): OnNode[] {
  return Array.from(byNode(pods), ([node, all]) => {
    const here = all.filter((pod) => !isGoing(pod))
    const fresh = here.filter((pod) => isUpdated(pod, hash))
    const old = here.filter((pod) => !isUpdated(pod, hash))
    const isUntidy = fresh.length > 1 || old.length > 1
    return { node, fresh: fresh[0], old: old[0], isUntidy }
  })
}

/** Old pods go, as many at once as may be missing; those that do not serve go in any case. */
function planReplacement(world: DaemonWorld): DaemonPlan {
  const isAvailable = availability(world)
  const broken: ReadPod[] = []
  const candidates: ReadPod[] = []
  let unavailable = 0
  for (const { fresh, old, isUntidy } of sortByNode(world)) {
    if (isUntidy || Boolean(fresh) === Boolean(old)) unavailable++
    else if (fresh) unavailable += isAvailable(fresh) ? 0 : 1
    else if (old && !isAvailable(old)) {
      broken.push(old)
      unavailable++
    } else if (old) candidates.push(old)
  }
  const may = Math.max(0, maxUnavailable(world) - unavailable)
  return { create: [], delete: [...broken, ...candidates.slice(0, may)] }
}

/**
 * New pods come beside the old ones, which go when those serve. Where nothing new may come, an old
 * pod serves on until as many as are wanted serve elsewhere.
 */
function planSurge(world: DaemonWorld): DaemonPlan {
  const isAvailable = availability(world)
  const urgent: string[] = []
  const candidates: string[] = []
  const gone: ReadPod[] = []
  const misplaced: ReadPod[] = []
  let [surging, serving] = [0, 0]
  for (const { node, fresh, old, isUntidy } of sortByNode(world)) {
    if (isUntidy) {
      surging++
      continue
    }
    const counted = old ?? fresh
    if (counted && isAvailable(counted)) serving++
    if (!old) continue
    if (fresh && isAvailable(fresh)) gone.push(old)
    else if (fresh) surging++
    else if (world.places.get(node)?.shouldRun) (isAvailable(old) ? candidates : urgent).push(node)
    else (isAvailable(old) ? misplaced : gone).push(old)
  }
  const may = Math.max(0, maxSurge(world) - surging)
  gone.push(...misplaced.slice(0, Math.max(0, serving - wantedCount(world))))
  return { create: [...urgent, ...candidates.slice(0, may)], delete: gone }
}

/** `seen`: the generation that was acted on. */
export function daemonSetStatus(world: DaemonWorld, seen: number): DaemonSetStatus {
  const { set, hash } = world
  const here = byNode(world.pods)
  const isAvailable = availability(world)
  const counts = { desired: 0, current: 0, ready: 0, updated: 0, available: 0, misplaced: 0 }
  for (const node of world.nodes) {
    const [pod] = here.get(node.metadata.name) ?? []
    const { shouldRun } = world.places.get(node.metadata.name) ?? NOWHERE
    if (!shouldRun && pod) counts.misplaced++
    if (!shouldRun) continue
    counts.desired++
    if (!pod) continue
    counts.current++
    if (isPodReady(pod)) counts.ready++
    if (isAvailable(pod)) counts.available++
    if (isUpdated(pod, hash)) counts.updated++
  }
  const unavailable = counts.desired - counts.available
  const { collisionCount, conditions } = set.status
  return {
    currentNumberScheduled: counts.current,
    numberMisscheduled: counts.misplaced,
    desiredNumberScheduled: counts.desired,
    numberReady: counts.ready,
    ...(counts.updated > 0 && { updatedNumberScheduled: counts.updated }),
    ...(counts.available > 0 && { numberAvailable: counts.available }),
    ...(unavailable > 0 && { numberUnavailable: unavailable }),
    observedGeneration: seen,
    ...(collisionCount !== undefined && { collisionCount }),
    ...(conditions && conditions.length > 0 && { conditions: conditions.map((c) => ({ ...c })) }),
  }
}
