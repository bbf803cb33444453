import { etcdserverpb as pb } from '../../src/gen/etcd.js'
import type { Cluster } from '../support/cluster.ts'
import { h2load } from '../support/h2load.ts'
import { rawLoad } from '../support/raw-load.ts'
import type { Measurement, Workload } from './types.ts'

const TURNS = 5
const KEY = Buffer.from('bench/1')
const VALUE = Buffer.alloc(256, 'v')
const PUT = '/etcdserverpb.KV/Put'
const RANGE = '/etcdserverpb.KV/Range'
const TXN = '/etcdserverpb.KV/Txn'

const put = pb.PutRequest.encode({ key: KEY, value: VALUE }).finish()

interface Load {
  readonly name: string
  readonly path: string
  readonly message: Uint8Array
  /** Requests of a turn, by how many are in flight. */
  readonly sizes: Readonly<Record<number, number>>
}

function byH2load(loads: readonly Load[]): Workload {
  return {
    turns: TURNS,
    async prepare(cluster) {
      const url = cluster.urlOf(await cluster.leaderIndex())
      await h2load({ url, path: PUT, message: put, inFlight: 64, requests: 20_000 })
    },
    async measure(cluster) {
      const url = cluster.urlOf(await cluster.leaderIndex())
      const measurements: Measurement[] = []
      for (const { name: load, path, message, sizes } of loads) {
        for (const [text, requests] of Object.entries(sizes)) {
          const inFlight = Number(text)
          const cpuMs = cluster.cpuMs()
          const { perSecond, p99Ms } = await h2load({ url, path, message, inFlight, requests })
          const cpuUs = ((cluster.cpuMs() - cpuMs) * 1000) / requests
          const name = `${load}, ${inFlight} in flight`
          measurements.push({ name, value: perSecond, unit: '/s', better: 'more' })
          measurements.push({ name: `${name}, p99`, value: p99Ms, unit: 'ms', better: 'less' })
          const cpu = `${name}, members' CPU`
          measurements.push({ name: cpu, value: cpuUs, unit: 'µs', better: 'less' })
        }
      }
      return measurements
    },
  }
}

export const puts: Workload = byH2load([
  {
    name: 'h2load put 256 B',
    path: PUT,
    message: put,
    sizes: { 1: 1000, 64: 10_000, 256: 20_000, 1024: 30_000 },
  },
])

export const reads: Workload = byH2load(
  [false, true].map((serializable) => ({
    name: `h2load ${serializable ? 'serializable' : 'linearizable'} read`,
    path: RANGE,
    message: pb.RangeRequest.encode({ key: KEY, serializable }).finish(),
    sizes: { 64: 10_000, 256: 20_000 },
  })),
)

const HOT_KEYS = 100
const TXN_REQUESTS = 10_000

/** "If the key is there, put it, else make it": of 100 keys in turn, 64 at once. */
const hotTransactions = Array.from({ length: HOT_KEYS }, (_, i) => {
  const key = Buffer.from(`bench/hot/${i}`)
  const requestPut = { key, value: VALUE }
  const { GREATER } = pb.Compare.CompareResult
  const { VERSION } = pb.Compare.CompareTarget
  return pb.TxnRequest.encode({
    compare: [{ key, target: VERSION, result: GREATER, version: 0 }],
    success: [{ requestPut }],
    failure: [{ requestPut }],
  }).finish()
})

export const transactions: Workload = {
  turns: TURNS,
  async measure(cluster) {
    const { perSecond } = await rawLoad({
      url: cluster.urlOf(await cluster.leaderIndex()),
      path: TXN,
      message: (serial) => hotTransactions[serial % HOT_KEYS] as Uint8Array,
      inFlight: 64,
      requests: TXN_REQUESTS,
    })
    const name = 'compare-and-put, 100 hot keys, 64 in flight'
    return [{ name, value: perSecond, unit: '/s', better: 'more' }]
  },
}

const RANGE_KEYS = 10_000
const RANGES = 20

export const ranges: Workload = {
  turns: TURNS,
  prepare: (cluster) => fill(cluster, { prefix: 'range/', keys: RANGE_KEYS }),
  async measure(cluster) {
    const request = { key: Buffer.from('range/'), rangeEnd: Buffer.from('range0') }
    const { perSecond } = await h2load({
      url: cluster.urlOf(await cluster.leaderIndex()),
      path: RANGE,
      message: pb.RangeRequest.encode(request).finish(),
      inFlight: 1,
      requests: RANGES,
    })
    const name = 'range of 10,000 keys of 256 B'
    return [{ name, value: 1000 / perSecond, unit: 'ms', better: 'less' }]
  },
}

/** Puts keys of 256 bytes. */
export async function fill(
  cluster: Cluster,
  { prefix, keys }: { prefix: string; keys: number },
): Promise<void> {
  await rawLoad({
    url: cluster.urlOf(await cluster.leaderIndex()),
    path: PUT,
    message: (serial) => {
      const key = Buffer.from(prefix + String(serial).padStart(8, '0'))
      return pb.PutRequest.encode({ key, value: VALUE }).finish()
    },
    inFlight: 256,
    requests: keys,
  })
}
