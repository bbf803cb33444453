import { constants, watch, writeSync } from 'node:fs'
import * as fs from 'node:fs/promises'
import { dirname, isAbsolute, join } from 'node:path'
import {
  type Disk,
  DiskError,
  type DiskErrorCode,
  type DiskFile,
  type FileWatch,
} from '../base/index.ts'

/** The machine's files. Relative paths are taken from `root` (default: the working folder). */
export function systemDisk(options: { root?: string } = {}): Disk {
  const root = options.root ?? '.'
  const at = (path: string): string => (isAbsolute(path) ? path : join(root, path))
  return {
    async open(path, { create = false, dataSync = false } = {}) {
      const flags =
        constants.O_RDWR | (create ? constants.O_CREAT : 0) | (dataSync ? constants.O_DSYNC : 0)
      const handle = await guard(path, () => fs.open(at(path), flags, 0o600))
      return openFile(path, handle, { write: dataSync ? durableWriter(handle) : undefined })
    },
    readFile: (path) => guard(path, () => fs.readFile(at(path))),
    writeFileAtomic: (path, data, { mode = 0o600 } = {}) =>
      guard(path, () => writeAtomic(at(path), data, mode)),
    rename: (from, to) => guard(from, () => fs.rename(at(from), at(to))),
    remove: (path) => guard(path, () => fs.rm(at(path), { recursive: true, force: true })),
    async mkdir(path, { mode = 0o700 } = {}) {
      await guard(path, () => fs.mkdir(at(path), { recursive: true, mode }))
    },
    list: (path) => guard(path, async () => (await fs.readdir(at(path))).sort()),
    async stat(path) {
      try {
        const stat = await fs.stat(at(path))
        const kind = stat.isFile() ? 'file' : stat.isDirectory() ? 'folder' : 'other'
        return { kind, size: stat.size }
      } catch (error) {
        if (codeOf(error) === 'not-found') return undefined
        throw diskError(path, error)
      }
    },
    syncFolder: (path) => guard(path, () => syncFolder(at(path))),
    space: (path) =>
      guard(path, async () => {
        const { bavail, blocks, bsize } = await fs.statfs(at(path))
        return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
      }),
    watch: (path, onChange) => watchFile(at(path), onChange),
  }
}

/** Undefined when there is no such file, or when the host has no more watches (inotify). */
function watchFile(path: string, onChange: () => void): FileWatch | undefined {
  try {
    const watcher = watch(path, { persistent: false }, onChange)
    watcher.on('error', () => watcher.close())
    return watcher
  } catch {
    return undefined
  }
}

type Write = (offset: number, data: Uint8Array) => Promise<void>

function openFile(
  path: string,
  handle: fs.FileHandle,
  options: { write: Write | undefined },
): DiskFile {
  const write = options.write ?? ((offset, data) => writeAll(handle, offset, data))
  const run = <T>(work: () => Promise<T>): Promise<T> => guard(path, work)
  return {
    read: (offset, length) => run(() => readAll(handle, offset, length)),
    write: (offset, data) => run(() => write(offset, data)),
    sync: () => run(() => handle.datasync()),
    truncate: (size) => run(() => handle.truncate(size)),
    size: () => run(async () => (await handle.stat()).size),
    close: () => run(() => handle.close()),
  }
}

const DIRECT_BYTES_MAX = 4 * 1024
const DIRECT_MS_MAX = 1

/**
 * Where a durable write has just taken less than a millisecond, a small one happens at once: to a
 * thread of the pool and back is as long a way. Others leave the event loop free meanwhile.
 */
function durableWriter(handle: fs.FileHandle): Write {
  let lastMs = Infinity
  return async (offset, data) => {
    const startMs = performance.now()
    const direct = data.length <= DIRECT_BYTES_MAX && lastMs < DIRECT_MS_MAX
    if (direct) writeAllSync(handle, offset, data)
    else await writeAll(handle, offset, data)
    lastMs = performance.now() - startMs
  }
}

function writeAllSync({ fd }: fs.FileHandle, offset: number, data: Uint8Array): void {
  let written = 0
  while (written < data.length) {
    written += writeSync(fd, data, written, data.length - written, offset + written)
  }
}

async function readAll(handle: fs.FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const buffer = new Uint8Array(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, offset + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return filled === length ? buffer : buffer.subarray(0, filled)
}

async function writeAll(handle: fs.FileHandle, offset: number, data: Uint8Array): Promise<void> {
  let written = 0
  while (written < data.length) {
    const rest = data.length - written
    written += (await handle.write(data, written, rest, offset + written)).bytesWritten
  }
}

async function writeAtomic(path: string, data: Uint8Array, mode: number): Promise<void> {
  const temporary = `${path}.tmp-${process.pid}`
  try {
    const handle = await fs.open(temporary, 'w', mode)
    try {
      await handle.writeFile(data)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await fs.rename(temporary, path)
  } catch (error) {
    await fs.rm(temporary, { force: true }).catch(() => undefined)
    throw error
  }
  await syncFolder(dirname(path))
}

async function syncFolder(path: string): Promise<void> {
  const handle = await fs.open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function guard<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw diskError(path, error)
  }
}

const CODES: Readonly<Record<string, DiskErrorCode>> = {
  ENOENT: 'not-found',
  EEXIST: 'exists',
  ENOSPC: 'no-space',
  EDQUOT: 'no-space',
  EIO: 'io',
  EACCES: 'permission',
  EPERM: 'permission',
  EROFS: 'permission',
  ENOTDIR: 'not-a-folder',
}

const REMEDIES: Partial<Record<DiskErrorCode, string>> = {
  'no-space': 'the disk is full: free some space and try again',
  permission: 'permission denied',
  'not-found': 'no such file or folder',
  'not-a-folder': 'a part of the path is not a folder',
  io: 'the disk failed: input/output error',
}

function codeOf(error: unknown): DiskErrorCode {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return CODES[code] ?? 'other'
}

/** A `DiskError` that names the file, whatever the system threw. */
export function diskError(path: string, error: unknown): DiskError {
  if (error instanceof DiskError) return error
  const code = codeOf(error)
  const why = REMEDIES[code] ?? (error instanceof Error ? error.message : String(error))
  return new DiskError(code, path, `${path}: ${why}`, { cause: error })
}
