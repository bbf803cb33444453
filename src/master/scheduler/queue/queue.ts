import type { Clock, Timer } from '../../../base/index.ts'
import type { ClusterEvent } from '../framework/events.ts'
import type { Framework } from '../framework/framework.ts'
import type { PodView } from '../framework/types.ts'
import { KeyedHeap } from './heap.ts'
import type { QueuedPod } from './queued-pod.ts'
import { WaitingPods } from './waiting-pods.ts'

/** How long a pod that failed waits: the first time, and at the most. In milliseconds. */
export interface QueueBackoff {
  readonly initialBackoffMs: number
  readonly maxBackoffMs: number
}

// kube-scheduler's.
const MAX_UNSCHEDULABLE_MS = 5 * 60_000
const FLUSH_PERIOD_MS = 30_000
/** Beyond this many changes during one attempt, the attempt counts as overtaken by events. */
const MAX_EVENTS_KEPT = 1_000

/**
 * The pods to be scheduled, in three parts as in kube-scheduler: `active` (next is the highest
 * priority, then the oldest), `backoff` (failed, and something has changed since) and
 * `unschedulable` (failed, and nothing has). A pod that is being tried is `inFlight`: what happens
 * meanwhile is remembered, so that no change that would help it is missed.
 */
export class SchedulingQueue {
  readonly #clock: Clock
  readonly #frameworkOf: (pod: PodView) => Framework
  readonly #backoffTimes: QueueBackoff
  readonly #active = new KeyedHeap<QueuedPod>({ before: comesFirst, keyOf: uidOf })
  readonly #backoff = new KeyedHeap<QueuedPod>({
    before: (a, b) => this.#readyMs(a) < this.#readyMs(b),
    keyOf: uidOf,
  })
  readonly #unschedulable: WaitingPods
  readonly #inFlight = new Map<string, ClusterEvent[]>()
  #waiting: ((pod: QueuedPod | undefined) => void) | undefined
  #wakeUp: Timer | undefined
  readonly #flush: Timer
  #closed = false

  constructor(dependencies: {
    clock: Clock
    /** Of the profile that the pod asks for. */
    frameworkOf: (pod: PodView) => Framework
    backoff: QueueBackoff
  }) {
    this.#clock = dependencies.clock
    this.#frameworkOf = dependencies.frameworkOf
    this.#unschedulable = new WaitingPods(this.#frameworkOf)
    this.#backoffTimes = dependencies.backoff
    this.#flush = this.#clock.every(FLUSH_PERIOD_MS, () => this.#flushStale(), { unref: true })
  }

  /** How many pods are in each part. */
  get sizes(): { active: number; backoff: number; unschedulable: number } {
    return {
      active: this.#active.size,
      backoff: this.#backoff.size,
      unschedulable: this.#unschedulable.size,
    }
  }

  /** A new pod, or what the API server now says of one that waits. */
  set(pod: PodView): void {
    const uid = pod.metadata.uid
    if (this.#inFlight.has(uid)) {
      this.#inFlight.get(uid)?.push({ resource: 'pod', action: 'update', old: undefined, now: pod })
      return
    }
    const known = this.#active.get(uid) ?? this.#backoff.get(uid) ?? this.#unschedulable.get(uid)
    if (!known) {
      const nowMs = this.#clock.nowMs()
      this.#enqueue({ pod, attempts: 0, queuedMs: nowMs, failedMs: 0, plugins: new Set() })
      return
    }
    const updated = { ...known, pod }
    if (this.#active.get(uid)) this.#active.push(updated)
    else if (this.#backoff.get(uid)) this.#backoff.push(updated)
    else if (isSpecChanged(known.pod, pod)) {
      this.#unschedulable.delete(uid)
      this.#enqueue(updated)
    } else this.#unschedulable.set(updated)
  }

  /** The pod is gone, going or bound: an attempt that is under way is its last. */
  delete(uid: string): void {
    this.#inFlight.delete(uid)
    this.#active.remove(uid)
    this.#backoff.remove(uid)
    this.#unschedulable.delete(uid)
  }

  /** The next pod to try; undefined once closed. Call `done` or `retry` for it. One caller. */
  async pop(): Promise<QueuedPod | undefined> {
    if (this.#closed) return undefined
    const next = this.#active.pop()
    if (next) {
      this.#inFlight.set(uidOf(next), [])
      return next
    }
    return new Promise((resolve) => {
      this.#waiting = resolve
    })
  }

  /** The attempt succeeded, or the pod is gone. */
  done(uid: string): void {
    this.#inFlight.delete(uid)
  }

  /**
   * The attempt failed. If one of the `plugins` that turned the pod away was interested in what
   * happened meanwhile, it backs off; otherwise it waits for such a change. A pod that was deleted
   * meanwhile is not tried again.
   */
  retry(tried: QueuedPod, plugins: ReadonlySet<string>): void {
    const uid = uidOf(tried)
    const events = this.#inFlight.get(uid)
    if (!events) return
    this.#inFlight.delete(uid)
    const newest = events.findLast((event) => event.resource === 'pod')
    const pod = newest?.resource === 'pod' && newest.now ? newest.now : tried.pod
    const failed: QueuedPod = {
      ...tried,
      pod,
      attempts: tried.attempts + 1,
      failedMs: this.#clock.nowMs(),
      plugins,
    }
    const overtaken = plugins.size === 0 || events.length >= MAX_EVENTS_KEPT
    if (overtaken || events.some((event) => this.#unschedulable.mayHelp(failed, event)))
      this.#backOff(failed)
    else this.#unschedulable.set(failed)
  }

  /** Something changed in the cluster: wakes the pods that it may help. */
  onEvent(event: ClusterEvent): void {
    for (const events of this.#inFlight.values()) {
      if (events.length < MAX_EVENTS_KEPT) events.push(event)
    }
    for (const waiting of this.#unschedulable.helpedBy(event)) {
      this.#unschedulable.delete(uidOf(waiting))
      this.#backOff(waiting)
    }
  }

  /** Tries the pod again once it has backed off, whether or not something changed. */
  wake(uid: string): void {
    const waiting = this.#unschedulable.get(uid)
    if (!waiting) return
    this.#unschedulable.delete(uid)
    this.#backOff(waiting)
  }

  close(): void {
    this.#closed = true
    this.#flush.cancel()
    this.#wakeUp?.cancel()
    this.#waiting?.(undefined)
    this.#waiting = undefined
  }

  #enqueue(queued: QueuedPod): void {
    const gate = this.#frameworkOf(queued.pod).preEnqueue(queued.pod)
    if (gate) {
      this.#unschedulable.set({ ...queued, plugins: new Set([gate.plugin]) })
      return
    }
    if (this.#waiting) {
      const resolve = this.#waiting
      this.#waiting = undefined
      this.#inFlight.set(uidOf(queued), [])
      resolve(queued)
      return
    }
    this.#active.push(queued)
  }

  #backOff(queued: QueuedPod): void {
    if (this.#readyMs(queued) <= this.#clock.nowMs()) {
      this.#enqueue(queued)
      return
    }
    this.#backoff.push(queued)
    this.#armWakeUp()
  }

  #readyMs(queued: QueuedPod): number {
    if (queued.attempts === 0) return 0
    const { initialBackoffMs, maxBackoffMs } = this.#backoffTimes
    const backoffMs = initialBackoffMs * 2 ** Math.min(queued.attempts - 1, 10)
    return queued.failedMs + Math.min(backoffMs, maxBackoffMs)
  }

  #armWakeUp(): void {
    this.#wakeUp?.cancel()
    const next = this.#backoff.peek()
    if (!next || this.#closed) return
    const delayMs = Math.max(0, this.#readyMs(next) - this.#clock.nowMs())
    this.#wakeUp = this.#clock.after(delayMs, () => this.#releaseReady(), { unref: true })
  }

  #releaseReady(): void {
    const nowMs = this.#clock.nowMs()
    for (let next = this.#backoff.peek(); next && this.#readyMs(next) <= nowMs; ) {
      this.#backoff.pop()
      this.#enqueue(next)
      next = this.#backoff.peek()
    }
    this.#armWakeUp()
  }

  /** Whatever the hints say, nobody waits for ever. */
  #flushStale(): void {
    const nowMs = this.#clock.nowMs()
    for (const waiting of this.#unschedulable.all()) {
      if (nowMs - waiting.failedMs < MAX_UNSCHEDULABLE_MS || waiting.failedMs === 0) continue
      this.#unschedulable.delete(uidOf(waiting))
      this.#backOff(waiting)
    }
  }
}

function uidOf(queued: QueuedPod): string {
  return queued.pod.metadata.uid
}

/** PrioritySort: the higher priority first, then who waits longer. */
function comesFirst(a: QueuedPod, b: QueuedPod): boolean {
  const difference = (b.pod.spec.priority ?? 0) - (a.pod.spec.priority ?? 0)
  return difference !== 0 ? difference < 0 : a.queuedMs < b.queuedMs
}

/** Whether the owner changed something that scheduling looks at; status writes do not count. */
function isSpecChanged(before: PodView, after: PodView): boolean {
  return (
    JSON.stringify(before.spec) !== JSON.stringify(after.spec) ||
    JSON.stringify(before.metadata.labels) !== JSON.stringify(after.metadata.labels)
  )
}
