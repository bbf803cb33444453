import { type Clock, sleep } from '../src/base/index.ts'
import { UserError } from '../src/cli/index.ts'
import type { Connection } from './connection.ts'
import type { Layout } from './layout.ts'
import type { Supervisor } from './supervisor.ts'
import type { HollowTopology, MasterTopology, NodeTopology } from './topology.ts'

export interface WaitParts {
  readonly supervisor: Supervisor
  readonly connection: Connection
  readonly clock: Clock
  readonly layout: Layout
}

interface WaitOptions {
  readonly signal: AbortSignal
  readonly timeoutMs: number
}

const POLL_MS = 25

/** Until the master's API says that it is ready. Throws `UserError` when its process ends. */
export function masterReady(
  master: MasterTopology,
  parts: WaitParts,
  options: WaitOptions,
): Promise<void> {
  return until(master.name, parts, options, async () => {
    return (await parts.connection.masterReport(master, options.signal))?.healthy ?? false
  })
}

/** Until the master answers at all, with a majority behind it or not. */
export function masterAnswers(
  master: MasterTopology,
  parts: WaitParts,
  options: WaitOptions,
): Promise<void> {
  return until(master.name, parts, options, async () => {
    return (await parts.connection.masterReport(master, options.signal)) !== undefined
  })
}

/** Until kubectl's address is held, by whichever master; `some` is one of them. */
export function endpointReady(
  some: MasterTopology,
  parts: WaitParts,
  options: WaitOptions,
): Promise<void> {
  return until(some.name, parts, options, () => parts.connection.endpointAnswers(options.signal))
}

/** Until the node's agent has registered it. Throws `UserError` when its process ends. */
export function nodeReady(
  node: NodeTopology | HollowTopology,
  parts: WaitParts,
  options: WaitOptions,
): Promise<void> {
  return until(node.name, parts, options, () => parts.connection.nodeAnswers(node, options.signal))
}

async function until(
  name: string,
  { supervisor, clock, layout }: WaitParts,
  { signal, timeoutMs }: WaitOptions,
  condition: () => Promise<boolean>,
): Promise<void> {
  const deadline = clock.monotonicMs() + timeoutMs
  const log = layout.log(name)
  for (;;) {
    if (await condition()) return
    if (!(await supervisor.running(name))) {
      const why = await supervisor.lastWords(name)
      throw new UserError(
        `${name} ended while it started: ${why || 'no reason was given'} (${log})`,
      )
    }
    if (clock.monotonicMs() > deadline) {
      const seconds = Math.round(timeoutMs / 1000)
      throw new UserError(`${name} was not ready after ${seconds} s: see ${log}`)
    }
    await sleep(clock, POLL_MS, { signal })
  }
}
