/** A member of the store's Raft group. Below 2^53; on the etcd wire a uint64. Never 0. */
export type MemberId = number

/**
 * Frames between members. Best effort and unordered across reconnects: Raft repairs what is lost.
 * Authenticated by mutual TLS on the real platform.
 */
export interface PeerTransport {
  /**
   * Queues a frame; dropped when the peer is not connected or its bounded queue is full. Who has
   * connected here can be answered though no address of theirs is known: a member that was away
   * hears of its new leader from that leader alone.
   */
  send(to: MemberId, frame: Uint8Array): void
  /** Sends one long transfer (a snapshot) beside the frames, with back-pressure. */
  sendStream(
    to: MemberId,
    header: Uint8Array,
    chunks: AsyncIterable<Uint8Array>,
    options: { signal: AbortSignal },
  ): Promise<void>
  /** The one receiver. Called before any traffic flows; frames that come earlier are dropped. */
  receive(receiver: PeerReceiver): void
  /** Learns of a member, or of its new addresses. */
  setPeer(id: MemberId, peerUrls: readonly string[]): void
  /** It is no member any more, nor will be: it is turned away, and told why. */
  removePeer(id: MemberId): void
  close(): Promise<void>
}

export interface PeerReceiver {
  onFrame(from: MemberId, frame: Uint8Array): void
  /** A long transfer arrives; what it returns is awaited before more chunks are read. */
  onStream(from: MemberId, header: Uint8Array, chunks: AsyncIterable<Uint8Array>): Promise<void>
  /** The connection to a peer broke just now: a hint that it may be dead. */
  onDown(peer: MemberId): void
  onUp(peer: MemberId): void
  /** How long a word to a peer and its answer took just now. */
  onRoundTrip?(peer: MemberId, seconds: number): void
  /** A peer says that this member was removed from the cluster. */
  onRemoved(): void
  /** Somebody who is about to join asks who the members are. */
  onInquiry(): Uint8Array
}
