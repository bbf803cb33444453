import assert from 'node:assert/strict'
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Disk, silentLog } from '../../../../src/base/index.ts'
import { systemClock } from '../../../../src/platform/clock.ts'
import { systemDisk } from '../../../../src/platform/disk.ts'
import { systemRandom } from '../../../../src/platform/random.ts'
import {
  clusterIdentity,
  type LogLimits,
  openMember,
  type RaftMember,
} from '../../../../src/store/member/index.ts'
import { emptyState, Journal } from './journal.ts'
import { Network } from './network.ts'

/**
 * How long anything is waited for: only what never comes takes it. A machine with other work may
 * let a short tick's elections fail again and again for seconds.
 */
export const PATIENCE_MS = 60_000

/** A signal that is never aborted. */
export const never = () => new AbortController().signal

/** Some members in this process, on real files, with a short tick. */
export class TestCluster {
  readonly network = new Network()
  readonly members: (RaftMember<number> | undefined)[] = []
  readonly journals: Journal[] = []
  readonly #durable: ReturnType<typeof emptyState>[] = []
  readonly #identity
  readonly #folder: string
  readonly #logLimits: Partial<LogLimits>
  disk: Disk = systemDisk()
  onFatal: (at: number, error: unknown) => void = (_, error) => {
    throw error
  }
  /** Of members that are opened from now on. */
  requestTimeoutMs = PATIENCE_MS

  private constructor(folder: string, size: number, logLimits: Partial<LogLimits>) {
    this.#folder = folder
    this.#logLimits = { segmentBytes: 64 * 1024, ...logLimits }
    this.#identity = clusterIdentity({
      clusterToken: 'test',
      members: Array.from({ length: size }, (_, i) => ({
        name: `m${i}`,
        peerUrls: [`https://127.0.0.1:${1000 + i}`],
        clientUrls: [],
      })),
    })
  }

  /** `requestTimeoutMs` and `logLimits`: those of its members. */
  static async start(
    size: number,
    options: Partial<LogLimits> & { requestTimeoutMs?: number } = {},
  ): Promise<TestCluster> {
    const { requestTimeoutMs = PATIENCE_MS, ...logLimits } = options
    const folder = await fs.mkdtemp(join(tmpdir(), 'member-'))
    const cluster = new TestCluster(folder, size, logLimits)
    cluster.requestTimeoutMs = requestTimeoutMs
    for (let i = 0; i < size; i++) await cluster.open(i)
    return cluster
  }

  idOf(at: number): number {
    return this.#identity.members[at]?.id ?? 0
  }

  folderOf(at: number): string {
    return join(this.#folder, String(at))
  }

  member(at: number): RaftMember<number> {
    const member = this.members[at]
    assert(member, `member ${at} is not running`)
    return member
  }

  journal(at: number): Journal {
    const journal = this.journals[at]
    assert(journal)
    return journal
  }

  async open(at: number): Promise<void> {
    const durable = (this.#durable[at] ??= emptyState())
    const stateMachine = new Journal(durable)
    this.journals[at] = stateMachine
    const self = this.#identity.members[at]
    assert(self)
    this.members[at] = await openMember<number>({
      cluster: this.#identity,
      self,
      dataFolder: this.folderOf(at),
      disk: this.disk,
      transport: this.network.transport(self.id),
      clock: systemClock,
      random: systemRandom(),
      log: silentLog,
      stateMachine,
      timing: { tickMs: 5, electionTicks: 20, heartbeatTicks: 2 },
      logLimits: this.#logLimits,
      requestTimeoutMs: this.requestTimeoutMs,
      onFatal: (error) => this.onFatal(at, error),
    })
  }

  /** As SIGKILL: nothing more is said, nothing is flushed. */
  async kill(at: number): Promise<void> {
    const member = this.member(at)
    this.members[at] = undefined
    this.network.leave(this.idOf(at))
    // What is not durable dies with the object; its log file is only closed.
    const journal = this.journal(at)
    journal.flush = async () => {}
    await member.stop()
  }

  async stop(at: number): Promise<void> {
    const member = this.member(at)
    this.members[at] = undefined
    await member.stop()
    this.network.leave(this.idOf(at))
  }

  async close(): Promise<void> {
    for (const [at, member] of this.members.entries()) if (member) await this.stop(at)
    await fs.rm(this.#folder, { recursive: true, force: true })
  }

  /** The position of the leader that a majority of the running members follows. */
  async leader(): Promise<number> {
    let found = -1
    await until('a leader', () => {
      const running = this.members.flatMap((member) => (member ? [member.status()] : []))
      const best = running.toSorted((a, b) => b.term - a.term)[0]
      if (!best || best.leader === 0) return false
      found = this.#identity.members.findIndex(({ id }) => id === best.leader)
      const followers = running.filter((s) => s.leader === best.leader && s.term === best.term)
      return this.members[found] !== undefined && followers.length * 2 > this.members.length
    })
    return found
  }

  propose(at: number, payload: string): Promise<number> {
    return this.member(at).propose([Buffer.from(payload)], { signal: never() })
  }
}

export async function until(
  what: string,
  holds: () => boolean,
  timeoutMs = PATIENCE_MS,
): Promise<void> {
  const endMs = Date.now() + timeoutMs
  while (!holds()) {
    if (Date.now() > endMs) throw new Error(`waited in vain for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}
