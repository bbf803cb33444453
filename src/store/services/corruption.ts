import { type Log, type MemberId, sleep } from '../../base/index.ts'
import { etcdserverpb as pb } from '../../gen/etcd.js'
import { AlarmType } from '../alarms/index.ts'
import { hashKv } from '../mvcc/index.ts'
import { Tag } from '../payload.ts'
import type { ServiceContext } from './context.ts'

const TOPIC = 'hash-kv'
const PEER_MS = 5000
const LOOK_FOR_PEERS_MS = 50
/** How long a member waits before it compares again when nobody could be told to be wrong. */
const UNDECIDED_MS = 60_000

interface PeerHash {
  readonly id: MemberId
  readonly hash: number
  readonly compactRevision: number
}

/**
 * Compares what the members hold (etcd's `--corrupt-check-time`): the leader asks all for the hash
 * of one revision, and raises the alarm CORRUPT for those that differ from the majority.
 */
export class CorruptionCheck {
  readonly #service: ServiceContext
  readonly #log: Log
  readonly #closed = new AbortController()

  constructor(service: ServiceContext, options: { log: Log; periodMs?: number | undefined }) {
    this.#service = service
    this.#log = options.log
    service.member.answer(TOPIC, async (body) => {
      const { revision } = pb.HashKVRequest.decode(body)
      // This member may lag behind the one that asks.
      const isBehind = revision > service.state.mvcc.revision
      if (isBehind) await service.member.linearize({ signal: this.#closed.signal })
      const { hash, compactRevision } = await hashKv(service.state.mvcc, revision)
      return pb.HashKVResponse.encode({ hash, compactRevision }).finish()
    })
    if (options.periodMs) void this.#run(options.periodMs)
  }

  /**
   * Before this member serves (etcd's initial check): whether it holds what the others do. Those
   * that are not there, or have compacted otherwise, cannot say.
   */
  async agrees(options: { signal: AbortSignal }): Promise<boolean> {
    await this.#meetPeers(options)
    const { hashes, own } = await this.#hashes(options)
    return hashes.every((each) => !differ(each, own))
  }

  /**
   * For a member that serves meanwhile: whether it may stay. False when more than half of all
   * members hold the same and this one does not. The alarm CORRUPT is raised for others of whom
   * that is true. While those that answer differ and none of them has a majority, nobody is
   * judged: they are compared again until one has, or `signal` ends it (then it throws).
   */
  async mayStay(options: { signal: AbortSignal }): Promise<boolean> {
    await this.#meetPeers(options)
    for (;;) {
      const { hashes, own } = await this.#hashes(options)
      const all = comparable(hashes, own)
      const right = sharedByMost(all, this.#service.member.members().length)
      if (right === undefined) {
        if (all.every(({ hash }) => hash === own.hash)) return true
        this.#log.error('members hold different data, and too few answer to tell who is right')
      } else {
        if (own.hash !== right) return false
        if (await this.#accuse(all, right, options)) return true
      }
      await sleep(this.#service.clock, UNDECIDED_MS, options)
    }
  }

  /** Raises the alarm for those that hold something else. False when that could not be done now. */
  async #accuse(
    all: readonly PeerHash[],
    right: number,
    options: { signal: AbortSignal },
  ): Promise<boolean> {
    try {
      for (const { id, hash } of all) if (hash !== right) await this.#raise(id, options)
      return true
    } catch (error) {
      if (options.signal.aborted) throw error
      this.#log.warn('the alarm CORRUPT could not be raised yet', { error })
      return false
    }
  }

  /** One comparison; the members that were found to differ. */
  async check(options: { signal: AbortSignal }): Promise<MemberId[]> {
    await this.#service.member.linearize(options)
    const { hashes, own } = await this.#hashes(options)
    const all = comparable(hashes, own)
    const found = oddOnes(all, own)
    for (const id of found) await this.#raise(id, options)
    return found
  }

  close(): void {
    this.#closed.abort()
  }

  async #run(periodMs: number): Promise<void> {
    const { clock, member } = this.#service
    const { signal } = this.#closed
    while (!signal.aborted) {
      try {
        await sleep(clock, periodMs, { signal })
        if (member.status().role === 'leader') await this.check({ signal })
      } catch (error) {
        if (!signal.aborted) this.#log.warn('the members could not be compared', { error })
      }
    }
  }

  /** Until the others can be asked, or will not come. */
  async #meetPeers({ signal }: { signal: AbortSignal }): Promise<void> {
    const { member, clock } = this.#service
    const untilMs = clock.monotonicMs() + PEER_MS
    const { id: self } = member.status()
    const isAway = (id: MemberId) => id !== self && member.upForMs(id) === undefined
    while (clock.monotonicMs() < untilMs && member.members().some(({ id }) => isAway(id))) {
      await sleep(clock, LOOK_FOR_PEERS_MS, { signal })
    }
  }

  async #hashes({ signal }: { signal: AbortSignal }) {
    const { member, state } = this.#service
    const mine = await hashKv(state.mvcc, 0)
    const { id: self } = member.status()
    const own: PeerHash = { id: self, ...mine }
    const body = pb.HashKVRequest.encode({ revision: mine.hashRevision }).finish()
    const others = member.members().filter(({ id }) => id !== self)
    const asked = others.map(({ id }) => this.#ask(id, body, signal))
    const hashes = (await Promise.all(asked)).filter((each) => each !== undefined)
    return { own, hashes }
  }

  async #ask(id: MemberId, body: Uint8Array, signal: AbortSignal): Promise<PeerHash | undefined> {
    const { member, clock } = this.#service
    const late = new AbortController()
    const timer = clock.after(PEER_MS, () => late.abort(), { unref: true })
    try {
      const both = AbortSignal.any([signal, late.signal])
      const answer = await member.ask({ to: id, topic: TOPIC, body }, { signal: both })
      const { hash, compactRevision } = pb.HashKVResponse.decode(answer)
      return { id, hash, compactRevision }
    } catch (error) {
      this.#log.debug('a member does not tell its hash', { id: id.toString(16), error })
      return undefined
    } finally {
      timer.cancel()
    }
  }

  async #raise(id: MemberId, options: { signal: AbortSignal }): Promise<void> {
    const raised = { memberId: BigInt(id), alarm: AlarmType.corrupt }
    if (this.#service.state.alarms.has(raised)) return
    this.#log.error('a member holds other data than the others', { id: id.toString(16) })
    const { ACTIVATE: action } = pb.AlarmRequest.AlarmAction
    const alarm = { action, memberID: BigInt(id), alarm: AlarmType.corrupt }
    const encoded = pb.AlarmRequest.encode(alarm).finish()
    await this.#service.propose('alarm', Tag.alarm, encoded, options)
  }
}

function differ(a: PeerHash, b: PeerHash): boolean {
  return a.compactRevision === b.compactRevision && a.hash !== b.hash
}

/** Own and others' hashes of what was compacted alike. */
function comparable(hashes: readonly PeerHash[], own: PeerHash): PeerHash[] {
  return [own, ...hashes].filter((each) => each.compactRevision === own.compactRevision)
}

/** The hash that more than half of `members` have. */
function sharedByMost(all: readonly PeerHash[], members: number): number | undefined {
  const count = (hash: number) => all.filter((each) => each.hash === hash).length
  return all.find(({ hash }) => count(hash) * 2 > members)?.hash
}

/** Those that differ from the majority; without one the asking member is believed, as in etcd. */
function oddOnes(all: readonly PeerHash[], own: PeerHash): MemberId[] {
  const right = sharedByMost(all, all.length) ?? own.hash
  return all.filter(({ hash }) => hash !== right).map(({ id }) => id)
}
