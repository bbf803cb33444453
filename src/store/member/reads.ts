import type { MemberId, Random } from '../../base/index.ts'
import type { LogIndex, ReadState } from '../../raft/index.ts'
import { memberErrors } from './errors.ts'

/** Reads that wait; more get "too many requests". */
const WAITING_MAX = 50_000
const CONTEXT_BYTES = 16
/** Where a life of a member starts to count: an answer to a former life's question fits none. */
const CONTEXT_BELOW = 2 ** 52

interface Waiter {
  readonly startMs: number
  readonly resolve: () => void
  readonly reject: (error: Error) => void
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
  #nextContext: number
  #queue: Waiter[] = []
  #round: Round | undefined
  /** Reads whose index is known but not applied yet. */
  #applying: { readonly index: LogIndex; readonly waiters: readonly Waiter[] }[] = []
  #waiting = 0

  constructor(options: {
    self: MemberId
    random: Random
    ask: (context: Uint8Array) => void
  }) {
    this.#self = options.self
    this.#nextContext = options.random.int(CONTEXT_BELOW)
    this.#ask = options.ask
  }

  add(options: { nowMs: number; signal: AbortSignal }): Promise<void> {
    const { nowMs, signal } = options
    if (this.#waiting >= WAITING_MAX) return Promise.reject(memberErrors.tooManyRequests())
    if (signal.aborted) return Promise.reject(memberErrors.canceled(signal))
    this.#waiting++
    return new Promise((resolve, reject) => {
      const onAbort = () => waiter.reject(memberErrors.canceled(signal))
      const settle = (then: () => void) => {
        if (waiter.settled) return
        waiter.settled = true
        this.#waiting--
        signal.removeEventListener('abort', onAbort)
        then()
      }
      const waiter: Waiter = {
        startMs: nowMs,
        resolve: () => settle(resolve),
        reject: (error) => settle(() => reject(error)),
        settled: false,
      }
      signal.addEventListener('abort', onAbort, { once: true })
      this.#queue.push(waiter)
    })
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
    if (this.#round && this.#round.askedMs <= sinceMs) this.#put(this.#round, nowMs)
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
    for (const { waiters } of ready) for (const waiter of waiters) waiter.resolve()
  }

  /** Ends the waits that began at or before `untilMs`. */
  expire(untilMs: number, error: (startMs: number) => Error): void {
    let expired = 0
    for (const waiter of this.#all()) {
      // The longest waiting come first.
      if (waiter.startMs > untilMs) break
      waiter.reject(error(waiter.startMs))
      expired++
    }
    if (expired === 0) return
    this.#queue = this.#queue.filter((each) => !each.settled)
    if (this.#round?.waiters.every((each) => each.settled)) this.#round = undefined
  }

  failAll(error: Error): void {
    for (const waiter of this.#all()) waiter.reject(error)
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
