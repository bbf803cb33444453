import type { ClusterMember, OpenStoreOptions } from '../../../src/store/index.ts'
import { type Clock, type MemberId, sleep } from '../../../src/base/index.ts'
import {
  type FaultPlan,
  Lifetime,
  type PeerPacket,
  planDiskFaults,
  planFaults,
  type SeededRandom,
} from '../../../src/sim/index.ts'
import { type RunResult, Violation } from '../world.ts'
import { Client } from './client.ts'
import { ChosenWatcher } from './chosen-watcher.ts'
import { assertSound, findAltered } from './corruption.ts'
import { compareMembers } from './end-state.ts'
import { History } from './history.ts'
import { Administrator } from './administrator.ts'
import { LeasedKeys, LeaseHolder } from './leases.ts'
import { checkHistory } from './linearizability.ts'
import { MembersWorld } from './members.ts'
import type { StoreBreak, StoreNode } from './node.ts'
import { planEtcd } from './plan.ts'
import { Reconfigurer } from './reconfigurer.ts'
import { Revisions } from './revisions.ts'
import { ARCHIVE_FOLDER, Vault } from './vault.ts'
import { Watcher } from './watcher.ts'

export interface StoreRunOptions {
  readonly breaks?: StoreBreak
  /** Virtual milliseconds with faults. Default 5000. */
  readonly faultyMs?: number
  readonly listener?: (line: string) => void
}

const RECOVERY_MS = 30_000
const CLIENTS = 4
const ROAMING_WATCHERS = 2
const CHOSEN_WATCHERS = 2
/** Of the runs: in these every member archives its log. */
const ARCHIVED_SHARE = 0.3
const BACKUP_MS_MAX = 5000
const REWATCH_MS = 30
/** Far above what any run needs: more is a flood that feeds itself. */
const DELIVERIES_MAX = 400_000
/** Of the runs: in the others the members stay who they are. */
const RECONFIGURED_SHARE = 0.6
const LOOK_FOR_ADDED_MS = 100
/** Small, and large enough for all that a run writes. */
const DISK_BYTES = 16 * 2 ** 20

/** One run of three store members and their clients under the faults of a seed. */
export function simulateStore(seed: number, options: StoreRunOptions = {}): Promise<RunResult> {
  return new StoreWorld(seed, options).run()
}

type AnyWatcher = Watcher | ChosenWatcher

class StoreWorld extends MembersWorld {
  readonly #options: StoreRunOptions
  readonly #history = new History()
  readonly #leasedKeys: LeasedKeys
  #administrator: Administrator | undefined
  readonly #revisions: Revisions
  readonly #watchers: AnyWatcher[] = []
  /** Watchers that follow a member, to be cut off when it dies. */
  readonly #following = new Map<MemberId, Set<AnyWatcher>>()
  readonly #vault: Vault
  readonly #isArchived: boolean
  #snapshots = 0
  #deliveries = 0
  #isOver = false
  #hasEnded = false
  #reconfigurer: Reconfigurer | undefined
  readonly #etcd: OpenStoreOptions['etcd']
  readonly #plan: FaultPlan
  #clientsBusy = 0

  constructor(seed: number, options: StoreRunOptions) {
    super({ seed, stream: 'store', listener: options.listener })
    this.#options = options
    this.#etcd = planEtcd(this.random.fork('etcd-options'))
    this.#plan = { ...planFaults(this.random), ...planDiskFaults(this.random) }
    this.#leasedKeys = new LeasedKeys(this.#clientClock())
    this.#revisions = new Revisions((events) => this.#leasedKeys.saw(events))
    const [clock, revisions] = [this.clock, this.#revisions]
    this.#vault = new Vault({ clock, revisions, random: this.random.fork('vault') })
    this.#isArchived = this.random.fork('archive').chance(ARCHIVED_SHARE)
  }

  protected nodeOptions(id: MemberId) {
    return {
      breaks: this.#options.breaks,
      etcd: this.#etcd,
      ...(this.#isArchived && { archiveFolder: ARCHIVE_FOLDER }),
      onRemoved: () => this.#removed(id),
    }
  }

  protected override get hasDiskFaults(): boolean {
    return this.#plan.fullDiskMs > 0 || this.#plan.failedSyncMs > 0
  }

  protected override get diskBytes(): number | undefined {
    return this.#plan.fullDiskMs > 0 ? DISK_BYTES : undefined
  }

  protected onUp({ id }: StoreNode, name: string): void {
    this.#watchFromStart(id, name)
  }

  protected stats(): Record<string, number> {
    return {
      elections: this.elections,
      snapshots: this.#snapshots,
      operations: this.#history.operations.length,
      acknowledged: this.#history.acknowledged,
      permissions: this.#administrator?.checked ?? 0,
      revisions: this.#revisions.last,
      restored: this.#vault.checked,
      diskDeaths: this.diskDeaths,
      reconfigurations: this.#reconfigurer?.changes ?? 0,
    }
  }

  protected async play(): Promise<void> {
    this.startMembers()
    this.beginFaults(this.#plan)
    this.#startClients()
    for (let i = 1; i <= ROAMING_WATCHERS; i++) this.#roam(`watcher-${i}`)
    for (let i = 1; i <= CHOSEN_WATCHERS; i++) this.#roam(`chosen-${i}`, true)
    this.#takeBackups()
    await this.pass(this.#options.faultyMs ?? 5000)
    if (this.hasFailed) return
    this.endFaults()
    await this.#recover()
    if (this.hasFailed) return
    await this.#checkEnd()
    this.record(`end ${this.#revisions.last} ${this.applied.last}`)
  }

  protected override onEnd(): void {
    this.#isOver = true
    this.#hasEnded = true
  }

  #startClients(): void {
    const paceMs = this.random.fork('pace').pick([5, 20, 60])
    const common = {
      history: this.#history,
      clock: this.#clientClock(),
      onCompact: (revision: number) => this.#revisions.compacting(revision),
      pick: (random: SeededRandom) => {
        const nodes = this.live()
        return nodes.length > 0 ? random.pick(nodes).open?.store : undefined
      },
    }
    const isDone = () => this.#isOver
    for (let id = 1; id <= CLIENTS; id++) {
      const random = this.random.fork(`client-${id}`)
      const client = new Client({ ...common, id, random, breaks: this.#options.breaks, paceMs })
      this.#await(client.run(isDone))
    }
    const id = CLIENTS + 1
    const random = this.random.fork('lease-holder')
    const holder = new LeaseHolder({ ...common, id, random, keys: this.#leasedKeys })
    this.#await(holder.run(isDone))
    const { clock, pick } = common
    this.#administrator = new Administrator({ clock, pick, random: this.random.fork('admin') })
    this.#await(this.#administrator.run(isDone))
    this.#startReconfigurer(common)
  }

  /** Members come and go, in most runs. */
  #startReconfigurer(
    common: Pick<ConstructorParameters<typeof Client>[0], 'clock' | 'pick'>,
  ): void {
    const random = this.random.fork('reconfigurer')
    if (!random.chance(RECONFIGURED_SHARE)) return
    this.#reconfigurer = new Reconfigurer({
      ...common,
      random,
      paceMs: random.pick([100, 300, 800]),
      hasJoined: (id) => this.hasMachine(id),
      join: (member, known) => this.#join(member, known),
    })
    this.#await(this.#reconfigurer.run(() => this.#isOver))
  }

  #join(member: ClusterMember, known: readonly ClusterMember[]): void {
    const name = new URL(member.peerUrls[0] ?? '').hostname
    const named = known.map((each) => (each.id === member.id ? { ...each, name } : each))
    const { clusterId } = this.cluster
    const isNew = this.#options.breaks === 'joinAsNew'
    const identity = { clusterId, members: named, ...(!isNew && { joining: true as const }) }
    this.addMember({ ...member, name }, identity)
    this.record(`join ${member.id}`)
    this.start(member.id)
  }

  #removed(id: MemberId): void {
    this.record(`removed ${id}`)
    this.removeMember(id)
  }

  #await(client: Promise<void>): void {
    this.#clientsBusy++
    client.then(
      () => this.#clientsBusy--,
      (error: unknown) => this.fail(error),
    )
  }

  #clientClock(): Clock {
    return this.clock.of(new Lifetime(), { offsetMs: 0 })
  }

  /** Of whoever is up, whatever else goes on. */
  #takeBackups(): void {
    const random = this.random.fork('backups')
    const next = () => {
      this.clock.schedule(random.between(0, BACKUP_MS_MAX), () => {
        if (this.#isOver) return
        const { open, ports } = this.live().length > 0 ? random.pick(this.live()) : {}
        if (open && ports) this.#vault.backUp(open, ports).catch((error) => this.fail(error))
        next()
      })
    }
    next()
  }

  /** On each start of a member: all that it has is what the others had. */
  #watchFromStart(id: MemberId, name: string): void {
    const watcher = new Watcher({ name, revisions: this.#revisions })
    this.#watchers.push(watcher)
    void this.#follow(watcher, id)
  }

  /** A watcher that goes to another member whenever its own is lost. */
  #roam(name: string, isChosen = false): void {
    const random = this.random.fork(name)
    const options = { name, revisions: this.#revisions }
    const watcher = isChosen
      ? new ChosenWatcher({ ...options, random: random.fork('choice') })
      : new Watcher(options)
    this.#watchers.push(watcher)
    const next = async () => {
      const nodes = this.live()
      if (nodes.length > 0) await this.#follow(watcher, random.pick(nodes).id)
      // Also after the clients: somebody has to see what becomes of the last leases.
      if (!this.#hasEnded) this.clock.schedule(random.between(0, REWATCH_MS), () => void next())
    }
    void next()
  }

  /** Resolves when the stream has ended, or its member. */
  async #follow(watcher: AnyWatcher, id: MemberId): Promise<void> {
    const store = this.node(id)?.open?.store
    if (!store) return
    const following = this.#following.get(id) ?? new Set()
    this.#following.set(id, following.add(watcher))
    try {
      await watcher.follow(store)
    } catch (error) {
      this.fail(error)
    }
    following.delete(watcher)
  }

  /** Nothing more comes from it. */
  protected override onDeath(id: MemberId): void {
    for (const watcher of this.#following.get(id) ?? []) watcher.disconnect()
    super.onDeath(id)
  }

  /** Without faults every member and every watcher comes to the same end, and writes succeed. */
  async #recover(): Promise<void> {
    const before = this.#history.acknowledged
    const isServing = () => this.#history.acknowledged > before + CLIENTS
    if (!(await this.until(RECOVERY_MS, isServing))) {
      return this.fail(new Violation('liveness: no answers'))
    }
    this.#isOver = true
    this.#startAdded()
    const isQuiet = () => this.#clientsBusy === 0 && this.#isLevel()
    if (await this.until(RECOVERY_MS, isQuiet)) return
    this.fail(new Violation('liveness: members, watchers or leases do not come to rest'))
  }

  /** Starts whoever was added unheard: an addition may still be under way when all else is over. */
  #startAdded(): void {
    const reconfigurer = this.#reconfigurer
    if (!reconfigurer) return
    const clock = this.#clientClock()
    const look = async () => {
      while (!this.#hasEnded && !this.hasFailed) {
        await reconfigurer.startAdded()
        await sleep(clock, LOOK_FOR_ADDED_MS)
      }
    }
    look().catch((error: unknown) => this.fail(error))
  }

  #isLevel(): boolean {
    const nodes = this.live()
    if (nodes.length < this.ids.length || this.#leasedKeys.count > 0) return false
    const leader = nodes.find((node) => node.isLeader)
    // A quota may be used up; a disk has room by now.
    if (this.#etcd?.quotaBytes === undefined && nodes.some((node) => node.isOutOfSpace))
      return false
    const members = leader?.open?.member.members() ?? []
    if (members.length !== nodes.length) return false
    if (!members.every(({ id }) => this.node(id) !== undefined)) return false
    const positions = nodes.map(({ open }) => {
      const state = open?.state
      const all = JSON.stringify(state?.membership?.members)
      return `${state?.appliedIndex} ${state?.mvcc.revision} ${all}`
    })
    if (new Set(positions).size > 1) return false
    const revision = nodes[0]?.open?.state.mvcc.revision ?? 0
    const current = [...this.#following.values()].flatMap((watchers) => [...watchers])
    return current.every((watcher) => watcher.next === revision + 1)
  }

  /** With all faults over: what only the end shows. */
  async #checkEnd(): Promise<void> {
    const nodes = this.live()
    this.checkFailed()
    await this.#finish('comparing the members', compareMembers(nodes))
    for (const watcher of this.#watchers) watcher.check()
    checkHistory(this.#history, this.#revisions)
    await this.#finish('restoring', this.#vault.check(nodes, this.#isArchived))
    assertSound(nodes)
    let isHeard = () => false
    const altered = findAltered(nodes, this.random.fork('altered')).then((found) => {
      isHeard = found.isHeard
    })
    await this.#finish('finding who was altered', altered, () => isHeard())
  }

  /** Lets time pass until work is done, which has to be soon. */
  async #finish(what: string, work: Promise<void>, isWell = () => true): Promise<void> {
    let isDone = false
    work.then(
      () => {
        isDone = true
      },
      (error: unknown) => this.fail(error),
    )
    const isOver = () => isDone && isWell()
    if (await this.until(RECOVERY_MS, isOver)) return
    this.fail(new Violation(`liveness: ${what} does not end`))
  }

  protected override onDelivery(from: MemberId, to: MemberId, packet: PeerPacket): void {
    if (packet.kind === 'stream') this.#snapshots++
    if (++this.#deliveries > DELIVERIES_MAX) this.fail(new Violation('a flood of messages'))
    const size = packet.kind === 'frame' ? packet.bytes.length : packet.header.length
    this.record(`${from}>${to} ${packet.kind} ${size}`)
    this.trace.recordBytes(packet.kind === 'frame' ? packet.bytes : packet.header)
  }
}
