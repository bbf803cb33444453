import type { DiskFile } from '../../base/index.ts'
import {
  BUCKET_BYTES,
  decodeMetaPage,
  ELEMENT_BYTES,
  LEAF_IS_BUCKET,
  type Meta,
  PAGE_BYTES,
  PAGE_HEADER_BYTES,
  PageFlag,
  readPageHeader,
} from './bolt-format.ts'

const DEPTH_MAX = 32
const PAGE_BYTES_MAX = 64 * 1024

/** The database is not what bbolt would write; `message` says where. */
export class BoltError extends Error {
  override readonly name = 'BoltError'
}

export interface BoltElement {
  readonly key: Buffer
  readonly value: Buffer
}

/** Where a bucket's tree begins: on a page, or within its parent's page. */
export interface BoltBucket {
  readonly name: string
  readonly root: number | Buffer
}

interface Element extends BoltElement {
  readonly flags: number
}

/**
 * Reads a bbolt database, checking every page that it meets: ids, bounds, kinds, the order of keys.
 * All methods throw `BoltError`.
 */
export class BoltReader {
  readonly #file: DiskFile
  readonly #meta: Meta

  private constructor(file: DiskFile, meta: Meta) {
    this.#file = file
    this.#meta = meta
  }

  /** `sizeBytes`: how much of the file is the database. */
  static async open(file: DiskFile, sizeBytes: number): Promise<BoltReader> {
    const meta = await newestMeta(file, sizeBytes)
    if (meta.pageCount * meta.pageBytes > sizeBytes) {
      const expected = meta.pageCount * meta.pageBytes
      throw new BoltError(`the file is cut short: ${sizeBytes} bytes of ${expected}`)
    }
    return new BoltReader(file, meta)
  }

  get sizeBytes(): number {
    return this.#meta.pageCount * this.#meta.pageBytes
  }

  /** The top-level buckets, in the order of their names. */
  async buckets(): Promise<BoltBucket[]> {
    const found: BoltBucket[] = []
    for await (const { key, value, flags } of this.#elements(this.#meta.rootPage)) {
      if (flags !== LEAF_IS_BUCKET || value.length < BUCKET_BYTES) {
        throw new BoltError(`"${key.toString()}" at the top is no bucket`)
      }
      const root = Number(value.readBigUInt64LE(0))
      const inline = value.subarray(BUCKET_BYTES)
      found.push({ name: key.toString(), root: root === 0 ? inline : root })
    }
    return found
  }

  /** A bucket's elements, ascending by key. */
  elements(bucket: BoltBucket): AsyncIterable<BoltElement> {
    return this.#elements(bucket.root)
  }

  async *#elements(root: number | Buffer): AsyncGenerator<Element> {
    let last: Buffer | undefined
    for await (const element of this.#walk(root, 0)) {
      if (last && Buffer.compare(last, element.key) >= 0) {
        throw new BoltError(`keys out of order behind ${last.toString('hex')}`)
      }
      last = element.key
      yield element
    }
  }

  async *#walk(root: number | Buffer, depth: number): AsyncGenerator<Element> {
    if (depth > DEPTH_MAX) throw new BoltError(`page ${String(root)}: the tree is too deep`)
    const page = typeof root === 'number' ? await this.#page(root) : root
    if (page.length < PAGE_HEADER_BYTES) throw new BoltError('a bucket without its page')
    const { id, flags, count } = readPageHeader(page)
    if (flags === PageFlag.leaf) yield* leafElements(page, id, count)
    else if (flags === PageFlag.branch) {
      for (const child of branchChildren(page, id, count)) yield* this.#walk(child, depth + 1)
    } else throw new BoltError(`page ${id}: unexpected kind ${flags}`)
  }

  async #page(id: number): Promise<Buffer> {
    const { pageBytes, pageCount } = this.#meta
    if (id < 2 || id >= pageCount) throw new BoltError(`page ${id}: out of bounds of ${pageCount}`)
    const first = bufferOf(await this.#file.read(id * pageBytes, pageBytes))
    if (first.length < pageBytes) throw new BoltError(`page ${id}: cut short`)
    const header = readPageHeader(first)
    if (header.id !== id) throw new BoltError(`page ${id}: it says that it is ${header.id}`)
    if (header.overflow === 0) return first
    if (id + header.overflow >= pageCount) {
      throw new BoltError(`page ${id}: overflows to ${id + header.overflow} of ${pageCount}`)
    }
    return bufferOf(await this.#file.read(id * pageBytes, (header.overflow + 1) * pageBytes))
  }
}

async function newestMeta(file: DiskFile, sizeBytes: number): Promise<Meta> {
  if (sizeBytes < 2 * PAGE_BYTES) throw new BoltError('the file is too short to be a database')
  const first = decodeMetaPage(bufferOf(await file.read(0, PAGE_BYTES)))
  // The second meta page stands behind the first, whose size may be another than ours.
  const pageBytes = first?.pageBytes ?? PAGE_BYTES
  const second = decodeMetaPage(bufferOf(await file.read(pageBytes, PAGE_BYTES)))
  const newest = first && second && second.transaction > first.transaction ? second : first
  const meta = newest ?? second
  if (!meta)
    throw new BoltError('it is not a bbolt database, or both of its meta pages are damaged')
  if (meta.pageBytes < 1024 || meta.pageBytes > PAGE_BYTES_MAX) {
    throw new BoltError(`a page size of ${meta.pageBytes} bytes`)
  }
  return meta
}

function* leafElements(page: Buffer, id: number, count: number): Iterable<Element> {
  checkElements(page, id, count)
  for (let i = 0; i < count; i++) {
    const at = PAGE_HEADER_BYTES + i * ELEMENT_BYTES
    const keyAt = at + page.readUInt32LE(at + 4)
    const valueAt = keyAt + page.readUInt32LE(at + 8)
    const end = valueAt + page.readUInt32LE(at + 12)
    if (end > page.length) throw new BoltError(`page ${id}: element ${i} ends beyond it`)
    const flags = page.readUInt32LE(at)
    yield { flags, key: page.subarray(keyAt, valueAt), value: page.subarray(valueAt, end) }
  }
}

function* branchChildren(page: Buffer, id: number, count: number): Iterable<number> {
  checkElements(page, id, count)
  for (let i = 0; i < count; i++) {
    yield Number(page.readBigUInt64LE(PAGE_HEADER_BYTES + i * ELEMENT_BYTES + 8))
  }
}

function checkElements(page: Buffer, id: number, count: number): void {
  if (PAGE_HEADER_BYTES + count * ELEMENT_BYTES > page.length) {
    throw new BoltError(`page ${id}: ${count} elements do not fit`)
  }
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}
