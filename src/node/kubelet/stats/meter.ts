import { type Clock, type Log, sleep, type UsageMeter } from '../../../base/index.ts'
import type { Runtime } from '../runtime/types.ts'
import { type Measured, measure, type Sample } from './samples.ts'

/** How far apart samples are that nobody has asked for. */
const PERIOD_MS = 10_000
/** Who asks gets a new sample if the newest is as old as this: rates have no shorter window. */
const WINDOW_MS_MIN = 5_000

export interface NodeMeterParts {
  readonly clock: Clock
  readonly log: Log
  readonly runtime: Runtime
  /** Absent: nothing of the node itself is measured. */
  readonly usage?: UsageMeter
}

/** Measures a node and its containers; rates are those between the two newest samples. */
export class NodeMeter {
  readonly #parts: NodeMeterParts
  #before: Sample | undefined
  #now: Sample | undefined
  #sampling: Promise<void> | undefined

  constructor(parts: NodeMeterParts) {
    this.#parts = parts
  }

  /** Measures from time to time, so that who asks finds a rate. A hollow node has none. */
  async run({ signal }: { signal: AbortSignal }): Promise<void> {
    const { clock, log, runtime, usage } = this.#parts
    if (runtime.hollow || !usage) return
    while (!signal.aborted) {
      await this.#sample().catch((error: unknown) => {
        log.warn('usage could not be measured', { error })
      })
      await sleep(clock, PERIOD_MS, { signal }).catch(() => undefined)
    }
  }

  /** The newest measurements, not older than a few seconds. */
  async measured(): Promise<Measurements> {
    const { clock } = this.#parts
    const newest = this.#now
    // The clock may have been set back.
    const ageMs = newest ? Math.abs(clock.nowMs() - newest.atMs) : WINDOW_MS_MIN
    if (ageMs >= WINDOW_MS_MIN) await this.#sample()
    return new Measurements(this.#now, this.#before)
  }

  #sample(): Promise<void> {
    this.#sampling ??= this.#take().finally(() => {
      this.#sampling = undefined
    })
    return this.#sampling
  }

  async #take(): Promise<void> {
    const { clock, runtime, usage } = this.#parts
    const [host, containers] = await Promise.all([
      runtime.hollow ? undefined : usage?.host(),
      runtime.usage(),
    ])
    const sample = { atMs: clock.nowMs(), host, containers }
    const newest = this.#now
    // A sample that follows too soon, or that the clock has overtaken, takes the newest's place.
    const gapMs = newest ? sample.atMs - newest.atMs : 0
    if (gapMs >= WINDOW_MS_MIN || gapMs < 0) this.#before = gapMs < 0 ? undefined : newest
    this.#now = sample
  }
}

/** Two samples, to be asked about one thing at a time. */
export class Measurements {
  readonly #now: Sample | undefined
  readonly #before: Sample | undefined

  constructor(now: Sample | undefined, before: Sample | undefined) {
    this.#now = now
    this.#before = before
  }

  get host(): (Measured & { readonly memoryTotalBytes: number }) | undefined {
    const [now, before] = [this.#now, this.#before]
    if (!now?.host) return undefined
    const { memoryTotalBytes } = now.host
    const since = before?.host && { atMs: before.atMs, usage: before.host }
    return { ...measure({ atMs: now.atMs, usage: now.host }, since), memoryTotalBytes }
  }

  /** A container that has begun since the sample before is measured from its beginning. */
  container(id: string, startedAtMs: number): Measured | undefined {
    const usage = this.#now?.containers.get(id)
    if (!this.#now || !usage) return undefined
    const before = this.#before?.containers.get(id)
    const known = this.#before && before && { atMs: this.#before.atMs, usage: before }
    const begun = { atMs: startedAtMs, usage: { cpuSeconds: 0, memoryBytes: 0 } }
    return measure({ atMs: this.#now.atMs, usage }, known ?? begun)
  }
}
