import { GrpcCode, KvError } from '../../base/index.ts'
import type { Bucket } from './backend.ts'
import { crc32c } from './crc32c.ts'

/** One entry of etcd's own back end: bucket, key and value as etcd keeps them in its database. */
export interface BackendEntry {
  readonly bucket: Bucket
  readonly key: Uint8Array
  readonly value: Uint8Array
}

const CHUNK_BYTES = 256 * 1024
const MAGIC = Buffer.from('NVSNAP01')
// Positions are on the wire: only ever append.
const BUCKETS: readonly Bucket[] = [
  'key',
  'lease',
  'meta',
  'alarm',
  'auth',
  'authRoles',
  'authUsers',
  'cluster',
  'members',
  'members_removed',
]
/** Bucket, key length, value length. */
const HEAD_BYTES = 9
/** In the place of a bucket: the checksum of all before follows, and nothing else. */
const END = 0xff

/** A state as bytes, in chunks of 256 KiB at most: entries, then their CRC-32C. */
export async function* encodeEntries(
  entries: AsyncIterable<BackendEntry>,
): AsyncGenerator<Uint8Array> {
  let crc = 0
  let parts: Uint8Array[] = [MAGIC]
  let size = MAGIC.length
  const cut = function* (): Generator<Uint8Array> {
    const all = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts, size)
    for (let at = 0; at < size; at += CHUNK_BYTES) yield all.subarray(at, at + CHUNK_BYTES)
    parts = []
    size = 0
  }
  for await (const { bucket, key, value } of entries) {
    const head = Buffer.allocUnsafe(HEAD_BYTES)
    head[0] = BUCKETS.indexOf(bucket)
    head.writeUInt32BE(key.length, 1)
    head.writeUInt32BE(value.length, 5)
    for (const part of [head, key, value]) {
      crc = crc32c(part, crc)
      parts.push(part)
      size += part.length
    }
    if (size >= CHUNK_BYTES - 4096) yield* cut()
  }
  const tail = Buffer.alloc(HEAD_BYTES)
  tail[0] = END
  tail.writeUInt32BE(crc, 1)
  parts.push(tail)
  size += tail.length
  yield* cut()
}

/** The entries of such bytes, however they were cut. Throws when they are damaged or end too early. */
export async function* decodeEntries(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<BackendEntry> {
  let held = Buffer.alloc(0)
  let crc = 0
  let begun = false
  let ended = false
  for await (const chunk of chunks) {
    held = held.length === 0 ? Buffer.from(chunk) : Buffer.concat([held, chunk])
    let at = 0
    if (!begun) {
      if (held.length < MAGIC.length) continue
      if (!held.subarray(0, MAGIC.length).equals(MAGIC)) throw damaged('it begins with other bytes')
      at = MAGIC.length
      begun = true
    }
    while (held.length - at >= HEAD_BYTES && !ended) {
      if (held[at] === END) {
        if (held.readUInt32BE(at + 1) !== crc) throw damaged('its checksum does not match')
        ended = true
        at += HEAD_BYTES
        break
      }
      const bucket = BUCKETS[held[at] as number]
      if (!bucket) throw damaged('an entry names no bucket')
      const value = at + HEAD_BYTES + held.readUInt32BE(at + 1)
      const end = value + held.readUInt32BE(at + 5)
      if (held.length < end) break
      crc = crc32c(held.subarray(at, end), crc)
      yield { bucket, key: held.subarray(at + HEAD_BYTES, value), value: held.subarray(value, end) }
      at = end
    }
    held = held.subarray(at)
    if (ended && held.length > 0) throw damaged('bytes follow its end')
  }
  if (!ended) throw damaged('it ends too early')
}

function damaged(why: string): KvError {
  return new KvError(GrpcCode.dataLoss, `store: the snapshot is damaged: ${why}; send it again`)
}
