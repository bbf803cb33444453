import type { Clock, Disk, Net, Random } from '../src/base/index.ts'
import { type CallContext, type PartArgs, UserError } from '../src/cli/index.ts'
import { findFreeNetwork, findFreePorts, requireFree } from './addresses.ts'
import { Connection } from './connection.ts'
import { kubeconfig } from './kubeconfig.ts'
import type { Layout } from './layout.ts'
import { ensurePki, readTls } from './pki.ts'
import {
  endpointReady,
  masterAnswers,
  masterReady,
  nodeReady,
  type WaitParts,
} from './readiness.ts'
import type { Supervisor } from './supervisor.ts'
import { agentsOf, partNamed, planTopology, portsNeeded, type Topology } from './topology.ts'

/** The programs that a cluster is made of, by name. */
export type PartKind = 'master' | 'node' | 'hollow'

export interface LifecycleParts {
  readonly layout: Layout
  readonly disk: Disk
  readonly clock: Clock
  readonly random: Random
  readonly net: Net
  readonly supervisor: Supervisor
  /** The command line that runs a part. */
  readonly program: (kind: PartKind, flags: readonly string[]) => readonly string[]
}

export const MASTERS_DEFAULT = 3
export const NODES_DEFAULT = 2
/** A slow machine with much to replay; what is broken is told long before. */
const READY_TIMEOUT_MS = 60_000
const HOLLOW_NODE_MS = 60
/** A master whose peers are dead answers, but cannot become ready. */
const MAJORITY_TIMEOUT_MS = 5_000
const STOP_GRACE_MS = 5_000

/** A thousand nodes register in a minute on the slowest of machines. */
function nodeTimeoutMs({ hollow }: Topology): number {
  return READY_TIMEOUT_MS + (hollow?.nodes ?? 0) * HOLLOW_NODE_MS
}

/** A new cluster's topology, with ports and addresses that are free now. */
export async function newTopology(
  parts: LifecycleParts,
  options: {
    masters: number
    nodes: number
    hollowNodes: number
    apiOnly: boolean
    archive?: string
    args?: PartArgs
    network?: string
  },
): Promise<Topology> {
  const { net, layout, random } = parts
  const network = options.network ?? (await findFreeNetwork(net, layout.root))
  const ports = await findFreePorts(net, portsNeeded(options.masters), layout.root)
  const clusterToken = `navarch-${random.uuid()}`
  return planTopology({ ...options, network, ports, clusterToken })
}

/** Writes everything that a part finds in the data folder. */
export async function writeCluster(parts: LifecycleParts, topology: Topology): Promise<void> {
  const { disk, layout, clock } = parts
  await disk.mkdir(layout.root)
  await ensurePki(topology, { disk, layout, nowMs: clock.nowMs() })
  const { address, port } = topology.endpoint
  const server = `https://${address}:${port}`
  const config = kubeconfig({ server, tls: await readTls('admin', 'api', parts), name: 'navarch' })
  await disk.writeFileAtomic(layout.kubeconfig, Buffer.from(config), { mode: 0o600 })
  const text = `${JSON.stringify(topology, null, 2)}\n`
  await disk.writeFileAtomic(layout.topology, Buffer.from(text), { mode: 0o644 })
}

/** Starts all that does not run, at once, and waits for it. */
export async function startAll(
  parts: LifecycleParts,
  topology: Topology,
  { signal, progress }: CallContext,
): Promise<void> {
  const missing = new Set<string>()
  for (const { name } of [...topology.masters, ...agentsOf(topology)]) {
    if (!(await parts.supervisor.running(name))) missing.add(name)
  }
  await requireFree(parts.net, topology, missing)
  try {
    await Promise.all([...missing].map((name) => startPart(parts, topology, name)))
    await waitForAll(parts, topology, { signal, progress })
  } catch (error) {
    // What was running before stays, what this call began goes.
    await stopParts(parts, topology, missing)
    throw withRemedy(error, topology)
  }
}

/** Flags that are kept make every start fail in the same way. */
function withRemedy(error: unknown, { args = {} }: Topology): unknown {
  if (!(error instanceof UserError) || !/ ended while it started: /.test(error.message)) {
    return error
  }
  const given = Object.entries(args).filter(([, words]) => words.length > 0)
  if (given.length === 0) return error
  const none = given.map(([part]) => `--${part}-arg=`).join(' ')
  return new UserError(`${error.message}; \`navarch up ${none}\` starts without the flags given`, {
    cause: error,
  })
}

async function waitForAll(
  parts: LifecycleParts,
  topology: Topology,
  { signal, progress }: CallContext,
): Promise<void> {
  await withConnection(parts, topology, async (wait) => {
    // One part that cannot start is told at once, not after the others have waited for it.
    const failed = new AbortController()
    const options = {
      signal: AbortSignal.any([signal, failed.signal]),
      timeoutMs: READY_TIMEOUT_MS,
    }
    const started = parts.clock.monotonicMs()
    const after = () => `${((parts.clock.monotonicMs() - started) / 1000).toFixed(1)} s`
    const tell = (name: string) => progress(`  ${name} is ready after ${after()}`)
    const waits = [
      ...topology.masters.map((m) => masterReady(m, wait, options).then(() => tell(m.name))),
      ...agentsOf(topology).map((agent) => {
        const patient = { ...options, timeoutMs: nodeTimeoutMs(topology) }
        return nodeReady(agent, wait, patient).then(() => tell(agent.name))
      }),
    ]
    try {
      await Promise.all(waits)
      const [first] = topology.masters
      if (first) await endpointReady(first, wait, options)
    } finally {
      failed.abort()
      await Promise.allSettled(waits)
    }
  })
}

export async function startPart(parts: LifecycleParts, topology: Topology, name: string) {
  const { kind } = partNamed(topology, name)
  const flags = ['--data-dir', parts.layout.root, '--name', name]
  await parts.supervisor.start(name, parts.program(kind, flags))
}

/** Starts one part again; a master without a majority is told, not waited for. */
export async function startOne(
  parts: LifecycleParts,
  topology: Topology,
  name: string,
  { signal, progress }: CallContext,
): Promise<void> {
  const named = partNamed(topology, name)
  if (await parts.supervisor.running(name)) {
    const hint = `if it was stopped by SIGSTOP, \`navarch kill ${name} --signal SIGCONT\` lets it go on`
    throw new UserError(`${name} runs already; ${hint}`)
  }
  await requireFree(parts.net, topology, new Set([name]))
  await startPart(parts, topology, name)
  await withConnection(parts, topology, async (wait) => {
    const options = { signal, timeoutMs: READY_TIMEOUT_MS }
    if (named.kind !== 'master') {
      const patient = { signal, timeoutMs: nodeTimeoutMs(topology) }
      return nodeReady(named.part, wait, patient)
    }
    await masterAnswers(named.part, wait, options)
    const short = { signal, timeoutMs: MAJORITY_TIMEOUT_MS }
    await masterReady(named.part, wait, short).catch((error: unknown) => {
      if (!(error instanceof UserError) || !/not ready/.test(error.message)) throw error
      progress(`${name} runs, but is not ready: does a majority of the masters run?`)
    })
  })
}

/** Ends agents first, then their pods, then the masters. */
export async function stopAll(
  parts: LifecycleParts,
  topology: Topology,
  { signal, progress }: CallContext,
): Promise<void> {
  const nodes = new Set(agentsOf(topology).map(({ name }) => name))
  const masters = new Set(topology.masters.map(({ name }) => name))
  if (nodes.size > 0) progress('Stopping nodes and their pods ...')
  await stopParts(parts, topology, nodes, { signal })
  progress('Stopping masters ...')
  await stopParts(parts, topology, masters, { signal })
}

/** Ends the named parts, and the pods of the nodes among them. */
async function stopParts(
  parts: LifecycleParts,
  topology: Topology,
  names: ReadonlySet<string>,
  { signal = new AbortController().signal }: { signal?: AbortSignal } = {},
): Promise<void> {
  const { supervisor, layout } = parts
  const options = { graceMs: STOP_GRACE_MS, signal }
  const stopNode = async (name: string) => {
    await supervisor.stop(name, options)
    const flags = ['--data-dir', layout.root, '--name', name, '--stop-pods']
    const sweeper = await supervisor.start(name, parts.program('node', flags))
    await supervisor.gone(sweeper, { timeoutMs: STOP_GRACE_MS, signal })
  }
  const nodes = topology.nodes.filter(({ name }) => names.has(name))
  const masters = topology.masters.filter(({ name }) => names.has(name))
  const { hollow } = topology
  const isHollow = hollow !== undefined && names.has(hollow.name)
  const stopHollow = isHollow ? [supervisor.stop(hollow.name, options)] : []
  await Promise.all([...nodes.map(({ name }) => stopNode(name)), ...stopHollow])
  await Promise.all(masters.map(({ name }) => supervisor.stop(name, options)))
}

export async function withConnection<T>(
  parts: LifecycleParts,
  topology: Topology,
  work: (wait: WaitParts) => Promise<T>,
): Promise<T> {
  const tls = await readTls('admin', 'api', parts)
  const connection = new Connection({ topology, tls, clock: parts.clock })
  try {
    return await work({ ...parts, connection })
  } finally {
    await connection.close()
  }
}
