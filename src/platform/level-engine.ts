import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Level } from 'level'
import {
  DiskError,
  type Engine,
  type EngineEntry,
  type EngineRange,
  type OpenEngine,
} from '../base/index.ts'
import { diskError } from './disk.ts'

type Bytes = Uint8Array
type Database = Level<Bytes, Bytes>

export interface LevelOptions {
  /** Uncompressed blocks kept in memory. Default 16 MiB. */
  cacheBytes?: number
  /** Size of the memory table that is written as one sorted file. Default 8 MiB. */
  writeBufferBytes?: number
}

/** Entries fetched per hop to the thread pool while iterating, and about how many bytes at most. */
const ITERATE_BATCH = 512
const ITERATE_BYTES = 256 * 1024
/** Above every key that the store uses; only bounds a compaction. */
const END = new Uint8Array(64).fill(0xff)

/** Engines on LevelDB, one folder each. */
export function levelEngines(options: LevelOptions = {}): OpenEngine {
  return async (path) => {
    const db: Database = new Level<Bytes, Bytes>(path, {
      keyEncoding: 'view',
      valueEncoding: 'view',
      cacheSize: options.cacheBytes ?? 16 * 2 ** 20,
      writeBufferSize: options.writeBufferBytes ?? 8 * 2 ** 20,
    })
    try {
      await db.open()
    } catch (error) {
      throw openError(path, error)
    }
    return wrap(db, path)
  }
}

function wrap(db: Database, path: string): Engine {
  return {
    get: (key) => db.getSync(key),
    async batch(ops, { sync = false } = {}) {
      // A chained batch crosses into native code without a second copy of the list.
      const batch = db.batch()
      for (const op of ops) {
        if (op.type === 'put') batch.put(op.key, op.value)
        else batch.del(op.key)
      }
      await guard(path, () => batch.write({ sync }))
    },
    iterate: (range = {}) => iterate(db, path, range),
    clear: (range = {}) => guard(path, () => db.clear(rangeOptions(range))),
    compact: () => guard(path, () => compactRange(db)),
    sizeBytes: () => folderSize(path),
    close: () => guard(path, () => db.close()),
  }
}

function rangeOptions(range: EngineRange) {
  return {
    ...(range.gte === undefined ? {} : { gte: range.gte }),
    ...(range.lt === undefined ? {} : { lt: range.lt }),
    reverse: range.reverse ?? false,
    limit: range.limit ?? -1,
  }
}

function iterate(
  db: Database,
  path: string,
  range: EngineRange,
): AsyncIterable<readonly EngineEntry[]> {
  return {
    [Symbol.asyncIterator]() {
      // `classic-level`'s own, like `compactRange`.
      const options = { ...rangeOptions(range), highWaterMarkBytes: ITERATE_BYTES }
      // Made here, not at the first next(): the view is that of the moment iteration starts.
      return pieces(db.iterator(options), path)
    },
  }
}

interface LevelIterator {
  nextv(size: number): Promise<[Bytes, Bytes][]>
  close(): Promise<void>
}

async function* pieces(iterator: LevelIterator, path: string) {
  try {
    for (;;) {
      const batch = await guard(path, () => iterator.nextv(ITERATE_BATCH))
      if (batch.length === 0) return
      yield batch
    }
  } finally {
    await iterator.close()
  }
}

/** `compactRange` is classic-level's own: `level` types only what browsers can do as well. */
async function compactRange(db: Database): Promise<void> {
  if (!('compactRange' in db) || typeof db.compactRange !== 'function') return
  await db.compactRange(new Uint8Array(0), END)
}

async function folderSize(path: string): Promise<number> {
  let total = 0
  for (const name of await readdir(path)) {
    // LevelDB may have removed the file since: it then counts for nothing.
    total += (await stat(join(path, name)).catch(() => undefined))?.size ?? 0
  }
  return total
}

async function guard<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw levelError(path, error)
  }
}

function openError(path: string, error: unknown): DiskError {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  return levelError(path, cause)
}

function levelError(path: string, error: unknown): DiskError {
  const message = error instanceof Error ? error.message : String(error)
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'LEVEL_LOCKED' || /lock .*LOCK/.test(message)) {
    const text = `${path}: another process has this data folder open; stop it first`
    return new DiskError('locked', path, text, { cause: error })
  }
  if (/No space left/i.test(message)) {
    const text = `${path}: the disk is full: free some space and try again`
    return new DiskError('no-space', path, text, { cause: error })
  }
  if (code === 'LEVEL_CORRUPTION' || /corrupt/i.test(message)) {
    const text = `${path}: the data is damaged (${message}); restore this member from its peers or a backup`
    return new DiskError('io', path, text, { cause: error })
  }
  return diskError(path, error)
}
