import type { Clock, Log, Timer } from '../../base/index.ts'
import type { Lease, LeaseBook } from './lease-book.ts'
import type { LeaseRecord } from './record.ts'

export interface ExpirerOptions {
  readonly clock: Clock
  readonly log: Log
  /** The book as it is now: a restored snapshot replaces it. */
  readonly book: () => LeaseBook
  /** Proposes the revocation; resolves when it is applied or found to be needless. */
  readonly revoke: (lease: Lease, options: { signal: AbortSignal }) => Promise<void>
  /** Added to every lease by a new leader: an election timeout. */
  readonly extendMs: number
  /** Replicates how much time leases have left. */
  readonly checkpoint: (
    leases: readonly LeaseRecord[],
    options: { signal: AbortSignal },
  ) => Promise<void>
  /** What a lease has to have run for to be noted. Default 5 minutes, as in etcd. */
  readonly checkpointMs?: number
}

const CHECK_PERIOD_MS = 500
/** Revocations proposed per check, which makes etcd's thousand a second. */
const REVOKES_PER_CHECK_MAX = 500
const REVOKES_IN_FLIGHT_MAX = 500
const CHECKPOINT_MS = 5 * 60_000

/** Ends leases whose time is over. Works on the leader only; clocks of other members do not matter. */
export class LeaseExpirer {
  readonly #options: ExpirerOptions
  readonly #inFlight = new Set<bigint>()
  #timer: Timer | undefined
  #aborter = new AbortController()
  #checkpointing = false

  constructor(options: ExpirerOptions) {
    this.#options = options
  }

  /** This member has become the leader. */
  promote(): void {
    if (this.#timer) return
    const { clock, book, extendMs } = this.#options
    this.#aborter = new AbortController()
    book().extendAll(clock.monotonicMs(), extendMs)
    this.#timer = clock.every(CHECK_PERIOD_MS, () => this.#check(), { unref: true })
  }

  /** This member leads no more, or stops. */
  demote(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#aborter.abort()
    this.#inFlight.clear()
    this.#checkpointing = false
  }

  #check(): void {
    const { clock, book } = this.#options
    void this.#checkpoint()
    const room = Math.min(REVOKES_PER_CHECK_MAX, REVOKES_IN_FLIGHT_MAX - this.#inFlight.size)
    if (room <= 0) return
    const limit = room + this.#inFlight.size
    for (const lease of book().expired(clock.monotonicMs(), limit)) {
      if (!this.#inFlight.has(lease.id)) void this.#revoke(lease)
    }
  }

  async #checkpoint(): Promise<void> {
    const { clock, book, checkpoint, checkpointMs = CHECKPOINT_MS } = this.#options
    if (this.#checkpointing) return
    const leases = book().toCheckpoint(clock.monotonicMs(), checkpointMs)
    if (leases.length === 0) return
    const { signal } = this.#aborter
    this.#checkpointing = true
    try {
      await checkpoint(leases, { signal })
    } catch (error) {
      if (!signal.aborted) this.#options.log.warn('noting leases failed', { error })
    } finally {
      this.#checkpointing = false
    }
  }

  async #revoke(lease: Lease): Promise<void> {
    const { id } = lease
    const { signal } = this.#aborter
    this.#inFlight.add(id)
    try {
      await this.#options.revoke(lease, { signal })
    } catch (error) {
      // Tried again at the next check while this member leads.
      if (!signal.aborted) this.#options.log.warn('revoking an expired lease failed', { id, error })
    } finally {
      if (!signal.aborted) this.#inFlight.delete(id)
    }
  }
}
