import {
  emptyConfState,
  type Message,
  type RaftId,
  type Snapshot,
} from '../../../src/raft/index.ts'
import { type FaultPlan, planFaults, type SeededRandom } from '../../../src/sim/index.ts'
import { type RunResult, SimWorld, Violation } from '../world.ts'
import { RaftCheckers } from './checkers.ts'
import { type Break, type HostOptions, RaftHost } from './host.ts'

export interface RaftRunOptions {
  readonly breaks?: Break
  /** Virtual milliseconds with faults. Default 8000. */
  readonly faultyMs?: number
  readonly listener?: (line: string) => void
}

const RECOVERY_MS = 20_000

/** One run of a group of `RawNode`s under the faults of a seed. */
export function simulateRaft(seed: number, options: RaftRunOptions = {}): Promise<RunResult> {
  return new RaftWorld(seed, options).run()
}

class RaftWorld extends SimWorld<Message> {
  readonly ids: readonly RaftId[]
  readonly #options: RaftRunOptions
  readonly #checkers = new RaftCheckers()
  readonly #hosts = new Map<RaftId, RaftHost>()
  readonly #first: Snapshot
  readonly #plan: FaultPlan
  #proposals = 0

  constructor(seed: number, options: RaftRunOptions) {
    super({ seed, listener: options.listener })
    this.#options = options
    this.#plan = planFaults(this.random)
    const size = this.random.fork('size').pick([3, 3, 5])
    this.ids = Array.from({ length: size }, (_, i) => i + 1)
    const confState = { ...emptyConfState, voters: this.ids }
    this.#first = { metadata: { index: 1, term: 1, confState }, data: Buffer.from('') }
    for (const id of this.ids) this.addMachine(id, `machine-${id}`)
  }

  protected stats(): Record<string, number> {
    const { terms, appliedMax } = this.#checkers
    return { members: this.ids.length, terms, applied: appliedMax }
  }

  protected async play(): Promise<void> {
    for (const id of this.ids) this.start(id)
    this.beginFaults(this.#plan)
    this.#drive()
    await this.pass(this.#options.faultyMs ?? 8000)
    if (this.hasFailed) return
    this.endFaults()
    await this.#recover()
  }

  leader(): RaftId | undefined {
    return this.#live().find((host) => host.isLeader)?.id
  }

  start(id: RaftId): void {
    void RaftHost.start({
      id,
      ports: this.machine(id).boot(),
      network: this.network,
      checkers: this.#checkers,
      first: this.#first,
      breaks: this.#options.breaks,
      raft: this.#flow(),
      onError: (error) => this.fail(error),
      onElected: () => this.elected(id),
      trace: (line) => this.record(line),
    }).then(
      (host) => this.#hosts.set(id, host),
      (error: unknown) => this.fail(error),
    )
  }

  /** One entry a message makes the most of each moment at which a leader may fail. */
  #flow(): HostOptions['raft'] {
    if (this.#plan.isLeaderStorm) return { maxMessageBytes: 0 }
    const flows = [{ maxMessageBytes: 0 }, { maxMessageBytes: 64, maxInflightMessages: 2 }, {}]
    return this.random.fork('flow').pick(flows)
  }

  protected onDeath(id: RaftId): void {
    this.#hosts.delete(id)
  }

  /** A client: proposals and reads anywhere, now and then a transfer or another membership. */
  #drive(): void {
    const random = this.random.fork('client')
    const paceMs = random.pick([5, 20, 100])
    const step = () => {
      this.#act(random)
      this.clock.schedule(random.between(0, 2 * paceMs), step)
    }
    step()
  }

  #act(random: SeededRandom): void {
    const hosts = this.#live()
    const kind = random.float()
    const chosen = random.pick(this.ids)
    const host = hosts.find((h) => h.id === chosen)
    if (!host) return
    if (kind < 0.7) host.propose(`v${this.#proposals++}`)
    else if (kind < 0.97) host.read()
    else if (kind < 0.985) host.transfer(random.pick(this.ids))
    else if (!this.#plan.isLeaderStorm) {
      const leader = hosts.find(({ isLeader }) => isLeader)
      if (leader) this.#changeMembers(leader, random)
    }
  }

  #changeMembers(host: RaftHost, random: SeededRandom): void {
    const changes = this.ids
      .filter(() => random.chance(0.4))
      .map((nodeId) => ({
        type: random.pick(['add-node', 'add-learner-node', 'remove-node'] as const),
        nodeId,
      }))
    const left = new Set(host.voters)
    for (const { type, nodeId } of changes) {
      if (type === 'add-node') left.add(nodeId)
      else left.delete(nodeId)
    }
    if (changes.length === 0 || left.size === 0) return
    // Of two, a leader that takes its own vote away and dies before the other knows leaves nobody
    // who can lead: its log is the longer one, and it does not stand. It hands over first, as the
    // store's members do, and etcd's manual advises for groups of two.
    const [heir] = host.voters.filter((id) => id !== host.id)
    const isLast = host.voters.length === 2 && !left.has(host.id)
    if (isLast && heir !== undefined) host.transfer(heir)
    else host.change({ transition: 'auto', changes })
  }

  /** Without faults the group elects a leader, and everybody in it catches up. */
  async #recover(): Promise<void> {
    const goal = this.#checkers.appliedMax + 1
    const isDone = await this.until(RECOVERY_MS, () => {
      const leader = this.#live().find((host) => host.isLeader)
      if (!leader) return false
      return leader.voters.every((id) => (this.#hosts.get(id)?.applied ?? 0) >= goal)
    })
    if (!isDone) {
      const what = `nothing was committed in ${RECOVERY_MS} ms without faults`
      this.fail(new Violation(`liveness: ${what}`))
    }
    this.record(`end ${this.#checkers.appliedMax} ${this.#checkers.terms}`)
  }

  #live(): RaftHost[] {
    return [...this.#hosts.values()].sort((a, b) => a.id - b.id)
  }
}
