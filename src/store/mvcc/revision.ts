/** Length of a revision as etcd writes it: eight bytes, an underscore, eight bytes. */
export const REVISION_BYTES = 17
const UNDERSCORE = 0x5f
const TOMBSTONE = 0x74

/** Writes (main, sub) in etcd's order-keeping form. */
export function writeRevision(target: Buffer, at: number, main: number, sub: number): void {
  target.writeUInt32BE(Math.floor(main / 0x1_0000_0000), at)
  target.writeUInt32BE(main % 0x1_0000_0000, at + 4)
  target[at + 8] = UNDERSCORE
  target.writeUInt32BE(Math.floor(sub / 0x1_0000_0000), at + 9)
  target.writeUInt32BE(sub % 0x1_0000_0000, at + 13)
}

/** The key of etcd's `key` bucket: a removal has a `t` behind the revision. */
export function revisionBytes(main: number, sub: number, removed = false): Uint8Array {
  const bytes = Buffer.allocUnsafe(removed ? REVISION_BYTES + 1 : REVISION_BYTES)
  writeRevision(bytes, 0, main, sub)
  if (removed) bytes[REVISION_BYTES] = TOMBSTONE
  return bytes
}

/** Throws `RangeError` when the bytes end too early. */
export function readRevision(bytes: Uint8Array, at = 0): { main: number; sub: number } {
  if (bytes.length < at + REVISION_BYTES) throw new RangeError('a revision ends too early')
  return { main: readUint64(bytes, at), sub: readUint64(bytes, at + 9) }
}

/** By hand: a view of the bytes would cost more than to read them. */
function readUint64(bytes: Uint8Array, at: number): number {
  let value = 0
  for (let i = at; i < at + 8; i++) value = value * 0x100 + (bytes[i] ?? 0)
  return value
}

/** Names one change in maps: nearly always the number alone. */
export type RevisionId = number | string

export function revisionId(main: number, sub: number): RevisionId {
  return sub === 0 ? main : `${main}_${sub}`
}
