import type { Clock, MemberId, PeerTransport, Timer } from '../../base/index.ts'
import type { Message } from '../../raft/index.ts'
import { encodeFrame } from './peer-codec.ts'

/** How long news of a commit may wait for entries to go along with. */
const NEWS_MS_MAX = 1

/**
 * Raft's messages of one turn: each peer gets its own as one frame. That entries are committed is
 * told together with the next entries, which at load come within a moment: a frame of its own, and
 * its answer, would cost both sides as much as an entry does.
 */
export class Outbox {
  readonly #clock: Clock
  readonly #transport: Pick<PeerTransport, 'send'>
  readonly #messages = new Map<MemberId, Message[]>()
  /** The newest news of a commit for each peer that waits for them. */
  readonly #news = new Map<MemberId, Message>()
  #timer: Timer | undefined

  constructor({ clock, transport }: { clock: Clock; transport: Pick<PeerTransport, 'send'> }) {
    this.#clock = clock
    this.#transport = transport
  }

  add(message: Message): void {
    const { to } = message
    if (isNews(message)) {
      this.#news.set(to, message)
      return
    }
    // Whatever follows must not overtake it, and entries tell it themselves.
    const news = this.#news.get(to)
    if (news) {
      this.#news.delete(to)
      if (message.type !== 'app' || message.commit < news.commit) this.#push(news)
    }
    this.#push(message)
  }

  /** Somebody there waits for the commit. */
  hurry(to: MemberId): void {
    const news = this.#news.get(to)
    if (!news) return
    this.#news.delete(to)
    this.#push(news)
  }

  flush(): void {
    let last: { messages: readonly Message[]; frame: Uint8Array } | undefined
    for (const [to, messages] of this.#messages) {
      if (!last || !areAlike(last.messages, messages)) {
        last = { messages, frame: encodeFrame({ kind: 'messages', messages }) }
      }
      this.#transport.send(to, last.frame)
    }
    this.#messages.clear()
    if (this.#news.size === 0 || this.#timer) return
    this.#timer = this.#clock.after(NEWS_MS_MAX, () => this.#tellNews())
  }

  close(): void {
    this.#timer?.cancel()
    this.#news.clear()
  }

  #tellNews(): void {
    this.#timer = undefined
    for (const to of this.#news.keys()) this.hurry(to)
    this.flush()
  }

  #push(message: Message): void {
    const queue = this.#messages.get(message.to)
    if (queue) queue.push(message)
    else this.#messages.set(message.to, [message])
  }
}

/** Whether two followers get the same entries: one encoding does for both. */
function areAlike(some: readonly Message[], others: readonly Message[]): boolean {
  return some.length === others.length && some.every((each, i) => isAlike(each, others[i]))
}

function isAlike(one: Message, other: Message | undefined): boolean {
  return (
    one.type === 'app' &&
    other?.type === 'app' &&
    one.term === other.term &&
    one.logTerm === other.logTerm &&
    one.index === other.index &&
    one.commit === other.commit &&
    // Of one log, at one moment: the first and how many tell which.
    one.entries.length === other.entries.length &&
    one.entries[0] === other.entries[0]
  )
}

function isNews({ type, entries }: Message): boolean {
  return type === 'app' && entries.length === 0
}
