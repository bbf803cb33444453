import type { MemberId } from '../../base/index.ts'
import {
  type ConfState,
  type Entry,
  type Message,
  type MessageType,
  message,
  type Snapshot,
} from '../../raft/index.ts'
import { ByteReader, ByteWriter, MalformedBytesError, readEntry, writeEntry } from '../wal/index.ts'

/** Proposals on their way to the leader of `term`. */
export interface Forward {
  readonly term: number
  /** Names one life of the proposer: another after its restart. */
  readonly origin: number
  /** All sequences of this origin below are settled. */
  readonly oldest: number
  /** Entries' data, each with its correlation header. */
  readonly proposals: readonly Uint8Array[]
}

/** What members say to each other. */
export type PeerFrame =
  | { readonly kind: 'messages'; readonly messages: readonly Message[] }
  | ({ readonly kind: 'forward' } & Forward)
  /** The forwarded proposals of these sequences were not taken: send them again. */
  | { readonly kind: 'refused'; readonly term: number; readonly sequences: readonly number[] }
  /** A question beside Raft, and its answer: `code` 0, or the refusal's code and text. */
  | { readonly kind: 'ask'; readonly id: number; readonly topic: string; readonly body: Uint8Array }
  | {
      readonly kind: 'answer'
      readonly id: number
      readonly code: number
      readonly body: Uint8Array
    }

const KINDS = { messages: 1, forward: 2, refused: 3, ask: 4, answer: 5 } as const
// Positions are on the wire: only ever append.
const TYPES: readonly MessageType[] = [
  'app',
  'app-resp',
  'heartbeat',
  'heartbeat-resp',
  'vote',
  'vote-resp',
  'pre-vote',
  'pre-vote-resp',
  'snap',
  'read-index',
  'read-index-resp',
  'transfer-leader',
  'timeout-now',
]
const FLAG_REJECT = 1
const FLAG_SNAPSHOT = 2

const writer = new ByteWriter()

export function encodeFrame(frame: PeerFrame): Uint8Array {
  writer.reset()
  writer.u8(KINDS[frame.kind])
  switch (frame.kind) {
    case 'messages':
      for (const each of frame.messages) writeMessage(writer, each)
      break
    case 'forward':
      writer.varint(frame.term)
      writer.varint(frame.origin)
      writer.varint(frame.oldest)
      for (const proposal of frame.proposals) writer.bytes(proposal)
      break
    case 'refused':
      writer.varint(frame.term)
      for (const sequence of frame.sequences) writer.varint(sequence)
      break
    case 'ask':
      writer.varint(frame.id)
      writer.bytes(Buffer.from(frame.topic))
      writer.bytes(frame.body)
      break
    case 'answer':
      writer.varint(frame.id)
      writer.varint(frame.code)
      writer.bytes(frame.body)
  }
  return writer.copy()
}

/** Shares memory with `bytes`. Throws `MalformedBytesError`. `to` is the receiver. */
export function decodeFrame(bytes: Uint8Array, between: Between): PeerFrame {
  const reader = new ByteReader(bytes)
  const kind = reader.u8()
  switch (kind) {
    case KINDS.messages:
      return { kind: 'messages', messages: readAll(reader, (r) => readMessage(r, between)) }
    case KINDS.forward:
      return {
        kind: 'forward',
        term: reader.varint(),
        origin: reader.varint(),
        oldest: reader.varint(),
        proposals: readAll(reader, (r) => r.bytes()),
      }
    case KINDS.refused:
      return {
        kind: 'refused',
        term: reader.varint(),
        sequences: readAll(reader, (r) => r.varint()),
      }
    case KINDS.ask: {
      const id = reader.varint()
      return { kind: 'ask', id, topic: text(reader.bytes()), body: reader.bytes() }
    }
    case KINDS.answer:
      return { kind: 'answer', id: reader.varint(), code: reader.varint(), body: reader.bytes() }
    default:
      throw new MalformedBytesError(`unknown kind of frame ${kind}`)
  }
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString()

/** Sender and receiver are known from the connection, and not encoded. */
export interface Between {
  readonly from: MemberId
  readonly to: MemberId
}

export function isPeerMessage(type: MessageType): boolean {
  return TYPES.includes(type)
}

function writeMessage(to: ByteWriter, m: Message): void {
  to.u8(TYPES.indexOf(m.type))
  to.u8((m.reject ? FLAG_REJECT : 0) | (m.snapshot ? FLAG_SNAPSHOT : 0))
  to.varint(m.term)
  to.varint(m.logTerm)
  to.varint(m.index)
  to.varint(m.commit)
  to.varint(m.vote)
  to.varint(m.rejectHint)
  to.bytes(m.context)
  to.varint(m.entries.length)
  for (const entry of m.entries) writeEntry(to, entry)
  if (m.snapshot) writeSnapshot(to, m.snapshot)
}

function readMessage(from: ByteReader, between: Between): Message {
  const type = TYPES[from.u8()]
  if (!type) throw new MalformedBytesError('unknown type of message')
  const flags = from.u8()
  const fields = {
    type,
    ...between,
    reject: (flags & FLAG_REJECT) !== 0,
    term: from.varint(),
    logTerm: from.varint(),
    index: from.varint(),
    commit: from.varint(),
    vote: from.varint(),
    rejectHint: from.varint(),
    context: from.bytes(),
    entries: readList(from, readEntry),
  }
  const snapshot = (flags & FLAG_SNAPSHOT) !== 0 ? readSnapshot(from) : undefined
  return message(snapshot ? { ...fields, snapshot } : fields)
}

function writeSnapshot(to: ByteWriter, { metadata, data }: Snapshot): void {
  to.varint(metadata.index)
  to.varint(metadata.term)
  const { voters, learners, votersOutgoing, learnersNext, autoLeave } = metadata.confState
  for (const ids of [voters, learners, votersOutgoing, learnersNext]) {
    to.varint(ids.length)
    for (const id of ids) to.varint(id)
  }
  to.u8(autoLeave ? 1 : 0)
  to.bytes(data)
}

function readSnapshot(from: ByteReader): Snapshot {
  const index = from.varint()
  const term = from.varint()
  const ids = () => readList(from, (r) => r.varint())
  const confState: ConfState = {
    voters: ids(),
    learners: ids(),
    votersOutgoing: ids(),
    learnersNext: ids(),
    autoLeave: from.u8() === 1,
  }
  return { metadata: { index, term, confState }, data: from.bytes() }
}

function readList<T>(from: ByteReader, read: (from: ByteReader) => T): T[] {
  const items: T[] = []
  for (let left = from.varint(); left > 0; left--) items.push(read(from))
  return items
}

function readAll<T>(from: ByteReader, read: (from: ByteReader) => T): T[] {
  const items: T[] = []
  while (!from.done) items.push(read(from))
  return items
}

/** Bytes of entries' data, for bounds. */
export function dataBytes(entries: readonly Entry[]): number {
  let bytes = 0
  for (const { data } of entries) bytes += data.length
  return bytes
}
