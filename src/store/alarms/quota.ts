import type { Clock, Log, Timer } from '../../base/index.ts'
import type { DiskRoom } from './disk-room.ts'

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
  /** Writes what is in memory, while there is room for it. */
  readonly flush: () => Promise<void>
  /** Whether the log's next piece can be made, if it could not before. */
  readonly logHasRoom: () => Promise<boolean>
  readonly room: Pick<DiskRoom, 'isLow' | 'isAmple' | 'reserve' | 'relieve'>
  /**
   * Whether the others would have no quorum without this member. A full disk ends a member whom
   * they can spare: no reason to stop everybody's writes.
   */
  readonly isNeeded: () => Promise<boolean>
  /** Whether this member's alarm is raised. */
  readonly isRaised: () => boolean
  readonly raise: (options: { signal: AbortSignal }) => Promise<void>
  readonly clear: (options: { signal: AbortSignal }) => Promise<void>
}

export const QUOTA_BYTES_DEFAULT = 2 * 2 ** 30
/** How often the size is looked at, and the disk, which is quickly asked. */
const CHECK_MS = 1000
const CHECK_DISK_MS = 250
/** Written since the last look, above which it is looked at again at once. */
const LOOK_BYTES = 16 * 2 ** 20
/** The alarm is taken back once so much of the quota is free. */
const FREE_SHARE = 0.05

/**
 * Watches this member's share of space: raises the alarm when the quota is used up or the disk is
 * about to be full, gives space back meanwhile, and takes the alarm back once there is some (etcd
 * leaves that to its operator).
 */
export class Quota {
  readonly #options: QuotaOptions
  readonly #closed = new AbortController()
  readonly #timers: readonly Timer[]
  #sizeBytes = 0
  #writtenBytes = 0
  #looking = false
  #lookingAtDisk = false
  /** The log's next piece found no room. */
  #logIsFull = false
  #diskIsFull = false
  /** The disk is full, and the others cannot spare this member. */
  #mustStop = false
  #raising = false

  constructor(options: QuotaOptions) {
    this.#options = options
    const { clock } = options
    this.#timers = [
      clock.every(CHECK_MS, () => void this.#look(), { unref: true }),
      clock.every(CHECK_DISK_MS, () => void this.#lookAtDisk(), { unref: true }),
    ]
    void this.#look()
  }

  /** Whether `bytes` more may be written. If not, the alarm is on its way. */
  takes(bytes: number): boolean {
    this.#writtenBytes += bytes
    if (this.#writtenBytes > LOOK_BYTES) {
      void this.#look()
      void this.#lookAtDisk()
    }
    const fits = this.#sizeBytes + this.#writtenBytes < this.#options.quotaBytes
    if (fits && !this.#mustStop) return true
    this.#raise()
    return false
  }

  /** The disk has no room for the next piece of the log: writes must end while this one lasts. */
  diskIsFull(): void {
    this.#logIsFull = true
    void this.#lookAtDisk()
  }

  close(): void {
    for (const timer of this.#timers) timer.cancel()
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
    } catch (error) {
      // Tried again at the next look.
      this.#options.log.debug('the size of the state is not known', { error })
    } finally {
      this.#looking = false
    }
  }

  async #lookAtDisk(): Promise<void> {
    if (this.#lookingAtDisk || this.#closed.signal.aborted) return
    this.#lookingAtDisk = true
    const { room, isNeeded, isRaised, flush, log } = this.#options
    try {
      this.#diskIsFull = await this.#isFull()
      const mustStop = this.#diskIsFull && (this.#mustStop || (await isNeeded()))
      const isNew = mustStop && !this.#mustStop
      this.#mustStop = mustStop
      if (mustStop) this.#raise()
      if (isNew) await flush()
      if (mustStop) await room.relieve()
      else if (!this.#diskIsFull && !isRaised()) await room.reserve()
    } catch (error) {
      log.debug('the space on the disk is not known', { error })
    } finally {
      this.#lookingAtDisk = false
    }
  }

  /** Full until there is ample room: between the two, nothing changes. */
  async #isFull(): Promise<boolean> {
    const { room, logHasRoom } = this.#options
    if (!this.#diskIsFull && !this.#logIsFull) return await room.isLow()
    if (!(await room.isAmple()) || !(await logHasRoom())) return true
    this.#logIsFull = false
    return false
  }

  async #recover(): Promise<void> {
    const { quotaBytes, inUseBytes, giveBack, clear, log } = this.#options
    // To give space back takes space.
    if (this.#diskIsFull) return
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
