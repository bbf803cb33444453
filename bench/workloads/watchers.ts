import type { EtcdClient } from '../support/client.ts'
import type { Cluster } from '../support/cluster.ts'
import { quantile } from '../support/stats.ts'
import type { Measurement, Workload } from './types.ts'

const WATCHER_COUNTS = [100, 1000]
const WRITES = 100
const WRITE_PERIOD_MS = 10
/** Events of a burst, over all watchers: so many writes are made at once that it comes to this. */
const BURST_EVENTS = 10_000
const DELIVERY_MS = 20_000

/** One key watched by many, each on a stream of its own: written 100 times a second, and in a burst. */
export const watchers: Workload = { turns: 3, measure }

async function measure(cluster: Cluster): Promise<Measurement[]> {
  const measurements: Measurement[] = []
  for (const count of WATCHER_COUNTS) {
    const client = cluster.connect(await cluster.leaderIndex())
    const audience = new Audience(client, count)
    await audience.ready
    const name = `watch, ${count} watchers`
    const paced = await audience.deliver(cluster.peer.name, writePaced)
    measurements.push(...rows(name, paced))
    const writes = BURST_EVENTS / count
    const burst = await audience.deliver(cluster.peer.name, (write) =>
      Promise.all(Array.from({ length: writes }, () => write())),
    )
    measurements.push(...rows(`${name}, burst of ${BURST_EVENTS}`, burst))
    audience.close()
    await client.close()
  }
  return measurements
}

interface Delivery {
  readonly perSecond: number
  readonly p99Ms: number
}

function rows(name: string, { perSecond, p99Ms }: Delivery): Measurement[] {
  return [
    { name: `${name}, delivered`, value: perSecond, unit: '/s', better: 'more' },
    { name: `${name}, p99`, value: p99Ms, unit: 'ms', better: 'less' },
  ]
}

async function writePaced(write: () => Promise<unknown>): Promise<void> {
  const startedMs = performance.now()
  for (let i = 0; i < WRITES; i++) {
    await write()
    const waitMs = startedMs + (i + 1) * WRITE_PERIOD_MS - performance.now()
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
  }
}

/** Who watches, and how long after its write each event came. */
class Audience {
  readonly ready: Promise<unknown>
  readonly #client: EtcdClient
  readonly #watches: readonly { readonly ready: Promise<unknown>; close(): void }[]
  readonly #count: number
  #writtenMs: number[] = []
  #latenciesMs: number[] = []
  #seen: number[]

  constructor(client: EtcdClient, count: number) {
    this.#client = client
    this.#count = count
    this.#seen = Array.from({ length: count }, () => 0)
    this.#watches = this.#seen.map((_, i) =>
      client.watch('bench/watched', (events) => this.#hear(i, events)),
    )
    this.ready = Promise.all(this.#watches.map((watch) => watch.ready))
  }

  /** Writes, and waits until everybody has heard of everything. */
  async deliver(
    peer: string,
    work: (write: () => Promise<unknown>) => Promise<unknown>,
  ): Promise<Delivery> {
    this.#writtenMs = []
    this.#latenciesMs = []
    this.#seen = this.#seen.map(() => 0)
    const startedMs = performance.now()
    await work(() => {
      this.#writtenMs.push(performance.now())
      return this.#client.put('bench/watched', Buffer.from(String(this.#writtenMs.length)))
    })
    const deadlineMs = performance.now() + DELIVERY_MS
    while (this.#latenciesMs.length < this.#writtenMs.length * this.#count) {
      if (performance.now() > deadlineMs) throw new Error(`${peer} lost watch events`)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    const seconds = (performance.now() - startedMs) / 1000
    return {
      perSecond: this.#latenciesMs.length / seconds,
      p99Ms: quantile(this.#latenciesMs, 0.99),
    }
  }

  close(): void {
    for (const watch of this.#watches) watch.close()
  }

  #hear(watcher: number, events: number): void {
    for (let i = 0; i < events; i++) {
      const at = this.#seen[watcher] ?? 0
      this.#latenciesMs.push(performance.now() - (this.#writtenMs[at] ?? 0))
      this.#seen[watcher] = at + 1
    }
  }
}
