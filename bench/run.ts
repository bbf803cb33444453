import { findProgram } from '../test/support/peers.ts'
import { Cluster, type Peer } from './support/cluster.ts'
import { failover } from './workloads/failover.ts'
import { requests } from './workloads/requests.ts'
import { restart } from './workloads/restart.ts'
import type { Measurement } from './workloads/types.ts'
import { watchers } from './workloads/watchers.ts'

/**
 * `bench/run.ts [WORKLOAD…]`: each workload on our store and on etcd (`ETCD=path`, or on PATH), three
 * members each, one after the other in the same run. `-o json` prints the figures as JSON.
 */
const WORKLOADS = { requests, watchers, failover, restart }

const args = process.argv.slice(2)
const asJson = args.includes('json')
const chosen = args.filter((arg) => arg in WORKLOADS) as (keyof typeof WORKLOADS)[]
const names = chosen.length > 0 ? chosen : (Object.keys(WORKLOADS) as (keyof typeof WORKLOADS)[])

const peers: Peer[] = [{ name: 'navarch', command: [process.execPath, 'dist/navarch.js', 'store'] }]
const etcd = process.env.ETCD ?? findProgram('etcd')
if (etcd) peers.push({ name: 'etcd', command: [etcd] })
else console.error('etcd is not installed: only our own figures')

const figures = new Map<string, Map<string, Measurement>>()
for (const name of names) {
  for (const peer of peers) {
    console.error(`${name}: ${peer.name} …`)
    const cluster = await Cluster.start(peer)
    try {
      for (const measurement of await WORKLOADS[name](cluster)) {
        const row = figures.get(measurement.name) ?? new Map<string, Measurement>()
        figures.set(measurement.name, row.set(peer.name, measurement))
      }
    } catch (error) {
      // The other figures are worth printing all the same.
      console.error(
        `${name}: ${peer.name}: ${error instanceof Error ? error.message : String(error)}`,
      )
      process.exitCode = 1
    } finally {
      await cluster.stop()
    }
  }
}
if (asJson) printJson()
else printTable()

function printTable(): void {
  const line = (cells: string[]) =>
    console.log(cells.map((cell, i) => (i === 0 ? cell.padEnd(38) : cell.padStart(14))).join(''))
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
