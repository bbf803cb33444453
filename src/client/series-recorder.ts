import {
  Channel,
  type Clock,
  ConnectionError,
  type DeepReadonly,
  hasReason,
  type Log,
  type Random,
  sleep,
  StatusError,
} from '../base/index.ts'
import { type EventsEvent, formatMicroTime, type KubeObject, type Resource } from '../api/index.ts'
import { Backoff } from './backoff.ts'
import { EventStamps, referenceTo } from './event-recorder.ts'
import type { Client, EventRecorder } from './types.ts'

/** Events that wait to be written; more are dropped. */
const QUEUE_LENGTH_MAX = 1000
const TRIES_MAX = 12
const RETRY_MS_MIN = 500
const RETRY_MS_MAX = 10_000
/** After this silence the same thing is an event of its own again (client-go's `finishTime`). */
const FINISH_MS = 6 * 60_000
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
}

/**
 * Takes events at once and writes them in the newer form (`events.k8s.io`), as client-go's
 * `tools/events` does: the same thing again is a series, written when it begins and when it is over.
 */
export class SeriesEventRecorder implements EventRecorder {
  readonly #options: SeriesRecorderOptions
  readonly #queue = new Channel<EventsEvent>({ maxLength: QUEUE_LENGTH_MAX })
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
    for await (const event of this.#queue) {
      if (signal.aborted) return
      for (const over of this.#finish()) await this.#write(over, signal)
      const due = this.#correlate(event)
      if (due) await this.#write(due, signal)
    }
  }

  /** What is to be written now, if anything is. */
  #correlate(event: EventsEvent): EventsEvent | undefined {
    const { type, action, reason, regarding, related } = event
    const key = JSON.stringify([type, action, reason, regarding, related])
    const nowMs = this.#options.clock.nowMs()
    const known = this.#known.get(key)
    this.#known.delete(key)
    this.#known.set(key, known ?? { event, lastMs: nowMs })
    if (!known) return event
    known.lastMs = nowMs
    const lastObservedTime = formatMicroTime(nowMs)
    const begins = known.event.series === undefined
    known.event.series = { count: (known.event.series?.count ?? 1) + 1, lastObservedTime }
    return begins ? known.event : undefined
  }

  /** Forgets what is over; the count of a series is written once more. */
  #finish(): EventsEvent[] {
    const over: EventsEvent[] = []
    const nowMs = this.#options.clock.nowMs()
    for (const [key, { event, lastMs }] of this.#known) {
      if (nowMs - lastMs < FINISH_MS && this.#known.size <= KNOWN_MAX) break
      this.#known.delete(key)
      if (event.series && event.series.count > 2) over.push(event)
    }
    return over
  }

  async #write(event: EventsEvent, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options
    const { reason } = event
    const backoff = new Backoff(this.#random, { msMin: RETRY_MS_MIN, msMax: RETRY_MS_MAX })
    for (let tries = 1; tries <= TRIES_MAX && !signal.aborted; tries++) {
      try {
        return await this.#send(event, signal)
      } catch (error) {
        // The server understood and refused, as in a namespace that is going: no use in insisting.
        if (error instanceof StatusError && error.code < 500) {
          log.debug('an event was refused', { reason, error: error.message })
          return
        }
        if (!(error instanceof StatusError || error instanceof ConnectionError)) {
          if (signal.aborted) return
          throw error
        }
        await sleep(clock, backoff.nextMs(), { signal }).catch(() => {})
      }
    }
    if (!signal.aborted) log.warn('an event could not be written', { reason })
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
