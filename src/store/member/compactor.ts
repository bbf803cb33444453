import type { Entry, LogIndex } from '../../raft/index.ts'
import type { StateMachine } from '../state-machine.ts'
import type { Appender } from './appender.ts'
import type { MemberLog } from './member-log.ts'
import type { LogLimits } from './options.ts'

export interface CompactorOptions<Outcome> {
  readonly stateMachine: StateMachine<Outcome>
  readonly appender: Appender
  readonly log: MemberLog
  readonly limits: LogLimits
  readonly onFatal: (error: unknown) => void
}

/** Makes the state durable from time to time, and then forgets the log behind it. */
export class Compactor<Outcome> {
  readonly #options: CompactorOptions<Outcome>
  #entries = 0
  #bytes = 0
  #running: Promise<void> | undefined

  constructor(options: CompactorOptions<Outcome>) {
    this.#options = options
  }

  /** Counts applied entries, and starts when there are enough of them. */
  applied(entry: Entry): void {
    this.#entries++
    this.#bytes += entry.data.length
    const { flushEntries, flushBytes } = this.#options.limits
    if (this.#entries >= flushEntries || this.#bytes >= flushBytes) this.#start()
  }

  async idle(): Promise<void> {
    await this.#running
  }

  #start(): void {
    if (this.#running) return
    this.#entries = 0
    this.#bytes = 0
    this.#running = this.#run()
      .catch(this.#options.onFatal)
      .finally(() => {
        this.#running = undefined
      })
  }

  async #run(): Promise<void> {
    const { stateMachine, appender, log, limits } = this.#options
    await stateMachine.flush()
    const index: LogIndex = log.tailStart({
      upTo: stateMachine.durableIndex,
      entriesMax: limits.catchUpEntries,
      bytesMax: limits.catchUpBytes,
    })
    if (index >= log.firstIndex()) appender.compact({ index, term: log.term(index) })
  }
}
