import type { Log, MemberId, PeerReceiver } from '../../base/index.ts'
import type { Message } from '../../raft/index.ts'
import { MalformedBytesError } from '../wal/index.ts'
import { decodeFrame, type PeerFrame } from './peer-codec.ts'

export interface InboxOptions {
  readonly self: MemberId
  readonly log: Log
  readonly onFrame: (from: MemberId, frame: PeerFrame) => void
  /** A message whose snapshot's bytes follow; what it returns is awaited. */
  readonly onSnapshot: (message: Message, chunks: AsyncIterable<Uint8Array>) => Promise<void>
  readonly onDown: (peer: MemberId) => void
  readonly onUp: (peer: MemberId) => void
  readonly onRemoved: () => void
  readonly onInquiry: () => Uint8Array
}

/** Reads what other members send. What cannot be read is dropped: we cannot serve its sender. */
export function peerInbox(options: InboxOptions): PeerReceiver {
  const { onFrame, onSnapshot, onDown, onUp, onRemoved, onInquiry } = options
  return {
    onFrame(from, bytes) {
      const frame = decode(options, from, bytes)
      if (frame) onFrame(from, frame)
    },
    async onStream(from, header, chunks) {
      const frame = decode(options, from, header)
      const message = frame?.kind === 'messages' ? frame.messages[0] : undefined
      if (message?.snapshot) await onSnapshot(message, chunks)
    },
    onDown,
    onUp,
    onRemoved,
    onInquiry,
  }
}

function decode(
  { self, log }: InboxOptions,
  from: MemberId,
  bytes: Uint8Array,
): PeerFrame | undefined {
  try {
    return decodeFrame(bytes, { from, to: self })
  } catch (error) {
    if (!(error instanceof MalformedBytesError)) throw error
    log.warn('dropped a frame', { from: from.toString(16), error })
    return undefined
  }
}
