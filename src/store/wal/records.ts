import type { Entry, EntryType, HardState, LogIndex, Term } from '../../raft/index.ts'
import { type ByteReader, type ByteWriter, MalformedBytesError } from './bytes.ts'

/** Where the log begins: the entry just before its first, whose effect is in the state. */
export interface LogBase {
  readonly index: LogIndex
  readonly term: Term
}

/**
 * One thing that the log remembers.
 * - `entry` replaces the entry of its index and forgets all behind it.
 * - `base` forgets the entries up to its index.
 * - `reset` forgets all entries: a leader's snapshot has taken their place.
 * - `incoming` announces a `reset`, whose state is about to be made durable elsewhere; an entry
 *   written since says that it came to nothing.
 * - `membership` is opaque here: who the members are, and their roles.
 */
export type WalRecord =
  | { readonly type: 'entry'; readonly entry: Entry }
  | { readonly type: 'hard-state'; readonly hardState: HardState }
  | { readonly type: 'base'; readonly base: LogBase }
  | { readonly type: 'reset'; readonly base: LogBase }
  | { readonly type: 'incoming'; readonly base: LogBase; readonly membership: Uint8Array }
  | { readonly type: 'membership'; readonly membership: Uint8Array }

const CODES = {
  entry: 1,
  'hard-state': 2,
  base: 3,
  reset: 4,
  incoming: 5,
  membership: 6,
} as const
const ENTRY_TYPES: readonly EntryType[] = ['normal', 'conf-change', 'conf-change-v2']

export function writeRecord(to: ByteWriter, record: WalRecord): void {
  to.u8(CODES[record.type])
  switch (record.type) {
    case 'entry':
      writeEntry(to, record.entry)
      break
    case 'hard-state':
      to.varint(record.hardState.term)
      to.varint(record.hardState.vote)
      to.varint(record.hardState.commit)
      break
    case 'base':
    case 'reset':
    case 'incoming':
      to.varint(record.base.index)
      to.varint(record.base.term)
      if (record.type === 'incoming') to.bytes(record.membership)
      break
    case 'membership':
      to.bytes(record.membership)
  }
}

export function readRecord(from: ByteReader): WalRecord {
  const code = from.u8()
  switch (code) {
    case CODES.entry:
      return { type: 'entry', entry: readEntry(from) }
    case CODES['hard-state']: {
      const hardState = { term: from.varint(), vote: from.varint(), commit: from.varint() }
      return { type: 'hard-state', hardState }
    }
    case CODES.base:
      return { type: 'base', base: readBase(from) }
    case CODES.reset:
      return { type: 'reset', base: readBase(from) }
    case CODES.incoming:
      return { type: 'incoming', base: readBase(from), membership: from.bytes() }
    case CODES.membership:
      return { type: 'membership', membership: from.bytes() }
    default:
      throw new MalformedBytesError(`unknown record type ${code}`)
  }
}

/** An entry as it stands in the log and travels between members. */
export function writeEntry(to: ByteWriter, entry: Entry): void {
  to.u8(ENTRY_TYPES.indexOf(entry.type))
  to.varint(entry.term)
  to.varint(entry.index)
  to.bytes(entry.data)
}

export function readEntry(from: ByteReader): Entry {
  const type = ENTRY_TYPES[from.u8()]
  if (!type) throw new MalformedBytesError('unknown entry type')
  return { type, term: from.varint(), index: from.varint(), data: from.bytes() }
}

function readBase(from: ByteReader): LogBase {
  return { index: from.varint(), term: from.varint() }
}
