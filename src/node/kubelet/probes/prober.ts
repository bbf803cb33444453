import { type Clock, type DeepReadonly, sleep } from '../../../base/index.ts'
import type { Probe } from '../../../api/index.ts'
import type { CheckResult } from './check.ts'

export type ProbeType = 'Liveness' | 'Readiness' | 'Startup'

export interface ProberOptions {
  readonly type: ProbeType
  readonly probe: DeepReadonly<Probe>
  readonly startedAtMs: number
  check(signal: AbortSignal): Promise<CheckResult>
  /** False: skip this round, such as a liveness probe before the startup probe has passed. */
  isDue(): boolean
  /** The verdict after a threshold was reached; called on every round from then on. */
  onVerdict(passed: boolean): void
  /** An unhealthy or errored round, for the event. */
  onFailure(message: string): void
}

/**
 * A program needs a moment before it listens. While a container is this young, a readiness or
 * startup probe that fails is repeated soon and counts for nothing: success shows at once.
 */
const EAGER_WINDOW_MS = 2_000
const EAGER_PERIOD_MS = 150

/** Repeats one probe with its thresholds until the signal. (Kubernetes' prober worker.) */
export async function runProber(
  options: ProberOptions,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<void> {
  const { probe, type, startedAtMs } = options
  const periodMs = (probe.periodSeconds ?? 10) * 1000
  const thresholds = { success: probe.successThreshold ?? 1, failure: probe.failureThreshold ?? 3 }
  const initialDelayMs = (probe.initialDelaySeconds ?? 0) * 1000
  const ageMs = () => Math.max(0, clock.nowMs() - startedAtMs)
  const isEager = () => type !== 'Liveness' && initialDelayMs === 0 && ageMs() < EAGER_WINDOW_MS
  await sleep(clock, Math.max(0, initialDelayMs - ageMs()), { signal })
  let last: CheckResult['kind'] | undefined
  let run = 0
  while (!signal.aborted) {
    let waitMs = periodMs
    if (options.isDue()) {
      const result = await options.check(signal)
      if (signal.aborted) return
      if (result.kind === 'failure' && isEager()) {
        waitMs = Math.min(EAGER_PERIOD_MS, periodMs)
      } else {
        if (result.kind !== 'success') {
          const verb = result.kind === 'error' ? 'errored' : 'failed'
          options.onFailure(`${type} probe ${verb}: ${result.message}`)
        }
        if (result.kind !== 'error') {
          run = result.kind === last ? run + 1 : 1
          last = result.kind
          if (run >= thresholds[result.kind]) options.onVerdict(result.kind === 'success')
        }
      }
    }
    await sleep(clock, waitMs, { signal })
  }
}
