import { type Clock, hasReason, type Log, type Random } from '../../base/index.ts'
import { nodes, pods } from '../../api/index.ts'
import type { Client, EventRecorder, Informers } from '../../client/index.ts'
import { SchedulerCache } from './cache/cache.ts'
import { DEFAULT_CONFIG, type SchedulerConfig } from './config/index.ts'
import { type Extender, Extenders } from './extenders/index.ts'
import type { Cycle } from './framework/framework.ts'
import { Nominations } from './framework/nominations.ts'
import { FailureHandler } from './failure.ts'
import { InformerLookups } from './informer-lookups.ts'
import type { PodView, ScheduleResult, Snapshot } from './framework/types.ts'
import { VolumeBinder } from './plugins/index.ts'
import { type Profile, Profiles } from './profiles.ts'
import { SchedulingQueue } from './queue/queue.ts'
import type { QueuedPod } from './queue/queued-pod.ts'
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
  /** Of the configuration, ready to be asked. */
  readonly extenders?: readonly Extender[]
}

/**
 * Gives every pending pod a node: one pod a cycle, from the queue's head, against the cache. The
 * choice is assumed at once and written to the API server (`binding`) beside the next cycles.
 */
export class Scheduler {
  readonly #dependencies: SchedulerDependencies
  readonly #lookups: InformerLookups
  readonly #profiles: Profiles
  readonly #extenders: Extenders
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
    this.#extenders = new Extenders(dependencies.extenders ?? [], dependencies.log)
    const { ignoredResources } = this.#extenders
    const parts = { lookups, binder, random, nominations, ignoredResources }
    this.#profiles = new Profiles(config, parts)
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
        const extenders = this.#extenders.for(next.pod)
        if (extenders) await this.#scheduleWith(extenders, next, signal)
        else this.#scheduleOne(next, signal)
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
    if (this.#isSettled(queued)) return
    const { pod } = queued
    const profile = this.#profiles.of(pod)
    const snapshot = this.#cache.snapshot()
    const chosen = profile.algorithm.schedule(pod, snapshot)
    const result = reserve(chosen, profile, snapshot)
    if (!result) this.#queue.retry(queued, new Set())
    else if (result.kind === 'fits') this.#place(queued, { ...result, profile }, signal)
    else this.#track(this.#failure.handle(queued, result, { signal }))
  }

  /** The same with extenders, for whom each step waits. */
  async #scheduleWith(extenders: Extenders, queued: QueuedPod, signal: AbortSignal): Promise<void> {
    if (this.#isSettled(queued)) return
    const { pod } = queued
    const profile = this.#profiles.of(pod)
    const snapshot = this.#cache.snapshot()
    try {
      const about = { pod, snapshot }
      const chosen = await profile.algorithm.scheduleWith(extenders, about, { signal })
      // The cluster has moved on meanwhile, and the pod may have been bound by somebody.
      if (this.#isSettled(queued)) return
      const result = reserve(chosen, profile, this.#cache.snapshot())
      if (!result) {
        this.#queue.retry(queued, new Set())
        return
      }
      if (result.kind === 'fits') {
        this.#place(queued, { ...result, profile, extenders }, signal)
        return
      }
      const failed = { queued, failure: result }
      const write = await this.#failure.handleWith(extenders, failed, { signal })
      this.#track(write())
    } catch (error) {
      if (signal.aborted) return
      const message = error instanceof Error ? error.message : String(error)
      const { events, log } = this.#dependencies
      events.event(pod, {
        type: 'Warning',
        reason: 'FailedScheduling',
        action: 'Scheduling',
        message,
      })
      log.warn('an extender could not be asked', { pod: pod.metadata.name, error: message })
      this.#queue.retry(queued, new Set())
    }
  }

  /** Whether nothing is left to do for the pod. */
  #isSettled({ pod }: QueuedPod): boolean {
    const { uid, deletionTimestamp } = pod.metadata
    if (!deletionTimestamp && !this.#cache.has(uid)) return false
    this.#queue.done(uid)
    return true
  }

  #place(queued: QueuedPod, placed: Placed, signal: AbortSignal): void {
    this.#nominations.delete(queued.pod.metadata.uid)
    this.#cache.assume(queued.pod, placed.nodeName)
    this.#track(this.#bind(queued, placed, signal))
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#bindings.delete(tracked))
    this.#bindings.add(tracked)
  }

  async #bind(
    queued: QueuedPod,
    { nodeName, cycle, profile, extenders }: Placed,
    signal: AbortSignal,
  ): Promise<void> {
    const { client, events, log } = this.#dependencies
    const { pod } = queued
    const { name, namespace, uid } = pod.metadata
    try {
      await profile.framework.preBind(cycle, { signal })
      if (!(await extenders?.bind(pod, nodeName, { signal }))) {
        await bindPod(client, { pod, nodeName }, { signal })
      }
      this.#queue.done(uid)
      const message = `Successfully assigned ${namespace}/${name} to ${nodeName}`
      events.event(pod, { type: 'Normal', reason: 'Scheduled', action: 'Binding', message })
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

interface Placed {
  readonly nodeName: string
  readonly cycle: Cycle
  readonly profile: Profile
  readonly extenders?: Extenders
}

/**
 * What the pod needs on its node is taken, or it does not go there. Undefined when the node is no
 * more.
 */
function reserve(
  result: ScheduleResult,
  { framework }: Profile,
  { nodes: all }: Snapshot,
): ScheduleResult | undefined {
  if (result.kind === 'unschedulable') return result
  const node = all.find(({ name }) => name === result.nodeName)
  if (!node) return undefined
  const rejection = framework.reserve(result.cycle, node)
  if (!rejection) return result
  const reasons = new Map(rejection.reasons.map((reason) => [reason, 1]))
  const plugins = new Set([rejection.plugin])
  const diagnosis = { reasons, plugins, nodeCount: all.length }
  return { kind: 'unschedulable', diagnosis, attempt: undefined }
}

async function bindPod(
  client: Client,
  { pod, nodeName }: { pod: PodView; nodeName: string },
  options: { signal: AbortSignal },
): Promise<void> {
  const { name, namespace, uid } = pod.metadata
  const target = { apiVersion: 'v1', kind: 'Node', name: nodeName }
  const body = { apiVersion: 'v1', kind: 'Binding', metadata: { name, namespace, uid }, target }
  const call = { name: 'binding', method: 'POST', body } as const
  await client.for(pods).subresource({ name, namespace }, call, options)
}
