import { type Clock, type Disk, type Log, type OpenEngine, sleep } from '../../base/index.ts'
import { saveSnapshot } from '../backup/index.ts'
import { EtcdState } from '../etcd-state.ts'
import {
  type ArchivedBase,
  type ArchivedEntry,
  baseName,
  decodeEntries,
  readBaseName,
  readLogName,
} from './format.ts'

/** The archive cannot give what is asked of it; the message says what it has. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError'
  /** Where it ends, if it ends before what is asked for. */
  readonly endRevision: number | undefined

  constructor(message: string, { endRevision }: { endRevision?: number } = {}) {
    super(message)
    this.endRevision = endRevision
  }
}

/** Up to where: the newest state at or before it. Neither: all that there is. */
export interface ArchivePoint {
  readonly revision?: number
  /** Unix milliseconds, by the clock of the member that archived. */
  readonly timeMs?: number
}

export interface ReplayOptions {
  readonly folder: string
  readonly to: ArchivePoint
  /** The backup that is made, in etcd's format. */
  readonly path: string
  readonly disk: Disk
  readonly openEngine: OpenEngine
  readonly clock: Clock
  readonly log: Log
  /** Ends the work; nothing is left behind then. */
  readonly signal?: AbortSignal
  /** Told now and then how far it is. */
  readonly onProgress?: (at: { revision: number; entries: number }) => void
}

const READ_BYTES = 256 * 1024
const PROGRESS_ENTRIES = 10_000
/** Signals are heard between turns of the event loop. */
const ENTRIES_PER_TURN = 200

/**
 * Makes a backup of the state as it was at a revision or a time, from the archive of a member's log.
 * Atomic on disk: the file gets its name once it is whole. Throws `ArchiveError`.
 */
export async function backupFromArchive(options: ReplayOptions): Promise<{ revision: number }> {
  const { disk, folder, to, path, clock, log } = options
  const base = await chooseBase(disk, folder, to)
  const work = `${path}.work`
  await disk.remove(work)
  const engine = await options.openEngine(work)
  const state = await EtcdState.open({ engine, clock, log })
  try {
    await state.restore(base, fileChunks(disk, `${folder}/${baseName(base)}`))
    await replay(state, options, base)
    const { revision } = state.mvcc
    if (to.revision !== undefined && revision < to.revision) {
      throw new ArchiveError(`${folder}: the archive ends at revision ${revision}`, {
        endRevision: revision,
      })
    }
    const snapshot = state.snapshot()
    try {
      await saveSnapshot({ disk, path: `${path}.part`, chunks: snapshot.chunks })
    } finally {
      snapshot.release()
    }
    await disk.rename(`${path}.part`, path)
    return { revision }
  } finally {
    await state.close()
    await disk.remove(work)
    await disk.remove(`${path}.part`)
  }
}

/** The newest entry of an archive; undefined for a folder that holds none. */
export async function archiveEnd(disk: Disk, folder: string): Promise<number | undefined> {
  const names = await disk.list(folder)
  if (!names.some((name) => readBaseName(name))) return undefined
  const newest = names
    .filter((name) => readLogName(name) !== undefined)
    .sort()
    .at(-1)
  if (newest === undefined) return 0
  const { entries } = decodeEntries(await disk.readFile(`${folder}/${newest}`))
  return entries.at(-1)?.index ?? readLogName(newest)
}

async function chooseBase(disk: Disk, folder: string, to: ArchivePoint): Promise<ArchivedBase> {
  const bases = (await disk.list(folder)).flatMap((name) => readBaseName(name) ?? [])
  const fits = bases.filter(
    ({ revision, timeMs }) =>
      (to.revision === undefined || revision <= to.revision) &&
      (to.timeMs === undefined || timeMs <= to.timeMs),
  )
  const newest = fits.sort((a, b) => b.index - a.index)[0]
  if (newest) return newest
  const [first] = bases.sort((a, b) => a.index - b.index)
  if (!first) throw new ArchiveError(`${folder}: there is no archive here`)
  const begins = new Date(first.timeMs).toISOString()
  throw new ArchiveError(`${folder}: the archive begins with revision ${first.revision}, ${begins}`)
}

async function replay(
  state: EtcdState,
  { disk, folder, to, onProgress, clock, log, signal }: ReplayOptions,
  base: ArchivedBase,
): Promise<void> {
  let entries = 0
  for await (const entry of archivedEntries(disk, folder, base.index)) {
    if (entry.index <= state.appliedIndex) continue
    if (entry.index > state.appliedIndex + 1) {
      log.warn('the archive has a gap; what is behind it is not used', { index: entry.index })
      return
    }
    if (to.timeMs !== undefined && entry.timeMs > to.timeMs) return
    if (to.revision !== undefined && state.mvcc.revision >= to.revision) return
    state.apply(entry)
    if (++entries % ENTRIES_PER_TURN === 0) await sleep(clock, 0)
    signal?.throwIfAborted()
    if (entries % PROGRESS_ENTRIES !== 0) continue
    await state.flush()
    onProgress?.({ revision: state.mvcc.revision, entries })
  }
}

/** From the piece that holds the entry after `index` on. */
async function* archivedEntries(
  disk: Disk,
  folder: string,
  index: number,
): AsyncGenerator<ArchivedEntry> {
  const names = (await disk.list(folder)).filter((name) => readLogName(name) !== undefined).sort()
  const starts = names.map((name) => readLogName(name) ?? 0)
  const first = starts.findLastIndex((start) => start <= index + 1)
  for (const name of names.slice(Math.max(0, first))) {
    yield* decodeEntries(await disk.readFile(`${folder}/${name}`)).entries
  }
}

async function* fileChunks(disk: Disk, path: string): AsyncGenerator<Uint8Array> {
  const file = await disk.open(path)
  try {
    for (let at = 0; ; ) {
      const piece = await file.read(at, READ_BYTES)
      if (piece.length === 0) return
      yield piece
      at += piece.length
    }
  } finally {
    await file.close()
  }
}
