import type { Disk, DiskFile, DiskOpenOptions, DiskSpace } from '../base/index.ts'
import { DiskError } from '../base/index.ts'
import type { Lifetime, SimClock } from './clock.ts'
import { FileTree } from './file-tree.ts'
import type { SeededRandom } from './random.ts'
import type { FileNode } from './file-node.ts'
import { SimMedium } from './medium.ts'

/** How long the disk takes, milliseconds: most operations, and a flush to the medium. */
export interface DiskSpeed {
  readonly operationMsMax: number
  readonly syncMsMax: number
}

export const DISK_SPEED_DEFAULT: DiskSpeed = { operationMsMax: 0.2, syncMsMax: 3 }

/**
 * A machine's disk: what was not synced is lost, kept or torn when the power fails. Names of files
 * are durable only after `syncFolder`, their content only after `sync`, as POSIX says.
 */
export class SimDisk {
  readonly #clock: SimClock
  readonly #random: SeededRandom
  readonly #tree = new FileTree()
  readonly #speed: DiskSpeed
  /** Everything takes so many times longer. May be changed at any time. */
  slowness = 1
  readonly medium: SimMedium

  constructor(options: {
    clock: SimClock
    random: SeededRandom
    speed?: DiskSpeed
    medium?: SimMedium
  }) {
    this.#clock = options.clock
    this.#random = options.random
    this.#speed = options.speed ?? DISK_SPEED_DEFAULT
    this.medium = options.medium ?? new SimMedium()
    this.medium.add(() => this.#tree.usedBytes)
  }

  /** The disk as one process sees it: when that is killed, what it awaits never comes. */
  of(lifetime: Lifetime): Disk {
    return new ProcessDisk(this, lifetime)
  }

  /** The power fails: what was not synced is lost, kept or torn, by chance. */
  crash(): void {
    this.#tree.crash(this.#random)
  }

  /** Takes the time of an operation, then acts; nothing happens once the process is dead. */
  perform<T>(
    lifetime: Lifetime,
    options: { sync: boolean },
    act: (tree: FileTree) => T,
  ): Promise<T> {
    const { syncMsMax, operationMsMax } = this.#speed
    const maxMs = (options.sync ? syncMsMax : operationMsMax) * this.slowness
    return new Promise((resolve, reject) => {
      this.#clock.schedule(this.#random.between(0, maxMs), () => {
        if (!lifetime.alive) return
        try {
          resolve(act(this.#tree))
        } catch (error) {
          reject(error)
        }
      })
    })
  }
}

class ProcessDisk implements Disk {
  readonly #disk: SimDisk
  readonly #lifetime: Lifetime
  /** Where the space has an end. */
  readonly space?: (path: string) => Promise<DiskSpace>

  constructor(disk: SimDisk, lifetime: Lifetime) {
    this.#disk = disk
    this.#lifetime = lifetime
    const { medium } = disk
    const { totalBytes } = medium
    if (totalBytes === undefined) return
    this.space = () => this.#act(() => ({ freeBytes: medium.freeBytes, totalBytes }))
  }

  async open(path: string, options: DiskOpenOptions = {}): Promise<DiskFile> {
    const node = await this.#act((tree) => tree.open(path, options.create ?? false))
    const dataSync = options.dataSync ?? false
    return new ProcessFile(this.#disk, this.#lifetime, { node, path, dataSync })
  }

  readFile(path: string): Promise<Uint8Array> {
    return this.#act((tree) => tree.file(path).read(0, Number.MAX_SAFE_INTEGER))
  }

  writeFileAtomic(path: string, data: Uint8Array): Promise<void> {
    return this.#sync((tree) => {
      if (data.length > this.#disk.medium.freeBytes) throw noSpace(path)
      this.#checkSync(path)
      tree.replaceAtomically(path, data.slice())
    })
  }

  rename(from: string, to: string): Promise<void> {
    return this.#act((tree) => tree.rename(from, to))
  }

  remove(path: string): Promise<void> {
    return this.#act((tree) => tree.remove(path))
  }

  mkdir(path: string): Promise<void> {
    return this.#act((tree) => tree.mkdir(path))
  }

  list(path: string): Promise<string[]> {
    return this.#act((tree) => tree.list(path))
  }

  stat(path: string): Promise<{ kind: 'file' | 'folder'; size: number } | undefined> {
    return this.#act((tree) => tree.stat(path))
  }

  syncFolder(path: string): Promise<void> {
    return this.#sync((tree) => {
      this.#checkSync(path)
      tree.syncFolder(path)
    })
  }

  #checkSync(path: string): void {
    if (this.#disk.medium.takeFailure(path)) throw failed(path)
  }

  #act<T>(act: (tree: FileTree) => T): Promise<T> {
    return this.#disk.perform(this.#lifetime, { sync: false }, act)
  }

  #sync<T>(act: (tree: FileTree) => T): Promise<T> {
    return this.#disk.perform(this.#lifetime, { sync: true }, act)
  }
}

class ProcessFile implements DiskFile {
  readonly #disk: SimDisk
  readonly #lifetime: Lifetime
  readonly #node: FileNode
  readonly #path: string
  readonly #dataSync: boolean
  #open = true

  constructor(
    disk: SimDisk,
    lifetime: Lifetime,
    file: { node: FileNode; path: string; dataSync: boolean },
  ) {
    this.#disk = disk
    this.#lifetime = lifetime
    this.#node = file.node
    this.#path = file.path
    this.#dataSync = file.dataSync
  }

  read(offset: number, length: number): Promise<Uint8Array> {
    return this.#act(false, () => this.#node.read(offset, length))
  }

  async write(offset: number, data: Uint8Array): Promise<void> {
    this.#checkOpen()
    // What lies within the file has its space already; of the rest as much is written as fits.
    const room = this.#node.size + this.#disk.medium.freeBytes - offset
    const isWhole = data.length <= room
    // On its way at once: a crash before it is done may leave a part of it.
    this.#node.write(offset, data.slice(0, isWhole ? data.length : Math.max(0, room)))
    await this.#act(this.#dataSync, () => {
      if (!isWhole) throw noSpace(this.#path)
      if (this.#dataSync) this.#sync()
    })
  }

  sync(): Promise<void> {
    return this.#act(true, () => this.#sync())
  }

  #sync(): void {
    if (!this.#disk.medium.takeFailure(this.#path)) return this.#node.sync()
    this.#node.failSync()
    throw failed(this.#path)
  }

  async truncate(size: number): Promise<void> {
    await this.#act(this.#dataSync, () => {
      // A file that is cut gives space back, also where there is none.
      const room = this.#node.size + this.#disk.medium.freeBytes
      if (size > room) throw noSpace(this.#path)
      this.#node.truncate(size)
      if (this.#dataSync) this.#node.sync()
    })
  }

  size(): Promise<number> {
    return this.#act(false, () => this.#node.size)
  }

  async close(): Promise<void> {
    await this.#act(false, () => {})
    this.#open = false
  }

  #act<T>(sync: boolean, act: () => T): Promise<T> {
    this.#checkOpen()
    return this.#disk.perform(this.#lifetime, { sync }, act)
  }

  #checkOpen(): void {
    if (!this.#open) throw new DiskError('other', '', 'the file is closed')
  }
}

function failed(path: string): DiskError {
  return new DiskError('io', path, `${path}: the disk failed: input/output error`)
}

function noSpace(path: string): DiskError {
  return new DiskError('no-space', path, `${path}: the disk is full: free some space and try again`)
}
