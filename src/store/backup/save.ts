import type { Disk } from '../../base/index.ts'
import { type BackendEntry, type Bucket, decodeEntries, type SmallBucket } from '../mvcc/index.ts'
import type { StateSnapshot } from '../state-machine.ts'
import { BoltWriter } from './bolt-writer.ts'
import { hashFile, SnapshotFile } from './snapshot-file.ts'

const READ_BYTES = 256 * 1024
/** Every bucket that etcd and its tools expect, empty where ours is. */
const SMALL_BUCKETS: readonly SmallBucket[] = [
  'alarm',
  'auth',
  'authRoles',
  'authUsers',
  'cluster',
  'lease',
  'members',
  'members_removed',
  'meta',
]

/** A backup as it travels: its chunks are read once, to the end or with the iterator's `return`. */
export interface BackupStream {
  /** Of all chunks together. */
  readonly sizeBytes: number
  readonly chunks: AsyncIterable<Uint8Array>
}

/** Backups of a member's state, as `Maintenance.Snapshot` streams them, made in files of `folder`. */
export function backupOf(options: {
  state: { snapshot(): StateSnapshot }
  disk: Disk
  folder: string
}): () => Promise<BackupStream> {
  let count = 0
  return async () => {
    const { state, disk, folder } = options
    await disk.mkdir(folder)
    const path = `${folder}/${++count}.backup`
    const snapshot = state.snapshot()
    try {
      await saveSnapshot({ disk, path, chunks: snapshot.chunks })
    } catch (error) {
      await disk.remove(path)
      throw error
    } finally {
      snapshot.release()
    }
    return await streamAndRemove(disk, path)
  }
}

/** Writes a state (its snapshot's chunks) as a backup in etcd's format. */
export async function saveSnapshot(options: {
  disk: Disk
  path: string
  chunks: AsyncIterable<Uint8Array>
}): Promise<void> {
  const { disk, path } = options
  await disk.remove(path)
  const file = await disk.open(path, { create: true })
  try {
    const writer = new BoltWriter(file)
    await writeBuckets(writer, decodeEntries(options.chunks))
    const sizeBytes = await writer.finish()
    await file.write(sizeBytes, await hashFile(file, sizeBytes))
    await file.sync()
  } finally {
    await file.close()
  }
}

/**
 * Keeps a backup that arrives as bytes (etcd's snapshot call) in a file. It gets its name once it is
 * whole and was checked; otherwise nothing is left, and `SnapshotFileError` tells why.
 */
export async function receiveSnapshot(options: {
  disk: Disk
  path: string
  chunks: AsyncIterable<Uint8Array>
}): Promise<SnapshotFile['status']> {
  const { disk, path } = options
  const part = `${path}.part`
  await disk.remove(part)
  try {
    const file = await disk.open(part, { create: true })
    try {
      let at = 0
      for await (const chunk of options.chunks) {
        await file.write(at, chunk)
        at += chunk.length
      }
      await file.sync()
    } finally {
      await file.close()
    }
    const snapshot = await SnapshotFile.open(disk, part)
    await snapshot.close()
    await disk.rename(part, path)
    return snapshot.status
  } catch (error) {
    await disk.remove(part)
    throw error
  }
}

/** The state yields its small buckets first, then all changes in order of their revision. */
async function writeBuckets(writer: BoltWriter, entries: AsyncGenerator<BackendEntry>) {
  const small = new Map<Bucket, BackendEntry[]>(SMALL_BUCKETS.map((name) => [name, []]))
  let first: BackendEntry | undefined
  for (;;) {
    const { value, done } = await entries.next()
    if (done) break
    if (value.bucket === 'key') {
      first = value
      break
    }
    small.get(value.bucket)?.push(value)
  }
  await writer.addBucket('key', first ? behind(first, entries) : [])
  for (const [name, found] of small) {
    await writer.addBucket(
      name,
      found.sort((a, b) => Buffer.compare(a.key, b.key)),
    )
  }
}

async function* behind<T>(first: T, rest: AsyncGenerator<T>): AsyncGenerator<T> {
  yield first
  yield* rest
}

async function streamAndRemove(disk: Disk, path: string): Promise<BackupStream> {
  const file = await disk.open(path)
  const sizeBytes = await file.size()
  async function* chunks() {
    try {
      for (let at = 0; at < sizeBytes; ) {
        const piece = await file.read(at, READ_BYTES)
        yield piece
        at += piece.length
      }
    } finally {
      await file.close()
      await disk.remove(path)
    }
  }
  return { sizeBytes, chunks: chunks() }
}
