import type { MemberId } from '../../../src/base/index.ts'
import type {
  AppliedEntry,
  ClusterMember,
  Member,
  MemberProgress,
  MemberStatus,
  StateMachine,
} from '../../../src/store/index.ts'
import { encodeMemberChange, type MemberChange } from '../../../src/store/membership/index.ts'

const ID = 0x1001

/** A group of one: what is proposed is applied at once, in order. */
export class SingleMember<Outcome> implements Member<Outcome> {
  readonly #state: StateMachine<Outcome>
  readonly #listeners = new Set<(status: MemberStatus) => void>()
  role: 'leader' | 'follower' = 'leader'
  clientUrls: readonly string[] = []
  /** All that was proposed, as a log would hold it. */
  readonly entries: AppliedEntry[] = []
  #term = 2

  constructor(state: StateMachine<Outcome>) {
    this.#state = state
  }

  async propose(
    parts: readonly Uint8Array[],
    { signal }: { signal: AbortSignal },
  ): Promise<Outcome> {
    await Promise.resolve()
    signal.throwIfAborted()
    const payload = Buffer.concat(parts)
    const entry = { index: this.#state.appliedIndex + 1, term: this.#term, payload }
    this.entries.push(entry)
    return this.#state.apply(entry)
  }

  linearize({ signal }: { signal: AbortSignal }): Promise<void> {
    signal.throwIfAborted()
    return Promise.resolve()
  }

  status(): MemberStatus {
    return {
      clusterId: 0xcafe_0000_0000_0001n,
      id: ID,
      name: 'one',
      role: this.role,
      leader: this.role === 'leader' ? ID : 0,
      term: this.#term,
      commitIndex: this.#state.appliedIndex,
      appliedIndex: this.#state.appliedIndex,
    }
  }

  members(): readonly ClusterMember[] {
    const peerUrls = ['http://127.0.0.1:1']
    return [{ id: ID, name: 'one', peerUrls, clientUrls: this.clientUrls, isLearner: false }]
  }

  changeMembers(change: MemberChange, options: { signal: AbortSignal }): Promise<Outcome> {
    return this.propose([encodeMemberChange(change)], options)
  }

  upForMs(): number | undefined {
    return undefined
  }

  progress(): ReadonlyMap<MemberId, MemberProgress> | undefined {
    if (this.role !== 'leader') return undefined
    return new Map([[ID, { match: this.#state.appliedIndex, isActive: true }]])
  }

  ask(): Promise<Uint8Array> {
    return Promise.reject(new Error('there is no other member'))
  }

  answer(): void {}

  diskHasRoom(): Promise<boolean> {
    return Promise.resolve(true)
  }

  transferLeadership(): Promise<void> {
    return Promise.resolve()
  }

  onLeadership(listener: (status: MemberStatus) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Changes the role, in a new term, as an election would. */
  become(role: 'leader' | 'follower'): void {
    this.role = role
    this.#term++
    for (const listener of this.#listeners) listener(this.status())
  }

  stop(): Promise<void> {
    return Promise.resolve()
  }
}
