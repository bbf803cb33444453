/** The value below which `share` (0…1) of the samples lie. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export const median = (samples: readonly number[]): number => quantile(samples, 0.5)

/** Keeps `inFlight` calls going until `totalMs` have passed; counts and times them. */
export async function load(
  options: { inFlight: number; totalMs: number },
  call: (serial: number) => Promise<unknown>,
): Promise<{ perSecond: number; p50Ms: number; p99Ms: number }> {
  const latenciesMs: number[] = []
  const startedMs = performance.now()
  const endMs = startedMs + options.totalMs
  let serial = 0
  const worker = async () => {
    while (performance.now() < endMs) {
      const beganMs = performance.now()
      await call(serial++)
      latenciesMs.push(performance.now() - beganMs)
    }
  }
  await Promise.all(Array.from({ length: options.inFlight }, worker))
  const seconds = (performance.now() - startedMs) / 1000
  return {
    perSecond: latenciesMs.length / seconds,
    p50Ms: quantile(latenciesMs, 0.5),
    p99Ms: quantile(latenciesMs, 0.99),
  }
}
