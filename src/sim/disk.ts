import type { Disk, DiskFile, DiskOpenOptions } from '../base/index.ts'
import { DiskError } from '../base/index.ts'
import type { Lifetime, SimClock } from './clock.ts'
import { FileTree } from './file-tree.ts'
import type { SeededRandom } from './random.ts'
import type { FileNode } from './file-node.ts'

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
  /** The next sync of a file fails, and what was to be synced is lost. May be set at any time. */
  failsNextSync = false

  constructor(options: { clock: SimClock; random: SeededRandom; speed?: DiskSpeed }) {
    this.#clock = options.clock
    this.#random = options.random
    this.#speed = options.speed ?? DISK_SPEED_DEFAULT
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

  constructor(disk: SimDisk, lifetime: Lifetime) {
    this.#disk = disk
    this.#lifetime = lifetime
  }

  async open(path: string, options: DiskOpenOptions = {}): Promise<DiskFile> {
    const node = await this.#act((tree) => tree.open(path, options.create ?? false))
    return new ProcessFile(this.#disk, this.#lifetime, node, options.dataSync ?? false)
  }

  readFile(path: string): Promise<Uint8Array> {
    return this.#act((tree) => tree.file(path).read(0, Number.MAX_SAFE_INTEGER))
  }

  writeFileAtomic(path: string, data: Uint8Array): Promise<void> {
    return this.#sync((tree) => tree.replaceAtomically(path, data.slice()))
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
    return this.#sync((tree) => tree.syncFolder(path))
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
  readonly #dataSync: boolean
  #open = true

  constructor(disk: SimDisk, lifetime: Lifetime, node: FileNode, dataSync: boolean) {
    this.#disk = disk
    this.#lifetime = lifetime
    this.#node = node
    this.#dataSync = dataSync
  }

  read(offset: number, length: number): Promise<Uint8Array> {
    return this.#act(false, () => this.#node.read(offset, length))
  }

  async write(offset: number, data: Uint8Array): Promise<void> {
    this.#checkOpen()
    // On its way at once: a crash before it is done may leave a part of it.
    this.#node.write(offset, data.slice())
    await this.#act(this.#dataSync, () => {
      if (this.#dataSync) this.#sync()
    })
  }

  sync(): Promise<void> {
    return this.#act(true, () => this.#sync())
  }

  #sync(): void {
    if (!this.#disk.failsNextSync) return this.#node.sync()
    this.#disk.failsNextSync = false
    this.#node.failSync()
    throw new DiskError('io', '', 'the disk failed: input/output error')
  }

  async truncate(size: number): Promise<void> {
    await this.#act(this.#dataSync, () => {
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
