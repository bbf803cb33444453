import { type Pod, type Service } from '../../api/index.ts'
import type { ObjectKey } from '../../client/index.ts'
import type { Cached } from './runtime.ts'

/** The annotation from which is measured how long a change takes to reach the proxies. */
export const LAST_CHANGE = 'endpoints.kubernetes.io/last-change-trigger-time'

interface Seen {
  readonly service: string
  readonly pods: ReadonlyMap<string, string>
}

/**
 * When what a service's endpoints follow from changed: the service's creation at the first look,
 * then the earliest time that is new (upstream's `TriggerTimeTracker`).
 */
export class TriggerTimes {
  readonly #seen = new Map<ObjectKey, Seen>()

  /** RFC 3339 with seconds, so that texts compare as times do; undefined: nothing is new. */
  look(
    key: ObjectKey,
    { service, pods }: { service: Cached<Service>; pods: readonly Cached<Pod>[] },
  ): string | undefined {
    const created = service.metadata.creationTimestamp
    const before = this.#seen.get(key)
    const now = new Map<string, string>()
    for (const pod of pods) {
      const ready = pod.status.conditions?.find(({ type }) => type === 'Ready')
      if (ready?.lastTransitionTime) now.set(pod.metadata.name, ready.lastTransitionTime)
    }
    this.#seen.set(key, { service: created, pods: now })
    if (!before) return created
    const changed = [...now].flatMap(([name, time]) =>
      time > (before.pods.get(name) ?? '') ? [time] : [],
    )
    if (created > before.service) changed.push(created)
    return changed.sort()[0]
  }

  forget(key: ObjectKey): void {
    this.#seen.delete(key)
  }
}

/** The annotations with the time, or without one. */
export function withLastChange(
  annotations: Readonly<Record<string, string>> | undefined,
  time: string | undefined,
): { annotations?: Record<string, string> } {
  const { [LAST_CHANGE]: _, ...others } = annotations ?? {}
  const next = time === undefined ? others : { ...others, [LAST_CHANGE]: time }
  return Object.keys(next).length > 0 ? { annotations: next } : {}
}
