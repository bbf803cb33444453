import { type Clock, type Disk, type DiskFile, type Log, sleep } from '../../base/index.ts'
import type { LogIndex } from '../../raft/index.ts'
import type { AppliedEntry, StateSnapshot } from '../state-machine.ts'
import { ArchiveError } from './replay.ts'
import {
  type ArchivedEntry,
  baseName,
  decodeEntries,
  encodeEntries,
  logName,
  readBaseName,
  readLogName,
} from './format.ts'

/** What is archived of a state: `EtcdState` is one. */
export interface Archived {
  readonly appliedIndex: LogIndex
  readonly mvcc: { readonly revision: number }
  snapshot(): StateSnapshot
  /** The observer hears every entry once it is applied, and when a snapshot replaced everything. */
  observe(observer: { applied(entry: AppliedEntry): void; replaced(): void }): void
}

export interface ArchiverOptions {
  readonly state: Archived
  readonly disk: Disk
  readonly folder: string
  /** Whose log it is: a folder is one cluster's. */
  readonly clusterId: bigint
  readonly clock: Clock
  readonly log: Log
  /** Log archived before the state is archived anew. Default 64 MiB. */
  readonly baseEveryBytes?: number
}

/** Says whose archive it is. */
const OWNER = 'cluster'
const BASE_EVERY_BYTES = 64 * 2 ** 20
/** Entries that wait to be archived; when there are more, they are let go, and the state is archived. */
const WAITING_BYTES_MAX = 64 * 2 ** 20
/** Until a failed try is made again: twice as long after each, as it writes the whole state. */
const RETRY_MS_MIN = 1000
const RETRY_MS_MAX = 60_000

/**
 * Copies a member's log to a folder as it is applied: states now and then, and every entry between.
 * Nobody waits for it: what it cannot keep up with is replaced by a new state.
 */
export class Archiver {
  readonly #options: ArchiverOptions
  #waiting: ArchivedEntry[] = []
  #waitingBytes = 0
  /** The newest entry in the archive; nothing before it is missing. */
  #last: LogIndex = 0
  /** The newest entry that is archived or waits to be. */
  #queued: LogIndex = 0
  #needsBase = true
  #sinceBaseBytes = 0
  #file: { readonly file: DiskFile; end: number } | undefined
  #running: Promise<void> | undefined
  readonly #closing = new AbortController()

  private constructor(options: ArchiverOptions) {
    this.#options = options
  }

  /** Goes on where the archive ends, if the state does. Throws `ArchiveError` for another cluster's. */
  static async open(options: ArchiverOptions): Promise<Archiver> {
    const archiver = new Archiver(options)
    await options.disk.mkdir(options.folder)
    await archiver.#claim()
    await archiver.#resume()
    options.state.observe({
      applied: (entry) => archiver.#applied(entry),
      replaced: () => archiver.#startOver(),
    })
    archiver.#wake()
    return archiver
  }

  /** Up to where the log is archived. */
  get archivedIndex(): LogIndex {
    return this.#last
  }

  /** Archives what waits, then ends. */
  async close(): Promise<void> {
    this.#closing.abort()
    await this.#running
    await this.#file?.file.close()
  }

  /** An archive that another cluster's entries were mixed into would bring back neither. */
  async #claim(): Promise<void> {
    const { disk, folder, clusterId } = this.#options
    const path = `${folder}/${OWNER}`
    const own = clusterId.toString(16)
    if (await disk.stat(path)) {
      const owner = Buffer.from(await disk.readFile(path)).toString()
      if (owner === own) return
      throw new ArchiveError(
        `${folder}: it holds the archive of another cluster (${owner}): choose another folder`,
      )
    }
    await disk.writeFileAtomic(path, Buffer.from(own))
  }

  async #resume(): Promise<void> {
    const { disk, folder, state } = this.#options
    const names = await disk.list(folder)
    for (const name of names) if (name.endsWith('.part')) await disk.remove(`${folder}/${name}`)
    const bases = names.flatMap((name) => readBaseName(name) ?? [])
    const logs = names.filter((name) => readLogName(name) !== undefined).sort()
    const newest = logs.at(-1)
    if (bases.length === 0 || newest === undefined) return
    const { entries, end } = decodeEntries(await disk.readFile(`${folder}/${newest}`))
    this.#last = entries.at(-1)?.index ?? (readLogName(newest) ?? 1) - 1
    // What is applied already and is not in the archive cannot be had any more, but as a state.
    this.#queued = this.#last
    this.#needsBase = this.#last < state.appliedIndex
    if (this.#needsBase) return
    const file = await disk.open(`${folder}/${newest}`)
    await file.truncate(end)
    this.#file = { file, end }
  }

  #applied(entry: AppliedEntry): void {
    if (this.#closing.signal.aborted || entry.index <= this.#queued) return
    // A new cluster's members come without an entry.
    if (entry.index > this.#queued + 1) return this.#startOver()
    this.#queued = entry.index
    // Its bytes are the log's, which forgets them.
    const payload = Buffer.from(entry.payload)
    this.#waiting.push({ ...entry, payload, timeMs: this.#options.clock.nowMs() })
    this.#waitingBytes += payload.length
    if (this.#waitingBytes > WAITING_BYTES_MAX) this.#startOver()
    else this.#wake()
  }

  #startOver(): void {
    this.#queued = Math.max(this.#queued, this.#options.state.appliedIndex)
    this.#waiting = []
    this.#waitingBytes = 0
    this.#needsBase = true
    this.#wake()
  }

  #wake(): void {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined
    })
  }

  async #run(): Promise<void> {
    const { clock, log } = this.#options
    const { signal } = this.#closing
    let retryMs = RETRY_MS_MIN
    while (this.#needsBase || this.#waiting.length > 0) {
      try {
        if (this.#needsBase) await this.#writeBase()
        else await this.#writeEntries()
        retryMs = RETRY_MS_MIN
      } catch (error) {
        // A full or absent disk: tried again, and nobody waits for it meanwhile.
        log.warn('archiving failed; it goes on with a new state', { error })
        this.#needsBase = true
        await sleep(clock, retryMs, { signal }).catch(() => undefined)
        if (signal.aborted) return
        retryMs = Math.min(retryMs * 2, RETRY_MS_MAX)
      }
    }
  }

  async #writeBase(): Promise<void> {
    const { state, disk, folder, clock, log } = this.#options
    const snapshot = state.snapshot()
    const base = { ...snapshot, revision: state.mvcc.revision, timeMs: clock.nowMs() }
    // Entries up to here are in it; what is applied from now on waits.
    this.#needsBase = false
    this.#queued = Math.max(this.#queued, base.index)
    this.#waiting = this.#waiting.filter(({ index }) => index > base.index)
    this.#waitingBytes = this.#waiting.reduce((bytes, { payload }) => bytes + payload.length, 0)
    const path = `${folder}/${baseName(base)}`
    try {
      await writeChunks(disk, `${path}.part`, snapshot.chunks)
    } catch (error) {
      // On a full disk the part that did fit is given back: the member's own files need it more.
      await disk.remove(`${path}.part`).catch(() => undefined)
      throw error
    } finally {
      snapshot.release()
    }
    await disk.rename(`${path}.part`, path)
    await disk.syncFolder(folder)
    this.#last = base.index
    this.#sinceBaseBytes = 0
    await this.#openFile(base.index + 1)
    log.info('archived the state', { index: base.index, revision: base.revision })
  }

  async #openFile(index: LogIndex): Promise<void> {
    const { disk, folder } = this.#options
    await this.#file?.file.close()
    this.#file = undefined
    const path = `${folder}/${logName(index)}`
    await disk.remove(path)
    this.#file = { file: await disk.open(path, { create: true }), end: 0 }
    await disk.syncFolder(folder)
  }

  async #writeEntries(): Promise<void> {
    const entries = this.#waiting
    this.#waiting = []
    this.#waitingBytes = 0
    const at = this.#file
    const last = entries.at(-1)
    if (!at || !last) return
    const bytes = encodeEntries(entries)
    await at.file.write(at.end, bytes)
    await at.file.sync()
    at.end += bytes.length
    this.#last = last.index
    this.#sinceBaseBytes += bytes.length
    const { baseEveryBytes = BASE_EVERY_BYTES } = this.#options
    if (this.#sinceBaseBytes > baseEveryBytes) this.#needsBase = true
  }
}

async function writeChunks(
  disk: Disk,
  path: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<void> {
  await disk.remove(path)
  const file = await disk.open(path, { create: true })
  try {
    let at = 0
    for await (const chunk of chunks) {
      await file.write(at, chunk)
      at += chunk.length
    }
    await file.sync()
  } finally {
    await file.close()
  }
}
