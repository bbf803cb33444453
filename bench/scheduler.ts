import { existsSync, readFileSync } from 'node:fs'
import { SchedulerCache } from '../src/master/scheduler/cache/cache.ts'
import { DEFAULT_CONFIG } from '../src/master/scheduler/config/index.ts'
import { NO_LOOKUPS } from '../src/master/scheduler/framework/lookups.ts'
import { Nominations } from '../src/master/scheduler/framework/nominations.ts'
import type { NodeView, PodView } from '../src/master/scheduler/framework/types.ts'
import { Profiles } from '../src/master/scheduler/profiles.ts'
import { SchedulingQueue } from '../src/master/scheduler/queue/queue.ts'
import { systemClock, systemRandom } from '../src/platform/index.ts'
import { makeNode, makePod, requesting } from '../test/unit/scheduler/objects.ts'

/**
 * `bench/scheduler.ts [WORKLOAD…]`: the scheduler's queue, cache and decisions, in one process, on the
 * shapes of upstream's scheduler_perf; beside it what upstream's whole scheduler was measured at,
 * where that is recorded, and how many times the target we come to: three times the real one here,
 * and no less than the newest gate. Writing to an API server is not part of it: that measures
 * `bench/whole-scheduler.ts`.
 */
interface Workload {
  readonly nodes: number
  readonly before: number
  readonly measured: number
  /** A pod that is there beforehand; `pod` makes those that are measured. */
  readonly first?: (name: string) => PodView
  readonly pod: (name: string) => PodView
  /** What else a node has; it is one of several. */
  readonly allocatable?: Readonly<Record<string, string>>
  /** Nodes that are there beside the others. */
  readonly more?: () => NodeView[]
  /** What happens after each of so many pods. */
  readonly churn?: { readonly every: number; readonly act: (run: Run, serial: number) => void }
}

const ZONE = 'topology.kubernetes.io/zone'
const HOSTNAME = 'kubernetes.io/hostname'
const LARGE = { cpu: '4', memory: '32Gi', pods: '110' }
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

const inZones = (values: string[]) => (name: string) => {
  const matchExpressions = [{ key: ZONE, operator: 'In', values }]
  const terms = { nodeSelectorTerms: [{ matchExpressions }] }
  const nodeAffinity = { requiredDuringSchedulingIgnoredDuringExecution: terms }
  return makePod(name, { ...request, affinity: { nodeAffinity } })
}
/** As the DaemonSet controller pins a pod to its node. */
const onNode = (node: string) => (name: string) => {
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: [node] }]
  const terms = { nodeSelectorTerms: [{ matchFields }] }
  const nodeAffinity = { requiredDuringSchedulingIgnoredDuringExecution: terms }
  return makePod(name, { affinity: { nodeAffinity } })
}
const gated = (name: string) => makePod(name, { ...request, schedulingGates: [{ name: 'wait' }] })
const small = (name: string) => makePod(name, requesting({ cpu: '900m', memory: '500Mi' }))
const important = (name: string) =>
  makePod(name, { ...requesting({ cpu: '3', memory: '500Mi' }), priority: 10 })
const tooLarge = (priority: number) => (name: string) =>
  makePod(name, { ...requesting({ cpu: '9', memory: '500Mi' }), priority })
/** Upstream churns by time; this is as often, at the speed of its newest gate. */
const GATE_PER_SECOND = 680

const WORKLOADS: Record<string, Workload> = {
  Basic: { nodes: 5000, before: 1000, measured: 10_000, pod: plain },
  TopologySpreading: { nodes: 5000, before: 5000, measured: 5000, pod: spread('DoNotSchedule') },
  Preemption: { nodes: 500, before: 2000, measured: 500, first: small, pod: important },
  Unschedulable: {
    nodes: 5000,
    before: 0,
    measured: 10_000,
    pod: plain,
    churn: {
      every: GATE_PER_SECOND / 5,
      act: (run, serial) => run.tryInVain(tooLarge(0)(`large-${serial}`)),
    },
  },
  MixedChurn: {
    nodes: 5000,
    before: 0,
    measured: 10_000,
    pod: plain,
    churn: {
      every: GATE_PER_SECOND,
      act: (run, serial) => {
        run.replaceNode(serial)
        run.tryInVain(tooLarge(10)(`large-${serial}`))
      },
    },
  },
  PodAntiAffinity: { nodes: 5000, before: 1000, measured: 2000, first: apart, pod: apart },
  NodeAffinity: { nodes: 5000, before: 5000, measured: 10_000, pod: inZones(['zone-0', 'zone-9']) },
  PodAffinity: { nodes: 5000, before: 5000, measured: 5000, first: together, pod: together },
  PreferredTopology: { nodes: 5000, before: 5000, measured: 5000, pod: spread('ScheduleAnyway') },
  WhileGated: {
    nodes: 1,
    before: 10_000,
    measured: 20_000,
    first: gated,
    pod: plain,
    allocatable: { cpu: '4000', memory: '32Ti', pods: '90000' },
  },
  Daemonset: {
    nodes: 15_000,
    before: 0,
    measured: 30_000,
    pod: onNode('its-node'),
    more: () => [makeNode('its-node', { allocatable: { ...LARGE, pods: '90000' } })],
  },
  PreemptionAsync: { nodes: 5000, before: 20_000, measured: 5000, first: small, pod: important },
}

/** What the scheduler does without its API server: who is assigned is assigned at once. */
class Run {
  readonly #cache = new SchedulerCache()
  readonly #nominations = new Nominations()
  readonly #queue: SchedulingQueue
  readonly #profiles: Profiles

  constructor({ nodes, allocatable = LARGE, more }: Workload) {
    const parts = { lookups: NO_LOOKUPS, random: systemRandom(), nominations: this.#nominations }
    this.#profiles = new Profiles(DEFAULT_CONFIG, parts)
    this.#queue = new SchedulingQueue({
      clock: systemClock,
      frameworkOf: (pod) => this.#profiles.of(pod).framework,
      backoff: DEFAULT_CONFIG,
    })
    for (let i = 0; i < nodes; i++) {
      const labels = { [ZONE]: `zone-${i % 3}` }
      this.#cache.setNode(makeNode(`node-${i}`, { labels, allocatable }))
    }
    for (const node of more?.() ?? []) this.#cache.setNode(node)
  }

  /** False when it has to wait at its gate. */
  async schedule(pod: PodView): Promise<boolean> {
    this.#queue.set(pod)
    if (this.#queue.sizes.active === 0) return false
    const next = await this.#queue.pop()
    if (next?.pod !== pod) throw new Error(`${pod.metadata.name} is not the next one`)
    this.#place(pod)
    return true
  }

  #place(pod: PodView): void {
    const { algorithm } = this.#profiles.of(pod)
    const { uid, name } = pod.metadata
    const result = algorithm.schedule(pod, this.#cache.snapshot())
    if (result.kind === 'fits') {
      this.#cache.assume(pod, result.nodeName)
      this.#queue.done(uid)
      const now = { ...pod, spec: { ...pod.spec, nodeName: result.nodeName } }
      this.#queue.onEvent({ resource: 'assigned-pod', action: 'add', old: undefined, now })
      return
    }
    const room = result.attempt?.framework.postFilter(result.attempt)
    if (room?.kind !== 'nominated') throw new Error(`no room for ${name}`)
    // As if the victims ended at once.
    for (const victim of room.victims) this.#cache.removePod(victim.metadata.uid)
    this.#nominations.set(pod, room.nodeName)
    this.#place(pod)
    this.#nominations.delete(uid)
  }

  /** A pod for which there is no room whatever goes. */
  tryInVain(pod: PodView): void {
    const { algorithm } = this.#profiles.of(pod)
    const result = algorithm.schedule(pod, this.#cache.snapshot())
    if (result.kind === 'fits') throw new Error(`there is room for ${pod.metadata.name}`)
    result.attempt?.framework.postFilter(result.attempt)
  }

  replaceNode(serial: number): void {
    this.#cache.removeNode(`churn-${serial - 1}`)
    const now = makeNode(`churn-${serial}`, { allocatable: LARGE })
    this.#cache.setNode(now)
    this.#queue.onEvent({ resource: 'node', action: 'add', old: undefined, now })
  }

  close(): void {
    this.#queue.close()
  }
}

/** Pods that got a node, a second of this process's own time: a busy machine does not count. */
async function measure(workload: Workload): Promise<number> {
  const { before, measured, first = plain, pod, churn } = workload
  const run = new Run(workload)
  for (let i = 0; i < before; i++) await run.schedule(first(`first-${i}`))
  const start = process.cpuUsage()
  for (let i = 0; i < measured; i++) {
    if (!(await run.schedule(pod(`pod-${i}`)))) throw new Error(`pod-${i} waits`)
    if (churn && i % churn.every === 0) churn.act(run, i / churn.every)
  }
  run.close()
  const { user, system } = process.cpuUsage(start)
  return measured / ((user + system) / 1_000_000)
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
  console.log(cells.map((cell, i) => (i === 0 ? cell.padEnd(36) : cell.padStart(12))).join(''))
line(['pods/s', 'ours (CPU)', 'gate 1.32', 'newest gate', 'kube here', 'target', 'ratio'])
const rows = recorded()
for (const [name, workload] of Object.entries(WORKLOADS)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue
  const { nodes, before, measured } = workload
  const figure = await measure(workload)
  const known = rows.get(name) ?? []
  line([
    `${name} ${nodes}/${before}/${measured}`,
    figure.toFixed(0),
    ...known,
    ...judged(figure, known),
  ])
}

/** The target, and how many times it we come to. */
function judged(figure: number, [oldGate, newGate, here]: readonly string[]): string[] {
  const gate = Number(newGate) || Number(oldGate) || 0
  const target = Math.max(gate, 3 * (Number(here) || 0))
  return target === 0 ? ['', ''] : [String(target), `${(figure / target).toFixed(1)}×`]
}
