import type { Clock, Log, Timer } from '../../base/index.ts'

export interface QuotaOptions {
  readonly clock: Clock
  readonly log: Log
  /** etcd's `--quota-backend-bytes`. */
  readonly quotaBytes: number
  /** What the state takes on disk. */
  readonly sizeBytes: () => Promise<number>
  /** What of it is in use: the rest comes back with `giveBack`. */
  readonly inUseBytes: () => number
  readonly giveBack: () => Promise<void>
  /** Whether the disk has room for what has to be written. */
  readonly diskHasRoom: () => Promise<boolean>
  /**
   * Whether the others would have no quorum without this member. A full disk ends a member whom
   * they can spare: no reason to stop everybody's writes.
   */
  readonly isNeeded: () => boolean
  /** Whether this member's alarm is raised. */
  readonly isRaised: () => boolean
  readonly raise: (options: { signal: AbortSignal }) => Promise<void>
  readonly clear: (options: { signal: AbortSignal }) => Promise<void>
}

export const QUOTA_BYTES_DEFAULT = 2 * 2 ** 30
/** How often the size is looked at. */
const CHECK_MS = 1000
/** Written since the last look, above which it is looked at again at once. */
const LOOK_BYTES = 4 * 2 ** 20
/** The alarm is taken back once so much of the quota is free. */
const FREE_SHARE = 0.05

/**
 * Watches this member's share of space: raises the alarm when the quota is used up or the disk is
 * full, gives space back meanwhile, and takes the alarm back once there is some (etcd leaves that
 * to its operator).
 */
export class Quota {
  readonly #options: QuotaOptions
  readonly #closed = new AbortController()
  readonly #timer: Timer
  #sizeBytes = 0
  #writtenBytes = 0
  #looking = false
  #diskIsFull = false
  #raising = false

  constructor(options: QuotaOptions) {
    this.#options = options
    this.#timer = options.clock.every(CHECK_MS, () => void this.#look(), { unref: true })
    void this.#look()
  }

  /** Whether `bytes` more may be written. If not, the alarm is on its way. */
  takes(bytes: number): boolean {
    this.#writtenBytes += bytes
    if (this.#writtenBytes > LOOK_BYTES) void this.#look()
    const fits = this.#sizeBytes + this.#writtenBytes < this.#options.quotaBytes
    if (fits && !this.#mustStop) return true
    this.#raise()
    return false
  }

  /** The disk has no room for the next piece of the log: writes must end while this one lasts. */
  diskIsFull(): void {
    this.#diskIsFull = true
    if (this.#mustStop) this.#raise()
  }

  get #mustStop(): boolean {
    return this.#diskIsFull && this.#options.isNeeded()
  }

  close(): void {
    this.#timer.cancel()
    this.#closed.abort()
  }

  async #look(): Promise<void> {
    if (this.#looking || this.#closed.signal.aborted) return
    this.#looking = true
    try {
      const written = this.#writtenBytes
      this.#sizeBytes = await this.#options.sizeBytes()
      this.#writtenBytes -= written
      if (this.#closed.signal.aborted) return
      if (this.#options.isRaised()) await this.#recover()
      else if (this.#diskIsFull) await this.#lookAtDisk()
    } catch (error) {
      // Tried again at the next look.
      this.#options.log.debug('the size of the state is not known', { error })
    } finally {
      this.#looking = false
    }
  }

  async #lookAtDisk(): Promise<void> {
    this.#diskIsFull = !(await this.#options.diskHasRoom())
    if (this.#mustStop) this.#raise()
  }

  async #recover(): Promise<void> {
    const { quotaBytes, inUseBytes, giveBack, diskHasRoom, clear, log } = this.#options
    if (this.#diskIsFull) this.#diskIsFull = !(await diskHasRoom())
    const enough = quotaBytes * (1 - FREE_SHARE)
    if (this.#sizeBytes >= enough && inUseBytes() < enough) {
      await giveBack()
      this.#sizeBytes = await this.#options.sizeBytes()
    }
    if (this.#diskIsFull || this.#sizeBytes >= enough) return
    await clear({ signal: this.#closed.signal })
    log.info('there is space again: the alarm NOSPACE is taken back', {
      sizeBytes: this.#sizeBytes,
    })
  }

  #raise(): void {
    const { isRaised, raise, log, quotaBytes } = this.#options
    if (this.#raising || isRaised() || this.#closed.signal.aborted) return
    this.#raising = true
    const fields = { sizeBytes: this.#sizeBytes, quotaBytes, diskIsFull: this.#diskIsFull }
    log.warn('no space is left: raising the alarm NOSPACE', fields)
    raise({ signal: this.#closed.signal })
      .catch((error: unknown) => log.warn('the alarm could not be raised', { error }))
      .finally(() => {
        this.#raising = false
      })
  }
}
