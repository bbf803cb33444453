import {
  type Channel,
  type Clock,
  type Disk,
  type DiskFile,
  present,
} from '../../../../base/index.ts'
import {
  formatNanoTime,
  LOG_FILE_BYTES_MAX,
  LOG_FILES_MAX,
  logPath,
  SPOOL_BYTES_MAX,
  spoolPath,
  statePath,
  toCriLines,
} from './log-files.ts'

const READ_BYTES = 256 * 1024
/** Digits that both numbers of `log.state` are padded to, so that it is overwritten in place. */
const STATE_DIGITS = 15

export interface LogPumpOptions {
  readonly disk: Disk
  readonly clock: Clock
  /** The attempt's folder. */
  readonly folder: string
  /** Runs `work` while the container is held still, so that no byte written meanwhile is lost. */
  whilePaused(work: () => Promise<void>): Promise<void>
}

/** Moves what a container has written from its spool to its log, and rotates the log. */
export class LogPump {
  readonly #options: LogPumpOptions
  readonly #followers = new Set<Channel<Uint8Array>>()
  readonly #taps = new Set<Channel<Uint8Array>>()
  /** As far as taps have the spool. */
  #tapOffset = 0
  #files: { spool: DiskFile; log: DiskFile; state: DiskFile } | undefined
  #spoolOffset = 0
  #logSize = 0
  #closed = false
  #tail: Promise<unknown> = Promise.resolve()

  constructor(options: LogPumpOptions) {
    this.#options = options
  }

  /** Moves everything that is there; true if there was something. With `flush` also a half line. */
  pump(options: { flush?: boolean } = {}): Promise<boolean> {
    return this.#serially(() => this.#pump(options.flush ?? false))
  }

  /** Calls `start` between two pumps: what it reads and what `follower` gets then fit seamlessly. */
  follow(follower: Channel<Uint8Array>, start: () => Promise<void>): Promise<void> {
    return this.#serially(async () => {
      await this.#pump(false)
      await start()
      if (this.#closed) follower.close()
      else this.#followers.add(follower)
    })
  }

  /** `tap` gets the very bytes that the container writes from now on, half lines too. */
  tap(tap: Channel<Uint8Array>): Promise<void> {
    return this.#serially(async () => {
      if (this.#closed) {
        tap.close()
        return
      }
      const { spool } = await this.#open()
      if (this.#taps.size === 0) this.#tapOffset = await spool.size()
      else await this.#feedTaps()
      this.#taps.add(tap)
    })
  }

  untap(tap: Channel<Uint8Array>): void {
    this.#taps.delete(tap)
  }

  unfollow(follower: Channel<Uint8Array>): void {
    this.#followers.delete(follower)
  }

  /** Bytes of the newest log file: everything before is complete lines. */
  get logSize(): number {
    return this.#logSize
  }

  /** Reads the rest, ends all followers and closes the files. */
  async finish(): Promise<void> {
    await this.pump({ flush: true })
    await this.close()
  }

  async close(): Promise<void> {
    await this.#serially(async () => {
      this.#closed = true
      for (const follower of this.#followers) follower.close()
      this.#followers.clear()
      for (const tap of this.#taps) tap.close()
      this.#taps.clear()
      const files = this.#files
      this.#files = undefined
      await Promise.all([files?.spool.close(), files?.log.close(), files?.state.close()])
    })
  }

  #serially<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(work)
    this.#tail = result.catch(() => undefined)
    return result
  }

  async #pump(flush: boolean): Promise<boolean> {
    if (this.#closed) return false
    const files = await this.#open()
    await this.#feedTaps()
    const size = await files.spool.size()
    if (size < this.#spoolOffset) this.#spoolOffset = 0
    let moved = false
    while (this.#spoolOffset < size) {
      const raw = await files.spool.read(this.#spoolOffset, READ_BYTES)
      if (raw.length === 0) break
      const atEnd = this.#spoolOffset + raw.length >= size
      const consumed = await this.#append(raw, flush && atEnd)
      if (consumed === 0) break
      moved = true
    }
    if (this.#spoolOffset > SPOOL_BYTES_MAX) await this.#emptySpool()
    return moved
  }

  async #feedTaps(): Promise<void> {
    const { spool } = await this.#open()
    while (this.#taps.size > 0) {
      const raw = await spool.read(this.#tapOffset, READ_BYTES)
      if (raw.length === 0) return
      this.#tapOffset += raw.length
      for (const tap of this.#taps) {
        if (!tap.push(raw)) tap.fail(new Error('the output was read too slowly'))
      }
    }
  }

  async #append(raw: Uint8Array, flush: boolean): Promise<number> {
    const time = formatNanoTime(this.#options.clock.nowMs())
    const { lines, consumed } = toCriLines(raw, { time, flush })
    if (consumed === 0) return 0
    if (this.#logSize > 0 && this.#logSize + lines.length > LOG_FILE_BYTES_MAX) await this.#rotate()
    await present(this.#files, 'open log files').log.write(this.#logSize, lines)
    this.#logSize += lines.length
    this.#spoolOffset += consumed
    await this.#saveState()
    for (const follower of this.#followers) {
      // A reader that is too slow is cut off rather than fed with gaps.
      if (!follower.push(lines)) follower.fail(new Error('the log was read too slowly'))
    }
    return consumed
  }

  async #rotate(): Promise<void> {
    const { disk, folder } = this.#options
    const files = present(this.#files, 'open log files')
    await files.log.close()
    await disk.remove(logPath(folder, LOG_FILES_MAX - 1))
    for (let age = LOG_FILES_MAX - 2; age >= 0; age--) {
      if (await disk.stat(logPath(folder, age))) {
        await disk.rename(logPath(folder, age), logPath(folder, age + 1))
      }
    }
    this.#files = { ...files, log: await disk.open(logPath(folder, 0), { create: true }) }
    this.#logSize = 0
  }

  async #emptySpool(): Promise<void> {
    await this.#options.whilePaused(async () => {
      const { spool } = present(this.#files, 'open log files')
      if ((await spool.size()) !== this.#spoolOffset) return
      await this.#feedTaps()
      await spool.truncate(0)
      this.#spoolOffset = 0
      this.#tapOffset = 0
      await this.#saveState()
    })
  }

  async #saveState(): Promise<void> {
    const { state } = present(this.#files, 'open log files')
    const numbers = [this.#spoolOffset, this.#logSize]
    const text = numbers.map((n) => String(n).padStart(STATE_DIGITS)).join(' ')
    await state.write(0, Buffer.from(text))
  }

  async #open(): Promise<{ spool: DiskFile; log: DiskFile; state: DiskFile }> {
    if (this.#files) return this.#files
    const { disk, folder } = this.#options
    const [spool, log, state] = await Promise.all([
      disk.open(spoolPath(folder), { create: true }),
      disk.open(logPath(folder, 0), { create: true }),
      disk.open(statePath(folder), { create: true }),
    ])
    const text = Buffer.from(await state.read(0, 2 * STATE_DIGITS + 1)).toString()
    const [offset = 0, logSize = 0] = text.split(/\s+/).filter(Boolean).map(Number)
    this.#spoolOffset = offset
    this.#logSize = Math.min(logSize, await log.size())
    // Lines that were written but not noted are taken back: they are moved again.
    await log.truncate(this.#logSize)
    this.#files = { spool, log, state }
    return this.#files
  }
}
