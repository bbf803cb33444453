import { Backoff } from './backoff.ts'
import type { ContainerActions, PodOwner } from './container-actions.ts'
import type { ContainerMemory } from './container-memory.ts'
import { newest, type Plan } from './container-plan.ts'
import type { PodContext } from './context.ts'
import { type ContainerView, podLabel } from './pod-words.ts'
import type { ObservedContainer } from './runtime/types.ts'
import { formatDuration } from './time.ts'

/** How long `ErrImagePull` is shown before it turns into `ImagePullBackOff`. */
const PULL_FAILURE_SHOWN_MS = 1_000

/** How long the containers of a pod wait before they are started again, and what is told of it. */
export class PodDelays {
  readonly #context: PodContext
  readonly #owner: PodOwner
  readonly #actions: ContainerActions
  readonly #backoff = new Backoff()

  constructor(context: PodContext, parts: { owner: PodOwner; actions: ContainerActions }) {
    this.#context = context
    this.#owner = parts.owner
    this.#actions = parts.actions
  }

  /** Until when the next start of a container waits; undefined: not at all. */
  waitUntilMs(name: string, last: ObservedContainer | undefined): number | undefined {
    const { retryAtMs } = this.#owner.memory(name)
    if (last?.state.kind !== 'exited') return retryAtMs
    const crashMs = this.#backoff.waitUntilMs(name, last.state.finishedAtMs) ?? 0
    return Math.max(retryAtMs ?? 0, crashMs)
  }

  /** A container is started again: the next time it waits longer. */
  advance(name: string): void {
    this.#backoff.advance(name, this.#context.clock.nowMs())
  }

  /** Says why containers wait, crash back-off or image back-off; when to look again. */
  note(plan: Plan): number {
    const { runtime, clock } = this.#context
    const pod = this.#owner.pod()
    let wakeAtMs = Number.POSITIVE_INFINITY
    for (const { container, untilMs } of plan.delayed) {
      wakeAtMs = Math.min(wakeAtMs, untilMs)
      const memory = this.#owner.memory(container.name)
      if (memory.pullFailure) {
        wakeAtMs = Math.min(wakeAtMs, this.#notePullBackOff(container, memory))
        continue
      }
      if ((memory.retryAtMs ?? 0) > clock.nowMs()) continue
      const last = newest(runtime.containers(pod.metadata.uid), container.name)
      const delay = formatDuration(this.#backoff.delayMs(container.name))
      const label = podLabel(pod)
      memory.waiting = {
        reason: 'CrashLoopBackOff',
        message: `back-off ${delay} restarting failed container=${container.name} pod=${label}`,
      }
      if (last && memory.backoffToldAttempt !== last.attempt) {
        memory.backoffToldAttempt = last.attempt
        const message = `Back-off restarting failed container ${container.name} in pod ${label}`
        this.#event('Warning', { reason: 'BackOff', message }, container)
      }
    }
    return wakeAtMs
  }

  #notePullBackOff(container: ContainerView, memory: ContainerMemory): number {
    const failure = memory.pullFailure
    if (!failure || failure.told) return Number.POSITIVE_INFINITY
    const dueMs = failure.atMs + PULL_FAILURE_SHOWN_MS
    if (this.#context.clock.nowMs() < dueMs) return dueMs
    failure.told = true
    const message = `Back-off pulling image "${container.image ?? ''}"`
    memory.waiting = {
      reason: 'ImagePullBackOff',
      message: `${message}: ErrImagePull: ${failure.message}`,
    }
    this.#event('Normal', { reason: 'BackOff', message }, container)
    const failed = { reason: 'Failed', message: 'Error: ImagePullBackOff' }
    this.#event('Warning', failed, container)
    return Number.POSITIVE_INFINITY
  }

  #event(
    type: 'Normal' | 'Warning',
    what: { reason: string; message: string },
    of: ContainerView,
  ): void {
    this.#actions.event({ type, ...what }, of)
  }
}
