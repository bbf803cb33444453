import type { HostUsage, Usage } from '../../../base/index.ts'

/** What was measured at one moment. */
export interface Sample {
  readonly atMs: number
  /** Undefined: the node is hollow. */
  readonly host: HostUsage | undefined
  /** By the container's id. */
  readonly containers: ReadonlyMap<string, Usage>
}

/** Usage over a window of time. */
export interface Measured extends Usage {
  readonly atMs: number
  /** Undefined as long as nothing was measured before. */
  readonly rate: { readonly cores: number; readonly windowMs: number } | undefined
}

/** Of one sample, with the rate since another. */
export function measure(
  now: { readonly atMs: number; readonly usage: Usage },
  before: { readonly atMs: number; readonly usage: Usage } | undefined,
): Measured {
  const { atMs, usage } = now
  const windowMs = before ? atMs - before.atMs : 0
  if (!before || windowMs <= 0) return { ...usage, atMs, rate: undefined }
  // A child that ends without having been waited for takes its time with it.
  const used = Math.max(0, usage.cpuSeconds - before.usage.cpuSeconds)
  return { ...usage, atMs, rate: { cores: used / (windowMs / 1000), windowMs } }
}
