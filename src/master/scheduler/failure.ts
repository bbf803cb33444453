import { type Clock, hasReason, type Log } from '../../base/index.ts'
import type { Client, EventRecorder } from '../../client/index.ts'
import type { Extenders } from './extenders/index.ts'
import { clearNomination, evictVictims } from './evict.ts'
import { describeDiagnosis } from './framework/framework.ts'
import type { Nominations } from './framework/nominations.ts'
import type { PostFilterResult } from './framework/post-filter.ts'
import type { PodView, ScheduleResult } from './framework/types.ts'
import { cheapest } from './plugins/index.ts'
import { reportUnschedulable } from './pod-condition.ts'
import type { SchedulingQueue } from './queue/queue.ts'
import type { QueuedPod } from './queue/queued-pod.ts'

type Unschedulable = Extract<ScheduleResult, { kind: 'unschedulable' }>

/** What follows a cycle that found no node: room is made if possible, and the pod told to wait. */
export class FailureHandler {
  readonly #client: Client
  readonly #events: EventRecorder
  readonly #clock: Clock
  readonly #log: Log
  readonly #queue: SchedulingQueue
  readonly #nominations: Nominations

  constructor(dependencies: {
    client: Client
    events: EventRecorder
    clock: Clock
    log: Log
    queue: SchedulingQueue
    nominations: Nominations
  }) {
    this.#client = dependencies.client
    this.#events = dependencies.events
    this.#clock = dependencies.clock
    this.#log = dependencies.log
    this.#queue = dependencies.queue
    this.#nominations = dependencies.nominations
  }

  /** Decides at once, so that the next cycle counts a nomination; writes it beside the next cycles. */
  handle(
    queued: QueuedPod,
    failure: Unschedulable,
    options: { signal: AbortSignal },
  ): Promise<void> {
    const { attempt } = failure
    return this.#follow(
      queued,
      { ...failure, room: attempt?.framework.postFilter(attempt) },
      options,
    )
  }

  /** The same with extenders, who may not want pods to go. Gives the writing that is left to do. */
  async handleWith(
    extenders: Extenders,
    { queued, failure }: { queued: QueuedPod; failure: Unschedulable },
    options: { signal: AbortSignal },
  ): Promise<() => Promise<void>> {
    const { attempt } = failure
    let room = attempt?.framework.postFilter(attempt)
    if (room?.kind === 'nominated') {
      const candidates = await extenders.preempt(queued.pod, room.candidates, options)
      const best = cheapest(candidates)
      room = best && { ...room, nodeName: best.nodeName, victims: best.victims, candidates }
    }
    return () => this.#follow(queued, { ...failure, room }, options)
  }

  #follow(
    queued: QueuedPod,
    { diagnosis, room }: Unschedulable & { room: PostFilterResult | undefined },
    options: { signal: AbortSignal },
  ): Promise<void> {
    const { pod } = queued
    const { uid } = pod.metadata
    const told = room?.kind === 'helpless' ? ` ${room.message}` : ''
    const message = describeDiagnosis(diagnosis) + told
    this.#queue.retry(queued, diagnosis.plugins)
    if (room?.kind === 'helpless' && !room.keepsNomination) this.#nominations.delete(uid)
    if (room?.kind !== 'nominated') return this.#report(pod, message, options)
    const { nodeName, victims } = room
    const outranked = this.#nominations.on(nodeName).filter((other) => isLesser(other, pod))
    for (const other of outranked) this.#nominations.delete(other.metadata.uid)
    this.#nominations.set(pod, nodeName)
    const work = async () => {
      await this.#report(pod, message, options)
      await this.#makeRoom({ pod, nodeName, victims, outranked }, options)
    }
    return work()
  }

  /** If that fails, the pod is tried again without what it hoped for. */
  async #makeRoom(
    plan: {
      pod: PodView
      nodeName: string
      victims: readonly PodView[]
      outranked: readonly PodView[]
    },
    options: { signal: AbortSignal },
  ): Promise<void> {
    const { pod, nodeName, victims, outranked } = plan
    const { uid, namespace, name } = pod.metadata
    try {
      const nowMs = this.#clock.nowMs()
      const parts = { client: this.#client, events: this.#events, preemptor: pod }
      await evictVictims({ ...parts, nodeName, victims, nowMs }, options)
      // All of them were gone: nobody will tell that there is room.
      if (victims.length === 0) this.#queue.wake(uid)
    } catch (error) {
      this.#nominations.delete(uid)
      this.#queue.wake(uid)
      if (options.signal.aborted) return
      this.#log.warn('making room for a pod failed', { pod: `${namespace}/${name}`, error })
    }
    for (const other of outranked) await this.#clear(other, options)
  }

  async #clear(pod: PodView, options: { signal: AbortSignal }): Promise<void> {
    try {
      await clearNomination({ client: this.#client, pod }, options)
    } catch (error) {
      if (options.signal.aborted || hasReason(error, 'NotFound')) return
      this.#log.warn('taking a nomination back failed', { pod: pod.metadata.name, error })
    }
    this.#queue.wake(pod.metadata.uid)
  }

  async #report(pod: PodView, message: string, options: { signal: AbortSignal }): Promise<void> {
    const nominatedNodeName = this.#nominations.nodeOf(pod.metadata.uid)
    const nowMs = this.#clock.nowMs()
    const reason = 'FailedScheduling'
    this.#events.event(pod, { type: 'Warning', reason, action: 'Scheduling', message })
    try {
      const about = { client: this.#client, pod, message, nominatedNodeName, nowMs }
      await reportUnschedulable(about, options)
    } catch (error) {
      if (options.signal.aborted || hasReason(error, 'NotFound')) return
      this.#log.warn('writing why a pod waits failed', { pod: pod.metadata.name, error })
    }
  }
}

function isLesser(other: PodView, pod: PodView): boolean {
  return (other.spec.priority ?? 0) < (pod.spec.priority ?? 0)
}
