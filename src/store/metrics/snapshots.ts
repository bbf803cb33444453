import type { Clock } from '../../base/index.ts'
import { exponentialBounds, type Registry } from './registry.ts'

/** Snapshots between members, one way: how many are under way, came through, failed, took how long. */
export interface Way {
  during(peer: string, work: () => Promise<void>): Promise<void>
}

export function wayOfSnapshots(
  registry: Registry,
  { clock, way, label }: { clock: Clock; way: 'send' | 'receive'; label: 'To' | 'From' },
): Way {
  const name = `etcd_network_snapshot_${way}`
  const counter = (suffix: string, help: string, type: 'counter' | 'gauge' = 'counter') =>
    registry.counter(`${name}_${suffix}`, help, [label], type)
  const success = counter('success', 'Snapshots between members that came through.')
  const failures = counter('failures', 'Snapshots between members that did not.')
  const inflight = counter('inflights_total', 'Snapshots between members under way.', 'gauge')
  const bounds = exponentialBounds(0.1, 2, 10)
  const help = 'Time that snapshots between members took.'
  const durations = registry.histograms(`${name}_total_duration_seconds`, help, bounds, label)
  const saved =
    way === 'receive'
      ? registry.histogram(
          'etcd_snap_db_save_total_duration_seconds',
          'Time until a snapshot that another member sent was saved.',
          bounds,
        )
      : undefined
  return {
    async during(peer, work) {
      const startMs = clock.monotonicMs()
      inflight.add(1, peer)
      try {
        await work()
        success.add(1, peer)
        const seconds = (clock.monotonicMs() - startMs) / 1000
        durations(peer).observe(seconds)
        saved?.observe(seconds)
      } catch (error) {
        failures.add(1, peer)
        throw error
      } finally {
        inflight.add(-1, peer)
      }
    },
  }
}
