import { assert, type Clock } from '../../base/index.ts'
import type { Admission, Who } from '../auth/index.ts'
import type { Quota } from '../alarms/index.ts'
import { etcdErrors } from '../errors.ts'
import type { CallOptions, Headed, ResponseHeader } from '../etcd-api.ts'
import type { Outcome } from '../commands/index.ts'
import type { EtcdState } from '../etcd-state.ts'
import type { Member } from '../member-types.ts'
import { stateErrors } from '../mvcc/index.ts'
import { type AuthOptions, Identifier } from './identifier.ts'
import { payloadParts, type Tag } from '../payload.ts'

const REQUEST_BYTES_MAX = 1.5 * 2 ** 20

export interface ServiceContextOptions {
  readonly member: Member<Outcome>
  readonly state: EtcdState
  readonly clock: Clock
  /** etcd's `--max-request-bytes`. Default 1.5 MiB. */
  readonly requestBytesMax?: number | undefined
  readonly auth?: AuthOptions | undefined
}

/** What etcd's services share: the member, its state, headers, and the way into the log. */
export class ServiceContext {
  readonly member: Member<Outcome>
  readonly state: EtcdState
  readonly clock: Clock
  /** Watches over the space; set once it is there. */
  quota: Pick<Quota, 'takes'> | undefined
  /** The newest term that this member knows of. */
  term: number
  readonly #requestBytesMax: number
  readonly #identifier: Identifier
  readonly #clusterId: bigint
  readonly #memberId: bigint

  constructor(options: ServiceContextOptions) {
    this.member = options.member
    this.state = options.state
    this.clock = options.clock
    this.#requestBytesMax = options.requestBytesMax ?? REQUEST_BYTES_MAX
    this.#identifier = new Identifier(options)
    const status = options.member.status()
    this.#clusterId = status.clusterId
    this.#memberId = BigInt(status.id)
    this.term = status.term
  }

  header(): ResponseHeader {
    return this.headerAt(this.state.mvcc.revision)
  }

  headerAt(revision: number): ResponseHeader {
    const raftTerm = this.term
    return { clusterId: this.#clusterId, memberId: this.#memberId, revision, raftTerm }
  }

  headed<T extends { readonly revision: number }>(result: T): Headed<T> {
    // Results are made for one answer each: copying them would cost more than making them.
    const answer = result as T & { header?: ResponseHeader }
    answer.header = this.headerAt(result.revision)
    return answer as Headed<T>
  }

  /** In whose name a call comes. Throws for a token that is not, or no longer, known. */
  identify(options: CallOptions): Promise<Who> | Who {
    return options.caller && this.#identifier.identify(options.caller, options)
  }

  /** Asked at the moment of use: a snapshot replaces it. */
  get admission(): Admission {
    return this.state.admission
  }

  async requireAdmin(options: CallOptions): Promise<void> {
    if (!options.caller) return
    const who = await this.identify(options)
    this.admission.admin(who)
  }

  async requireUser(options: CallOptions): Promise<void> {
    if (!options.caller) return
    const who = await this.identify(options)
    this.admission.known(who)
  }

  /** Throws etcd's error when there is no space for `bytes` more. */
  takeSpace(bytes: number): void {
    if (bytes > 0 && this.quota?.takes(bytes) === false) throw stateErrors.noSpace()
  }

  /** Replicates a request; its outcome, or the refusal that applying it came to. */
  propose<K extends Outcome['kind']>(
    kind: K,
    tag: Tag,
    encoded: Uint8Array,
    options: CallOptions,
  ): Promise<Extract<Outcome, { kind: K }>> {
    return this.replicate({ tag, encoded }, options, (outcome) => outcomeOf(kind, outcome))
  }

  /**
   * The same, with what `finish` makes of the outcome: without a promise more, as every write of
   * keys passes here. Whatever is wrong rejects; it never throws.
   */
  replicate<T>(
    request: { readonly tag: Tag; readonly encoded: Uint8Array },
    options: CallOptions,
    finish: (outcome: Outcome) => T,
  ): Promise<T> {
    const { tag, encoded } = request
    if (encoded.length > this.#requestBytesMax) {
      return Promise.reject(etcdErrors.requestTooLarge())
    }
    const write = (known: Who): Promise<T> => {
      const { counts } = this.state
      const proposed = this.member.propose(payloadParts(tag, encoded, known), options)
      counts.proposalsPending++
      return proposed.then((outcome) => {
        counts.proposalsPending--
        return finish(outcome)
      }, this.#onFailure)
    }
    try {
      const who = options.caller && this.identify(options)
      return who instanceof Promise ? who.then(write) : write(who)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  readonly #onFailure = (error: unknown): never => {
    const { counts } = this.state
    counts.proposalsPending--
    counts.proposalsFailed++
    throw error
  }
}

/** The outcome that a request of its kind comes to. Throws the refusal. */
export function outcomeOf<K extends Outcome['kind']>(
  kind: K,
  outcome: Outcome,
): Extract<Outcome, { kind: K }> {
  if (outcome.kind === 'error') throw outcome.error
  assert(outcome.kind === kind, `a ${kind} request came to ${outcome.kind}`)
  return outcome as Extract<Outcome, { kind: K }>
}
