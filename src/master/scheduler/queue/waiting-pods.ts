import type { ClusterEvent } from '../framework/events.ts'
import type { Framework } from '../framework/framework.ts'
import type { EventInterest, PodView } from '../framework/types.ts'
import type { QueuedPod } from './queued-pod.ts'

/**
 * Pods that were turned away, and that nothing has helped since. They are found by the plugins that
 * turned them away: most of what happens interests few plugins, however many pods wait.
 */
export class WaitingPods {
  readonly #frameworkOf: (pod: PodView) => Framework
  readonly #pods = new Map<string, QueuedPod>()
  readonly #byPlugin = new Map<Framework, Map<string, Set<string>>>()

  constructor(frameworkOf: (pod: PodView) => Framework) {
    this.#frameworkOf = frameworkOf
  }

  get size(): number {
    return this.#pods.size
  }

  get(uid: string): QueuedPod | undefined {
    return this.#pods.get(uid)
  }

  all(): QueuedPod[] {
    return [...this.#pods.values()]
  }

  set(queued: QueuedPod): void {
    const { uid } = queued.pod.metadata
    this.delete(uid)
    this.#pods.set(uid, queued)
    const framework = this.#frameworkOf(queued.pod)
    const plugins = this.#byPlugin.get(framework) ?? new Map<string, Set<string>>()
    this.#byPlugin.set(framework, plugins)
    for (const name of queued.plugins) {
      const uids = plugins.get(name) ?? new Set()
      plugins.set(name, uids.add(uid))
    }
  }

  delete(uid: string): void {
    const queued = this.#pods.get(uid)
    if (!queued) return
    this.#pods.delete(uid)
    const plugins = this.#byPlugin.get(this.#frameworkOf(queued.pod))
    for (const name of queued.plugins) plugins?.get(name)?.delete(uid)
  }

  /** Those that a change may help; a pod's own change helps none but itself. */
  helpedBy(event: ClusterEvent): QueuedPod[] {
    if (event.resource === 'pod') {
      const own = this.get(event.now?.metadata.uid ?? '')
      return own && this.mayHelp(own, event) ? [own] : []
    }
    const helped = new Map<string, QueuedPod>()
    for (const [framework, plugins] of this.#byPlugin) {
      for (const { name, interests } of framework.plugins) {
        const uids = plugins.get(name)
        if (!uids || uids.size === 0) continue
        const concerned = interests.filter((interest) => isAbout(interest, event))
        if (concerned.length === 0) continue
        for (const uid of uids) {
          const waiting = this.#pods.get(uid)
          if (waiting && hints(concerned, waiting, event)) helped.set(uid, waiting)
        }
      }
    }
    return [...helped.values()]
  }

  mayHelp(waiting: QueuedPod, event: ClusterEvent): boolean {
    if (event.resource === 'pod' && event.now?.metadata.uid !== waiting.pod.metadata.uid) {
      return false
    }
    return this.#frameworkOf(waiting.pod).plugins.some(
      ({ name, interests }) =>
        waiting.plugins.has(name) &&
        hints(
          interests.filter((interest) => isAbout(interest, event)),
          waiting,
          event,
        ),
    )
  }
}

const isAbout = ({ resource, actions }: EventInterest, event: ClusterEvent): boolean =>
  resource === event.resource && actions.includes(event.action)

const hints = (
  interests: readonly EventInterest[],
  { pod }: QueuedPod,
  event: ClusterEvent,
): boolean => interests.some((interest) => interest.mayHelp?.(pod, event) ?? true)
