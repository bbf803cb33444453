import type { ContainerActions, PodOwner } from './container-actions.ts'
import type { ContainerMemory } from './container-memory.ts'
import { newest, type Plan } from './container-plan.ts'
import type { PodContext } from './context.ts'
import { ContainerProbes } from './pod-probes.ts'
import { type ContainerView, runContainers, statusOf } from './pod-words.ts'

/** Keeps the probes of a pod's containers: what runs is probed, and only that. */
export class PodProbing {
  readonly #context: PodContext
  readonly #owner: PodOwner
  readonly #actions: ContainerActions

  constructor(context: PodContext, parts: { owner: PodOwner; actions: ContainerActions }) {
    this.#context = context
    this.#owner = parts.owner
    this.#actions = parts.actions
  }

  keep(plan: Plan): void {
    const { runtime } = this.#context
    const pod = this.#owner.pod()
    const observed = runtime.containers(pod.metadata.uid)
    const sandbox = runtime.sandbox(pod.metadata.uid)
    for (const container of runContainers(pod.spec)) {
      const memory = this.#owner.memory(container.name)
      const last = newest(observed, container.name)
      const isProbed = last?.state.kind === 'running'
      if (memory.probes && (!isProbed || memory.probes.containerId !== last.id)) {
        memory.probes.stop()
        memory.probes = undefined
      }
      if (!isProbed || !sandbox || memory.probes || plan.ended) continue
      memory.waiting = undefined
      memory.probes = new ContainerProbes(
        {
          container,
          observed: last,
          podIp: sandbox.ip,
          before: this.#verdictBefore(container, last.id),
          onChange: () => this.#owner.poke(),
          onUnhealthy: (message) => {
            this.#actions.event({ type: 'Warning', reason: 'Unhealthy', message }, container)
          },
        },
        this.#context,
      )
      this.#owner.poke()
    }
  }

  stop(memories: Iterable<ContainerMemory>): void {
    for (const memory of memories) memory.probes?.stop()
  }

  #verdictBefore(
    container: ContainerView,
    id: string,
  ): { started: boolean; ready: boolean } | undefined {
    const status = statusOf(this.#owner.pod(), container.name)
    if (!status?.containerID?.endsWith(`://${id}`)) return undefined
    return { started: status.started ?? false, ready: status.ready }
  }
}
