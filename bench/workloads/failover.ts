import type { Cluster } from '../support/cluster.ts'
import type { Measurement, Workload } from './types.ts'

const OBSERVED_MS = 4000
const CALL_DEADLINE_MS = 300

/**
 * SIGKILL of the leader under one writer that fails over: the longest gap between two acknowledged
 * writes.
 */
export const failover: Workload = { turns: 5, measure }

async function measure(cluster: Cluster): Promise<Measurement[]> {
  const leader = await cluster.leaderIndex()
  const client = cluster.connect()
  for (let i = 0; i < leader; i++) client.failOver()
  let lastMs = performance.now()
  let gapMs = 0
  let killed = false
  const endMs = performance.now() + OBSERVED_MS
  for (let serial = 0; performance.now() < endMs; serial++) {
    if (!killed && serial === 50) {
      cluster.kill(leader)
      killed = true
    }
    try {
      await client.put(`bench/failover/${serial}`, Buffer.from('x'), CALL_DEADLINE_MS)
      gapMs = Math.max(gapMs, performance.now() - lastMs)
      lastMs = performance.now()
    } catch {
      client.failOver()
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
  const longestMs = Math.max(gapMs, performance.now() - lastMs)
  await client.close()
  cluster.start(leader)
  await cluster.whenReady()
  const name = 'SIGKILL of the leader, until the next write'
  return [{ name, value: longestMs, unit: 'ms', better: 'less' }]
}
