import { existsSync, readFileSync } from 'node:fs'
import { SchedulerCache } from '../src/master/scheduler/cache/cache.ts'
import { DEFAULT_CONFIG } from '../src/master/scheduler/config/index.ts'
import { NO_LOOKUPS } from '../src/master/scheduler/framework/lookups.ts'
import { Nominations } from '../src/master/scheduler/framework/nominations.ts'
import type { PodView } from '../src/master/scheduler/framework/types.ts'
import { Profiles } from '../src/master/scheduler/profiles.ts'
import { systemRandom } from '../src/platform/index.ts'
import { makeNode, makePod, requesting } from '../test/unit/scheduler/objects.ts'

/**
 * `bench/scheduler.ts [WORKLOAD…]`: the scheduler's decisions alone, in one process, on the shapes of
 * upstream's scheduler_perf; beside it what upstream's whole scheduler was measured at, where that
 * is recorded. Writing to an API server is not part of it: this says what the plugins cost.
 */
interface Workload {
  readonly nodes: number
  readonly before: number
  readonly measured: number
  /** A pod that is there beforehand; `pod` makes those that are measured. */
  readonly first?: (name: string) => PodView
  readonly pod: (name: string) => PodView
}

const ZONE = 'topology.kubernetes.io/zone'
const HOSTNAME = 'kubernetes.io/hostname'
const request = requesting({ cpu: '100m', memory: '500Mi' })
const plain = (name: string) => makePod(name, request)
const blue = { labels: { color: 'blue' } }
const labelSelector = { matchLabels: blue.labels }

const spread = (whenUnsatisfiable: string) => (name: string) => {
  const constraint = { maxSkew: 5, topologyKey: ZONE, whenUnsatisfiable, labelSelector }
  return makePod(name, { ...request, topologySpreadConstraints: [constraint] }, blue)
}
const required = (kind: 'podAffinity' | 'podAntiAffinity', topologyKey: string) => {
  const terms = [{ topologyKey, labelSelector }]
  const affinity = { [kind]: { requiredDuringSchedulingIgnoredDuringExecution: terms } }
  return (name: string) => makePod(name, { ...request, affinity }, blue)
}
const together = required('podAffinity', ZONE)
const apart = required('podAntiAffinity', HOSTNAME)

const WORKLOADS: Record<string, Workload> = {
  Basic: { nodes: 5000, before: 1000, measured: 10_000, pod: plain },
  TopologySpreading: { nodes: 5000, before: 5000, measured: 5000, pod: spread('DoNotSchedule') },
  PreferredTopology: { nodes: 5000, before: 5000, measured: 5000, pod: spread('ScheduleAnyway') },
  PodAffinity: { nodes: 5000, before: 5000, measured: 5000, first: together, pod: together },
  PodAntiAffinity: { nodes: 5000, before: 1000, measured: 2000, first: apart, pod: apart },
  Preemption: {
    nodes: 500,
    before: 2000,
    measured: 500,
    first: (name) => makePod(name, requesting({ cpu: '900m', memory: '500Mi' })),
    pod: (name) => makePod(name, { ...requesting({ cpu: '3', memory: '500Mi' }), priority: 10 }),
  },
}

/** Pods that got a node, a second. */
function run({ nodes, before, measured, first = plain, pod }: Workload): number {
  const nominations = new Nominations()
  const parts = { lookups: NO_LOOKUPS, random: systemRandom(), nominations }
  const { algorithm } = new Profiles(DEFAULT_CONFIG, parts).of(pod('any'))
  const cache = new SchedulerCache()
  for (let i = 0; i < nodes; i++) {
    const labels = { [ZONE]: `zone-${i % 3}` }
    const allocatable = { cpu: '4', memory: '32Gi', pods: '110' }
    cache.setNode(makeNode(`node-${i}`, { labels, allocatable }))
  }
  const schedule = (waiting: PodView) => {
    const result = algorithm.schedule(waiting, cache.snapshot())
    if (result.kind === 'fits') {
      cache.assume(waiting, result.nodeName)
      return
    }
    const room = result.attempt?.framework.postFilter(result.attempt)
    if (room?.kind !== 'nominated') throw new Error(`no room for ${waiting.metadata.name}`)
    // As if the victims ended at once.
    for (const victim of room.victims) cache.removePod(victim.metadata.uid)
    nominations.set(waiting, room.nodeName)
    schedule(waiting)
    nominations.delete(waiting.metadata.uid)
  }
  for (let i = 0; i < before; i++) schedule(first(`first-${i}`))
  const startMs = performance.now()
  for (let i = 0; i < measured; i++) schedule(pod(`pod-${i}`))
  return measured / ((performance.now() - startMs) / 1000)
}

/** The rows of the recorded table, by the first word of their first cell. */
function recorded(): Map<string, string[]> {
  const file = new URL('../../shared/BASELINE.md', import.meta.url)
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []
  const rows = lines.map((line) => line.split('|').map((cell) => cell.trim()))
  return new Map(rows.map((cells) => [cells[1]?.split(' ')[0] ?? '', cells.slice(2, -1)]))
}

const chosen = process.argv.slice(2)
const unknown = chosen.filter((name) => !(name in WORKLOADS))
if (unknown.length > 0) {
  console.error(
    `no such workload: ${unknown.join(', ')}; there are ${Object.keys(WORKLOADS).join(', ')}`,
  )
  process.exit(2)
}
const line = (cells: string[]) =>
  console.log(cells.map((cell, i) => (i === 0 ? cell.padEnd(36) : cell.padStart(14))).join(''))
line(['pods/s', 'decisions', 'gate 1.32', 'newest gate', 'kube here'])
const rows = recorded()
for (const [name, workload] of Object.entries(WORKLOADS)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue
  const { nodes, before, measured } = workload
  const figure = run(workload).toFixed(0)
  line([`${name} ${nodes}/${before}/${measured}`, figure, ...(rows.get(name) ?? [])])
}
