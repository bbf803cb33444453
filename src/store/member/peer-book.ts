import type { Clock, MemberId, PeerTransport, Timer } from '../../base/index.ts'
import type { Membership } from '../membership/index.ts'

/** The other members as this one is connected with them. */
export class PeerBook {
  readonly #self: MemberId
  readonly #transport: PeerTransport
  readonly #clock: Clock
  readonly #known = new Set<MemberId>()
  readonly #removed = new Set<MemberId>()
  readonly #timers = new Set<Timer>()
  readonly #upSinceMs = new Map<MemberId, number>()

  constructor(options: { self: MemberId; transport: PeerTransport; clock: Clock }) {
    this.#self = options.self
    this.#transport = options.transport
    this.#clock = options.clock
  }

  /**
   * The transport learns of members and their addresses, and forgets those that are gone: `afterMs`
   * from now, so that one that is removed still gets the word of it.
   */
  follow({ members, removed }: Membership, afterMs = 0): void {
    const now = new Set(members.map(({ id }) => id))
    for (const id of [...this.#known].filter((each) => !now.has(each))) {
      this.#known.delete(id)
      this.#upSinceMs.delete(id)
    }
    for (const id of removed) if (id !== this.#self) this.#remove(id, afterMs)
    for (const { id, peerUrls } of members) {
      if (id === this.#self) continue
      this.#known.add(id)
      this.#transport.setPeer(id, peerUrls)
    }
  }

  #remove(id: MemberId, afterMs: number): void {
    if (this.#removed.has(id)) return
    this.#removed.add(id)
    if (afterMs === 0) {
      this.#transport.removePeer(id)
      return
    }
    const timer = this.#clock.after(
      afterMs,
      () => {
        this.#timers.delete(timer)
        this.#transport.removePeer(id)
      },
      { unref: true },
    )
    this.#timers.add(timer)
  }

  close(): void {
    for (const timer of this.#timers) timer.cancel()
    this.#timers.clear()
  }

  up(id: MemberId): void {
    if (!this.#upSinceMs.has(id)) this.#upSinceMs.set(id, this.#clock.monotonicMs())
  }

  down(id: MemberId): void {
    this.#upSinceMs.delete(id)
  }

  /** For how long the connection to a member has stood; undefined when it does not. */
  upForMs(id: MemberId): number | undefined {
    const nowMs = this.#clock.monotonicMs()
    if (id === this.#self) return nowMs
    const sinceMs = this.#upSinceMs.get(id)
    return sinceMs === undefined ? undefined : nowMs - sinceMs
  }
}
