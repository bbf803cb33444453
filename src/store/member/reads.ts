import type { MemberId } from '../../base/index.ts'
import type { LogIndex, ReadState } from '../../raft/index.ts'
import type { Waiting } from '../member-types.ts'
import type { MemberDelays } from './delays.ts'
import { memberErrors } from './errors.ts'
import type { MemberOptions } from './options.ts'

/** Reads that wait; more get "too many requests". */
const WAITING_MAX = 50_000
const CONTEXT_BYTES = 16
/** Where a life of a member starts to count: an answer to a former life's question fits none. */
const CONTEXT_BELOW = 2 ** 52

interface Waiter {
  readonly startMs: number
  readonly resolve: () => void
  readonly reject: (error: Error) => void
  /** Ends listening to the signal. */
  deaf: (() => void) | undefined
  settled: boolean
}

/** One question to the leader, asked for every read that waited when it was put. */
interface Round {
  readonly waiters: readonly Waiter[]
  /** Contexts of the question and its repetitions: any answer will do. */
  readonly contexts: string[]
  askedMs: number
}

/**
 * Linearizable reads, in batches: while one read index is on its way, all further reads collect for
 * the next. A read goes on when its index is applied (dissertation §6.4).
 */
export class Reads {
  readonly #self: MemberId
  readonly #ask: (context: Uint8Array) => void
  readonly #delays: MemberDelays | undefined
  #nextContext: number
  #queue: Waiter[] = []
  #round: Round | undefined
  /** Reads whose index is known but not applied yet. */
  #applying: { readonly index: LogIndex; readonly waiters: readonly Waiter[] }[] = []
  #waiting = 0

  constructor(
    { self, random, delays }: Pick<MemberOptions<unknown>, 'self' | 'random' | 'delays'>,
    ask: (context: Uint8Array) => void,
  ) {
    this.#self = self.id
    this.#nextContext = random.fork('reads').int(CONTEXT_BELOW)
    this.#delays = delays
    this.#ask = ask
  }

  add(nowMs: number, call: Waiting): Promise<void> {
    if (this.#waiting >= WAITING_MAX) return Promise.reject(memberErrors.tooManyRequests())
    if (!call.forgets && call.signal.aborted) {
      return Promise.reject(memberErrors.canceled(call.signal))
    }
    this.#waiting++
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { startMs: nowMs, resolve, reject, deaf: undefined, settled: false }
      if (!call.forgets) this.#listen(waiter, call.signal)
      this.#queue.push(waiter)
    })
  }

  #listen(waiter: Waiter, signal: AbortSignal): void {
    const onAbort = () => this.#reject(waiter, memberErrors.canceled(signal))
    signal.addEventListener('abort', onAbort, { once: true })
    waiter.deaf = () => signal.removeEventListener('abort', onAbort)
  }

  #resolve(waiter: Waiter): void {
    if (this.#settle(waiter)) waiter.resolve()
  }

  #reject(waiter: Waiter, error: Error): void {
    if (this.#settle(waiter)) waiter.reject(error)
  }

  #settle(waiter: Waiter): boolean {
    if (waiter.settled) return false
    waiter.settled = true
    this.#waiting--
    waiter.deaf?.()
    return true
  }

  /** Asks for everything that waits, unless a question is on its way. */
  start(nowMs: number): void {
    if (this.#round || this.#queue.length === 0) return
    this.#round = { waiters: this.#queue, contexts: [], askedMs: nowMs }
    this.#queue = []
    this.#put(this.#round, nowMs)
  }

  /** Asks again when the question is older than `sinceMs`: it or its answer may be lost. */
  repeat(sinceMs: number, nowMs: number): void {
    if (!this.#round || this.#round.askedMs > sinceMs) return
    if (this.#delays && sinceMs < nowMs) this.#delays.reads++
    this.#put(this.#round, nowMs)
  }

  answered(state: ReadState): void {
    const round = this.#round
    if (!round?.contexts.includes(Buffer.from(state.context).toString('latin1'))) return
    this.#round = undefined
    this.#applying.push({ index: state.index, waiters: round.waiters })
  }

  /** Lets go whatever waits for `index` or less. */
  applied(index: LogIndex): void {
    if (this.#applying.length === 0) return
    const ready = this.#applying.filter((each) => each.index <= index)
    if (ready.length === 0) return
    this.#applying = this.#applying.filter((each) => each.index > index)
    for (const { waiters } of ready) for (const waiter of waiters) this.#resolve(waiter)
  }

  /** Ends the waits that began at or before `untilMs`. */
  expire(untilMs: number, error: (startMs: number) => Error): void {
    let expired = 0
    for (const waiter of this.#all()) {
      // The longest waiting come first.
      if (waiter.startMs > untilMs) break
      this.#reject(waiter, error(waiter.startMs))
      expired++
    }
    if (expired === 0) return
    this.#queue = this.#queue.filter((each) => !each.settled)
    if (this.#round?.waiters.every((each) => each.settled)) this.#round = undefined
  }

  failAll(error: Error): void {
    for (const waiter of this.#all()) this.#reject(waiter, error)
    this.#queue = []
    this.#round = undefined
    this.#applying = []
  }

  *#all(): Iterable<Waiter> {
    for (const { waiters } of this.#applying) yield* waiters
    if (this.#round) yield* this.#round.waiters
    yield* this.#queue
  }

  #put(round: Round, nowMs: number): void {
    const context = Buffer.alloc(CONTEXT_BYTES)
    context.writeBigUInt64BE(BigInt(this.#self), 0)
    context.writeBigUInt64BE(BigInt(++this.#nextContext), 8)
    round.contexts.push(context.toString('latin1'))
    round.askedMs = nowMs
    this.#ask(context)
  }
}
