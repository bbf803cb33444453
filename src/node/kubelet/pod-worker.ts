import { hasReason, type Timer } from '../../base/index.ts'
import { parseTime, pods } from '../../api/index.ts'
import { ContainerMemories } from './container-memory.ts'
import { type Action, newest, type Plan, planContainers } from './container-plan.ts'
import { ContainerActions, type PodOwner } from './container-actions.ts'
import type { PodContext } from './context.ts'
import type { Rejection } from './pod-admission.ts'
import { PodAllocation } from './pod-allocation.ts'
import { PodDelays } from './pod-delays.ts'
import { PodProbing } from './pod-probing.ts'
import { graceSecondsOf, isTerminalPhase, type PodView, statusOf } from './pod-words.ts'
import { RuntimeError } from './runtime/types.ts'
import { podStatus } from './status.ts'

const RETRY_MS = 2_000
/** A pod that is gone from the API was forced away: its containers get no more than this. */
const GONE_GRACE_SECONDS = 2
const VOLUME_REFRESH_MS = 30_000

/**
 * Looks after one pod: compares what it should be with what runs, acts, reports; one round at a
 * time, whenever something has changed or is due. What takes long runs beside the rounds.
 */
export class PodWorker {
  readonly uid: string
  readonly #context: PodContext
  readonly #memories = new ContainerMemories()
  readonly #actions: ContainerActions
  readonly #delays: PodDelays
  readonly #probing: PodProbing
  readonly #allocation: PodAllocation
  readonly #startedAtMs: number
  #pod: PodView
  #isGone = false
  #failure: Rejection | undefined
  #isRejected = false
  #wake: () => void = () => undefined
  #dirty = true
  #wakeAtMs = Number.POSITIVE_INFINITY
  #volumesFreshUntilMs = Number.POSITIVE_INFINITY
  #limitTold = false
  readonly #onAbort = () => this.#wake()

  constructor(pod: PodView, context: PodContext) {
    this.uid = pod.metadata.uid
    this.#pod = pod
    this.#context = context
    this.#allocation = new PodAllocation(pod)
    this.#startedAtMs = parseTime(pod.status?.startTime) ?? context.clock.nowMs()
    const owner: PodOwner = {
      pod: () => this.#pod,
      memory: (name) => this.#memories.of(name),
      poke: () => this.poke(),
    }
    this.#actions = new ContainerActions(context, owner)
    this.#delays = new PodDelays(context, { owner, actions: this.#actions })
    this.#probing = new PodProbing(context, { owner, actions: this.#actions })
    const { reason = '', message = '' } = pod.status ?? {}
    if (pod.status?.phase === 'Failed' && reason) this.#failure = { reason, message }
  }

  /** The pod with what it has been given of the node. */
  get allocated(): PodView {
    return this.#allocation.viewOf(this.#pod)
  }

  /** Whether the pod holds on to what it has of the node: it is here, and not over. */
  get isActive(): boolean {
    return !this.#isGone && !this.#failure && !isTerminalPhase(this.#pod.status?.phase)
  }

  /** The node cannot run the pod: it fails before anything of it has started. */
  reject(rejection: Rejection): void {
    this.#failure = rejection
    this.#isRejected = true
    this.#event('Warning', rejection.reason, rejection.message)
  }

  /** The pod has changed in the API. */
  update(pod: PodView): void {
    const cutShort = graceSecondsOf(pod) < graceSecondsOf(this.#pod)
    this.#pod = pod
    if (cutShort) this.#actions.cutGrace(graceSecondsOf(pod))
    this.#context.statuses.observe(pod)
    this.poke()
  }

  /** The pod is gone from the API: it is stopped, and nothing is reported any more. */
  vanish(): void {
    this.#isGone = true
    this.#actions.cutGrace(GONE_GRACE_SECONDS)
    this.poke()
  }

  /** Something may have changed: have another look. */
  poke(): void {
    this.#dirty = true
    this.#wake()
  }

  /** Works until the pod is gone and cleaned away, or until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        this.#dirty = false
        this.#wakeAtMs = Number.POSITIVE_INFINITY
        try {
          if (await this.#round(signal)) return
        } catch (error) {
          if (signal.aborted) return
          const { name, namespace } = this.#pod.metadata
          this.#context.log.warn('a pod round failed', { pod: name, namespace, error })
          this.#wakeIn(RETRY_MS)
        }
        await this.#rest(signal)
      }
    } finally {
      this.#probing.stop(this.#memories.all())
    }
  }

  async #rest(signal: AbortSignal): Promise<void> {
    if (this.#dirty || signal.aborted) return
    const { clock } = this.#context
    let timer: Timer | undefined
    await new Promise<void>((resolve) => {
      this.#wake = resolve
      signal.addEventListener('abort', this.#onAbort)
      if (this.#wakeAtMs === Number.POSITIVE_INFINITY) return
      timer = clock.after(Math.max(0, this.#wakeAtMs - clock.nowMs()), resolve)
    })
    timer?.cancel()
    signal.removeEventListener('abort', this.#onAbort)
    this.#wake = () => undefined
  }

  /** True once the pod is over and forgotten. */
  async #round(signal: AbortSignal): Promise<boolean> {
    const { runtime } = this.#context
    this.#checkDeadline()
    const stopping = this.#isStopping()
    if (!stopping) this.#resize()
    if (!stopping && !runtime.sandbox(this.uid) && !(await this.#makeSandbox())) return false
    const before = this.#plan(stopping)
    this.#wakeAt(this.#delays.note(before))
    await this.#act(before.actions, signal)
    const after = this.#plan(this.#isStopping())
    this.#wakeAt(this.#delays.note(after))
    this.#probing.keep(after)
    // A pod that is going is no longer restarted by its probes (upstream: StopLivenessAndStartup).
    if (this.#isStopping()) this.#probing.stop(this.#memories.all())
    await this.#refreshVolumes(signal)
    if (!this.#isGone) this.#report(after)
    if (!after.ended || this.#actions.inFlight > 0) {
      if (after.actions.length > 0) this.poke()
      return false
    }
    return this.#finish(signal)
  }

  #isStopping(): boolean {
    const { metadata, status } = this.#pod
    if (this.#isGone || this.#failure || metadata.deletionTimestamp !== undefined) return true
    return isTerminalPhase(status?.phase)
  }

  #checkDeadline(): void {
    const { activeDeadlineSeconds } = this.#pod.spec
    if (activeDeadlineSeconds === undefined || this.#isStopping()) return
    const dueMs = this.#startedAtMs + activeDeadlineSeconds * 1000
    if (this.#context.clock.nowMs() < dueMs) {
      this.#wakeAt(dueMs)
      return
    }
    const message = 'Pod was active on the node longer than the specified deadline'
    this.#failure = { reason: 'DeadlineExceeded', message }
    this.#event('Normal', 'DeadlineExceeded', message)
  }

  #resize(): void {
    const { allocatable } = this.#context
    const node = { allocatable, others: () => this.#context.others(this.uid) }
    for (const name of this.#allocation.resize(this.#pod, node)) {
      this.#memories.of(name).resized = true
    }
    // Others may go, and leave enough.
    if (this.#allocation.pending?.reason === 'Deferred') this.#wakeIn(RETRY_MS)
  }

  async #makeSandbox(): Promise<boolean> {
    const hostNetwork = this.#pod.spec.hostNetwork ?? false
    try {
      await this.#context.runtime.ensureSandbox(this.#pod.metadata, { hostNetwork })
      return true
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error
      const message = `Failed to create pod sandbox: ${error.message}`
      this.#event('Warning', 'FailedCreatePodSandBox', message)
      this.#report(this.#plan(false))
      this.#wakeIn(RETRY_MS)
      return false
    }
  }

  #plan(stopping: boolean): Plan {
    const { runtime, clock } = this.#context
    return planContainers({
      spec: this.#pod.spec,
      observed: runtime.containers(this.uid),
      facts: this.#memories.facts(),
      stopping,
      nowMs: clock.nowMs(),
      waitUntilMs: (name, last) => this.#delays.waitUntilMs(name, last),
    })
  }

  async #act(actions: readonly Action[], signal: AbortSignal): Promise<void> {
    const { runtime } = this.#context
    for (const action of actions) {
      switch (action.kind) {
        case 'start': {
          const { name } = action.container
          const last = newest(runtime.containers(this.uid), name)
          if (last) this.#delays.advance(name)
          // A pod that was here before its node lost its data: the count goes on.
          const attempt = last ? action.attempt : this.#attemptAfter(name)
          await this.#actions.start(action.container, attempt, signal)
          this.#allocation.noteStart(name)
          break
        }
        case 'stop':
          this.#actions.stop(action, this.#graceSeconds(action), signal)
          break
        case 'remove':
          await runtime.removeContainer(action.id)
      }
    }
  }

  #attemptAfter(name: string): number {
    const before = statusOf(this.#pod, name)
    return before?.containerID ? before.restartCount + 1 : 0
  }

  #graceSeconds({ cause }: Action & { kind: 'stop' }): number {
    const own = cause.graceSeconds ?? graceSecondsOf(this.#pod)
    return this.#isGone ? Math.min(own, GONE_GRACE_SECONDS) : own
  }

  async #refreshVolumes(signal: AbortSignal): Promise<void> {
    const { clock, runtime } = this.#context
    const sandbox = runtime.sandbox(this.uid)
    if (runtime.hollow || !sandbox || this.#isStopping()) return
    if (!(this.#pod.spec.volumes ?? []).length || runtime.containers(this.uid).length === 0) return
    const nowMs = clock.nowMs()
    if (this.#volumesFreshUntilMs === Number.POSITIVE_INFINITY) {
      this.#volumesFreshUntilMs = nowMs + VOLUME_REFRESH_MS
    } else if (nowMs >= this.#volumesFreshUntilMs) {
      this.#volumesFreshUntilMs = nowMs + VOLUME_REFRESH_MS
      this.#actions.refreshVolumes(sandbox, signal)
    }
    this.#wakeAt(this.#volumesFreshUntilMs)
  }

  #report(plan: Plan): void {
    const { runtime, clock, nodeIp, statuses } = this.#context
    // What an earlier run of this node has reported of an ended pod stays as it is.
    const isOver = isTerminalPhase(this.#pod.status?.phase)
    if (isOver && runtime.containers(this.uid).length === 0) return
    const [runtimeType = ''] = runtime.version.split(':')
    const status = podStatus({
      pod: this.#pod,
      observed: runtime.containers(this.uid),
      verdicts: this.#memories.verdicts(),
      allocation: this.#allocation,
      podIp: runtime.sandbox(this.uid)?.ip,
      hostIp: nodeIp,
      startedAtMs: this.#startedAtMs,
      runtimeType,
      ended: plan.ended && this.#actions.inFlight === 0,
      ...(this.#failure && { failure: this.#failure }),
      rejected: this.#isRejected,
      nowMs: clock.nowMs(),
    })
    statuses.want(this.#pod, status)
    this.#tellLimits()
  }

  #tellLimits(): void {
    const told = this.#actions.limitation
    if (this.#limitTold || told === undefined) return
    this.#limitTold = true
    this.#event('Warning', 'MountPathNotReal', told)
  }

  /** All containers have ended: report, then let go of what is to be deleted. */
  async #finish(signal: AbortSignal): Promise<boolean> {
    const { runtime, statuses, client } = this.#context
    const { name, namespace, deletionTimestamp } = this.#pod.metadata
    if (!this.#isGone) {
      if (deletionTimestamp === undefined) return false
      await statuses.whenWritten(this.uid)
      if (signal.aborted || !this.#pod.metadata.deletionTimestamp) return false
      const preconditions = { uid: this.uid }
      const body = { gracePeriodSeconds: 0, preconditions }
      try {
        await client.for(pods).delete({ name, namespace }, body, { signal })
      } catch (error) {
        if (!hasReason(error, 'NotFound', 'Conflict')) throw error
      }
    }
    await runtime.removeSandbox(this.uid)
    statuses.forget(this.uid)
    return true
  }

  #event(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#actions.event({ type, reason, message })
  }

  #wakeAt(atMs: number): void {
    this.#wakeAtMs = Math.min(this.#wakeAtMs, atMs)
  }

  #wakeIn(ms: number): void {
    this.#wakeAt(this.#context.clock.nowMs() + ms)
  }
}
