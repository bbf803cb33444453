import { type Clock, hasReason, type Log, type Random } from '../../base/index.ts'
import { nodes, pods } from '../../api/index.ts'
import type { Client, EventRecorder, Informers } from '../../client/index.ts'
import { SchedulerCache } from './cache/cache.ts'
import { DEFAULT_CONFIG, type SchedulerConfig } from './config/index.ts'
import type { Cycle } from './framework/framework.ts'
import { Nominations } from './framework/nominations.ts'
import { FailureHandler } from './failure.ts'
import { InformerLookups } from './informer-lookups.ts'
import type { PodView, ScheduleResult } from './framework/types.ts'
import { VolumeBinder } from './plugins/index.ts'
import { type Profile, Profiles } from './profiles.ts'
import { type QueuedPod, SchedulingQueue } from './queue/queue.ts'
import { volumeWrites } from './volume-writes.ts'
import { watchCluster } from './watch-cluster.ts'

/** Bindings on their way to the API server at once; beyond that the next cycle waits for one. */
const MAX_BINDINGS_IN_FLIGHT = 64

export interface SchedulerDependencies {
  readonly client: Client
  readonly informers: Informers
  readonly events: EventRecorder
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Default: kube-scheduler's. */
  readonly config?: SchedulerConfig
}

/**
 * Gives every pending pod a node: one pod a cycle, from the queue's head, against the cache. The
 * choice is assumed at once and written to the API server (`binding`) beside the next cycles.
 */
export class Scheduler {
  readonly #dependencies: SchedulerDependencies
  readonly #lookups: InformerLookups
  readonly #profiles: Profiles
  readonly #nominations = new Nominations()
  readonly #cache = new SchedulerCache()
  readonly #queue: SchedulingQueue
  readonly #failure: FailureHandler
  readonly #bindings = new Set<Promise<void>>()

  constructor(dependencies: SchedulerDependencies) {
    this.#dependencies = dependencies
    this.#lookups = new InformerLookups(dependencies.informers)
    const { clock, random, client, config = DEFAULT_CONFIG } = dependencies
    const lookups = this.#lookups
    const binder = new VolumeBinder({ lookups, clock, writes: volumeWrites(client) })
    const nominations = this.#nominations
    this.#profiles = new Profiles(config, { lookups, binder, random, nominations })
    const frameworkOf = (pod: PodView) => this.#profiles.of(pod).framework
    this.#queue = new SchedulingQueue({ clock, frameworkOf, backoff: config })
    this.#failure = new FailureHandler({ ...dependencies, queue: this.#queue, nominations })
  }

  /** Schedules until the signal; resolves when the last binding has been answered. */
  async run({ signal }: { signal: AbortSignal }): Promise<void> {
    const { informers } = this.#dependencies
    const stopWatching = watchCluster({
      informers,
      cache: this.#cache,
      queue: this.#queue,
      nominations: this.#nominations,
      isOurs: (pod) => this.#profiles.has(pod),
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

  #scheduleOne(queued: QueuedPod, signal: AbortSignal): void {
    const { pod } = queued
    const uid = pod.metadata.uid
    if (pod.metadata.deletionTimestamp || this.#cache.has(uid)) {
      this.#queue.done(uid)
      return
    }
    const profile = this.#profiles.of(pod)
    const result = this.#choose(pod, profile)
    if (result.kind === 'unschedulable') {
      this.#track(this.#failure.handle(queued, result, { signal }))
      return
    }
    this.#nominations.delete(uid)
    this.#cache.assume(pod, result.nodeName)
    this.#track(this.#bind(queued, { ...result, profile }, signal))
  }

  /** A node, with what the pod needs there reserved. */
  #choose(pod: PodView, { algorithm, framework }: Profile): ScheduleResult {
    const snapshot = this.#cache.snapshot()
    const result = algorithm.schedule(pod, snapshot)
    if (result.kind === 'unschedulable') return result
    const node = snapshot.nodes.find(({ name }) => name === result.nodeName)
    const rejection = node && framework.reserve(result.cycle, node)
    if (!rejection) return result
    const reasons = new Map(rejection.reasons.map((reason) => [reason, 1]))
    const plugins = new Set([rejection.plugin])
    const diagnosis = { reasons, plugins, nodeCount: snapshot.nodes.length }
    return { kind: 'unschedulable', diagnosis, attempt: undefined }
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#bindings.delete(tracked))
    this.#bindings.add(tracked)
  }

  async #bind(
    queued: QueuedPod,
    { nodeName, cycle, profile }: { nodeName: string; cycle: Cycle; profile: Profile },
    signal: AbortSignal,
  ): Promise<void> {
    const { client, events, log } = this.#dependencies
    const { pod } = queued
    const { name, namespace, uid } = pod.metadata
    try {
      await profile.framework.preBind(cycle, { signal })
      const target = { apiVersion: 'v1', kind: 'Node', name: nodeName }
      const body = { apiVersion: 'v1', kind: 'Binding', metadata: { name, namespace, uid }, target }
      const call = { name: 'binding', method: 'POST', body } as const
      await client.for(pods).subresource({ name, namespace }, call, { signal })
      this.#queue.done(uid)
      const message = `Successfully assigned ${namespace}/${name} to ${nodeName}`
      events.event(pod, { type: 'Normal', reason: 'Scheduled', message })
    } catch (error) {
      this.#cache.forget(uid)
      profile.framework.unreserve(cycle)
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
