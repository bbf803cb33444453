import type { Cluster } from '../support/cluster.ts'
import { load } from '../support/stats.ts'
import type { Measurement, Workload } from './types.ts'

const VALUE = Buffer.alloc(256, 'v')
const IN_FLIGHT = [1, 64, 256]
const ROUND_MS = 1000
const WARM_UP_MS = 500

/** Puts of 256 bytes and linearizable reads by grpc-js, to the leader, over one connection. */
export const requests: Workload = { turns: 5, measure }

async function measure(cluster: Cluster): Promise<Measurement[]> {
  const client = cluster.connect(await cluster.leaderIndex())
  const measurements: Measurement[] = []
  const kinds: [string, (serial: number) => Promise<unknown>][] = [
    ['grpc-js put 256 B', (serial) => client.put(`bench/${serial % 10_000}`, VALUE)],
    ['grpc-js linearizable read', (serial) => client.get(`bench/${serial % 10_000}`)],
  ]
  for (const [kind, call] of kinds) {
    await load({ inFlight: 16, totalMs: WARM_UP_MS }, call)
    for (const inFlight of IN_FLIGHT) {
      const result = await load({ inFlight, totalMs: ROUND_MS }, call)
      const name = `${kind}, ${inFlight} in flight`
      measurements.push({ name, value: result.perSecond, unit: '/s', better: 'more' })
      measurements.push({ name: `${name}, p99`, value: result.p99Ms, unit: 'ms', better: 'less' })
    }
  }
  await client.close()
  return measurements
}
