import { assertNever, type MemberId, type PeerReceiver } from '../../base/index.ts'
import type { Message, RawNode } from '../../raft/index.ts'
import type { Applier } from './applier.ts'
import type { Asks } from './asks.ts'
import type { EagerElection } from './eager-election.ts'
import { encodeKnown } from './identity.ts'
import { peerInbox } from './inbox.ts'
import type { MemberOptions } from './options.ts'
import type { PeerBook } from './peer-book.ts'
import type { PeerFrame } from './peer-codec.ts'
import type { ProposalFlow } from './proposal-flow.ts'
import type { Proposals } from './proposals.ts'
import type { SnapshotReceiver } from './snapshots.ts'
import type { Turns } from './turns.ts'

/** Whom what comes from other members concerns. */
export interface IncomingParts<Outcome> {
  readonly options: Pick<MemberOptions<Outcome>, 'self' | 'log' | 'cluster' | 'stateMachine'>
  readonly turns: Turns
  readonly node: RawNode
  readonly flow: ProposalFlow<Outcome>
  readonly proposals: Proposals<Outcome>
  readonly asks: Asks
  readonly applier: Applier<Outcome>
  readonly receiver: SnapshotReceiver
  readonly eager: EagerElection
  readonly peers: PeerBook
  /** Another member says that this one was removed. */
  readonly onRemoved: () => void
}

/** Takes what other members send to where it belongs. */
export function incoming<Outcome>(parts: IncomingParts<Outcome>): PeerReceiver {
  const { options, turns, node, eager, peers, applier, onRemoved } = parts
  const { self, log, cluster } = options
  return peerInbox({
    self: self.id,
    log,
    onFrame: (from, frame) => turns.run(() => onFrame(parts, from, frame)),
    onSnapshot: (message, chunks) => onSnapshot(parts, message, chunks),
    onDown: (peer) =>
      turns.run(() => {
        eager.down(peer)
        peers.down(peer)
        node.peerDown(peer)
      }),
    onUp: (peer) =>
      turns.run(() => {
        eager.up(peer)
        peers.up(peer)
        node.peerUp(peer)
      }),
    onRemoved,
    onInquiry: () => encodeKnown(cluster.clusterId, applier.membership.members),
  })
}

function onFrame<Outcome>(
  { node, flow, proposals, asks }: IncomingParts<Outcome>,
  from: MemberId,
  frame: PeerFrame,
): void {
  switch (frame.kind) {
    case 'messages':
      for (const each of frame.messages) if (each.type !== 'snap') node.step(each)
      break
    case 'forward':
      flow.onForward(from, frame)
      break
    case 'refused':
      proposals.refused(frame.term, frame.sequences)
      break
    case 'ask':
      void asks.onAsk(from, frame)
      break
    case 'answer':
      asks.onAnswer(frame)
      break
    default:
      assertNever(frame)
  }
}

async function onSnapshot<Outcome>(
  { options, turns, node, applier, proposals, receiver }: IncomingParts<Outcome>,
  message: Message,
  chunks: AsyncIterable<Uint8Array>,
): Promise<void> {
  const metadata = message.snapshot?.metadata
  if (!metadata || turns.stopped) return
  applier.arriving(metadata.index, proposals.next)
  if (metadata.index > options.stateMachine.appliedIndex) {
    await receiver.receive(metadata.index, chunks)
  }
  turns.run(() => node.step(message))
}
