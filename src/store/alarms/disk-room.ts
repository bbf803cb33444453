import type { Disk, DiskSpace } from '../../base/index.ts'

export interface DiskRoomOptions {
  readonly disk: Disk
  /** The member's own folder. */
  readonly folder: string
  /** What is in memory and has to reach the disk whatever happens. */
  readonly pendingBytes: () => number
}

/** Kept free for the log's next piece and for what the engine writes by itself. */
const FREE_BYTES = 32 * 2 ** 20
/** Of a small disk it is no more than this share, and half of it is held in reserve. */
const FREE_SHARE = 1 / 16
/** What is pending is written twice: into the engine's own log, and as a table. */
const WRITTEN_TIMES = 2
/** The reserve grows by so much at once: nobody is to wait for the disk because of it. */
const PIECE_BYTES = 2 ** 20

/**
 * Whether the disk has room for what a member must still write when it takes no more from clients.
 * A file holds some of it in reserve, against others who fill the disk: it is given back when it
 * comes to that. Disks that do not tell their space always have room.
 */
export class DiskRoom {
  readonly #options: DiskRoomOptions
  readonly #path: string
  #reservedBytes: number | undefined

  constructor(options: DiskRoomOptions) {
    this.#options = options
    this.#path = `${options.folder}/reserve`
  }

  /** Writes have to end now, while there is room for what they began. */
  async isLow(): Promise<boolean> {
    const space = await this.#space()
    return space !== undefined && space.freeBytes < this.#neededBytes(space)
  }

  /** There is room again, and not just a little. */
  async isAmple(): Promise<boolean> {
    const space = await this.#space()
    return space === undefined || space.freeBytes >= 2 * this.#neededBytes(space)
  }

  /** Puts a piece more aside, if there is plenty and the reserve is not whole. */
  async reserve(): Promise<void> {
    const { disk } = this.#options
    this.#reservedBytes ??= (await disk.stat(this.#path))?.size ?? 0
    const space = await this.#space()
    if (!space || this.#reservedBytes >= freeShare(space) / 2) return
    if (space.freeBytes < 2 * this.#neededBytes(space)) return
    const file = await disk.open(this.#path, { create: true })
    try {
      await file.write(this.#reservedBytes, new Uint8Array(PIECE_BYTES))
      this.#reservedBytes += PIECE_BYTES
    } finally {
      await file.close()
    }
  }

  /** Gives the reserve to the log and the engine, once others have taken what was kept free. */
  async relieve(): Promise<void> {
    const space = await this.#space()
    if (!space || space.freeBytes > this.#neededBytes(space) / 2) return
    this.#reservedBytes = 0
    await this.#options.disk.remove(this.#path)
  }

  #space(): Promise<DiskSpace | undefined> {
    const { disk, folder } = this.#options
    return disk.space?.(folder) ?? Promise.resolve(undefined)
  }

  #neededBytes(space: DiskSpace): number {
    return freeShare(space) + WRITTEN_TIMES * this.#options.pendingBytes()
  }
}

function freeShare({ totalBytes }: DiskSpace): number {
  return Math.min(FREE_BYTES, totalBytes * FREE_SHARE)
}
