import { type Clock, DiskError, silentLog } from '../../../src/base/index.ts'
import {
  type SeededRandom,
  type SimClock,
  SimMachine,
  type SimPorts,
} from '../../../src/sim/index.ts'
import { ArchiveError, backupFromArchive } from '../../../src/store/archive/index.ts'
import { backupOf } from '../../../src/store/backup/index.ts'
import {
  clusterIdentity,
  EtcdState,
  type OpenStore,
  restoreSnapshot,
} from '../../../src/store/index.ts'
import { range } from '../../../src/store/mvcc/index.ts'
import { Violation } from '../world.ts'
import { type State, statesOf } from './linearizability.ts'
import type { StoreNode } from './node.ts'
import type { Revisions } from './revisions.ts'

export const ARCHIVE_FOLDER = 'archive'
const BACKUPS_MAX = 3
const ALL = { key: Buffer.from([0]), rangeEnd: Buffer.from([0]) }
const DATA_FOLDER = 'restored'

const cluster = clusterIdentity({
  clusterToken: 'restored',
  members: [{ name: 'alone', peerUrls: ['https://alone:2380'], clientUrls: [] }],
})

/**
 * Takes backups of members while they are at work, and archives; each has to give back what the
 * store held at its revision.
 */
export class Vault {
  readonly #clock: SimClock
  readonly #random: SeededRandom
  readonly #revisions: Revisions
  readonly #backups: Uint8Array[] = []
  /** Who makes each member's backups: one at a time may not stand in another's way. */
  readonly #makers = new Map<OpenStore, ReturnType<typeof backupOf>>()
  #machines = 0
  /** Restores that were looked at. */
  checked = 0

  constructor(options: { clock: SimClock; random: SeededRandom; revisions: Revisions }) {
    this.#clock = options.clock
    this.#random = options.random
    this.#revisions = options.revisions
  }

  /** As `snapshot save` takes one, if its disk lets it. Never resolves when the member dies meanwhile. */
  async backUp(open: OpenStore, ports: SimPorts): Promise<void> {
    if (this.#backups.length >= BACKUPS_MAX) return
    try {
      await this.#backUp(open, ports)
    } catch (error) {
      const isFaulty = error instanceof DiskError && ['io', 'no-space'].includes(error.code)
      if (!isFaulty) throw error
    }
  }

  async #backUp(open: OpenStore, ports: SimPorts): Promise<void> {
    const { state } = open
    const known = this.#makers.get(open)
    const make = known ?? backupOf({ state, disk: ports.disk, folder: 'data/backup' })
    this.#makers.set(open, make)
    const { sizeBytes, chunks } = await make()
    const parts: Uint8Array[] = []
    for await (const chunk of chunks) parts.push(chunk.slice())
    const backup = Buffer.concat(parts)
    if (backup.length !== sizeBytes) throw new Violation('backup: it is not as long as it says')
    this.#backups.push(backup)
  }

  /** Restores every backup, and each member's archive, to the end and to some revision. */
  async check(nodes: readonly StoreNode[], isArchived: boolean): Promise<void> {
    const states = statesOf(this.#revisions)
    for (const backup of this.#backups) {
      const { disk } = await this.#restore(backup, states)
      await disk.remove(DATA_FOLDER)
    }
    if (!isArchived) return
    for (const node of nodes) {
      const { last } = this.#revisions
      await this.#replay(node, states, undefined)
      await this.#replay(node, states, 1 + this.#random.int(last))
    }
  }

  async #replay(
    { ports, id }: StoreNode,
    states: readonly (State | undefined)[],
    revision: number | undefined,
  ): Promise<void> {
    if (!ports) return
    const path = `then-${id}-${revision ?? 'end'}`
    try {
      const made = await backupFromArchive({
        ...ports,
        folder: ARCHIVE_FOLDER,
        to: revision === undefined ? {} : { revision },
        path,
        log: silentLog,
      })
      const end = this.#revisions.last
      const isRight = made.revision === (revision ?? end)
      // A transaction of several changes is one revision: none lies between.
      if (!isRight)
        throw new Violation(`archive: ${made.revision} in the place of ${revision ?? end}`)
    } catch (error) {
      // What was applied while a member was behind is in no archive of it.
      if (error instanceof ArchiveError && revision !== undefined) return
      throw error
    }
    await this.#restore(await ports.disk.readFile(path), states)
  }

  async #restore(
    backup: Uint8Array,
    states: readonly (State | undefined)[],
  ): Promise<{ disk: SimPorts['disk'] }> {
    const machine = new SimMachine({
      name: `vault-${++this.#machines}`,
      clock: this.#clock,
      random: this.#random,
    })
    const ports = machine.boot()
    const { disk, openEngine, clock } = ports
    const path = 'backup.db'
    await disk.writeFileAtomic(path, backup)
    await restoreSnapshot({
      path,
      cluster,
      name: 'alone',
      dataFolder: DATA_FOLDER,
      disk,
      openEngine,
      clock,
      log: silentLog,
      segmentBytes: 16 * 1024,
    })
    await this.#compare(await openEngine(`${DATA_FOLDER}/db`), clock, states)
    return { disk }
  }

  async #compare(
    engine: Awaited<ReturnType<SimPorts['openEngine']>>,
    clock: Clock,
    states: readonly (State | undefined)[],
  ): Promise<void> {
    const state = await EtcdState.open({ engine, clock, log: silentLog })
    const { revision, compactRevision } = state.mvcc
    const first = Math.max(compactRevision, 1)
    const between = first + this.#random.int(revision - first + 1)
    for (const at of [revision, between]) {
      const expected = states[at]
      if (!expected) continue
      const found = range(state.mvcc, { ...ALL, revision: at }).kvs.map((kv) => [
        Buffer.from(kv.key).toString(),
        Buffer.from(kv.value).toString(),
        kv.createRevision,
        kv.modRevision,
        kv.version,
      ])
      const wanted = [...expected]
        .sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
        .map(([key, kv]) => [key, kv.value, kv.createRevision, kv.modRevision, kv.version])
      this.checked++
      if (JSON.stringify(found) === JSON.stringify(wanted)) continue
      throw new Violation(
        `backup: at revision ${at} it has ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`,
      )
    }
    await state.close()
  }
}
