import type { LogIndex, Term } from '../../raft/index.ts'
import type { AppliedEntry } from '../state-machine.ts'
import { ByteReader, ByteWriter, crc32, MalformedBytesError } from '../wal/index.ts'

/** An entry of the log as it is archived, with the time at which the archiving member applied it. */
export interface ArchivedEntry extends AppliedEntry {
  readonly timeMs: number
}

/** A state from which entries go on; its file holds a snapshot's chunks. */
export interface ArchivedBase {
  readonly index: LogIndex
  readonly term: Term
  readonly revision: number
  readonly timeMs: number
}

const HEAD_BYTES = 8
const NAME = /^([0-9a-f]{16})\.log$/
const BASE = /^([0-9a-f]{16})-([0-9a-f]+)-([0-9a-f]+)-([0-9a-f]+)\.base$/

/** Of a piece of the log that begins with `index`. */
export const logName = (index: LogIndex): string => `${index.toString(16).padStart(16, '0')}.log`

export function baseName({ index, term, revision, timeMs }: ArchivedBase): string {
  const rest = [term, revision, timeMs].map((each) => Math.round(each).toString(16))
  return `${index.toString(16).padStart(16, '0')}-${rest.join('-')}.base`
}

export function readLogName(name: string): LogIndex | undefined {
  const found = NAME.exec(name)
  return found ? Number.parseInt(found[1] ?? '', 16) : undefined
}

export function readBaseName(name: string): ArchivedBase | undefined {
  const found = BASE.exec(name)
  if (!found) return undefined
  const [index = 0, term = 0, revision = 0, timeMs = 0] = found
    .slice(1)
    .map((text) => Number.parseInt(text, 16))
  return { index, term, revision, timeMs }
}

/** Records, each with its length and checksum in front. */
export function encodeEntries(entries: readonly ArchivedEntry[]): Uint8Array {
  const parts: Uint8Array[] = []
  const writer = new ByteWriter()
  for (const { index, term, timeMs, payload } of entries) {
    writer.reset()
    writer.varint(index)
    writer.varint(term)
    writer.varint(Math.round(timeMs))
    writer.bytes(payload)
    const body = Buffer.from(writer.copy())
    const head = Buffer.alloc(HEAD_BYTES)
    head.writeUInt32LE(body.length, 0)
    head.writeUInt32LE(crc32(body, 0), 4)
    parts.push(head, body)
  }
  return Buffer.concat(parts)
}

/** The sound entries of a file, and where they end: a torn tail is not read. */
export function decodeEntries(bytes: Uint8Array): { entries: ArchivedEntry[]; end: number } {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const entries: ArchivedEntry[] = []
  let at = 0
  while (at + HEAD_BYTES <= buffer.length) {
    const end = at + HEAD_BYTES + buffer.readUInt32LE(at)
    const body = buffer.subarray(at + HEAD_BYTES, end)
    if (end > buffer.length || crc32(body, 0) !== buffer.readUInt32LE(at + 4)) break
    const entry = readEntry(body)
    if (!entry) break
    entries.push(entry)
    at = end
  }
  return { entries, end: at }
}

function readEntry(body: Uint8Array): ArchivedEntry | undefined {
  try {
    const reader = new ByteReader(body)
    const [index, term, timeMs] = [reader.varint(), reader.varint(), reader.varint()]
    return { index, term, timeMs, payload: reader.bytes() }
  } catch (error) {
    if (error instanceof MalformedBytesError || error instanceof RangeError) return undefined
    throw error
  }
}
