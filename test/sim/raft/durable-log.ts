import { crc32 } from 'node:zlib'
import type { Disk, DiskFile } from '../../../src/base/index.ts'
import {
  type Entry,
  type HardState,
  MemoryStorage,
  type Snapshot,
} from '../../../src/raft/index.ts'

/** One batch: what a `storage-append` message asks to make durable. */
export interface LogRecord {
  readonly hardState?: HardState
  readonly entries?: readonly Entry[]
  readonly snapshot?: Snapshot
}

/** Hands out snapshots of the state as it is now, so that who was just added finds itself in it. */
export class LiveStorage extends MemoryStorage {
  #current: () => Snapshot = () => super.snapshot()

  useStateOf(current: () => Snapshot): void {
    this.#current = current
  }

  override snapshot(): Snapshot {
    return this.#current()
  }

  /** The one that the log starts from. */
  kept(): Snapshot {
    return super.snapshot()
  }
}

const FILE = 'raft/log'
const HEADER_BYTES = 8

/** A log file of checked records; a torn tail is cut. Small and plain: the store has its own. */
export class DurableLog {
  readonly storage: LiveStorage
  readonly #disk: Disk
  readonly #sync: boolean
  #file: DiskFile
  #size: number

  private constructor(options: {
    disk: Disk
    sync: boolean
    storage: LiveStorage
    file: DiskFile
    size: number
  }) {
    this.#disk = options.disk
    this.#sync = options.sync
    this.storage = options.storage
    this.#file = options.file
    this.#size = options.size
  }

  /** Opens what is there, or starts with `first`. `sync: false` breaks it on purpose. */
  static async open(options: { disk: Disk; first: Snapshot; sync: boolean }): Promise<DurableLog> {
    const { disk, first, sync } = options
    await disk.mkdir('raft')
    if (!(await disk.stat(FILE))) await disk.writeFileAtomic(FILE, encode({ snapshot: first }))
    const file = await disk.open(FILE)
    const { records, end } = decodeAll(await file.read(0, await file.size()))
    await file.truncate(end)
    await file.sync()
    let storage = new LiveStorage(first)
    for (const { snapshot, entries, hardState } of records) {
      if (snapshot) storage = new LiveStorage(snapshot)
      if (entries) storage.append(entries)
      if (hardState) storage.setHardState(hardState)
    }
    return new DurableLog({ disk, sync, storage, file, size: end })
  }

  /** Durable when it resolves. */
  async append(records: readonly LogRecord[]): Promise<void> {
    const bytes = Buffer.concat(records.map(encode))
    const at = this.#size
    this.#size += bytes.length
    await this.#file.write(at, bytes)
    if (this.#sync) await this.#file.sync()
  }

  /** Starts the file over with what the storage holds: after a snapshot or a compaction. */
  async rewrite(): Promise<void> {
    const { storage } = this
    const [first, last] = [storage.firstIndex(), storage.lastIndex()]
    const entries = last < first ? [] : storage.entries(first, last + 1, Number.MAX_SAFE_INTEGER)
    const { hardState } = storage.initialState()
    const bytes = encode({ snapshot: storage.kept(), entries, hardState })
    await this.#disk.writeFileAtomic(FILE, bytes)
    this.#file = await this.#disk.open(FILE)
    this.#size = bytes.length
  }
}

function encode(record: LogRecord): Uint8Array {
  const payload = Buffer.from(JSON.stringify(record, bytesToJson))
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeUInt32LE(payload.length, 0)
  header.writeUInt32LE(crc32(payload), 4)
  return Buffer.concat([header, payload])
}

function decodeAll(data: Uint8Array): { records: LogRecord[]; end: number } {
  const bytes = Buffer.from(data)
  const records: LogRecord[] = []
  let at = 0
  while (at + HEADER_BYTES <= bytes.length) {
    const end = at + HEADER_BYTES + bytes.readUInt32LE(at)
    const payload = bytes.subarray(at + HEADER_BYTES, end)
    // A sector that never came to the medium reads as zeros, with a fitting checksum of nothing.
    if (payload.length === 0 || end > bytes.length || crc32(payload) !== bytes.readUInt32LE(at + 4))
      break
    records.push(JSON.parse(payload.toString(), jsonToBytes))
    at = end
  }
  return { records, end: at }
}

function bytesToJson(this: unknown, key: string, value: unknown): unknown {
  if (key !== 'data') return value
  // The replacer sees a Buffer only after its own `toJSON`; the holder still has the bytes.
  const held: unknown = Reflect.get(Object(this), key)
  return held instanceof Uint8Array ? Buffer.from(held).toString('latin1') : value
}

function jsonToBytes(key: string, value: unknown): unknown {
  return key === 'data' && typeof value === 'string' ? Buffer.from(value, 'latin1') : value
}
