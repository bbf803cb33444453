import { type Clock, sleep } from '../src/base/index.ts'
import {
  type CallContext,
  type FailoverReport,
  type KillReport,
  UserError,
} from '../src/cli/index.ts'
import type { Connection } from './connection.ts'
import { DrillScale } from './drill-scale.ts'
import { DrillWriters } from './drill-writers.ts'
import { type LifecycleParts, startPart, withConnection } from './lifecycle.ts'
import { masterReady } from './readiness.ts'
import type { MasterTopology, Topology } from './topology.ts'

interface DrillParts extends LifecycleParts {
  readonly topology: Topology
  /** What a command in a hint needs to mean this cluster. */
  readonly dataDirFlag: string
}

const READY_TIMEOUT_MS = 60_000
const SETTLE_MS = 1000
const POLL_MS = 50
const REMOVED_TIMEOUT_MS = 60_000
const REMOVE_TIMEOUT_MS = 10_000
const KILLED_TIMEOUT_MS = 5000

/**
 * Kills the leading master under a stream of writes, starts it again, and so on: in turn who leads
 * the store and who leads the controllers. At the end every acknowledged write must be there. A
 * cluster without controllers is measured by its writes alone.
 */
export async function drillFailover(
  parts: DrillParts,
  { times }: { times: number },
  context: CallContext,
): Promise<FailoverReport> {
  if (parts.topology.masters.length < 3) {
    throw new UserError('a failover needs three masters: this cluster has fewer')
  }
  const { signal, progress } = context
  const { apiOnly = false } = parts.topology
  const namespace = `navarch-drill-${parts.random.int(1_000_000)}`
  return withConnection(parts, parts.topology, async ({ connection }) => {
    const drill = new Drill(parts, connection, context)
    await drill.requireHealthy()
    await createNamespace(connection, namespace, signal)
    const common = { connection, clock: parts.clock, namespace }
    const writers = new DrillWriters(common)
    const scale = apiOnly ? undefined : new DrillScale(common)
    try {
      await scale?.create(signal)
      writers.start()
      const kills: KillReport[] = []
      for (let i = 0; i < times; i++) {
        const kill = await drill.kill(
          apiOnly || i % 2 === 0 ? 'store' : 'controllers',
          writers,
          scale,
        )
        progress(
          `  ${i + 1}: ${kill.master} killed, writes again after ${Math.round(kill.gapMs)} ms`,
        )
        kills.push(kill)
      }
      await writers.stop()
      const lost = await writers.lost(signal)
      const medianGapMs = median(kills.map(({ gapMs }) => gapMs))
      const { acknowledged: acknowledgedWrites } = writers
      return { kills, medianGapMs, acknowledgedWrites, lostWrites: lost.length }
    } finally {
      await writers.stop()
      await drill.startAgain()
      progress(`  cleaning up: removing the namespace ${namespace} ...`)
      const { clock } = parts
      const gone = await removeNamespace(namespace, { connection, clock, signal, apiOnly })
      if (!gone) progress(`  the namespace ${namespace} is still being removed`)
    }
  })
}

class Drill {
  readonly #parts: DrillParts
  readonly #connection: Connection
  readonly #signal: AbortSignal
  readonly #progress: CallContext['progress']
  #killed: string | undefined

  constructor(parts: DrillParts, connection: Connection, { signal, progress }: CallContext) {
    this.#parts = parts
    this.#connection = connection
    this.#signal = signal
    this.#progress = progress
  }

  async requireHealthy(): Promise<void> {
    for (const master of this.#parts.topology.masters) {
      const report = await this.#connection.masterReport(master, this.#signal)
      if (report?.healthy) continue
      throw new UserError(`${master.name} is not healthy: all masters must run before a drill`)
    }
  }

  async kill(
    what: 'store' | 'controllers',
    writers: DrillWriters,
    scale: DrillScale | undefined,
  ): Promise<KillReport> {
    const { clock, supervisor, topology } = this.#parts
    const signal = this.#signal
    const { master, led } = await this.#leader(what)
    await sleep(clock, SETTLE_MS, { signal })
    writers.takeLongestGapMs()
    this.#killed = master.name
    const identity = await supervisor.signal(master.name, 'SIGKILL')
    const never = new AbortController().signal
    await supervisor.gone(identity, { timeoutMs: KILLED_TIMEOUT_MS, signal: never })
    const before = writers.acknowledged
    const deadline = clock.monotonicMs() + READY_TIMEOUT_MS
    while (writers.acknowledged <= before) {
      if (clock.monotonicMs() > deadline) {
        const seconds = READY_TIMEOUT_MS / 1000
        throw new UserError(`no write was acknowledged in ${seconds} s without ${master.name}`)
      }
      await sleep(clock, POLL_MS, { signal })
    }
    const scaledMs = scale ? await scale.scale(signal) : null
    const gapMs = writers.takeLongestGapMs()
    const restarted = clock.monotonicMs()
    await startPart(this.#parts, topology, master.name)
    this.#killed = undefined
    const wait = { ...this.#parts, connection: this.#connection }
    await masterReady(master, wait, { signal, timeoutMs: READY_TIMEOUT_MS })
    const rejoinedMs = clock.monotonicMs() - restarted
    return { master: master.name, led, gapMs, scaledMs, rejoinedMs }
  }

  /** A drill that ends early leaves no master dead. */
  async startAgain(): Promise<void> {
    const name = this.#killed
    if (name === undefined) return
    const { supervisor, topology, dataDirFlag } = this.#parts
    try {
      if (!(await supervisor.running(name))) await startPart(this.#parts, topology, name)
      this.#progress(`  ${name} was dead, and is started again`)
    } catch {
      this.#progress(`  ${name} is still down: \`navarch start ${name}${dataDirFlag}\``)
    }
  }

  /** Who leads the store or the controllers, and all that it leads. */
  async #leader(what: 'store' | 'controllers'): Promise<{ master: MasterTopology; led: string }> {
    const deadline = this.#parts.clock.monotonicMs() + READY_TIMEOUT_MS
    for (;;) {
      for (const master of this.#parts.topology.masters) {
        const report = await this.#connection.masterReport(master, this.#signal)
        if (!report?.leads[what]) continue
        const { leads } = report
        const parts = (['store', 'controllers', 'scheduler'] as const).filter((part) => leads[part])
        return { master, led: parts.join(',') }
      }
      if (this.#parts.clock.monotonicMs() > deadline) {
        throw new UserError(`no master leads the ${what}: see \`navarch status\``)
      }
      await sleep(this.#parts.clock, POLL_MS, { signal: this.#signal })
    }
  }
}

async function createNamespace(connection: Connection, name: string, signal: AbortSignal) {
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }
  const { status } = await connection.api('POST', '/api/v1/namespaces', { body, signal })
  if (status !== 201) throw new UserError(`the namespace ${name} could not be made: HTTP ${status}`)
}

/** Until the namespace is gone with all that it held; false when that takes too long. */
async function removeNamespace(
  name: string,
  parts: { connection: Connection; clock: Clock; signal: AbortSignal; apiOnly: boolean },
): Promise<boolean> {
  const { connection, clock, signal, apiOnly } = parts
  const url = `/api/v1/namespaces/${name}`
  // It goes after an interruption, too, but is not waited for.
  const never = new AbortController().signal
  const ask = (method: string, path = '', body?: unknown) =>
    connection
      .api(method, `${url}${path}`, { body, signal: never, timeoutMs: REMOVE_TIMEOUT_MS })
      .catch(() => undefined)
  // No controller empties it there.
  const finish = async () => {
    await ask('DELETE', '/configmaps')
    const found = await ask('GET')
    if (found?.status !== 200) return found
    return ask('PUT', '/finalize', { ...(found.body as object), spec: { finalizers: [] } })
  }
  const deadline = clock.monotonicMs() + REMOVED_TIMEOUT_MS
  let answer = await ask('DELETE')
  while (answer?.status !== 404) {
    if (apiOnly) await finish()
    if (signal.aborted || clock.monotonicMs() > deadline) {
      return apiOnly && (await ask('GET'))?.status === 404
    }
    await sleep(clock, POLL_MS, { signal }).catch(() => undefined)
    // A master that just came back may not have answered the first time.
    answer = await ask(answer === undefined ? 'DELETE' : 'GET')
  }
  return true
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2
}
