import type { DeepReadonly } from '../../base/index.ts'
import {
  type ContainerState,
  type ContainerStatus,
  formatTime,
  isSidecar,
  type PodStatus,
} from '../../api/index.ts'
import { podConditions } from './conditions.ts'
import { newest } from './container-plan.ts'
import type { PodAllocation } from './pod-allocation.ts'
import {
  type ContainerView,
  ephemeralContainers,
  isTerminalPhase,
  type PodView,
} from './pod-words.ts'
import type { ContainerRunState, ObservedContainer } from './runtime/types.ts'

export interface Waiting {
  readonly reason: string
  readonly message?: string
}

/** What the status says of one container beside what the runtime shows. */
export interface ContainerVerdict {
  readonly ready: boolean
  readonly started: boolean
  /** Why it does not run: `CrashLoopBackOff`, `ErrImagePull`, `CreateContainerConfigError` … */
  readonly waiting?: Waiting
}

export interface StatusInput {
  readonly pod: PodView
  readonly observed: readonly ObservedContainer[]
  readonly verdicts: ReadonlyMap<string, ContainerVerdict>
  readonly allocation?: Pick<PodAllocation, 'held' | 'used' | 'pending' | 'isInProgress'>
  readonly podIp: string | undefined
  readonly hostIp: string
  readonly startedAtMs: number
  readonly runtimeType: string
  /** No container will run again: the phase must be a terminal one. */
  readonly ended: boolean
  /** The kubelet itself failed the pod, such as `DeadlineExceeded`. */
  readonly failure?: { readonly reason: string; readonly message: string }
  /** The node did not take it: nothing of it has ever been there. */
  readonly rejected?: boolean
  readonly nowMs: number
}

/** The pod's status, as Kubernetes' kubelet computes it. Pure. */
export function podStatus(input: StatusInput): PodStatus {
  const { pod } = input
  if (input.rejected && input.failure) return rejectedStatus(pod, input.failure, input)
  const initContainers = pod.spec.initContainers ?? []
  const initialized = isInitialized(input)
  const init = initContainers.map((c) => containerStatus(c, input, initialized))
  const main = pod.spec.containers.map((c) => containerStatus(c, input, initialized))
  const phase = input.failure ? 'Failed' : phaseOf(input, init, main)
  const status: PodStatus = {
    ...(pod.metadata.generation !== undefined && {
      observedGeneration: pod.metadata.generation,
    }),
    phase,
    hostIP: input.hostIp,
    hostIPs: [{ ip: input.hostIp }],
    startTime: formatTime(input.startedAtMs),
    containerStatuses: main,
  }
  if (init.length > 0) status.initContainerStatuses = init
  const ephemeral = ephemeralContainers(pod.spec).map((c) => ephemeralStatus(c, input))
  if (ephemeral.length > 0) status.ephemeralContainerStatuses = ephemeral
  if (input.podIp !== undefined) {
    status.podIP = input.podIp
    status.podIPs = [{ ip: input.podIp }]
  }
  if (pod.status?.qosClass) status.qosClass = pod.status.qosClass
  if (input.failure) Object.assign(status, input.failure)
  status.conditions = podConditions({
    ...input,
    phase,
    initialized,
    init,
    main,
    pendingResize: input.allocation?.pending,
    isResizing: input.allocation?.isInProgress ?? false,
  })
  return status
}

function rejectedStatus(
  { metadata, status }: PodView,
  failure: { readonly reason: string; readonly message: string },
  { startedAtMs }: StatusInput,
): PodStatus {
  const { generation: observedGeneration } = metadata
  return {
    ...(observedGeneration !== undefined && { observedGeneration }),
    phase: 'Failed',
    ...failure,
    startTime: formatTime(startedAtMs),
    ...(status?.qosClass && { qosClass: status.qosClass }),
  }
}

/** Whether all init containers have done their work: sidecars started, the others succeeded. */
export function isInitialized(input: StatusInput): boolean {
  const { spec } = input.pod
  const hasRun = spec.containers.some((c) => newest(input.observed, c.name) !== undefined)
  return (spec.initContainers ?? []).every((container) => {
    const state = newest(input.observed, container.name)?.state
    if (isSidecar(container)) {
      return hasRun || (input.verdicts.get(container.name)?.started ?? false)
    }
    return hasRun || (state?.kind === 'exited' && state.exitCode === 0)
  })
}

function containerStatus(
  container: ContainerView,
  input: StatusInput,
  initialized: boolean,
): ContainerStatus {
  const attempts = input.observed.filter((o) => o.name === container.name)
  const last = attempts.at(-1)
  const verdict = input.verdicts.get(container.name)
  const waiting = input.ended ? undefined : verdict?.waiting
  const isInit = (input.pod.spec.initContainers ?? []).includes(container)
  const running = last?.state.kind === 'running'
  const endedWell = last?.state.kind === 'exited' && last.state.exitCode === 0
  const status: ContainerStatus = {
    name: container.name,
    image: container.image ?? '',
    imageID: last?.imageId ?? '',
    restartCount: last?.attempt ?? 0,
    // A finished init container counts as ready (upstream: `containerStatus.Ready = true`).
    ready:
      isInit && !isSidecar(container)
        ? endedWell && waiting === undefined
        : running && (verdict?.ready ?? false),
    started: running && (verdict?.started ?? false),
    state: {},
    lastState: {},
  }
  if (last)
    Object.assign(status, {
      containerID: containerId(input.runtimeType, last),
      ...given(container, input),
    })
  if (!last) {
    if (input.ended && initialized && !isInit) {
      status.state = { terminated: { ...NEVER_LOCATED } }
      return status
    }
    status.state = { waiting: { ...(waiting ?? defaultWaiting(input, isInit, initialized)) } }
    return status
  }
  if (waiting !== undefined && last.state.kind === 'exited') {
    status.state = { waiting: { ...waiting } }
    status.lastState = stateOf(last, input.runtimeType)
    return status
  }
  status.state = stateOf(last, input.runtimeType)
  const previous = attempts.at(-2)
  if (previous) status.lastState = stateOf(previous, input.runtimeType)
  return status
}

/** Nobody waits for an ephemeral container to be ready, nor starts it again. */
function ephemeralStatus(container: ContainerView, input: StatusInput): ContainerStatus {
  const status = containerStatus(container, input, true)
  delete status.started
  return Object.assign(status, { ready: false })
}

/** A container of an ended pod that never ran, such as one whose image could not be pulled. */
const NEVER_LOCATED = {
  exitCode: 137,
  reason: 'ContainerStatusUnknown',
  message: 'The container could not be located when the pod was terminated',
}

/** What the container has been given, and what it may use at present. */
function given(
  { name }: ContainerView,
  { allocation }: StatusInput,
): Pick<ContainerStatus, 'resources' | 'allocatedResources'> {
  const used = allocation?.used.get(name) ?? {}
  const { requests } = allocation?.held.get(name) ?? {}
  return {
    ...(Object.keys(used).length > 0 && {
      resources: structuredClone(used) as NonNullable<ContainerStatus['resources']>,
    }),
    ...(requests && { allocatedResources: { ...requests } }),
  }
}

function defaultWaiting(input: StatusInput, isInit: boolean, initialized: boolean): Waiting {
  const hasInit = (input.pod.spec.initContainers ?? []).length > 0
  const reason = hasInit && (isInit || !initialized) ? 'PodInitializing' : 'ContainerCreating'
  return { reason }
}

/** `process://<id>`. */
function containerId(runtimeType: string, observed: ObservedContainer): string {
  return `${runtimeType}://${observed.id}`
}

function stateOf(observed: ObservedContainer, runtimeType: string): ContainerState {
  const { state } = observed
  if (state.kind === 'running') return { running: { startedAt: formatTime(state.startedAtMs) } }
  return { terminated: terminated(observed, state, runtimeType) }
}

function terminated(
  observed: ObservedContainer,
  state: ContainerRunState & { kind: 'exited' },
  runtimeType: string,
): NonNullable<ContainerState['terminated']> {
  return {
    exitCode: state.exitCode,
    ...(state.signal !== undefined && { signal: state.signal }),
    reason: state.reason,
    ...(state.message && { message: state.message }),
    startedAt: formatTime(state.startedAtMs),
    finishedAt: formatTime(state.finishedAtMs),
    containerID: containerId(runtimeType, observed),
  }
}

/** Kubernetes' `getPhase`: from what the containers do to one word. */
function phaseOf(
  input: StatusInput,
  init: readonly ContainerStatus[],
  main: readonly ContainerStatus[],
): string {
  const { spec } = input.pod
  const before = input.pod.status?.phase
  if (isTerminalPhase(before)) return before as string
  const never = spec.restartPolicy === 'Never'
  const initFailed = init.some((s, i) => {
    const container = spec.initContainers?.[i]
    return container && !isSidecar(container) && (s.state?.terminated?.exitCode ?? 0) !== 0
  })
  if (initFailed && never) return 'Failed'
  const stopped = main.filter(hasStopped)
  if (input.ended) {
    const allWell = main.every((s) => s.state?.terminated?.exitCode === 0)
    return allWell && main.length > 0 ? 'Succeeded' : 'Failed'
  }
  if (stopped.length < main.length && main.some((s) => s.state?.waiting && !hasStopped(s))) {
    return 'Pending'
  }
  if (main.some((s) => s.state?.running)) return 'Running'
  if (stopped.length < main.length) return 'Pending'
  const policy = spec.restartPolicy
  if (policy === 'Always' || policy === undefined) return 'Running'
  // Sidecars still run: the pod comes to its end when they have stopped.
  return before === 'Pending' || before === undefined ? 'Running' : before
}

/** It has run and does not run now. */
function hasStopped(status: ContainerStatus): boolean {
  if (status.state?.terminated) return true
  return status.state?.waiting !== undefined && status.lastState?.terminated !== undefined
}

/** Whether what the server has already says all that `wanted` says. Others' conditions do not matter. */
export function saysAll(server: DeepReadonly<PodStatus> | undefined, wanted: PodStatus): boolean {
  const { conditions = [], ...rest } = wanted
  for (const [field, value] of Object.entries(rest)) {
    if (textOf(server?.[field as keyof PodStatus]) !== textOf(value)) return false
  }
  for (const field of OWNED_FIELDS) {
    if (server?.[field] !== undefined && wanted[field] === undefined) return false
  }
  if (strayConditions(server, wanted).length > 0) return false
  return conditions.every((condition) => {
    const other = server?.conditions?.find((c) => c.type === condition.type)
    return textOf(other) === textOf(condition)
  })
}

function textOf(value: unknown): string {
  return JSON.stringify(canonical(value)) ?? ''
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([, v]) => !isEmpty(v))
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => [k, canonical(v)]),
  )
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true
  return typeof value === 'object' && Object.keys(value).length === 0
}

/**
 * A strategic merge patch from the status on the server to the one wanted. Fields that the kubelet
 * owns and no longer sets are taken back; conditions of others stay.
 */
export function statusPatch(
  uid: string,
  before: DeepReadonly<PodStatus> | undefined,
  now: PodStatus,
): { metadata: { uid: string }; status: Record<string, unknown> } {
  const status: Record<string, unknown> = { ...now }
  for (const field of OWNED_FIELDS) {
    if (before?.[field] !== undefined && now[field] === undefined) status[field] = null
  }
  const strays = strayConditions(before, now).map((type) => ({ type, $patch: 'delete' }))
  if (strays.length > 0) status['conditions'] = [...(now.conditions ?? []), ...strays]
  // The list is merged by address: after a reboot the pod has another, and the old one has to go.
  const current = now.podIPs?.map(({ ip }) => ip) ?? []
  const former = (before?.podIPs ?? []).filter(({ ip }) => !current.includes(ip))
  if (former.length > 0) {
    const gone = former.map(({ ip }) => ({ ip, $patch: 'delete' }))
    status['podIPs'] = [...(now.podIPs ?? []), ...gone]
  }
  return { metadata: { uid }, status }
}

/** Conditions of the kubelet's own that hold no longer. */
function strayConditions(
  server: DeepReadonly<PodStatus> | undefined,
  wanted: PodStatus,
): readonly string[] {
  return PASSING_CONDITIONS.filter(
    (type) =>
      server?.conditions?.some((condition) => condition.type === type) &&
      !wanted.conditions?.some((condition) => condition.type === type),
  )
}

/** These are there while they hold, and else not at all. */
const PASSING_CONDITIONS = ['PodResizePending', 'PodResizeInProgress']

const OWNED_FIELDS = [
  'message',
  'reason',
  'podIP',
  'initContainerStatuses',
  'ephemeralContainerStatuses',
] as const
