import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { etcdserverpb as pb } from '../../src/gen/etcd.js'
import type { EtcdClient } from '../support/client.ts'
import type { Cluster } from '../support/cluster.ts'
import type { Measurement, Workload } from './types.ts'

const MAINTENANCE = '/etcdserverpb.Maintenance'
const VALUE_BYTES = 16 * 1024
const IN_FLIGHT = 32
/** The part of all keys that is written a second time, so that there is something to compact. */
const OVERWRITTEN = 0.25
/** How long an operation on a large store may take. */
const PATIENCE_MS = 1_800_000
const PROBE_PAUSE_MS = 2

/**
 * One member with a large database: its memory, and how long a client waits at worst for one
 * linearizable read while the store is compacted, defragmented and backed up.
 */
export function large(gib: number): Workload {
  const keys = Math.floor((gib * 2 ** 30) / VALUE_BYTES)
  const title = (what: string) => `${what}, ${gib} GiB`
  return {
    turns: 1,
    cluster: { members: 1, flags: { 'quota-backend-bytes': String(gib * 2 ** 31) } },
    async measure(cluster) {
      const startedMs = performance.now()
      await write(cluster, keys)
      const seconds = (performance.now() - startedMs) / 1000
      await write(cluster, keys * OVERWRITTEN)
      const measurements: Measurement[] = [
        { name: title('16 KiB puts'), value: keys / seconds, unit: '/s', better: 'more' },
        memory(title('memory, filled'), cluster),
      ]
      for (const [name, work] of Object.entries({ compaction, defragmentation, backup })) {
        const value = await longestWaitMs(cluster, work)
        const wait = title(`longest wait during ${name}`)
        measurements.push({ name: wait, value, unit: 'ms', better: 'less' })
      }
      measurements.push(memory(title('memory, after all of it'), cluster))
      return measurements
    },
  }
}

function memory(name: string, cluster: Cluster): Measurement {
  return { name, value: cluster.memoryMib()[0] ?? Number.NaN, unit: 'MiB', better: 'less' }
}

async function write(cluster: Cluster, count: number): Promise<void> {
  // Every value is another part of it: random, so that no store can compress it.
  const noise = randomBytes(2 * VALUE_BYTES)
  const client = cluster.connect(0)
  let next = 0
  const some = async () => {
    for (let serial = next++; serial < count; serial = next++) {
      const at = serial % VALUE_BYTES
      const key = `large/${String(serial).padStart(9, '0')}`
      await client.put(key, noise.subarray(at, at + VALUE_BYTES), PATIENCE_MS)
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, some))
  await client.close()
}

/** Reads one key all the time while `work` goes on. */
async function longestWaitMs(
  cluster: Cluster,
  work: (client: EtcdClient) => Promise<unknown>,
): Promise<number> {
  const client = cluster.connect(0)
  const probe = cluster.connect(0)
  try {
    await probe.get('large/000000000')
    let over = false
    const working = work(client).finally(() => (over = true))
    let longestMs = 0
    while (!over) {
      const startMs = performance.now()
      await probe.get('large/000000000')
      longestMs = Math.max(longestMs, performance.now() - startMs)
      await new Promise((resolve) => setTimeout(resolve, PROBE_PAUSE_MS))
    }
    await working
    return longestMs
  } finally {
    await client.close()
    await probe.close()
  }
}

async function compaction(client: EtcdClient): Promise<void> {
  const revision = await client.revision()
  const request = pb.CompactionRequest.encode({
    revision: Number(revision),
    physical: true,
  }).finish()
  await client.call('/etcdserverpb.KV/Compact', request, PATIENCE_MS)
}

async function defragmentation(client: EtcdClient): Promise<void> {
  await client.call(`${MAINTENANCE}/Defragment`, new Uint8Array(0), PATIENCE_MS)
}

async function backup(client: EtcdClient): Promise<void> {
  const stream = client.stream(`${MAINTENANCE}/Snapshot`, new Uint8Array(0))
  stream.resume()
  await once(stream, 'end')
}
