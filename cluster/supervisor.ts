import {
  type Clock,
  type Disk,
  DiskError,
  type Processes,
  type ProcessIdentity,
  sleep,
} from '../src/base/index.ts'
import { UserError } from '../src/cli/index.ts'
import type { Layout } from './layout.ts'

export interface SupervisorParts {
  readonly disk: Disk
  readonly processes: Processes
  readonly clock: Clock
  readonly layout: Layout
  /** What every process of the cluster gets of the caller's environment. */
  readonly env: Readonly<Record<string, string>>
}

const POLL_MS = 20
const LOG_BYTES_MAX = 16 * 1024 * 1024
/** Enough of a log to find why its process ended. */
const LAST_WORDS_BYTES = 16 * 1024

/** Starts and ends the processes of a cluster; knows them again by pid and start time. */
export class Supervisor {
  readonly #parts: SupervisorParts

  constructor(parts: SupervisorParts) {
    this.#parts = parts
  }

  /** The part's process while it lives; a stale record of another process does not count. */
  async running(name: string): Promise<ProcessIdentity | undefined> {
    const { disk, layout, processes } = this.#parts
    try {
      const text = Buffer.from(await disk.readFile(layout.process(name))).toString()
      const identity = JSON.parse(text) as ProcessIdentity
      return processes.isAlive(identity) ? identity : undefined
    } catch (error) {
      if (error instanceof DiskError && error.code !== 'not-found') throw error
      return undefined
    }
  }

  async start(name: string, command: readonly string[]): Promise<ProcessIdentity> {
    const { disk, layout, processes, env } = this.#parts
    for (const folder of [layout.logs, layout.run, layout.data]) await disk.mkdir(folder)
    await this.#rotate(layout.log(name))
    const [program = '', ...args] = command
    const identity = await processes.spawn({
      command: program,
      args,
      env,
      cwd: layout.root,
      stdoutPath: layout.log(name),
      stderrPath: layout.log(name),
    })
    const record = Buffer.from(JSON.stringify(identity))
    await disk.writeFileAtomic(layout.process(name), record)
    return identity
  }

  /** A log that has grown large makes room; the one before it goes. */
  async #rotate(path: string): Promise<void> {
    const { disk } = this.#parts
    const size = (await disk.stat(path))?.size ?? 0
    if (size > LOG_BYTES_MAX) await disk.rename(path, `${path}.1`)
  }

  /** Throws `UserError` when the part does not run. */
  async signal(name: string, signal: string): Promise<ProcessIdentity> {
    const identity = await this.running(name)
    if (!identity) throw new UserError(`${name} does not run`)
    this.#parts.processes.kill(identity, signal)
    return identity
  }

  /** SIGTERM, and SIGKILL for what is still there after `graceMs`. */
  async stop(name: string, options: { graceMs: number; signal: AbortSignal }): Promise<void> {
    const { processes } = this.#parts
    const identity = await this.running(name)
    if (!identity) return
    processes.kill(identity, 'SIGTERM')
    // A stopped process (SIGSTOP) hears nothing before it goes on.
    processes.kill(identity, 'SIGCONT')
    if (await this.gone(identity, { timeoutMs: options.graceMs, signal: options.signal })) return
    processes.kill(identity, 'SIGKILL')
    await this.gone(identity, { timeoutMs: options.graceMs, signal: options.signal })
  }

  /** Waits for the end of a process; false when it still lives after `timeoutMs`. */
  async gone(
    identity: ProcessIdentity,
    { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
  ): Promise<boolean> {
    const { processes, clock } = this.#parts
    const deadline = clock.monotonicMs() + timeoutMs
    while (processes.isAlive(identity)) {
      if (clock.monotonicMs() > deadline) return false
      await sleep(clock, POLL_MS, { signal })
    }
    return true
  }

  /** What a process said last that is no log line: the sentence it ended with. */
  async lastWords(name: string): Promise<string> {
    const { disk, layout } = this.#parts
    const file = await disk.open(layout.log(name)).catch(() => undefined)
    if (!file) return ''
    try {
      const size = await file.size()
      const tail = await file.read(Math.max(0, size - LAST_WORDS_BYTES), LAST_WORDS_BYTES)
      const lines = Buffer.from(tail).toString().trimEnd().split('\n')
      return lines.filter((line) => line !== '' && !line.startsWith('{')).at(-1) ?? ''
    } finally {
      await file.close()
    }
  }
}
