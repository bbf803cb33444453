import type { Cluster } from '../support/cluster.ts'
import { quantile } from '../support/stats.ts'
import type { Measurement, Workload } from './types.ts'

const WATCHER_COUNTS = [100, 1000]
const WRITES = 100
const WRITE_PERIOD_MS = 10
const DELIVERY_MS = 20_000

/** One key watched by many, each on a stream of its own, written 100 times a second. */
export const watchers: Workload = { turns: 3, measure }

async function measure(cluster: Cluster): Promise<Measurement[]> {
  const measurements: Measurement[] = []
  for (const count of WATCHER_COUNTS) {
    const client = cluster.connect(await cluster.leaderIndex())
    const writtenMs: number[] = []
    const latenciesMs: number[] = []
    const seen = Array.from({ length: count }, () => 0)
    const watches = seen.map((_, i) =>
      client.watch('bench/watched', (events) => {
        for (let k = 0; k < events; k++) {
          latenciesMs.push(performance.now() - (writtenMs[seen[i] ?? 0] ?? 0))
          seen[i] = (seen[i] ?? 0) + 1
        }
      }),
    )
    await Promise.all(watches.map((watch) => watch.ready))
    const startedMs = performance.now()
    for (let i = 0; i < WRITES; i++) {
      writtenMs.push(performance.now())
      await client.put('bench/watched', Buffer.from(String(i)))
      const waitMs = startedMs + (i + 1) * WRITE_PERIOD_MS - performance.now()
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
    }
    const deadlineMs = performance.now() + DELIVERY_MS
    while (latenciesMs.length < WRITES * count) {
      if (performance.now() > deadlineMs) throw new Error(`${cluster.peer.name} lost watch events`)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    const seconds = (performance.now() - startedMs) / 1000
    const name = `watch, ${count} watchers`
    const delivered = latenciesMs.length / seconds
    measurements.push({ name: `${name}, delivered`, value: delivered, unit: '/s', better: 'more' })
    const p99Ms = quantile(latenciesMs, 0.99)
    measurements.push({ name: `${name}, p99`, value: p99Ms, unit: 'ms', better: 'less' })
    for (const watch of watches) watch.close()
    await client.close()
  }
  return measurements
}
