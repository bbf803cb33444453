/**
 * The file format of bbolt (version 2), etcd's database: a tree of pages, numbers in little endian.
 * A page begins with its id, flags, element count and overflow (how many pages follow as one).
 */
export const PAGE_BYTES = 4096
export const PAGE_HEADER_BYTES = 16
/** Of a branch page's element, and of a leaf page's. */
export const ELEMENT_BYTES = 16
/** A bucket's value: the page of its root and a sequence; the root page itself behind it if 0. */
export const BUCKET_BYTES = 16
export const META_BYTES = 64
const META_MAGIC = 0xed0cdaed
const META_VERSION = 2
/** In the place of the free list's page: there is none. */
export const NO_FREELIST = 0xffff_ffff_ffff_ffffn

export const PageFlag = { branch: 1, leaf: 2, meta: 4, freelist: 16 } as const
export const LEAF_IS_BUCKET = 1

export interface PageHeader {
  readonly id: number
  readonly flags: number
  readonly count: number
  /** Pages behind the first one that belong to it. */
  readonly overflow: number
}

export interface Meta {
  readonly pageBytes: number
  readonly rootPage: number
  readonly freelistPage: bigint
  /** Pages in the file: the first id that is not used. */
  readonly pageCount: number
  readonly transaction: bigint
}

export function writePageHeader(page: Buffer, header: PageHeader): void {
  page.writeBigUInt64LE(BigInt(header.id), 0)
  page.writeUInt16LE(header.flags, 8)
  page.writeUInt16LE(header.count, 10)
  page.writeUInt32LE(header.overflow, 12)
}

export function readPageHeader(page: Buffer): PageHeader {
  return {
    id: Number(page.readBigUInt64LE(0)),
    flags: page.readUInt16LE(8),
    count: page.readUInt16LE(10),
    overflow: page.readUInt32LE(12),
  }
}

export function encodeMetaPage(id: number, meta: Meta): Buffer {
  const page = Buffer.alloc(PAGE_BYTES)
  writePageHeader(page, { id, flags: PageFlag.meta, count: 0, overflow: 0 })
  const body = page.subarray(PAGE_HEADER_BYTES, PAGE_HEADER_BYTES + META_BYTES)
  body.writeUInt32LE(META_MAGIC, 0)
  body.writeUInt32LE(META_VERSION, 4)
  body.writeUInt32LE(meta.pageBytes, 8)
  body.writeBigUInt64LE(BigInt(meta.rootPage), 16)
  body.writeBigUInt64LE(meta.freelistPage, 32)
  body.writeBigUInt64LE(BigInt(meta.pageCount), 40)
  body.writeBigUInt64LE(meta.transaction, 48)
  body.writeBigUInt64LE(fnv64a(body.subarray(0, 56)), 56)
  return page
}

/** Undefined when these are not the bytes of a sound meta page. */
export function decodeMetaPage(page: Buffer): Meta | undefined {
  if (page.length < PAGE_HEADER_BYTES + META_BYTES) return undefined
  const body = page.subarray(PAGE_HEADER_BYTES, PAGE_HEADER_BYTES + META_BYTES)
  if (body.readUInt32LE(0) !== META_MAGIC || body.readUInt32LE(4) !== META_VERSION) return undefined
  if (body.readBigUInt64LE(56) !== fnv64a(body.subarray(0, 56))) return undefined
  return {
    pageBytes: body.readUInt32LE(8),
    rootPage: Number(body.readBigUInt64LE(16)),
    freelistPage: body.readBigUInt64LE(32),
    pageCount: Number(body.readBigUInt64LE(40)),
    transaction: body.readBigUInt64LE(48),
  }
}

/** FNV-1a with 64 bits. */
function fnv64a(bytes: Uint8Array): bigint {
  let hash = 0xcbf29ce484222325n
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n)
  return hash
}
