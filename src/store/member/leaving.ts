import { type Clock, type Log, sleep } from '../../base/index.ts'
import { MemberRemovedError } from './errors.ts'

export interface LeavingOptions {
  readonly clock: Clock
  readonly log: Log
  readonly electionMs: number
  readonly stopped: () => boolean
  readonly handOver: () => Promise<void>
  readonly end: (why: MemberRemovedError) => void
}

/**
 * The end of a member that was removed. It stays until the others know of it, as they may need it
 * for that: as the leader it hands over first.
 */
export class Leaving {
  readonly #options: LeavingOptions
  #begun = false

  constructor(options: LeavingOptions) {
    this.#options = options
  }

  async begin(): Promise<void> {
    const { clock, log, electionMs, stopped, handOver, end } = this.#options
    if (this.#begun || stopped()) return
    this.#begun = true
    log.warn('this member was removed from the cluster: it will stop')
    await handOver()
    await sleep(clock, electionMs)
    end(new MemberRemovedError())
  }
}
