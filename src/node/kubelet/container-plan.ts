import { isSidecar } from '../../api/index.ts'
import { type ContainerView, ephemeralContainers, hashOf, type SpecView } from './pod-words.ts'
import type { ContainerRunState, ObservedContainer } from './runtime/types.ts'

/** What the kubelet knows about a container beside what the runtime shows. */
export interface ContainerFacts {
  /** A start or stop of it is under way: nothing is decided meanwhile. */
  readonly busy: boolean
  /** Its postStart hook and startup probe have passed. */
  readonly started: boolean
  /** A probe or hook wants the running attempt replaced. */
  readonly killBecause?: KillCause
}

export interface KillCause {
  readonly message: string
  /** The probe's own grace, in seconds. */
  readonly graceSeconds?: number
}

export interface PlanInput {
  readonly spec: SpecView
  readonly observed: readonly ObservedContainer[]
  readonly facts: ReadonlyMap<string, ContainerFacts>
  /** Until when the next start of this container must wait; undefined: not at all. */
  waitUntilMs(name: string, last: ObservedContainer | undefined): number | undefined
  /** The pod is being deleted, has failed or is gone: everything stops. */
  readonly stopping: boolean
  readonly nowMs: number
}

export type Action =
  | { readonly kind: 'start'; readonly container: ContainerView; readonly attempt: number }
  | {
      readonly kind: 'stop'
      readonly container: ContainerView
      readonly observed: ObservedContainer
      readonly cause: KillCause
    }
  | { readonly kind: 'remove'; readonly id: string }

export interface Plan {
  readonly actions: readonly Action[]
  /** Containers whose next start has to wait. */
  readonly delayed: readonly { readonly container: ContainerView; readonly untilMs: number }[]
  /** The pod has come to its end: no container runs, none will be started again. */
  readonly ended: boolean
}

/** Attempts that are kept for `kubectl logs --previous`, beside the newest. */
const DEAD_ATTEMPTS_KEPT = 1

/** What to do for a pod now. Pure: desired containers + observed containers + time → actions. */
export function planContainers(input: PlanInput): Plan {
  const planner = new Planner(input)
  if (input.stopping) planner.stopAll()
  else planner.converge()
  planner.collectGarbage()
  return planner.result()
}

/** The newest attempt of a container. */
export function newest(
  observed: readonly ObservedContainer[],
  name: string,
): ObservedContainer | undefined {
  return observed.findLast((o) => o.name === name)
}

/** Whether an ended container is started again (Kubernetes' restart policies). */
export function shouldRestart(
  policy: string | undefined,
  state: ContainerRunState & { kind: 'exited' },
): boolean {
  if (policy === 'Never') return false
  return policy !== 'OnFailure' || state.exitCode !== 0
}

class Planner {
  readonly #input: PlanInput
  readonly #actions: Action[] = []
  readonly #delayed: { container: ContainerView; untilMs: number }[] = []
  #ended = false
  #stopping = false

  constructor(input: PlanInput) {
    this.#input = input
  }

  result(): Plan {
    return { actions: this.#actions, delayed: this.#delayed, ended: this.#ended }
  }

  converge(): void {
    const { spec } = this.#input
    const hasRun = spec.containers.some((c) => this.#newest(c) !== undefined)
    if (hasRun) this.#keepSidecars()
    if (hasRun || this.#initialize()) this.#convergeMain()
    if (this.#stopping) return
    for (const container of ephemeralContainers(spec)) this.#runOnce(container)
  }

  /** Main containers stop together; sidecars follow in reverse order (KEP-753). */
  stopAll(): void {
    this.#stopping = true
    const { spec } = this.#input
    const cause: KillCause = { message: '' }
    let running = 0
    for (const container of ephemeralContainers(spec)) running += this.#stop(container, cause)
    for (const container of spec.containers) running += this.#stop(container, cause)
    for (const container of (spec.initContainers ?? []).toReversed()) {
      if (running > 0 && isSidecar(container)) {
        if (this.#isRunning(container)) running++
        continue
      }
      running += this.#stop(container, cause)
    }
    this.#ended = running === 0
  }

  collectGarbage(): void {
    const { observed } = this.#input
    const seen = new Map<string, number>()
    for (const o of observed.toReversed()) {
      const newer = seen.get(o.name) ?? 0
      seen.set(o.name, newer + 1)
      if (newer > DEAD_ATTEMPTS_KEPT && o.state.kind === 'exited') {
        this.#actions.push({ kind: 'remove', id: o.id })
      }
    }
  }

  /** Runs init containers one after another; true once the main containers may start. */
  #initialize(): boolean {
    const { spec } = this.#input
    for (const container of spec.initContainers ?? []) {
      const state = this.#newest(container)?.state
      if (isSidecar(container)) {
        this.#keepRunning(container, 'Always')
        if (state?.kind !== 'running' || !this.#facts(container)?.started) return false
        continue
      }
      if (state?.kind === 'exited' && state.exitCode === 0) continue
      if (state?.kind === 'exited' && spec.restartPolicy === 'Never') {
        this.stopAll()
        return false
      }
      // An init container's failure is retried under both Always and OnFailure.
      this.#keepRunning(container, 'OnFailure')
      return false
    }
    return true
  }

  #keepSidecars(): void {
    if (this.#mainIsOver()) return
    for (const container of this.#input.spec.initContainers ?? []) {
      if (isSidecar(container)) this.#keepRunning(container, 'Always')
    }
  }

  #convergeMain(): void {
    if (this.#mainIsOver()) {
      this.stopAll()
      return
    }
    const { spec } = this.#input
    for (const container of spec.containers) this.#keepRunning(container, spec.restartPolicy)
  }

  /** Every main container has ended for good. */
  #mainIsOver(): boolean {
    const { spec } = this.#input
    return spec.containers.every((container) => {
      const state = this.#newest(container)?.state
      return state?.kind === 'exited' && !shouldRestart(spec.restartPolicy, state)
    })
  }

  #runOnce(container: ContainerView): void {
    if (this.#newest(container) || this.#facts(container)?.busy) return
    const untilMs = this.#input.waitUntilMs(container.name, undefined)
    if (untilMs !== undefined && untilMs > this.#input.nowMs) {
      this.#delayed.push({ container, untilMs })
      return
    }
    this.#actions.push({ kind: 'start', container, attempt: 0 })
  }

  #keepRunning(container: ContainerView, policy: string | undefined): void {
    const last = this.#newest(container)
    const facts = this.#facts(container)
    if (facts?.busy) return
    if (last?.state.kind === 'running') {
      if (last.hash !== hashOf(container)) {
        const message = `Container ${container.name} definition changed, will be restarted`
        this.#stop(container, { message })
      } else if (facts?.killBecause) {
        this.#stop(container, facts.killBecause)
      }
      return
    }
    const replaced = last !== undefined && last.hash !== hashOf(container)
    if (last?.state.kind === 'exited' && !replaced && !shouldRestart(policy, last.state)) return
    const waitUntilMs = this.#input.waitUntilMs(container.name, last)
    if (waitUntilMs !== undefined && waitUntilMs > this.#input.nowMs) {
      this.#delayed.push({ container, untilMs: waitUntilMs })
      return
    }
    this.#actions.push({ kind: 'start', container, attempt: last ? last.attempt + 1 : 0 })
  }

  /** 1 when the container still runs, 0 when there is nothing to wait for. */
  #stop(container: ContainerView, cause: KillCause): 0 | 1 {
    const observed = this.#newest(container)
    const busy = this.#facts(container)?.busy ?? false
    if (observed?.state.kind !== 'running') return busy ? 1 : 0
    if (!busy) this.#actions.push({ kind: 'stop', container, observed, cause })
    return 1
  }

  #isRunning(container: ContainerView): boolean {
    return this.#newest(container)?.state.kind === 'running'
  }

  #newest(container: ContainerView): ObservedContainer | undefined {
    return newest(this.#input.observed, container.name)
  }

  #facts(container: ContainerView): ContainerFacts | undefined {
    return this.#input.facts.get(container.name)
  }
}
