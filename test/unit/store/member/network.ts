import type { MemberId, PeerReceiver, PeerTransport } from '../../../../src/base/index.ts'

/** Peers joined in memory, with the faults that a test asks for. */
export class Network {
  readonly #receivers = new Map<MemberId, PeerReceiver>()
  readonly #cut = new Set<string>()
  readonly #banished = new Set<MemberId>()
  /** Delivers each frame so often: 0 loses it. Default: once. */
  copies: (from: MemberId, to: MemberId, frame: Uint8Array) => number = () => 1

  transport(self: MemberId): PeerTransport {
    return {
      send: (to, frame) => {
        const copies = this.copies(self, to, frame)
        for (let i = 0; i < copies; i++) this.#deliver(self, to, frame)
      },
      sendStream: async (to, header, chunks) => {
        const receiver = this.#receivers.get(to)
        if (!receiver || !this.#connected(self, to)) throw new Error('not connected')
        await receiver.onStream(self, header, chunks)
      },
      receive: (receiver) => {
        this.#receivers.set(self, receiver)
        for (const [peer, other] of this.#receivers) {
          if (peer === self || !this.#connected(self, peer)) continue
          setImmediate(() => {
            if (this.#banished.has(self)) return receiver.onRemoved()
            other.onUp(self)
            receiver.onUp(peer)
          })
        }
      },
      setPeer() {},
      removePeer: (id) => {
        this.#banished.add(id)
        const other = this.#receivers.get(id)
        if (this.#connected(self, id)) setImmediate(() => other?.onRemoved())
      },
      close: async () => this.leave(self),
    }
  }

  /** The member is gone: its connections break. */
  leave(id: MemberId): void {
    this.#receivers.delete(id)
    for (const other of this.#receivers.values()) other.onDown(id)
  }

  /** Frames are lost silently, both ways. */
  isolate(id: MemberId): void {
    for (const peer of this.#receivers.keys()) this.#cut.add(key(id, peer))
  }

  heal(): void {
    this.#cut.clear()
  }

  #connected(a: MemberId, b: MemberId): boolean {
    return !this.#cut.has(key(a, b))
  }

  #deliver(from: MemberId, to: MemberId, frame: Uint8Array): void {
    setImmediate(() => {
      if (this.#connected(from, to) && this.#receivers.has(from)) {
        this.#receivers.get(to)?.onFrame(from, frame)
      }
    })
  }
}

function key(a: MemberId, b: MemberId): string {
  return a < b ? `${a}-${b}` : `${b}-${a}`
}
