import { assert, type DiskFile } from '../../base/index.ts'
import {
  BUCKET_BYTES,
  ELEMENT_BYTES,
  encodeMetaPage,
  LEAF_IS_BUCKET,
  PAGE_BYTES,
  PAGE_HEADER_BYTES,
  PageFlag,
  writePageHeader,
} from './bolt-format.ts'

/** The two meta pages and the free list come first. */
const FIRST_PAGE = 3
const FREELIST_PAGE = 2
/** bbolt keeps a small bucket within its parent's page, up to a quarter of one. */
const INLINE_BYTES_MAX = PAGE_BYTES / 4
const ELEMENTS_MAX = 0xffff
/** Pages are written to the file in runs of about this size. */
const WRITE_BYTES = 1024 * 1024

interface Element {
  readonly key: Uint8Array
  readonly value: Uint8Array
}

/** A page that is written, as its parent refers to it. */
interface Child {
  readonly firstKey: Uint8Array
  readonly page: number
}

/**
 * Writes a bbolt database from front to back: buckets one after the other, each with its keys in
 * ascending order. No page is free, so the free list is empty.
 */
export class BoltWriter {
  readonly #file: DiskFile
  readonly #buckets: { name: Buffer; value: Buffer }[] = []
  #nextPage = FIRST_PAGE
  #run: Buffer[] = []
  #runBytes = 0
  #offset = FIRST_PAGE * PAGE_BYTES

  constructor(file: DiskFile) {
    this.#file = file
  }

  /** Adds a bucket. `elements` ascend by key. */
  async addBucket(name: string, elements: AsyncIterable<Element> | Iterable<Element>) {
    const children: Child[] = []
    let leaf = new LeafBuilder()
    for await (const element of elements) {
      if (!leaf.takes(element)) {
        children.push(await this.#writeLeaf(leaf))
        leaf = new LeafBuilder()
      }
      leaf.add(element)
    }
    const inline = children.length === 0 && leaf.bytes <= INLINE_BYTES_MAX
    if (inline) {
      const value = Buffer.concat([bucketValue(0), leaf.encode(0, 0).subarray(0, leaf.bytes)])
      this.#buckets.push({ name: Buffer.from(name), value })
      return
    }
    children.push(await this.#writeLeaf(leaf))
    const root = await this.#writeBranches(children)
    this.#buckets.push({ name: Buffer.from(name), value: bucketValue(root) })
  }

  /** Completes the file; its size in bytes. */
  async finish(): Promise<number> {
    const buckets = this.#buckets.sort((a, b) => Buffer.compare(a.name, b.name))
    const root = new LeafBuilder(LEAF_IS_BUCKET)
    for (const { name, value } of buckets) root.add({ key: name, value })
    const { page: rootPage } = await this.#writeLeaf(root)
    await this.#flush()
    const meta = {
      pageBytes: PAGE_BYTES,
      rootPage,
      freelistPage: BigInt(FREELIST_PAGE),
      pageCount: this.#nextPage,
    }
    const freelist = Buffer.alloc(PAGE_BYTES)
    const flags = PageFlag.freelist
    writePageHeader(freelist, { id: FREELIST_PAGE, flags, count: 0, overflow: 0 })
    const head = [
      encodeMetaPage(0, { ...meta, transaction: 0n }),
      encodeMetaPage(1, { ...meta, transaction: 1n }),
      freelist,
    ]
    await this.#file.write(0, Buffer.concat(head))
    return this.#nextPage * PAGE_BYTES
  }

  async #writeLeaf(leaf: LeafBuilder): Promise<Child> {
    const page = this.#nextPage
    const pages = Math.ceil(leaf.bytes / PAGE_BYTES)
    await this.#write(leaf.encode(page, pages - 1))
    return { firstKey: leaf.firstKey, page }
  }

  /** Branch pages over `children`, level by level; the page of the root. */
  async #writeBranches(children: readonly Child[]): Promise<number> {
    let level = children
    while (level.length > 1) {
      const parents: Child[] = []
      for (let from = 0; from < level.length; ) {
        const group = fittingBranch(level, from)
        parents.push(await this.#writeBranch(group))
        from += group.length
      }
      level = parents
    }
    const [root] = level
    assert(root, 'a tree has a root')
    return root.page
  }

  async #writeBranch(children: readonly Child[]): Promise<Child> {
    const id = this.#nextPage
    const bytes = branchBytes(children)
    const pages = Math.ceil(bytes / PAGE_BYTES)
    const page = Buffer.alloc(pages * PAGE_BYTES)
    const header = { id, flags: PageFlag.branch, count: children.length, overflow: pages - 1 }
    writePageHeader(page, header)
    let dataAt = PAGE_HEADER_BYTES + children.length * ELEMENT_BYTES
    for (const [i, { firstKey, page: child }] of children.entries()) {
      const at = PAGE_HEADER_BYTES + i * ELEMENT_BYTES
      page.writeUInt32LE(dataAt - at, at)
      page.writeUInt32LE(firstKey.length, at + 4)
      page.writeBigUInt64LE(BigInt(child), at + 8)
      page.set(firstKey, dataAt)
      dataAt += firstKey.length
    }
    await this.#write(page)
    return { firstKey: children[0]?.firstKey ?? new Uint8Array(0), page: id }
  }

  async #write(pages: Buffer): Promise<void> {
    this.#run.push(pages)
    this.#runBytes += pages.length
    this.#nextPage += pages.length / PAGE_BYTES
    if (this.#runBytes >= WRITE_BYTES) await this.#flush()
  }

  async #flush(): Promise<void> {
    const run = Buffer.concat(this.#run, this.#runBytes)
    this.#run = []
    this.#runBytes = 0
    await this.#file.write(this.#offset, run)
    this.#offset += run.length
  }
}

/** Gathers a leaf page's elements. */
class LeafBuilder {
  readonly #flags: number
  readonly #elements: Element[] = []
  bytes = PAGE_HEADER_BYTES

  constructor(flags = 0) {
    this.#flags = flags
  }

  get firstKey(): Uint8Array {
    return this.#elements[0]?.key ?? new Uint8Array(0)
  }

  /** Whether the element still fits into a page of the usual size. */
  takes({ key, value }: Element): boolean {
    if (this.#elements.length === 0) return true
    if (this.#elements.length === ELEMENTS_MAX) return false
    return this.bytes + ELEMENT_BYTES + key.length + value.length <= PAGE_BYTES
  }

  add(element: Element): void {
    this.#elements.push(element)
    this.bytes += ELEMENT_BYTES + element.key.length + element.value.length
  }

  encode(id: number, overflow: number): Buffer {
    const page = Buffer.alloc((overflow + 1) * PAGE_BYTES)
    const count = this.#elements.length
    writePageHeader(page, { id, flags: PageFlag.leaf, count, overflow })
    let dataAt = PAGE_HEADER_BYTES + count * ELEMENT_BYTES
    for (const [i, { key, value }] of this.#elements.entries()) {
      const at = PAGE_HEADER_BYTES + i * ELEMENT_BYTES
      page.writeUInt32LE(this.#flags, at)
      page.writeUInt32LE(dataAt - at, at + 4)
      page.writeUInt32LE(key.length, at + 8)
      page.writeUInt32LE(value.length, at + 12)
      page.set(key, dataAt)
      page.set(value, dataAt + key.length)
      dataAt += key.length + value.length
    }
    return page
  }
}

function bucketValue(rootPage: number): Buffer {
  const value = Buffer.alloc(BUCKET_BYTES)
  value.writeBigUInt64LE(BigInt(rootPage), 0)
  return value
}

/** The children from `from` on that go into one branch page; at least two. */
function fittingBranch(children: readonly Child[], from: number): readonly Child[] {
  let bytes = PAGE_HEADER_BYTES
  let to = from
  for (; to < children.length && to - from < ELEMENTS_MAX; to++) {
    bytes += ELEMENT_BYTES + (children[to]?.firstKey.length ?? 0)
    if (bytes > PAGE_BYTES && to - from >= 2) break
  }
  // A lone child at the end would make a branch without a choice: it joins this one.
  if (children.length - to === 1) to = children.length
  return children.slice(from, to)
}

function branchBytes(children: readonly Child[]): number {
  let bytes = PAGE_HEADER_BYTES
  for (const { firstKey } of children) bytes += ELEMENT_BYTES + firstKey.length
  return bytes
}
