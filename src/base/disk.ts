/**
 * Files, as the layers above see them. Paths are absolute or relative to the disk's root, with `/`.
 * Errors are thrown as `DiskError`. `sim/` gives a disk that forgets what was not synced.
 */
export interface Disk {
  /** Opens a file for reading and writing. */
  open(path: string, options?: DiskOpenOptions): Promise<DiskFile>
  readFile(path: string): Promise<Uint8Array>
  /**
   * Replaces a file so that a crash leaves the old or the new content, never a mixture:
   * a temporary file, sync, rename, sync of the folder.
   */
  writeFileAtomic(path: string, data: Uint8Array, options?: { mode?: number }): Promise<void>
  rename(from: string, to: string): Promise<void>
  /** Removes a file, or a folder with all that is in it. Absent is not an error. */
  remove(path: string): Promise<void>
  mkdir(path: string, options?: { mode?: number }): Promise<void>
  /** Names (not paths) in a folder, sorted. An absent folder throws `not-found`. */
  list(path: string): Promise<string[]>
  /** Undefined when there is nothing at `path`. */
  stat(path: string): Promise<{ kind: 'file' | 'folder' | 'other'; size: number } | undefined>
  /** Makes creations, renames and removals in the folder durable. */
  syncFolder(path: string): Promise<void>
  /** Of the disk that `path` is on. Absent on disks that do not tell. */
  space?(path: string): Promise<DiskSpace>
  /**
   * Calls back soon after each change of a file's content, changes close together maybe once.
   * Absent on disks that cannot; undefined when the system has no watch to give: look yourself.
   */
  watch?(path: string, onChange: () => void): FileWatch | undefined
}

export interface DiskSpace {
  /** What this user may still write. */
  readonly freeBytes: number
  readonly totalBytes: number
}

/** A file that is watched; it keeps no process alive. */
export interface FileWatch {
  close(): void
}

export interface DiskOpenOptions {
  /** Create the file when absent. Default false. */
  create?: boolean
  /** Every write is durable when it returns (O_DSYNC). Default false. */
  dataSync?: boolean
}

export interface DiskFile {
  /** Up to `length` bytes from `offset`; fewer only at the end of the file. */
  read(offset: number, length: number): Promise<Uint8Array>
  /** Writes all of `data` at `offset`. The caller leaves `data` alone until it resolves. */
  write(offset: number, data: Uint8Array): Promise<void>
  /** fdatasync. An error here is fatal for the owner: a retried sync may lie. */
  sync(): Promise<void>
  truncate(size: number): Promise<void>
  size(): Promise<number>
  close(): Promise<void>
}

export type DiskErrorCode =
  | 'not-found'
  | 'exists'
  | 'no-space'
  | 'io'
  | 'permission'
  | 'not-a-folder'
  | 'locked'
  | 'other'

/** An operating failure of the disk; `cause` keeps the system's error. */
export class DiskError extends Error {
  override readonly name = 'DiskError'
  readonly code: DiskErrorCode
  readonly path: string
  constructor(code: DiskErrorCode, path: string, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
    this.path = path
  }
}
