import { type Clock, type Log, type Timer, withTimeout } from '../../../base/index.ts'
import { exportRequest } from './otlp.ts'
import type { Span } from './span.ts'

/** OpenTelemetry's batch processor by default: so many wait, so many go at once, so long. */
const QUEUE_MAX = 2_048
const BATCH_MAX = 512
const BATCH_MS = 5_000
const EXPORT_TIMEOUT_MS = 10_000

export interface ExporterOptions {
  /** Hands a request of OTLP over. */
  readonly send: (request: Uint8Array, options: { signal: AbortSignal }) => Promise<unknown>
  /** Who reports: `service.name` and the like. */
  readonly resource: Readonly<Record<string, string>>
  readonly clock: Clock
  readonly log: Log
}

/** Sends spans in batches, beside all work; drops them when the collector does not keep up. */
export class Exporter {
  readonly #options: ExporterOptions
  #queue: Span[] = []
  #dropped = 0
  #timer: Timer | undefined
  #sending: Promise<void> | undefined

  constructor(options: ExporterOptions) {
    this.#options = options
  }

  add(spans: readonly Span[]): void {
    const room = QUEUE_MAX - this.#queue.length
    this.#queue.push(...spans.slice(0, room))
    this.#dropped += Math.max(0, spans.length - room)
    if (this.#queue.length >= BATCH_MAX) void this.flush()
    else this.#timer ??= this.#options.clock.after(BATCH_MS, () => void this.flush(), UNREF)
  }

  /** Resolves when all that was there is sent, or given up. */
  async flush(): Promise<void> {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined
    })
    await this.#sending
  }

  async #sendAll(): Promise<void> {
    const { resource, clock, log, send } = this.#options
    while (this.#queue.length > 0) {
      const batch = this.#queue.slice(0, BATCH_MAX)
      this.#queue = this.#queue.slice(BATCH_MAX)
      const late = () => new Error('the collector does not answer')
      try {
        const request = exportRequest(batch, resource)
        await withTimeout(clock, EXPORT_TIMEOUT_MS, late, (signal) => send(request, { signal }))
      } catch (error) {
        this.#dropped += batch.length
        const fields = { spans: this.#dropped, error: String(error) }
        log.warn('spans could not be handed to the collector', fields)
        this.#dropped = 0
      }
    }
  }
}

const UNREF = { unref: true }
