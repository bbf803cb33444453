import { type Log, type MemberId, sleep } from '../../base/index.ts'
import type { CallOptions, ResponseHeader } from '../etcd-api.ts'
import { etcdErrors } from '../errors.ts'
import { newMemberId } from '../member/index.ts'
import type { ClusterMember, MemberProgress } from '../member-types.ts'
import { isStarted, type MemberChange, membershipErrors } from '../membership/index.ts'
import type { ServiceContext } from './context.ts'

export interface ClusterServiceOptions {
  readonly log: Log
  /** etcd's `--strict-reconfig-check`: refuse changes that could cost the quorum. Default true. */
  readonly strictReconfigCheck?: boolean | undefined
  /** etcd's `--max-learners`. Default 1. */
  readonly learnersMax?: number | undefined
  /** How long every voter has to be connected before a voter is added or removed. */
  readonly healthyMs: number
  /** Learners that have caught up become voters by themselves. Default false. */
  readonly autoPromote?: boolean | undefined
}

export interface MembersAnswer {
  readonly header: ResponseHeader
  readonly members: readonly ClusterMember[]
}

const LEARNERS_MAX = 1
/** etcd's: how much of the leader's log a learner must have before it may vote. */
const READY_SHARE = 0.9
const READY_TOPIC = 'learner-ready'
const AUTO_PROMOTE_CHECK_MS = 500

/** etcd's Cluster service. */
export class ClusterService {
  readonly #service: ServiceContext
  readonly #options: ClusterServiceOptions
  readonly #closed = new AbortController()

  constructor(service: ServiceContext, options: ClusterServiceOptions) {
    this.#service = service
    this.#options = options
    service.member.answer(READY_TOPIC, (body) => {
      this.#checkReady(this.#progress(), Number(Buffer.from(body).toString()))
      return new Uint8Array(0)
    })
    if (options.autoPromote) void this.#promoteReady()
  }

  async memberList(
    { linearizable }: { linearizable: boolean },
    options: CallOptions,
  ): Promise<MembersAnswer> {
    const { member } = this.#service
    if (linearizable) await member.linearize(options)
    return this.#answer()
  }

  async memberAdd(
    { peerUrls, isLearner }: { peerUrls: readonly string[]; isLearner: boolean },
    options: CallOptions,
  ): Promise<MembersAnswer & { member: ClusterMember }> {
    await this.#service.requireAdmin(options)
    checkUrls(peerUrls)
    if (this.#isStrict && !isLearner) this.#checkAdd()
    const id = newMemberId(peerUrls, Math.floor(this.#service.clock.nowMs() / 1000))
    const learnersMax = this.#options.learnersMax ?? LEARNERS_MAX
    await this.#change({ kind: 'add', id, peerUrls, isLearner, learnersMax }, options)
    const member: ClusterMember = { id, name: '', peerUrls, clientUrls: [], isLearner }
    return { ...this.#answer(), member }
  }

  async memberPromote(id: bigint, options: CallOptions): Promise<MembersAnswer> {
    await this.#service.requireAdmin(options)
    const promoted = memberIdOf(id)
    const { counts } = this.#service.state
    try {
      await this.#askReady(promoted, options)
      if (this.#isStrict) this.#checkPromote()
      const answer = await this.#change({ kind: 'promote', id: promoted }, options)
      counts.learnersPromoted++
      return answer
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      counts.learnersRefused.set(reason, (counts.learnersRefused.get(reason) ?? 0) + 1)
      throw error
    }
  }

  async memberUpdate(
    { id, peerUrls }: { id: bigint; peerUrls: readonly string[] },
    options: CallOptions,
  ): Promise<MembersAnswer> {
    await this.#service.requireAdmin(options)
    checkUrls(peerUrls)
    return await this.#change({ kind: 'update', id: memberIdOf(id), peerUrls }, options)
  }

  async memberRemove(id: bigint, options: CallOptions): Promise<MembersAnswer> {
    await this.#service.requireAdmin(options)
    const removed = memberIdOf(id)
    if (this.#isStrict) this.#checkRemove(removed)
    return await this.#change({ kind: 'remove', id: removed }, options)
  }

  close(): void {
    this.#closed.abort()
  }

  get #isStrict(): boolean {
    return this.#options.strictReconfigCheck ?? true
  }

  #answer(): MembersAnswer {
    return { header: this.#service.header(), members: this.#service.member.members() }
  }

  async #change(change: MemberChange, options: CallOptions): Promise<MembersAnswer> {
    const outcome = await this.#service.member.changeMembers(change, options)
    if (outcome.kind === 'error') throw outcome.error
    return this.#answer()
  }

  #voters(): ClusterMember[] {
    return this.#service.member.members().filter(({ isLearner }) => !isLearner)
  }

  /** The new member counts as not started: enough others must be. */
  #checkAdd(): void {
    const voters = this.#voters()
    const started = voters.filter(isStarted).length
    const after = voters.length + 1
    // A cluster of one may always grow: that is how one is restored.
    const isFirst = started === 1 && after === 2
    if (!isFirst && started < quorum(after)) throw membershipErrors.notEnoughStarted()
    if (!voters.every(({ id }) => this.#isHealthy(id))) throw membershipErrors.unhealthy()
  }

  /** The learner counts as started. */
  #checkPromote(): void {
    const voters = this.#voters()
    const started = voters.filter(isStarted).length + 1
    if (started < quorum(voters.length + 1)) throw membershipErrors.notEnoughStarted()
  }

  #checkRemove(id: MemberId): void {
    const { member } = this.#service
    if (member.members().some((each) => each.id === id && each.isLearner)) return
    const voters = this.#voters()
    const others = voters.filter((each) => each.id !== id)
    const started = others.filter(isStarted).length
    if (started < quorum(others.length)) throw membershipErrors.notEnoughStarted()
    // One that is down is no part of the quorum that holds now.
    if (member.upForMs(id) === undefined) return
    const active = voters.filter((each) => this.#isHealthy(each.id)).length
    if (active - 1 < quorum(voters.length - 1)) throw membershipErrors.unhealthy()
  }

  #isHealthy(id: MemberId): boolean {
    const upMs = this.#service.member.upForMs(id)
    return upMs !== undefined && upMs >= this.#options.healthyMs
  }

  /** Only the leader knows how far a learner is. */
  async #askReady(id: MemberId, options: CallOptions): Promise<void> {
    const { member } = this.#service
    const { leader, id: self } = member.status()
    if (leader === self) return this.#checkReady(this.#progress(), id)
    if (leader === 0) throw etcdErrors.noLeader()
    const body = Buffer.from(String(id))
    await member.ask({ to: leader, topic: READY_TOPIC, body }, options)
  }

  #progress(): ReadonlyMap<MemberId, MemberProgress> {
    const progress = this.#service.member.progress()
    if (!progress) throw etcdErrors.notLeader()
    return progress
  }

  #checkReady(progress: ReadonlyMap<MemberId, MemberProgress>, id: MemberId): void {
    const learner = progress.get(id)
    if (!learner) throw membershipErrors.notFound()
    const own = progress.get(this.#service.member.status().id)
    if (learner.match < (own?.match ?? 0) * READY_SHARE) throw membershipErrors.learnerNotReady()
  }

  /** As the leader: learners that have caught up and are heard of become voters. */
  async #promoteReady(): Promise<void> {
    const { clock, member } = this.#service
    const { signal } = this.#closed
    while (!signal.aborted) {
      try {
        await sleep(clock, AUTO_PROMOTE_CHECK_MS, { signal })
        for (const [id, { isActive }] of member.progress() ?? []) {
          const learner = member.members().find((each) => each.id === id && each.isLearner)
          if (!learner || !isActive || !isStarted(learner)) continue
          await this.memberPromote(BigInt(id), { signal })
          this.#options.log.info('a learner has caught up: it is a voter now', {
            name: learner.name,
          })
        }
      } catch (error) {
        // Not ready yet, or no leader any more: asked again at the next check.
        this.#options.log.debug('no learner was promoted', { error })
      }
    }
  }
}

function quorum(voters: number): number {
  return Math.floor(voters / 2) + 1
}

/** No member of ours has an id beyond 53 bits. */
function memberIdOf(id: bigint): MemberId {
  if (id > BigInt(Number.MAX_SAFE_INTEGER)) throw membershipErrors.notFound()
  return Number(id)
}

/** etcd's rules for peer URLs: a scheme, a host with its port, and no path. */
function checkUrls(urls: readonly string[]): void {
  const isGood = (text: string): boolean => {
    if (!/^https?:\/\/(\[[^\]]+\]|[^/:]+):\d+$/.test(text)) return false
    return URL.canParse(text)
  }
  if (urls.length === 0 || !urls.every(isGood)) throw membershipErrors.badUrls()
}
