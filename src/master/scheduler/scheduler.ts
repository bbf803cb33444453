import { type Clock, hasReason, type Log, type Random } from '../../base/index.ts'
import { nodes, pods } from '../../api/index.ts'
import type { Client, EventRecorder, Informers } from '../../client/index.ts'
import { Algorithm } from './algorithm.ts'
import { SchedulerCache } from './cache/cache.ts'
import { Framework } from './framework/framework.ts'
import { Nominations } from './framework/nominations.ts'
import { FailureHandler } from './failure.ts'
import { InformerLookups } from './informer-lookups.ts'
import { defaultPlugins } from './plugins/index.ts'
import { type QueuedPod, SchedulingQueue } from './queue/queue.ts'
import { watchCluster } from './watch-cluster.ts'

export const DEFAULT_SCHEDULER_NAME = 'default-scheduler'
/** Bindings on their way to the API server at once; beyond that the next cycle waits for one. */
const MAX_BINDINGS_IN_FLIGHT = 64

export interface SchedulerDependencies {
  readonly client: Client
  readonly informers: Informers
  readonly events: EventRecorder
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

/**
 * Gives every pending pod a node: one pod a cycle, from the queue's head, against the cache. The
 * choice is assumed at once and written to the API server (`binding`) beside the next cycles.
 */
export class Scheduler {
  readonly #dependencies: SchedulerDependencies
  readonly #lookups: InformerLookups
  readonly #framework: Framework
  readonly #nominations = new Nominations()
  readonly #cache = new SchedulerCache()
  readonly #queue: SchedulingQueue
  readonly #algorithm: Algorithm
  readonly #failure: FailureHandler
  readonly #bindings = new Set<Promise<void>>()

  constructor(dependencies: SchedulerDependencies) {
    this.#dependencies = dependencies
    this.#lookups = new InformerLookups(dependencies.informers)
    const framework = new Framework(DEFAULT_SCHEDULER_NAME, defaultPlugins(this.#lookups))
    const nominations = this.#nominations
    this.#framework = framework
    this.#queue = new SchedulingQueue({ clock: dependencies.clock, framework })
    this.#algorithm = new Algorithm({ framework, random: dependencies.random, nominations })
    this.#failure = new FailureHandler({ ...dependencies, queue: this.#queue, nominations })
  }

  /** Schedules until the signal; resolves when the last binding has been answered. */
  async run({ signal }: { signal: AbortSignal }): Promise<void> {
    const { informers } = this.#dependencies
    const stopWatching = watchCluster({
      pods: informers.for(pods),
      nodes: informers.for(nodes),
      cache: this.#cache,
      queue: this.#queue,
      nominations: this.#nominations,
      isOurs: (pod) => (pod.spec.schedulerName ?? DEFAULT_SCHEDULER_NAME) === this.#profileName,
    })
    const close = () => this.#queue.close()
    signal.addEventListener('abort', close, { once: true })
    if (signal.aborted) close()
    try {
      await this.#lookups.whenSynced({ signal })
      await informers.for(nodes).whenSynced({ signal })
      await informers.for(pods).whenSynced({ signal })
      for (let next = await this.#queue.pop(); next; next = await this.#queue.pop()) {
        this.#scheduleOne(next, signal)
        while (this.#bindings.size >= MAX_BINDINGS_IN_FLIGHT) await Promise.race(this.#bindings)
      }
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      close()
      stopWatching()
      signal.removeEventListener('abort', close)
      await Promise.all(this.#bindings)
    }
  }

  get #profileName(): string {
    return this.#framework.profileName
  }

  #scheduleOne(queued: QueuedPod, signal: AbortSignal): void {
    const { pod } = queued
    const uid = pod.metadata.uid
    if (pod.metadata.deletionTimestamp || this.#cache.has(uid)) {
      this.#queue.done(uid)
      return
    }
    const result = this.#algorithm.schedule(pod, this.#cache.snapshot())
    if (result.kind === 'unschedulable') {
      this.#track(this.#failure.handle(queued, result, { signal }))
      return
    }
    this.#nominations.delete(uid)
    this.#cache.assume(pod, result.nodeName)
    this.#track(this.#bind(queued, result.nodeName, signal))
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#bindings.delete(tracked))
    this.#bindings.add(tracked)
  }

  async #bind(queued: QueuedPod, nodeName: string, signal: AbortSignal): Promise<void> {
    const { client, events, log } = this.#dependencies
    const { pod } = queued
    const { name, namespace, uid } = pod.metadata
    try {
      const target = { apiVersion: 'v1', kind: 'Node', name: nodeName }
      const body = { apiVersion: 'v1', kind: 'Binding', metadata: { name, namespace, uid }, target }
      const call = { name: 'binding', method: 'POST', body } as const
      await client.for(pods).subresource({ name, namespace }, call, { signal })
      this.#queue.done(uid)
      const message = `Successfully assigned ${namespace}/${name} to ${nodeName}`
      events.event(pod, { type: 'Normal', reason: 'Scheduled', message })
    } catch (error) {
      this.#cache.forget(uid)
      if (hasReason(error, 'NotFound')) {
        this.#queue.done(uid)
        return
      }
      // Nothing turned it away: it only has to be tried again.
      this.#queue.retry(queued, new Set())
      if (!signal.aborted) log.warn('binding a pod failed', { pod: `${namespace}/${name}`, error })
    }
  }
}
