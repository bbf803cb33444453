import type { MemberId, PeerTransport } from '../../base/index.ts'
import type { Message } from '../../raft/index.ts'
import { encodeFrame } from './peer-codec.ts'

/** Raft's messages of one turn: each peer gets its own as one frame. */
export class Outbox {
  readonly #transport: PeerTransport
  readonly #messages = new Map<MemberId, Message[]>()

  constructor(transport: PeerTransport) {
    this.#transport = transport
  }

  add(message: Message): void {
    const queue = this.#messages.get(message.to)
    if (queue) queue.push(message)
    else this.#messages.set(message.to, [message])
  }

  flush(): void {
    for (const [to, messages] of this.#messages) {
      this.#transport.send(to, encodeFrame({ kind: 'messages', messages }))
    }
    this.#messages.clear()
  }
}
