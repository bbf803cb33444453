import { simulateCluster } from './cluster/world.ts'
import { simulateRaft } from './raft/world.ts'
import type { RunResult } from './world.ts'
import { simulateStore } from './store/world.ts'

/**
 * `make sim`: many seeds, or one again. SEED=7 replays one twice and compares; SEEDS=1000 tries so
 * many; MINUTES=10 as many as fit; FROM=5000 begins there; WORLD=raft, store or cluster for one.
 * Ends with 1 and the seeds to replay when a promise was broken.
 */

type Listener = (line: string) => void
type Simulate = (seed: number, listener?: Listener) => Promise<RunResult>

const WORLDS: Readonly<Record<string, Simulate>> = {
  raft: (seed, listener) => simulateRaft(seed, listener ? { listener } : {}),
  store: (seed, listener) => simulateStore(seed, listener ? { listener } : {}),
  cluster: (seed, listener) => simulateCluster(seed, listener ? { listener } : {}),
}
const SEEDS_DEFAULT = 200
const PROGRESS_MS = 5000

const worlds = Object.entries(WORLDS).filter(([name]) => name === (process.env.WORLD ?? name))
if (worlds.length === 0) fail(`WORLD: there is ${Object.keys(WORLDS).join(', ')}`)
const seed = number('SEED')
const failed = seed === undefined ? await tryMany() : await replay(seed)
if (failed) process.exitCode = 1

/** Runs one seed twice in each world: it has to be the same run. */
async function replay(one: number): Promise<boolean> {
  let isBroken = false
  const listener = process.env.TRACE ? (line: string) => console.log(line) : undefined
  for (const [name, simulate] of worlds) {
    const first = await simulate(one, listener)
    const second = await simulate(one)
    const isSame = first.traceHash === second.traceHash
    console.log(`${name} seed ${one}: trace ${first.traceHash}, again ${second.traceHash}`)
    console.log(`  ${describe(first.stats)}`)
    if (!isSame) console.log('  the two runs differ: something is not deterministic')
    console.log(`  ${first.failure ?? 'every promise was kept'}`)
    if (!isSame || first.failure !== undefined) isBroken = true
  }
  return isBroken
}

async function tryMany(): Promise<boolean> {
  const from = number('FROM') ?? 1
  const minutes = number('MINUTES')
  const count = number('SEEDS') ?? (minutes === undefined ? SEEDS_DEFAULT : Infinity)
  const endMs = Date.now() + (minutes ?? Infinity) * 60_000
  const rows: string[][] = []
  const failures: string[] = []
  for (const [i, [name, simulate]] of worlds.entries()) {
    const untilMs = Math.min(endMs, Date.now() + (endMs - Date.now()) / (worlds.length - i))
    const { results, seconds } = await tryWorld({ name, simulate, from, count, untilMs })
    const broken = results.filter((result) => result.failure !== undefined)
    for (const { seed: at, failure } of broken) {
      failures.push(`${name}: ${failure}\n  replay with: make sim WORLD=${name} SEED=${at}`)
    }
    rows.push([name, ...[results.length, broken.length].map(String), seconds, sums(results)])
  }
  console.log(table([['world', 'seeds', 'failed', 'seconds', 'in all'], ...rows]))
  for (const failure of failures) console.log(failure)
  return failures.length > 0
}

async function tryWorld(options: {
  name: string
  simulate: Simulate
  from: number
  count: number
  untilMs: number
}): Promise<{ results: RunResult[]; seconds: string }> {
  const { name, simulate, from, count, untilMs } = options
  const results: RunResult[] = []
  const startMs = Date.now()
  let toldMs = startMs
  for (let i = 0; i < count && Date.now() < untilMs; i++) {
    const result = await simulate(from + i)
    results.push(result)
    if (result.failure !== undefined) console.log(`${name} seed ${from + i}: ${result.failure}`)
    if (Date.now() - toldMs < PROGRESS_MS) continue
    toldMs = Date.now()
    const bound = Number.isFinite(count) ? ` of ${count}` : ''
    console.log(`${name}: ${i + 1}${bound} seeds`)
  }
  return { results, seconds: ((Date.now() - startMs) / 1000).toFixed(1) }
}

function sums(results: readonly RunResult[]): string {
  const total: Record<string, number> = {}
  for (const { stats } of results) {
    for (const [name, value] of Object.entries(stats)) total[name] = (total[name] ?? 0) + value
  }
  return describe(total)
}

function describe(stats: Readonly<Record<string, number>>): string {
  return Object.entries(stats)
    .map(([name, value]) => `${value} ${name}`)
    .join(', ')
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)))
  return rows.map((row) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')).join('\n')
}

function number(name: string): number | undefined {
  const text = process.env[name]
  if (text === undefined || text === '') return undefined
  const value = Number(text)
  if (!Number.isFinite(value) || value < 0)
    fail(`${name}: "${text}" is no number; give one, as in ${name}=7`)
  return value
}

function fail(message: string): never {
  console.error(message)
  process.exit(2)
}
