import type { Entry } from './types.ts'

/** The first entries of a list, at least one, whose data stays within `maxBytes` in all. */
export function limitBytes(entries: Entry[], maxBytes: number): Entry[] {
  let bytes = 0
  for (let i = 0; i < entries.length; i++) {
    bytes += entryBytes(entries[i] as Entry)
    if (i > 0 && bytes > maxBytes) return entries.slice(0, i)
  }
  return entries
}

const ENTRY_TYPE_BYTES = 2

/** Bytes of an entry as raftpb encodes it: what limits on messages are measured in. */
export function entryBytes(entry: Entry): number {
  const data = entry.data.length
  const dataBytes = data === 0 ? 0 : 1 + varintBytes(data) + data
  return ENTRY_TYPE_BYTES + 2 + varintBytes(entry.term) + varintBytes(entry.index) + dataBytes
}

/** Bytes of a list of entries, for limits. */
export function entriesBytes(entries: readonly Entry[]): number {
  let bytes = 0
  for (const entry of entries) bytes += entryBytes(entry)
  return bytes
}

/** Payload bytes of a list of entries: what a leader counts as uncommitted and in flight. */
export function payloadBytes(entries: readonly Entry[]): number {
  let bytes = 0
  for (const entry of entries) bytes += entry.data.length
  return bytes
}

function varintBytes(value: number): number {
  let bytes = 1
  for (let rest = value; rest >= 128; rest /= 128) bytes++
  return bytes
}
