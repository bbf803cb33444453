import { findProgram } from '../test/support/peers.ts'
import { Cluster, type Peer } from './support/cluster.ts'
import { median } from './support/stats.ts'
import { failover } from './workloads/failover.ts'
import { puts, ranges, reads, transactions } from './workloads/h2load.ts'
import { requests } from './workloads/requests.ts'
import { large } from './workloads/large.ts'
import { memory, restart } from './workloads/restart.ts'
import type { Measurement, Workload } from './workloads/types.ts'
import { watchers } from './workloads/watchers.ts'

/**
 * `bench/run.ts [WORKLOAD…]`: each workload on our store and on etcd (`ETCD=path`, or on PATH), three
 * members each, which take turns in the same run; medians are printed. `-o json` prints them as
 * JSON. `KEYS=1000000` for memory and restart (default 100,000), `TURNS=1` for a quick look.
 * `large` runs only when it is named, with a database of `GIB=8` (default 2), for minutes.
 */
const KEYS = Number(process.env.KEYS ?? 100_000)
const GIB = Number(process.env.GIB ?? 2)
const ONLY_WHEN_NAMED = new Set(['large'])
const WORKLOADS: Readonly<Record<string, Workload>> = {
  puts,
  reads,
  transactions,
  ranges,
  requests,
  watchers,
  failover,
  memory: memory(KEYS),
  restart: restart(KEYS),
  large: large(GIB),
}

const args = process.argv.slice(2)
const asJson = args.includes('json')
const chosen = args.filter((arg) => arg in WORKLOADS)
const usual = Object.keys(WORKLOADS).filter((name) => !ONLY_WHEN_NAMED.has(name))
const names = chosen.length > 0 ? chosen : usual

const peers: Peer[] = [{ name: 'navarch', command: [process.execPath, 'dist/navarch.js', 'etcd'] }]
const etcd = process.env.ETCD ?? findProgram('etcd')
if (etcd) peers.push({ name: 'etcd', command: [etcd] })
else console.error('etcd is not installed: only our own figures')

type Row = Map<string, Measurement>
const figures = new Map<string, Row>()
for (const name of names) {
  const clusters: Cluster[] = []
  try {
    const { cluster } = WORKLOADS[name] as Workload
    for (const peer of peers) clusters.push(await Cluster.start(peer, cluster))
    await run(name, clusters)
  } catch (error) {
    // The other figures are worth printing all the same.
    console.error(`${name}: ${error instanceof Error ? error.message : String(error)}`)
    process.exitCode = 1
  } finally {
    for (const cluster of clusters) await cluster.stop()
  }
}

/** The peers in turn, so that whatever else the machine does falls on both. */
async function run(name: string, clusters: readonly Cluster[]): Promise<void> {
  const workload = WORKLOADS[name] as Workload
  const turns = Math.min(workload.turns, Number(process.env.TURNS ?? Infinity))
  const samples = new Map<string, Map<string, Measurement[]>>()
  for (const cluster of clusters) await workload.prepare?.(cluster)
  for (let turn = 1; turn <= turns; turn++) {
    for (const cluster of clusters) {
      console.error(`${name}: ${cluster.peer.name}, turn ${turn} of ${turns} …`)
      for (const measurement of await workload.measure(cluster)) {
        const row = samples.get(measurement.name) ?? new Map<string, Measurement[]>()
        samples.set(measurement.name, row)
        const { name: peer } = cluster.peer
        row.set(peer, [...(row.get(peer) ?? []), measurement])
      }
    }
  }
  for (const [title, row] of samples) {
    figures.set(title, new Map([...row].map(([peer, taken]) => [peer, middle(taken)])))
  }
}

function middle(taken: readonly Measurement[]): Measurement {
  return { ...(taken[0] as Measurement), value: median(taken.map(({ value }) => value)) }
}

if (asJson) printJson()
else printTable()

function printTable(): void {
  const line = (cells: string[]) =>
    console.log(cells.map((cell, i) => (i === 0 ? cell.padEnd(62) : cell.padStart(14))).join(''))
  line(['', ...peers.map((peer) => peer.name), 'ratio'])
  for (const [name, row] of figures) {
    const cells = peers.map((peer) => show(row.get(peer.name)))
    line([name, ...cells, ratio(row)])
  }
}

function show(figure: Measurement | undefined): string {
  if (!figure) return '–'
  const digits = figure.value >= 100 ? 0 : figure.value >= 10 ? 1 : 2
  return `${figure.value.toFixed(digits)} ${figure.unit}`
}

/** How many times better (above 1) or worse (below 1) ours is. */
function ratio(row: Map<string, Measurement>): string {
  const ours = row.get('navarch')
  const theirs = row.get('etcd')
  if (!ours || !theirs) return ''
  const factor = ours.better === 'more' ? ours.value / theirs.value : theirs.value / ours.value
  return `${factor.toFixed(2)}×`
}

function printJson(): void {
  const rows = [...figures].map(([name, row]) => ({ name, ...Object.fromEntries(row) }))
  console.log(JSON.stringify(rows, null, 2))
}
