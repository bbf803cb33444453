import { createHash } from 'node:crypto'
import type { Disk, DiskFile } from '../../base/index.ts'
import { WireReader } from '../mvcc/index.ts'
import { type BackendEntry, crc32c } from '../mvcc/index.ts'
import { BoltError, BoltReader } from './bolt-reader.ts'

const HASH_BYTES = 32
const READ_BYTES = 1024 * 1024
const TOMBSTONE = 0x74
const STORAGE_VERSION = 'storageVersion'
const REVISION_BYTES = 17

/** What the state takes out of a backup; its keys come last. */
const BUCKETS = ['meta', 'lease', 'auth', 'authRoles', 'authUsers', 'key'] as const

/** A backup that cannot be used; `message` names the file, what is wrong and the remedy. */
export class SnapshotFileError extends Error {
  override readonly name = 'SnapshotFileError'
}

/** What `etcdctl snapshot status` tells of a backup. */
export interface SnapshotStatus {
  /** CRC-32C over all buckets, as etcd prints it (in hexadecimal). */
  readonly hash: number
  /** The newest revision. */
  readonly revision: number
  /** Keys that exist at that revision. */
  readonly keys: number
  /** Entries in all buckets, history included: what etcd before 3.6 calls its total keys. */
  readonly entries: number
  /** Size of the database. */
  readonly sizeBytes: number
  /** Of the storage, as etcd writes it since 3.6; empty in others. */
  readonly version: string
}

/**
 * A backup in etcd's format: a bbolt database, and its SHA-256 behind it. Opened once the hash and
 * every page were checked; all failures are `SnapshotFileError`.
 */
export class SnapshotFile {
  readonly #path: string
  readonly #file: DiskFile
  readonly #bolt: BoltReader
  readonly status: SnapshotStatus

  private constructor(path: string, file: DiskFile, bolt: BoltReader, status: SnapshotStatus) {
    this.#path = path
    this.#file = file
    this.#bolt = bolt
    this.status = status
  }

  static async open(
    disk: Disk,
    path: string,
    options: { skipHashCheck?: boolean } = {},
  ): Promise<SnapshotFile> {
    const file = await disk.open(path)
    try {
      const sizeBytes = options.skipHashCheck ? await bareSize(file) : await checkHash(path, file)
      const bolt = await BoltReader.open(file, sizeBytes)
      return new SnapshotFile(path, file, bolt, await statusOf(bolt))
    } catch (error) {
      await file.close()
      throw readable(path, error)
    }
  }

  /**
   * What our state is made of: keys with their history, leases, users and roles. Not the members:
   * a restored cluster has its own.
   */
  async *entries(): AsyncGenerator<BackendEntry> {
    try {
      const buckets = await this.#bolt.buckets()
      for (const bucket of BUCKETS) {
        const found = buckets.find(({ name }) => name === bucket)
        if (!found) continue
        for await (const { key, value } of this.#bolt.elements(found)) yield { bucket, key, value }
      }
    } catch (error) {
      throw readable(this.#path, error)
    }
  }

  async close(): Promise<void> {
    await this.#file.close()
  }
}

/** The status of a backup, or why it is none. */
export async function snapshotStatus(disk: Disk, path: string): Promise<SnapshotStatus> {
  const snapshot = await SnapshotFile.open(disk, path)
  await snapshot.close()
  return snapshot.status
}

/** SHA-256 of the first `sizeBytes` of a file. */
export async function hashFile(file: DiskFile, sizeBytes: number): Promise<Buffer> {
  const hash = createHash('sha256')
  for (let at = 0; at < sizeBytes; ) {
    const piece = await file.read(at, Math.min(READ_BYTES, sizeBytes - at))
    if (piece.length === 0) break
    hash.update(piece)
    at += piece.length
  }
  return hash.digest()
}

/** The database's size, whether or not a hash is behind it. */
async function bareSize(file: DiskFile): Promise<number> {
  const size = await file.size()
  return size % 512 === HASH_BYTES ? size - HASH_BYTES : size
}

/** Compares the hash behind the database; the database's size. */
async function checkHash(path: string, file: DiskFile): Promise<number> {
  const size = await file.size()
  // As etcd tells: pages are whole sectors, so what is over is the hash.
  if (size % 512 !== HASH_BYTES) {
    throw new SnapshotFileError(
      `${path}: snapshot file integrity check failed: its hash is missing at the end; ` +
        'the file is cut short or no backup: take another one',
    )
  }
  const sizeBytes = size - HASH_BYTES
  const expected = Buffer.from(await file.read(sizeBytes, HASH_BYTES)).toString('hex')
  const found = (await hashFile(file, sizeBytes)).toString('hex')
  if (expected === found) return sizeBytes
  throw new SnapshotFileError(
    `${path}: snapshot file integrity check failed: expected sha256 ${expected}, got ${found}; ` +
      'the file was altered or cut short: take another one',
  )
}

async function statusOf(bolt: BoltReader): Promise<SnapshotStatus> {
  let hash = 0
  let entries = 0
  let revision = 0
  let version = ''
  const living = new Set<string>()
  for (const bucket of await bolt.buckets()) {
    hash = crc32c(Buffer.from(bucket.name), hash)
    for await (const { key, value } of bolt.elements(bucket)) {
      hash = crc32c(value, crc32c(key, hash))
      entries++
      if (bucket.name === 'meta' && key.toString() === STORAGE_VERSION) version = value.toString()
      if (bucket.name !== 'key') continue
      if (key.length < REVISION_BYTES) throw new BoltError(`a revision of ${key.length} bytes`)
      revision = Number(key.readBigUInt64BE(0))
      const name = keyOf(value)
      if (key[REVISION_BYTES] === TOMBSTONE) living.delete(name)
      else living.add(name)
    }
  }
  return { hash, revision, keys: living.size, entries, sizeBytes: bolt.sizeBytes, version }
}

/** The key in a `mvccpb.KeyValue`, its first field. */
function keyOf(value: Buffer): string {
  const reader = new WireReader(value)
  if (reader.done || reader.tag() !== 0x0a) throw new BoltError('a change without a key')
  return Buffer.from(reader.bytes()).toString('latin1')
}

function readable(path: string, error: unknown): unknown {
  if (!(error instanceof BoltError) && !(error instanceof RangeError)) return error
  return new SnapshotFileError(
    `${path}: snapshot file integrity check failed: ${error.message}; take another backup`,
    { cause: error },
  )
}
