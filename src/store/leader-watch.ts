import type { Clock, Timer } from '../base/index.ts'
import type { MemberStatus } from './member-types.ts'

/** Election timeouts without a leader after which streams that require one end, as in etcd. */
const GRACE_ELECTIONS = 3

/** Whether a leader is known, for clients that would rather fail than wait on a member cut off. */
export class LeaderWatch {
  readonly #clock: Clock
  readonly #graceMs: number
  readonly #waiting = new Set<() => void>()
  #known: boolean
  #timer: Timer | undefined

  constructor(options: { clock: Clock; electionTimeoutMs: number; leader: number }) {
    this.#clock = options.clock
    this.#graceMs = options.electionTimeoutMs * GRACE_ELECTIONS
    this.#known = options.leader !== 0
  }

  get known(): boolean {
    return this.#known
  }

  /** Leader or term have changed. */
  note({ leader }: Pick<MemberStatus, 'leader'>): void {
    this.#known = leader !== 0
    if (this.#known) {
      this.close()
    } else {
      this.#timer ??= this.#clock.after(this.#graceMs, () => this.#lost(), { unref: true })
    }
  }

  /** Calls `lost` once when the leader stays away, until the returned function is called. */
  onLost(lost: () => void): () => void {
    this.#waiting.add(lost)
    return () => this.#waiting.delete(lost)
  }

  close(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #lost(): void {
    this.#timer = undefined
    const all = [...this.#waiting]
    this.#waiting.clear()
    for (const lost of all) lost()
  }
}
