import type { MemberId, Random } from '../../base/index.ts'
import type { Term } from '../../raft/index.ts'
import { withCorrelation } from './correlation.ts'
import type { Waiting } from '../member-types.ts'
import { memberErrors } from './errors.ts'

/** Proposals of this member that have no outcome yet; more get "too many requests". */
const PENDING_MAX = 20_000
const PENDING_BYTES_MAX = 128 * 1024 * 1024
/** Where a life of a member starts to count: far from its other lives. */
const ORIGIN_BELOW = 2 ** 52

interface Settling<Outcome> {
  readonly resolve: (outcome: Outcome) => void
  readonly reject: (error: Error) => void
}

export class Pending<Outcome> implements Settling<Outcome> {
  readonly sequence: number
  /** The entry's data, with its correlation. */
  readonly data: Uint8Array
  readonly startMs: number
  readonly resolve: (outcome: Outcome) => void
  readonly reject: (error: Error) => void
  /** The term whose leader was given it; 0 while it waits for one. */
  sentTerm: Term = 0
  sentMs = 0

  constructor(
    { sequence, data, startMs }: Pick<Pending<Outcome>, 'sequence' | 'data' | 'startMs'>,
    { resolve, reject }: Settling<Outcome>,
  ) {
    this.sequence = sequence
    this.data = data
    this.startMs = startMs
    this.resolve = resolve
    this.reject = reject
  }
}

/**
 * This member's own proposals, from the call to the outcome. A proposal is given to the leader of
 * one term, and only that leader may append it, once; so when an entry of a newer term is applied
 * before it, it is lost for certain, and may be given to the new leader without being done twice.
 */
export class Proposals<Outcome> {
  readonly origin: number
  readonly #proposer: MemberId
  readonly #pending = new Map<number, Pending<Outcome>>()
  #queue: Pending<Outcome>[] = []
  /** Not taken by whom they were given to: offered again at the next tick. */
  #refused = new Set<Pending<Outcome>>()
  #bytes = 0
  #nextSequence: number

  constructor(options: { proposer: MemberId; random: Random }) {
    this.#proposer = options.proposer
    this.origin = options.random.int(ORIGIN_BELOW)
    this.#nextSequence = this.origin
  }

  get queued(): number {
    return this.#queue.length
  }

  /** Whether all proposals have their outcome. */
  get settled(): boolean {
    return this.#pending.size === 0
  }

  /** Whether `takeRefused` has something to look through. */
  get hasRefused(): boolean {
    return this.#refused.size > 0
  }

  /** The sequence of the next proposal. */
  get next(): number {
    return this.#nextSequence
  }

  /** The lowest sequence without an outcome. */
  get oldest(): number {
    for (const sequence of this.#pending.keys()) return sequence
    return this.#nextSequence
  }

  add(payload: readonly Uint8Array[], nowMs: number, call: Waiting): Promise<Outcome> {
    if (this.#pending.size >= PENDING_MAX || this.#bytes >= PENDING_BYTES_MAX) {
      return Promise.reject(memberErrors.tooManyRequests())
    }
    if (!call.forgets && call.signal.aborted) {
      return Promise.reject(memberErrors.canceled(call.signal))
    }
    const sequence = this.#nextSequence++
    const data = withCorrelation(payload, { proposer: this.#proposer, sequence })
    this.#bytes += data.length
    return new Promise((resolve, reject) => {
      const settling = call.forgets
        ? { resolve, reject }
        : this.#untilAborted(sequence, call.signal, { resolve, reject })
      const pending = new Pending({ sequence, data, startMs: nowMs }, settling)
      this.#pending.set(sequence, pending)
      this.#queue.push(pending)
    })
  }

  #untilAborted(
    sequence: number,
    signal: AbortSignal,
    { resolve, reject }: Settling<Outcome>,
  ): Settling<Outcome> {
    const onAbort = () => this.#settle(sequence)?.reject(memberErrors.canceled(signal))
    signal.addEventListener('abort', onAbort, { once: true })
    const done = () => signal.removeEventListener('abort', onAbort)
    return {
      resolve(outcome) {
        done()
        resolve(outcome)
      },
      reject(error) {
        done()
        reject(error)
      },
    }
  }

  /** Takes what waits for a leader; the caller gives it to that of `term`, or puts it back. */
  take(term: Term, nowMs: number): Pending<Outcome>[] {
    const taken = this.#queue.filter((each) => this.#pending.has(each.sequence))
    this.#queue = []
    for (const each of taken) {
      each.sentTerm = term
      each.sentMs = nowMs
    }
    return taken
  }

  putBack(taken: readonly Pending<Outcome>[]): void {
    for (const each of taken) each.sentTerm = 0
    this.#queue = [...taken, ...this.#queue]
  }

  /** Whom they were sent to in `term` did not take these. */
  refused(term: Term, sequences: readonly number[]): void {
    for (const sequence of sequences) {
      const each = this.#pending.get(sequence)
      if (each?.sentTerm === term) this.#refused.add(each)
    }
  }

  /**
   * What was refused and may be given to the leader of `term` again. Only to the same one, which
   * takes nothing twice: another copy may be on its way to it. With a new leader they wait until
   * an entry of its term shows that they are lost. To be called at a pace, or two members that
   * disagree on who leads send the same proposals to and fro as fast as the network allows.
   */
  takeRefused(term: Term, nowMs: number): Pending<Outcome>[] {
    if (this.#refused.size === 0) return []
    const refused = [...this.#refused]
    this.#refused = new Set()
    const again = refused.filter(
      (each) => each.sentTerm === term && this.#pending.has(each.sequence),
    )
    for (const each of again) each.sentMs = nowMs
    return again
  }

  /** An entry of `term` was applied: what older leaders were given and is not here yet, is lost. */
  termApplied(term: Term): void {
    const lost: Pending<Outcome>[] = []
    for (const each of this.#pending.values()) {
      if (each.sentTerm > 0 && each.sentTerm < term) lost.push(each)
    }
    if (lost.length > 0) this.putBack(lost)
  }

  /** Given to the leader of `term` before `beforeMs` and still without outcome. */
  unanswered(term: Term, beforeMs: number): Pending<Outcome>[] {
    const found: Pending<Outcome>[] = []
    for (const each of this.#pending.values()) {
      if (each.sentTerm === term && each.sentMs <= beforeMs) found.push(each)
    }
    return found
  }

  resolve(sequence: number, outcome: Outcome): void {
    this.#settle(sequence)?.resolve(outcome)
  }

  /** Ends the waits that began at or before `untilMs`. */
  expire(untilMs: number, error: (startMs: number) => Error): void {
    for (const each of this.#pending.values()) {
      if (each.startMs > untilMs) return
      this.#settle(each.sequence)?.reject(error(each.startMs))
    }
  }

  /** Lets go of settled proposals that still stand in line: without a leader nobody takes them out. */
  sweep(): void {
    if (this.#queue.length <= this.#pending.size) return
    this.#queue = this.#queue.filter((each) => this.#pending.has(each.sequence))
  }

  /** Ends the waits below a sequence that a leader was given. */
  failSent(below: number, error: Error): void {
    for (const each of this.#pending.values()) {
      if (each.sequence < below && each.sentTerm > 0) this.#settle(each.sequence)?.reject(error)
    }
  }

  failAll(error: Error): void {
    for (const sequence of this.#pending.keys()) this.#settle(sequence)?.reject(error)
  }

  #settle(sequence: number): Pending<Outcome> | undefined {
    const pending = this.#pending.get(sequence)
    if (!pending) return undefined
    this.#pending.delete(sequence)
    this.#bytes -= pending.data.length
    return pending
  }
}
