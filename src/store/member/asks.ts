import { GrpcCode, KvError, type MemberId, type PeerTransport } from '../../base/index.ts'
import { memberErrors } from './errors.ts'
import { encodeFrame, type PeerFrame } from './peer-codec.ts'

/** Questions on their way; more get "too many requests". */
const PENDING_MAX = 1000

/** Answers a question of another member; throws `KvError` for a refusal. */
export type AnswerAsk = (body: Uint8Array) => Promise<Uint8Array> | Uint8Array

interface Waiting {
  readonly startMs: number
  readonly settle: (answer: Uint8Array | KvError) => void
}

/**
 * Questions that members ask each other beside Raft, each by a topic. They and their answers may
 * get lost: who asks waits until its time is over.
 */
export class Asks {
  readonly #transport: PeerTransport
  readonly #handlers = new Map<string, AnswerAsk>()
  readonly #waiting = new Map<number, Waiting>()
  #next: number

  /** `origin` tells this member's life from its others. */
  constructor(options: { transport: PeerTransport; origin: number }) {
    this.#transport = options.transport
    this.#next = options.origin
  }

  handle(topic: string, handler: AnswerAsk): void {
    this.#handlers.set(topic, handler)
  }

  ask(
    question: { to: MemberId; topic: string; body: Uint8Array },
    { nowMs, signal }: { nowMs: number; signal: AbortSignal },
  ): Promise<Uint8Array> {
    if (this.#waiting.size >= PENDING_MAX) return Promise.reject(memberErrors.tooManyRequests())
    if (signal.aborted) return Promise.reject(memberErrors.canceled(signal))
    const id = this.#next++
    return new Promise((resolve, reject) => {
      const onAbort = () => settle(memberErrors.canceled(signal))
      const settle = (answer: Uint8Array | KvError) => {
        this.#waiting.delete(id)
        signal.removeEventListener('abort', onAbort)
        if (answer instanceof KvError) reject(answer)
        else resolve(answer)
      }
      signal.addEventListener('abort', onAbort, { once: true })
      this.#waiting.set(id, { startMs: nowMs, settle })
      const { to, topic, body } = question
      this.#transport.send(to, encodeFrame({ kind: 'ask', id, topic, body }))
    })
  }

  async onAsk(from: MemberId, { id, topic, body }: PeerFrame & { kind: 'ask' }): Promise<void> {
    const reply = (code: number, answer: Uint8Array) =>
      this.#transport.send(from, encodeFrame({ kind: 'answer', id, code, body: answer }))
    try {
      const handler = this.#handlers.get(topic)
      if (!handler) throw new KvError(GrpcCode.unimplemented, `nobody answers "${topic}" here`)
      reply(0, await handler(body))
    } catch (error) {
      // What one member sends, or cannot read, must not end another.
      const known = error instanceof KvError ? error : unanswerable(topic, error)
      reply(known.code, Buffer.from(known.message))
    }
  }

  onAnswer({ id, code, body }: PeerFrame & { kind: 'answer' }): void {
    const text = () => Buffer.from(body).toString()
    this.#waiting.get(id)?.settle(code === 0 ? body : new KvError(code as GrpcCode, text()))
  }

  /** Ends the waits that began at or before `untilMs`. */
  expire(untilMs: number, error: (startMs: number) => KvError): void {
    for (const { startMs, settle } of this.#waiting.values()) {
      if (startMs > untilMs) return
      settle(error(startMs))
    }
  }

  failAll(error: KvError): void {
    for (const { settle } of this.#waiting.values()) settle(error)
  }
}

function unanswerable(topic: string, cause: unknown): KvError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new KvError(GrpcCode.internal, `the question "${topic}" cannot be answered: ${why}`)
}
