import {
  type Clock,
  GrpcCode,
  KvError,
  type MemberId,
  sleep,
  withTimeout,
} from '../../../src/base/index.ts'
import type { SeededRandom } from '../../../src/sim/index.ts'
import type { ClusterMember, EtcdStore } from '../../../src/store/index.ts'

const TIMEOUT_MS = 2500
const MEMBERS_MAX = 5
const VOTERS_MIN = 2
const JOINS_MAX = 10

export interface ReconfigurerOptions {
  readonly clock: Clock
  readonly random: SeededRandom
  readonly paceMs: number
  readonly pick: (random: SeededRandom) => EtcdStore | undefined
  /** Starts the machine of a member that was added and has not started yet. */
  readonly join: (member: ClusterMember, known: readonly ClusterMember[]) => void
  /** Has its machine been started? */
  readonly hasJoined: (id: MemberId) => boolean
}

/** Adds, promotes, updates and removes members of a running store, whatever else goes on. */
export class Reconfigurer {
  readonly #options: ReconfigurerOptions
  #count = 3
  changes = 0

  constructor(options: ReconfigurerOptions) {
    this.#options = options
  }

  async run(isDone: () => boolean): Promise<void> {
    const { clock, random, paceMs } = this.#options
    while (!isDone()) {
      await sleep(clock, random.between(0, 2 * paceMs))
      const members = await this.startAdded()
      if (members && !isDone()) await this.#change(members)
    }
  }

  /** Starts whoever was added, also by a call that nobody heard the answer of; who the members are. */
  async startAdded(): Promise<readonly ClusterMember[] | undefined> {
    const answer = await this.#ask((store, signal) =>
      store.memberList({ linearizable: true }, { signal }),
    )
    for (const member of answer?.members ?? []) {
      if (!this.#options.hasJoined(member.id)) this.#options.join(member, answer?.members ?? [])
    }
    return answer?.members
  }

  async #change(members: readonly ClusterMember[]): Promise<void> {
    const { random } = this.#options
    const voters = members.filter(({ isLearner }) => !isLearner)
    const learners = members.filter(({ isLearner }) => isLearner)
    const kind = random.float()
    if (kind < 0.4 && members.length < MEMBERS_MAX && this.#count < JOINS_MAX) {
      const peerUrls = [`https://m${++this.#count}:2380`]
      const isLearner = random.chance(0.5)
      await this.#try((store, signal) => store.memberAdd({ peerUrls, isLearner }, { signal }))
    } else if (kind < 0.6 && learners.length > 0) {
      const { id } = random.pick(learners)
      await this.#try((store, signal) => store.memberPromote(BigInt(id), { signal }))
    } else if (kind < 0.7) {
      const { id, peerUrls } = random.pick(members)
      const urls = { id: BigInt(id), peerUrls: [...peerUrls] }
      await this.#try((store, signal) => store.memberUpdate(urls, { signal }))
    } else if (voters.length > VOTERS_MIN || learners.length > 0) {
      const { id } = random.pick(voters.length > VOTERS_MIN ? members : learners)
      await this.#try((store, signal) => store.memberRemove(BigInt(id), { signal }))
    }
  }

  async #try<T>(call: (store: EtcdStore, signal: AbortSignal) => Promise<T>): Promise<void> {
    if (await this.#ask(call)) this.changes++
  }

  /** Undefined when the store refused, or nobody answered. */
  async #ask<T>(
    call: (store: EtcdStore, signal: AbortSignal) => Promise<T>,
  ): Promise<T | undefined> {
    const { clock, random, pick } = this.#options
    const store = pick(random)
    if (!store) return undefined
    const onTimeout = () => new KvError(GrpcCode.deadlineExceeded, 'the client waits no longer')
    try {
      return await withTimeout(clock, TIMEOUT_MS, onTimeout, (signal) => {
        const silence = new Promise<never>((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason), { once: true })
        })
        return Promise.race([call(store, signal), silence])
      })
    } catch (error) {
      if (error instanceof KvError) return undefined
      throw error
    }
  }
}
