import { varint64Size, varintSize, WireReader, writeVarint, writeVarint64 } from './wire.ts'

interface Fields {
  key: Uint8Array
  value: Uint8Array
  createRevision: number
  modRevision: number
  version: number
  lease: bigint
}

const NOTHING = new Uint8Array(0)

/**
 * A key at one revision. The bytes are etcd's `mvccpb.KeyValue`: what is on disk, in a response, in
 * an event and in a backup, so that nothing is encoded twice. Fields are read on first use; keys
 * and values are views into bytes that nobody changes.
 */
export class KeyValue {
  readonly encoded: Uint8Array
  #fields: Fields | undefined

  constructor(encoded: Uint8Array) {
    this.encoded = encoded
  }

  get key(): Uint8Array {
    return this.#read().key
  }

  get value(): Uint8Array {
    return this.#read().value
  }

  /** Revision of the put that made the key. */
  get createRevision(): number {
    return this.#read().createRevision
  }

  /** Revision of the last change. */
  get modRevision(): number {
    return this.#read().modRevision
  }

  /** 1 when created, one more for each change; 0 marks a removal. */
  get version(): number {
    return this.#read().version
  }

  /** 0n: none. */
  get lease(): bigint {
    return this.#read().lease
  }

  #read(): Fields {
    return (this.#fields ??= decodeKeyValue(this.encoded))
  }
}

export function encodeKeyValue(kv: Readonly<Fields>): Uint8Array {
  const bytes = Buffer.allocUnsafe(keyValueBytes(kv))
  writeKeyValue(bytes, kv)
  return bytes
}

/** Bytes that a key-value takes. */
export function keyValueBytes(kv: Readonly<Fields>): number {
  const { key, value, lease } = kv
  let size = 1 + varintSize(key.length) + key.length
  size += 3 + varintSize(kv.createRevision) + varintSize(kv.modRevision) + varintSize(kv.version)
  if (value.length > 0) size += 1 + varintSize(value.length) + value.length
  if (lease !== 0n) size += 1 + varint64Size(lease)
  return size
}

/** Fills `bytes`, which has as many as `keyValueBytes` says. */
export function writeKeyValue(bytes: Uint8Array, kv: Readonly<Fields>): void {
  const { key, value, lease } = kv
  bytes[0] = 0x0a
  let pos = writeVarint(bytes, 1, key.length)
  bytes.set(key, pos)
  pos += key.length
  bytes[pos] = 0x10
  pos = writeVarint(bytes, pos + 1, kv.createRevision)
  bytes[pos] = 0x18
  pos = writeVarint(bytes, pos + 1, kv.modRevision)
  bytes[pos] = 0x20
  pos = writeVarint(bytes, pos + 1, kv.version)
  if (value.length > 0) {
    bytes[pos] = 0x2a
    pos = writeVarint(bytes, pos + 1, value.length)
    bytes.set(value, pos)
    pos += value.length
  }
  if (lease !== 0n) {
    bytes[pos] = 0x30
    writeVarint64(bytes, pos + 1, lease)
  }
}

/** A removal on disk: etcd keeps the key alone. */
export function encodeTombstone(key: Uint8Array): Uint8Array {
  const bytes = Buffer.allocUnsafe(1 + varintSize(key.length) + key.length)
  bytes[0] = 0x0a
  bytes.set(key, writeVarint(bytes, 1, key.length))
  return bytes
}

/** A removal in an event: the key, and when it went. */
export function encodeDeleted(key: Uint8Array, modRevision: number): Uint8Array {
  const tombstone = encodeTombstone(key)
  const bytes = Buffer.allocUnsafe(tombstone.length + 1 + varintSize(modRevision))
  bytes.set(tombstone)
  bytes[tombstone.length] = 0x18
  writeVarint(bytes, tombstone.length + 1, modRevision)
  return bytes
}

function decodeKeyValue(bytes: Uint8Array): Fields {
  const reader = new WireReader(bytes)
  const kv: Fields = {
    key: NOTHING,
    value: NOTHING,
    createRevision: 0,
    modRevision: 0,
    version: 0,
    lease: 0n,
  }
  while (!reader.done) {
    const tag = reader.tag()
    if (tag === 0x0a) kv.key = reader.bytes()
    else if (tag === 0x10) kv.createRevision = reader.number()
    else if (tag === 0x18) kv.modRevision = reader.number()
    else if (tag === 0x20) kv.version = reader.number()
    else if (tag === 0x2a) kv.value = reader.bytes()
    else if (tag === 0x30) kv.lease = reader.int64()
    else reader.skip(tag & 7)
  }
  return kv
}

/** What the index needs of a change, without a look at its value; the key as the index names it. */
export function readIndexed(encoded: Uint8Array): {
  key: string
  createRevision: number
  version: number
  lease: bigint
} {
  const bytes = asBuffer(encoded)
  const reader = new WireReader(bytes)
  const found = { key: '', createRevision: 0, version: 0, lease: 0n }
  while (!reader.done) {
    const tag = reader.tag()
    if (tag === 0x0a) found.key = bytes.toString('latin1', reader.span(), reader.at)
    else if (tag === 0x10) found.createRevision = reader.number()
    else if (tag === 0x20) found.version = reader.number()
    else if (tag === 0x30) found.lease = reader.int64()
    else reader.skip(tag & 7)
  }
  return found
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}
