import {
  Channel,
  type Clock,
  type DeepReadonly,
  hasReason,
  type Log,
  type Random,
} from '../base/index.ts'
import type { Event, KubeObject, ObjectReference, Resource } from '../api/index.ts'
import { EventCorrelator, type Correlated } from './event-correlator.ts'
import { EVENTS_QUEUED_MAX, writeEvent } from './event-writes.ts'
import type { Client, EventRecorder } from './types.ts'

export interface EventRecorderOptions {
  readonly client: Client
  /** The resource `events` of the core group. */
  readonly events: Resource<Event>
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Who reports: `kubelet`, `default-scheduler`, `deployment-controller`. */
  readonly component: string
  /** The node's name, where there is one. */
  readonly host?: string
}

type Told = Parameters<EventRecorder['event']>[1]

interface Pending {
  readonly involvedObject: ObjectReference
  readonly event: Told
  readonly atMs: number
  readonly component: string
}

/** Takes events at once and writes them, one after the other, while `run` runs. */
export class QueuedEventRecorder implements EventRecorder {
  readonly #options: EventRecorderOptions
  readonly #queue = new Channel<Pending>({ maxLength: EVENTS_QUEUED_MAX })
  readonly #correlator = new EventCorrelator()
  readonly #random: Random
  readonly #stamps: EventStamps

  constructor(options: EventRecorderOptions) {
    this.#options = options
    this.#random = options.random.fork('events')
    this.#stamps = new EventStamps(this.#random)
  }

  event(about: DeepReadonly<KubeObject>, event: Told): void {
    this.#push(about, event, this.#options.component)
  }

  /** The same queue and bounds under another component's name. */
  as(component: string): EventRecorder {
    return { event: (about, event) => this.#push(about, event, component) }
  }

  /** Ends with the signal; what still waits is dropped then. */
  async run({ signal }: { signal: AbortSignal }): Promise<void> {
    const onAbort = () => this.#queue.close()
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) onAbort()
    for await (const pending of this.#queue) {
      if (signal.aborted) return
      await this.#record(pending, signal)
    }
  }

  #push(about: DeepReadonly<KubeObject>, event: Told, component: string): void {
    const pending = {
      involvedObject: referenceTo(about, event.fieldPath),
      event,
      atMs: this.#options.clock.nowMs(),
      component,
    }
    if (this.#queue.push(pending)) return
    this.#options.log.warn('an event was dropped', { reason: event.reason })
  }

  async #record(pending: Pending, signal: AbortSignal): Promise<void> {
    const { type, reason, message } = pending.event
    // Not its version: the same trouble of a changed object is still the same trouble.
    const { resourceVersion: _, ...object } = pending.involvedObject
    const about = JSON.stringify([pending.component, object])
    const correlated = this.#correlator.correlate({ about, type, reason, message }, pending.atMs)
    if (!correlated) return
    const parts = { ...this.#options, random: this.#random }
    await writeEvent(parts, { reason, signal }, async () => {
      this.#correlator.remember(correlated.key, await this.#write(pending, correlated, signal))
    })
  }

  /** The written Event's name. */
  async #write(pending: Pending, correlated: Correlated, signal: AbortSignal): Promise<string> {
    const client = this.#options.client.for(this.#options.events)
    const namespace = pending.involvedObject.namespace || 'default'
    if (correlated.name !== undefined) {
      try {
        const at = { namespace, name: correlated.name }
        const body = {
          count: correlated.count,
          lastTimestamp: seconds(pending.atMs),
          message: correlated.message,
        }
        return (await client.patch(at, { type: 'strategic', body }, { signal })).metadata.name
      } catch (error) {
        if (!hasReason(error, 'NotFound')) throw error
      }
    }
    const created = await client.create(this.#toEvent(pending, correlated, namespace), { signal })
    return created.metadata.name
  }

  #toEvent(pending: Pending, correlated: Correlated, namespace: string): Event {
    const { involvedObject, event, atMs, component } = pending
    const { host = '' } = this.#options
    const stamp = this.#stamps.next(atMs)
    return {
      metadata: { name: `${involvedObject.name}.${stamp}`, namespace },
      involvedObject,
      reason: event.reason,
      message: correlated.message,
      source: { component, ...(host !== '' && { host }) },
      firstTimestamp: seconds(correlated.firstMs),
      lastTimestamp: seconds(atMs),
      count: correlated.count,
      type: event.type,
      // As client-go: what stands for several is told by the source alone.
      reportingComponent: correlated.combined ? '' : component,
      reportingInstance: host,
    }
  }
}

/** The ends of events' names, as client-go's: nanoseconds in hexadecimal digits. */
export class EventStamps {
  readonly #random: Random
  #last = 0n

  constructor(random: Random) {
    this.#random = random
  }

  /**
   * Random digits stand for those below the millisecond; events of one recorder keep their order,
   * by which kubectl shows those of one second.
   */
  next(atMs: number): string {
    const fresh = BigInt(atMs) * 1_000_000n + BigInt(this.#random.int(500_000))
    this.#last = fresh > this.#last ? fresh : this.#last + 1n
    return this.#last.toString(16)
  }
}

export function referenceTo(about: DeepReadonly<KubeObject>, fieldPath?: string): ObjectReference {
  const { name = '', namespace, uid, resourceVersion } = about.metadata
  return {
    ...(about.kind && { kind: about.kind }),
    ...(namespace && { namespace }),
    name,
    ...(uid && { uid }),
    ...(about.apiVersion && { apiVersion: about.apiVersion }),
    ...(resourceVersion && { resourceVersion }),
    ...(fieldPath && { fieldPath }),
  }
}

/** RFC 3339 with seconds. */
function seconds(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')
}
