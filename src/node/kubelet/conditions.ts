import type { DeepReadonly } from '../../base/index.ts'
import { type ContainerStatus, formatTime, isSidecar, type PodCondition } from '../../api/index.ts'
import type { PendingResize } from './pod-allocation.ts'
import type { PodView } from './pod-words.ts'

export interface ConditionsInput {
  readonly pod: PodView
  readonly podIp: string | undefined
  readonly phase: string
  readonly initialized: boolean
  readonly init: readonly ContainerStatus[]
  readonly main: readonly ContainerStatus[]
  readonly pendingResize: PendingResize | undefined
  readonly isResizing: boolean
  readonly nowMs: number
}

interface Verdict {
  readonly status: 'True' | 'False'
  readonly reason?: string
  readonly message?: string
}

const TRUE: Verdict = { status: 'True' }

/** The pod conditions that the kubelet owns, with their reasons and messages. Pure. */
export function podConditions(input: ConditionsInput): PodCondition[] {
  const { pod, nowMs } = input
  const containersReady = containersReadyVerdict(input)
  const verdicts: readonly (readonly [string, Verdict])[] = [
    ['PodReadyToStartContainers', sandboxVerdict(input)],
    ['Initialized', initializedVerdict(input)],
    ['Ready', readyVerdict(input, containersReady)],
    ['ContainersReady', containersReady],
    ['PodScheduled', TRUE],
    ...resizeVerdicts(input),
  ]
  return verdicts.map(([type, verdict]) => {
    const before = pod.status?.conditions?.find((c) => c.type === type)
    return condition({ type, verdict, before, nowMs, generation: pod.metadata.generation })
  })
}

/** Conditions that are there while they hold (KEP-1287). */
function resizeVerdicts(input: ConditionsInput): (readonly [string, Verdict])[] {
  const { pendingResize, isResizing } = input
  return [
    ...(pendingResize ? [['PodResizePending', { status: 'True', ...pendingResize }] as const] : []),
    ...(isResizing ? [['PodResizeInProgress', TRUE] as const] : []),
  ]
}

function condition(options: {
  type: string
  verdict: Verdict
  before: DeepReadonly<PodCondition> | undefined
  nowMs: number
  generation: number | undefined
}): PodCondition {
  const { type, verdict, before, nowMs, generation } = options
  const sameAsBefore = before?.status === verdict.status && before.lastTransitionTime
  const result: PodCondition = {
    type,
    status: verdict.status,
    lastTransitionTime: sameAsBefore ? sameAsBefore : formatTime(nowMs),
  }
  if (generation !== undefined && before?.observedGeneration !== undefined) {
    result.observedGeneration = generation
  }
  if (verdict.reason !== undefined) result.reason = verdict.reason
  if (verdict.message !== undefined) result.message = verdict.message
  return result
}

function sandboxVerdict(input: ConditionsInput): Verdict {
  const over = input.phase === 'Succeeded' || input.phase === 'Failed'
  return { status: input.podIp !== undefined && !over ? 'True' : 'False' }
}

function initializedVerdict(input: ConditionsInput): Verdict {
  if (input.phase === 'Succeeded') return { status: 'True', reason: 'PodCompleted' }
  if (input.initialized) return TRUE
  const unfinished = input.init
    .filter((s, i) => {
      const container = input.pod.spec.initContainers?.[i]
      return container && isSidecar(container) ? !s.started : !s.ready
    })
    .map((s) => s.name)
  return {
    status: 'False',
    reason: 'ContainersNotInitialized',
    message: `containers with incomplete status: [${unfinished.join(' ')}]`,
  }
}

function containersReadyVerdict(input: ConditionsInput): Verdict {
  if (input.phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' }
  if (input.phase === 'Failed') return { status: 'False', reason: 'PodFailed' }
  const sidecars = input.init.filter((_, i) => {
    const container = input.pod.spec.initContainers?.[i]
    return container !== undefined && isSidecar(container)
  })
  const unready = [...sidecars, ...input.main].filter((s) => !s.ready).map((s) => s.name)
  if (unready.length === 0) return TRUE
  return {
    status: 'False',
    reason: 'ContainersNotReady',
    message: `containers with unready status: [${unready.join(' ')}]`,
  }
}

/** KEP-580: a pod is ready when its containers are and every readiness gate says `True`. */
function readyVerdict(input: ConditionsInput, containersReady: Verdict): Verdict {
  if (containersReady.status === 'False') return containersReady
  const messages: string[] = []
  for (const { conditionType } of input.pod.spec.readinessGates ?? []) {
    const gate = input.pod.status?.conditions?.find((c) => c.type === conditionType)
    if (gate === undefined) {
      messages.push(
        `corresponding condition of pod readiness gate "${conditionType}" does not exist.`,
      )
    } else if (gate.status !== 'True') {
      messages.push(
        `the status of pod readiness gate "${conditionType}" is not "True", but ${gate.status}`,
      )
    }
  }
  if (messages.length === 0) return TRUE
  return { status: 'False', reason: 'ReadinessGatesNotReady', message: messages.join(', ') }
}
