import {
  type Clock,
  type Disk,
  type Log,
  type ProcessExit,
  type ProcessIdentity,
  type Processes,
  type Timer,
  withTimeout,
} from '../../../../base/index.ts'
import type { ContainerRunState, ObservedContainer } from '../types.ts'
import { spoolPath } from './log-files.ts'
import { LogPump } from './log-pump.ts'
import { logTail } from './log-reader.ts'
import type { ContainerRecord } from './records.ts'
import { readExit } from './shim.ts'
import { SpoolWatch } from './spool-watch.ts'

/** Termination messages are cut here (upstream: `MaxContainerTerminationMessageLength`). */
const MESSAGE_BYTES_MAX = 4096
const FALLBACK_LINES_MAX = 80
const FALLBACK_BYTES_MAX = 2048
/** How long a killed process may take to vanish before a stop is given up and tried again. */
const KILL_TIMEOUT_MS = 10_000
/** A quiet container's log is looked at every this many rounds at least. */
const QUIET_ROUNDS_MAX = 2
/** … and when the system tells of what is written. */
const WATCHED_ROUNDS_MAX = 10

const SIGNAL_NUMBERS: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
}

export interface ContainerDependencies {
  readonly clock: Clock
  readonly disk: Disk
  readonly log: Log
  readonly processes: Processes
}

/** One attempt of a container: its process, its log, its record. */
export class ProcessContainer {
  readonly podUid: string
  readonly folder: string
  readonly pump: LogPump
  readonly ended: Promise<void>
  #record: ContainerRecord
  readonly #parts: ContainerDependencies
  readonly #save: (record: ContainerRecord) => Promise<void>
  readonly #spool: SpoolWatch | undefined
  /** Rounds without output: a quiet container's log is looked at less often. */
  #quietRounds = 0
  #killTimer: Timer | undefined
  #killAtMs = Number.POSITIVE_INFINITY
  #markEnded: () => void = () => undefined

  constructor(
    options: {
      podUid: string
      folder: string
      record: ContainerRecord
      save: (record: ContainerRecord) => Promise<void>
    },
    parts: ContainerDependencies,
  ) {
    this.podUid = options.podUid
    this.folder = options.folder
    this.#record = options.record
    this.#save = options.save
    this.#parts = parts
    this.pump = new LogPump({
      ...parts,
      folder: options.folder,
      whilePaused: (work) => this.#whilePaused(work),
    })
    this.ended = new Promise((resolve) => {
      this.#markEnded = resolve
    })
    if (options.record.state.kind === 'exited') this.#markEnded()
    else {
      const spool = { path: spoolPath(options.folder), read: () => this.#pumpLog() }
      this.#spool = new SpoolWatch(spool, parts)
    }
  }

  get record(): ContainerRecord {
    return this.#record
  }

  get isRunning(): boolean {
    return this.#record.state.kind === 'running'
  }

  observe(): ObservedContainer {
    const { id, name, attempt, image, imageId, hash, state } = this.#record
    return { id, name, attempt, image, imageId, hash, state }
  }

  /** Waits for the process's end, writes down how it went, then resolves. */
  async watch(signal: AbortSignal): Promise<void> {
    const identity = this.#record.process
    if (!identity || !this.isRunning) return
    const exit = await this.#parts.processes.waitForExit(identity, { signal })
    const finishedAtMs = this.#parts.clock.nowMs()
    // A container ends with its first process, whatever that has left behind.
    this.#signal(identity, 'SIGKILL')
    this.#killTimer?.cancel()
    await this.#spool?.close()
    await this.pump.finish().catch((error: unknown) => this.#warn('log', error))
    const state = await this.#endState(exit, finishedAtMs)
    this.#record = { ...this.#record, state }
    await this.#save(this.#record).catch((error: unknown) => this.#warn('record', error))
    this.#markEnded()
  }

  /** SIGTERM now, SIGKILL after `graceMs`. Later calls may bring the SIGKILL forward. */
  async stop(options: { graceMs: number; signal: string }): Promise<void> {
    const { clock } = this.#parts
    const identity = this.#record.process
    if (!identity || !this.isRunning) return
    if (this.#killAtMs === Number.POSITIVE_INFINITY) this.#signal(identity, options.signal)
    const killAtMs = clock.monotonicMs() + options.graceMs
    if (killAtMs < this.#killAtMs) {
      this.#killAtMs = killAtMs
      this.#killTimer?.cancel()
      this.#killTimer = clock.after(options.graceMs, () => this.#signal(identity, 'SIGKILL'))
    }
    await withTimeout(
      clock,
      options.graceMs + KILL_TIMEOUT_MS,
      () => new Error(`process ${identity.pid} does not die`),
      (signal) => this.#endedOr(signal),
    )
  }

  /** One round of looking at the log, in case the system does not tell of what is written. */
  async pollLog(): Promise<void> {
    if (!this.isRunning) return
    const roundsMax = this.#spool?.active ? WATCHED_ROUNDS_MAX : QUIET_ROUNDS_MAX
    const rounds = this.#quietRounds++
    if (rounds % Math.min(rounds + 1, roundsMax) !== 0) return
    if (await this.#pumpLog()) this.#quietRounds = 0
  }

  /** The agent goes, the container runs on. */
  async release(): Promise<void> {
    this.#killTimer?.cancel()
    await this.#spool?.close()
    await this.pump.close()
  }

  async #pumpLog(): Promise<boolean> {
    try {
      return await this.pump.pump()
    } catch (error) {
      this.#parts.log.warn('a log could not be read', { pod: this.podUid, error })
      return false
    }
  }

  #endedOr(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      this.ended.then(resolve, reject)
    })
  }

  async #endState(exit: ProcessExit | undefined, finishedAtMs: number): Promise<ContainerRunState> {
    const { startedAtMs } = this.#record.state
    const found = exit ? undefined : await readExit(this.#parts.disk, this.folder)
    const noted = exit ?? found
    if (noted === undefined) {
      const reason = 'ContainerStatusUnknown'
      const message = 'The container ended while no node agent was running'
      return { kind: 'exited', startedAtMs, finishedAtMs, exitCode: 137, reason, message }
    }
    const exitCode = 'code' in noted ? noted.code : 128 + (SIGNAL_NUMBERS[noted.signal] ?? 0)
    const endedAtMs = found ? Math.max(startedAtMs, found.atMs) : finishedAtMs
    const base = { kind: 'exited', startedAtMs, finishedAtMs: endedAtMs } as const
    const message = await this.#terminationMessage(exitCode)
    const reason = exitCode === 0 ? 'Completed' : 'Error'
    return { ...base, exitCode, reason, ...(message && { message }) }
  }

  async #terminationMessage(exitCode: number): Promise<string> {
    const { disk } = this.#parts
    try {
      const written = await disk.readFile(terminationLogPath(this.folder))
      const text = Buffer.from(written.subarray(0, MESSAGE_BYTES_MAX)).toString()
      if (text !== '' || !this.#record.fallbackToLogs || exitCode === 0) return text
      const limits = { lines: FALLBACK_LINES_MAX, bytes: FALLBACK_BYTES_MAX }
      return await logTail(disk, this.folder, limits)
    } catch {
      return ''
    }
  }

  async #whilePaused(work: () => Promise<void>): Promise<void> {
    const identity = this.#record.process
    if (!identity || !this.isRunning) return
    this.#signal(identity, 'SIGSTOP')
    try {
      await work()
    } finally {
      this.#signal(identity, 'SIGCONT')
    }
  }

  #signal(identity: ProcessIdentity, signal: string): void {
    try {
      this.#parts.processes.kill(identity, signal)
    } catch (error) {
      const { name } = this.#record
      this.#parts.log.warn('a container could not be signalled', { name, signal, error })
    }
  }

  #warn(what: string, error: unknown): void {
    const { name, attempt } = this.#record
    const fields = { pod: this.podUid, container: name, attempt, what, error }
    this.#parts.log.warn('the end of a container could not be written down', fields)
  }
}

/** The file behind `terminationMessagePath`. */
export function terminationLogPath(folder: string): string {
  return `${folder}/termination-log`
}
