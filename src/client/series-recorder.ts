import {
  Channel,
  type Clock,
  type DeepReadonly,
  hasReason,
  type Log,
  type Random,
} from '../base/index.ts'
import { type EventsEvent, formatMicroTime, type KubeObject, type Resource } from '../api/index.ts'
import { EventStamps, referenceTo } from './event-recorder.ts'
import { EVENTS_QUEUED_MAX, writeEvent } from './event-writes.ts'
import type { Client, EventRecorder } from './types.ts'

/** After this silence the same thing is an event of its own again (client-go's `finishTime`). */
const FINISH_MS = 6 * 60_000
/** A series that goes on is written anew (client-go's `refreshTime`): events live an hour. */
const REFRESH_MS = 30 * 60_000
/** How often it is looked which series are over or to be written anew. */
const LOOK_MS = 60_000
/** Events that are remembered to tell a series by; the oldest is forgotten. */
const KNOWN_MAX = 4096

export interface SeriesRecorderOptions {
  readonly client: Client
  /** The resource `events` of the group `events.k8s.io`. */
  readonly events: Resource<EventsEvent>
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Who reports: `default-scheduler`. */
  readonly controller: string
  /** Which of them: `default-scheduler-host`. */
  readonly instance: string
}

type Told = Parameters<EventRecorder['event']>[1]

interface Known {
  readonly event: EventsEvent
  lastMs: number
  /** What the server has of it: the count, and since when. */
  written: { count: number; atMs: number }
}

/** Stands in the queue for a look at the series. */
const LOOK = 'look'

/**
 * Takes events at once and writes them in the newer form (`events.k8s.io`), as client-go's
 * `tools/events` does: the same thing again is a series, written when it begins, every half hour
 * while it goes on, and when it is over.
 */
export class SeriesEventRecorder implements EventRecorder {
  readonly #options: SeriesRecorderOptions
  readonly #queue = new Channel<EventsEvent | typeof LOOK>({ maxLength: EVENTS_QUEUED_MAX })
  /** The one that was quiet for the longest time comes first. */
  readonly #known = new Map<string, Known>()
  readonly #random: Random
  readonly #stamps: EventStamps

  constructor(options: SeriesRecorderOptions) {
    this.#options = options
    this.#random = options.random.fork('events')
    this.#stamps = new EventStamps(this.#random)
  }

  event(about: DeepReadonly<KubeObject>, told: Told): void {
    if (this.#queue.push(this.#toEvent(about, told))) return
    this.#options.log.warn('an event was dropped', { reason: told.reason })
  }

  /** Ends with the signal; what still waits is dropped then. */
  async run({ signal }: { signal: AbortSignal }): Promise<void> {
    const onAbort = () => this.#queue.close()
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) onAbort()
    // Where the queue is full there are events, before each of which it is looked, too.
    const look = () => {
      if (this.#known.size > 0) this.#queue.push(LOOK)
    }
    const timer = this.#options.clock.every(LOOK_MS, look, { unref: true })
    try {
      for await (const event of this.#queue) {
        if (signal.aborted) return
        for (const known of this.#due()) await this.#write(known, signal)
        const begun = event === LOOK ? undefined : this.#correlate(event)
        if (begun) await this.#write(begun, signal)
      }
    } finally {
      timer.cancel()
    }
  }

  /** What is to be written now, if anything is. */
  #correlate(event: EventsEvent): Known | undefined {
    const { type, action, reason, regarding, related } = event
    const key = JSON.stringify([type, action, reason, regarding, related])
    const { clock } = this.#options
    const lastMs = clock.monotonicMs()
    const known = this.#known.get(key)
    if (!known) {
      const fresh = { event, lastMs, written: { count: 0, atMs: lastMs } }
      this.#known.set(key, fresh)
      return fresh
    }
    this.#known.delete(key)
    this.#known.set(key, known)
    known.lastMs = lastMs
    const begins = known.event.series === undefined
    known.event.series = {
      count: countOf(known.event) + 1,
      lastObservedTime: formatMicroTime(clock.nowMs()),
    }
    return begins ? known : undefined
  }

  /** Series that are over, which are forgotten, and those that go on for long, to be written. */
  #due(): Known[] {
    const due: Known[] = []
    const nowMs = this.#options.clock.monotonicMs()
    for (const [key, known] of this.#known) {
      const { event, lastMs, written } = known
      const isOver = nowMs - lastMs >= FINISH_MS || this.#known.size > KNOWN_MAX
      if (isOver) this.#known.delete(key)
      if (countOf(event) === written.count) continue
      if (isOver || nowMs - written.atMs >= REFRESH_MS) due.push(known)
    }
    return due
  }

  async #write(known: Known, signal: AbortSignal): Promise<void> {
    const { event } = known
    known.written = { count: countOf(event), atMs: this.#options.clock.monotonicMs() }
    const parts = { ...this.#options, random: this.#random }
    await writeEvent(parts, { reason: event.reason, signal }, () => this.#send(event, signal))
  }

  async #send(event: EventsEvent, signal: AbortSignal): Promise<void> {
    const client = this.#options.client.for(this.#options.events)
    const { name = '', namespace = '' } = event.metadata
    const { series } = event
    if (series) {
      try {
        await client.patch({ name, namespace }, { type: 'strategic', body: { series } }, { signal })
        return
      } catch (error) {
        if (!hasReason(error, 'NotFound')) throw error
      }
    }
    await client.create(event, { signal })
  }

  #toEvent(about: DeepReadonly<KubeObject>, told: Told): EventsEvent {
    const { clock, controller, instance } = this.#options
    const nowMs = clock.nowMs()
    const regarding = referenceTo(about)
    return {
      metadata: {
        name: `${regarding.name}.${this.#stamps.next(nowMs)}`,
        namespace: regarding.namespace || 'default',
      },
      eventTime: formatMicroTime(nowMs),
      reportingController: controller,
      reportingInstance: instance,
      ...(told.action && { action: told.action }),
      reason: told.reason,
      regarding,
      ...(told.related && { related: referenceTo(told.related) }),
      note: told.message,
      type: told.type,
    }
  }
}

function countOf({ series }: EventsEvent): number {
  return series?.count ?? 1
}
