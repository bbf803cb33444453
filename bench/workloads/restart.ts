import type { Cluster } from '../support/cluster.ts'
import type { Measurement } from './types.ts'

const KEYS = 100_000
const IN_FLIGHT = 256
const VALUE = Buffer.alloc(256, 'v')

/** Memory and the time that a full restart takes with 100,000 keys. */
export async function restart(cluster: Cluster): Promise<Measurement[]> {
  const idle = mean(cluster.memoryMib())
  const client = cluster.connect(await cluster.leaderIndex())
  let next = 0
  const writer = async () => {
    while (next < KEYS) await client.put(`restart/${next++}`, VALUE)
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, writer))
  await client.close()
  const full = mean(cluster.memoryMib())
  for (let i = 0; i < 3; i++) cluster.kill(i)
  const startedMs = performance.now()
  for (let i = 0; i < 3; i++) cluster.start(i)
  await cluster.whenReady()
  const seconds = (performance.now() - startedMs) / 1000
  return [
    { name: 'memory per member before', value: idle, unit: 'MiB', better: 'less' },
    { name: 'memory per member, 100k keys', value: full, unit: 'MiB', better: 'less' },
    { name: 'restart of all, 100k keys', value: seconds, unit: 's', better: 'less' },
  ]
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
