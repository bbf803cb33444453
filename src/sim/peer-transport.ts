import { type MemberId, NetError, type PeerReceiver, type PeerTransport } from '../base/index.ts'
import type { Lifetime, SimClock } from './clock.ts'
import type { SimNetwork } from './network.ts'

/** What travels between members: a frame, or the start of a stream whose chunks are pulled. */
export type PeerPacket =
  | { readonly kind: 'frame'; readonly bytes: Uint8Array }
  | {
      readonly kind: 'stream'
      readonly header: Uint8Array
      readonly chunks: AsyncIterable<Uint8Array>
      readonly settle: (error?: unknown) => void
    }

/** One member's connections to its peers, over the simulated network. */
export class SimPeerTransport implements PeerTransport {
  readonly #id: MemberId
  readonly #clock: SimClock
  readonly #network: SimNetwork<PeerPacket>
  readonly #lifetime: Lifetime
  readonly #known = new Set<MemberId>()
  /** Who has sent something: they can be answered. */
  readonly #heard = new Set<MemberId>()
  #closed = false

  constructor(options: {
    id: MemberId
    clock: SimClock
    network: SimNetwork<PeerPacket>
    lifetime: Lifetime
  }) {
    this.#id = options.id
    this.#clock = options.clock
    this.#network = options.network
    this.#lifetime = options.lifetime
    this.#lifetime.onEnd(() => this.#network.detach(this.#id))
  }

  send(to: MemberId, frame: Uint8Array): void {
    if (!this.#isOpen || !(this.#known.has(to) || this.#heard.has(to))) return
    this.#network.send(this.#id, to, { kind: 'frame', bytes: frame.slice() })
  }

  sendStream(
    to: MemberId,
    header: Uint8Array,
    chunks: AsyncIterable<Uint8Array>,
    { signal }: { signal: AbortSignal },
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = () => settle(new NetError('reset', `the connection to ${to} broke`))
      const connection = this.#network.connectionOf(this.#id, to)
      const stopWatching = this.#network.onBreak(() => {
        if (!this.#stands(to, connection)) fail()
      })
      const onAbort = () => settle(signal.reason)
      const settle = (error?: unknown) => {
        stopWatching()
        signal.removeEventListener('abort', onAbort)
        // The answer takes its way back.
        this.#clock.schedule(this.#network.delayMs(), () => {
          if (error === undefined) resolve()
          else reject(error)
        })
      }
      if (!this.#isOpen || !this.#network.canReach(this.#id, to)) {
        fail()
        return
      }
      signal.addEventListener('abort', onAbort, { once: true })
      const pulled = this.#pull(to, connection, chunks)
      const packet = { kind: 'stream', header, chunks: pulled, settle } as const
      if (!this.#network.send(this.#id, to, packet, { once: true })) fail()
    })
  }

  receive(receiver: PeerReceiver): void {
    this.#network.attach(this.#id, {
      onPacket: (from, packet) => {
        if (!this.#isOpen) return
        this.#heard.add(from)
        deliver(receiver, from, packet)
      },
      onDown: (peer) => {
        if (this.#isOpen && this.#known.has(peer)) receiver.onDown(peer)
      },
      onUp: (peer) => {
        if (this.#isOpen && this.#known.has(peer)) receiver.onUp(peer)
      },
      onBanished: () => {
        if (this.#isOpen) receiver.onRemoved()
      },
    })
  }

  setPeer(id: MemberId): void {
    this.#known.add(id)
  }

  removePeer(id: MemberId): void {
    this.#known.delete(id)
    this.#heard.delete(id)
    this.#network.banish(id, this.#id)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#network.detach(this.#id)
  }

  get #isOpen(): boolean {
    return this.#lifetime.alive && !this.#closed
  }

  #stands(to: MemberId, connection: number): boolean {
    const same = this.#network.connectionOf(this.#id, to) === connection
    return same && this.#network.canReach(this.#id, to) && this.#network.canReach(to, this.#id)
  }

  /** Chunks as the other side gets them: each takes its time, and needs the connection. */
  async *#pull(
    to: MemberId,
    connection: number,
    chunks: AsyncIterable<Uint8Array>,
  ): AsyncIterable<Uint8Array> {
    for await (const chunk of chunks) {
      await this.#clock.wait(this.#network.delayMs())
      if (!this.#isOpen || !this.#stands(to, connection)) {
        throw new NetError('reset', `the connection from ${this.#id} broke`)
      }
      yield chunk.slice()
    }
  }
}

function deliver(receiver: PeerReceiver, from: MemberId, packet: PeerPacket): void {
  if (packet.kind === 'frame') {
    receiver.onFrame(from, packet.bytes)
    return
  }
  const { header, chunks, settle } = packet
  receiver.onStream(from, header, chunks).then(
    () => settle(),
    (error: unknown) => settle(error),
  )
}
