import { type Clock, type Log, type Timer, sleep } from '../../../base/index.ts'
import type { AuditEvent, AuditSink } from './audit.ts'
import { Losses } from './losses.ts'

/** As kube-apiserver's `--audit-…-batch-…`. */
export interface BatchOptions {
  /** Events that wait; further ones are dropped, and that is told. */
  readonly bufferSize: number
  readonly maxSize: number
  readonly maxWaitMs: number
  /** Batches a second on average, and at once. Absent: as they come. */
  readonly throttle?: { readonly qps: number; readonly burst: number }
}

export interface BatchParts {
  readonly send: (events: readonly AuditEvent[], signal: AbortSignal) => Promise<void> | void
  readonly clock: Clock
  readonly log: Log
}

/** What is left when the server stops has this time. */
const CLOSE_MS = 2_000

/** Gives events away in batches; nobody waits for it. */
export function batchingSink(options: BatchOptions, parts: BatchParts): AuditSink {
  const batches = new Batches(options, parts)
  return { write: (event) => batches.add(event), close: () => batches.close() }
}

class Batches {
  readonly #options: BatchOptions
  readonly #parts: BatchParts
  readonly #stop = new AbortController()
  readonly #waiting: AuditEvent[] = []
  readonly #losses: Losses
  #timer: Timer | undefined
  #sending: Promise<void> | undefined
  #tokens: number
  #tokensAtMs: number

  constructor(options: BatchOptions, parts: BatchParts) {
    this.#options = options
    this.#parts = parts
    this.#losses = new Losses(parts)
    this.#tokens = options.throttle?.burst ?? 0
    this.#tokensAtMs = parts.clock.monotonicMs()
  }

  add(event: AuditEvent): void {
    const { bufferSize, maxSize, maxWaitMs } = this.#options
    if (this.#waiting.length >= bufferSize) {
      this.#losses.add(1, 'the buffer is full')
      return
    }
    this.#waiting.push(event)
    if (this.#waiting.length >= maxSize) this.#flush()
    else this.#timer ??= this.#parts.clock.after(maxWaitMs, () => this.#flush())
  }

  async close(): Promise<void> {
    const late = this.#parts.clock.after(CLOSE_MS, () => this.#stop.abort(new Error('stopping')))
    this.#flush()
    await this.#sending
    late.cancel()
    this.#stop.abort(new Error('stopped'))
  }

  #flush(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#sending ??= this.#drain().finally(() => {
      this.#sending = undefined
    })
  }

  /** All that there is, a batch at a time: those that come meanwhile go along. */
  async #drain(): Promise<void> {
    const { signal } = this.#stop
    while (this.#waiting.length > 0 && !signal.aborted) {
      const batch = this.#waiting.splice(0, this.#options.maxSize)
      try {
        await this.#takeTurn(signal)
        await this.#parts.send(batch, signal)
      } catch (error) {
        this.#losses.add(batch.length, error)
      }
    }
  }

  /** A bucket of tokens that fills again. */
  async #takeTurn(signal: AbortSignal): Promise<void> {
    const { throttle } = this.#options
    if (!throttle) return
    const { clock } = this.#parts
    for (;;) {
      const nowMs = clock.monotonicMs()
      const gained = ((nowMs - this.#tokensAtMs) / 1000) * throttle.qps
      this.#tokens = Math.min(throttle.burst, this.#tokens + gained)
      this.#tokensAtMs = nowMs
      if (this.#tokens >= 1) break
      await sleep(clock, ((1 - this.#tokens) / throttle.qps) * 1000, { signal })
    }
    this.#tokens--
  }
}
