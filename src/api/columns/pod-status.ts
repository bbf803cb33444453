import type { DeepReadonly } from '../../base/index.ts'
import type { ContainerStateTerminated, ContainerStatus, Pod } from '../core/index.ts'
import { isConditionTrue, isPodTerminal, isSidecar } from '../helpers/index.ts'
import { sinceTime } from './common.ts'

type ReadPod = DeepReadonly<Pod>
type ReadStatus = DeepReadonly<ContainerStatus>

/** What `kubectl get pods` says about a pod. */
export interface PodSummary {
  /** `Running`, `Init:0/1`, `CrashLoopBackOff`, `Terminating` … */
  readonly status: string
  readonly readyContainers: number
  readonly totalContainers: number
  /** `0`, or `3 (5s ago)`. */
  readonly restarts: string
}

interface Tally {
  restarts: number
  lastRestart: string
  ready: number
}

/** Sums a pod up from the states of its containers (upstream's printer). */
export function summarizePod(pod: ReadPod, nowMs: number): PodSummary {
  const sidecars = new Set(
    (pod.spec.initContainers ?? []).filter(isSidecar).map((container) => container.name),
  )
  const init = summarizeInit(pod, sidecars)
  const initialized = isConditionTrue(pod.status?.conditions, 'Initialized')
  const waits = init.reason !== undefined && !initialized
  const main = summarizeMain(pod, init.sidecars)
  const { restarts, lastRestart } = waits ? init.all : main.tally
  const plain = plainReason(pod)
  const reason = waits ? init.reason : (main.reason ?? init.reason ?? plain)
  const again = restarts !== 0 && lastRestart !== ''
  return {
    status: deletionReason(pod) ?? settle(pod, reason ?? plain, main.hasRunning && !waits),
    readyContainers: waits ? init.sidecars.ready : main.tally.ready,
    totalContainers: (pod.spec.containers ?? []).length + sidecars.size,
    restarts: again ? `${restarts} (${sinceTime(lastRestart, nowMs)} ago)` : String(restarts),
  }
}

function plainReason({ status }: ReadPod): string {
  const scheduled = status?.conditions?.find((condition) => condition.type === 'PodScheduled')
  if (scheduled?.reason === 'SchedulingGated') return 'SchedulingGated'
  return status?.reason || (status?.phase ?? '')
}

function deletionReason(pod: ReadPod): string | undefined {
  if (pod.metadata.deletionTimestamp === undefined) return undefined
  if (pod.status?.reason === 'NodeLost') return 'Unknown'
  return isPodTerminal(pod) ? undefined : 'Terminating'
}

/** A pod of which one container is done and another runs is running. */
function settle(pod: ReadPod, reason: string, hasRunning: boolean): string {
  if (reason !== 'Completed' || !hasRunning) return reason
  return isConditionTrue(pod.status?.conditions, 'Ready') ? 'Running' : 'NotReady'
}

function count(tally: Tally, status: ReadStatus): void {
  tally.restarts += status.restartCount
  const finished = status.lastState?.terminated?.finishedAt ?? ''
  if (finished > tally.lastRestart) tally.lastRestart = finished
}

/** The first init container that is not done, and the sidecars before it. */
function summarizeInit(
  pod: ReadPod,
  sidecarNames: ReadonlySet<string>,
): { reason?: string; all: Tally; sidecars: Tally } {
  const all: Tally = { restarts: 0, lastRestart: '', ready: 0 }
  const sidecars: Tally = { restarts: 0, lastRestart: '', ready: 0 }
  const total = pod.spec.initContainers?.length ?? 0
  for (const [i, status] of (pod.status?.initContainerStatuses ?? []).entries()) {
    const isSide = sidecarNames.has(status.name)
    count(all, status)
    if (isSide) count(sidecars, status)
    const { terminated, waiting } = status.state ?? {}
    if (terminated?.exitCode === 0) continue
    if (isSide && status.started === true) {
      if (status.ready) sidecars.ready++
      continue
    }
    let reason = `Init:${i}/${total}`
    if (terminated) reason = `Init:${terminated.reason || exitReason(terminated)}`
    else if (waiting?.reason && waiting.reason !== 'PodInitializing') {
      reason = `Init:${waiting.reason}`
    }
    return { reason, all, sidecars }
  }
  return { all, sidecars }
}

function exitReason({ signal, exitCode }: DeepReadonly<ContainerStateTerminated>): string {
  return signal ? `Signal:${signal}` : `ExitCode:${exitCode}`
}

/** The first container that is not running decides, the others are counted. */
function summarizeMain(
  pod: ReadPod,
  sidecars: Tally,
): { reason?: string; hasRunning: boolean; tally: Tally } {
  const tally = { ...sidecars }
  let reason: string | undefined
  let hasRunning = false
  for (const status of [...(pod.status?.containerStatuses ?? [])].reverse()) {
    count(tally, status)
    const { waiting, terminated, running } = status.state ?? {}
    if (waiting?.reason) reason = waiting.reason
    else if (terminated) reason = terminated.reason || exitReason(terminated)
    else if (status.ready && running) {
      hasRunning = true
      tally.ready++
    }
  }
  return { ...(reason !== undefined && { reason }), hasRunning, tally }
}
