import assert from 'node:assert/strict'
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog } from '../../src/base/index.ts'
import { levelEngines, systemClock, systemDisk } from '../../src/platform/index.ts'
import { SeededRandom } from '../../src/sim/index.ts'
import { backupOf, receiveSnapshot, snapshotStatus } from '../../src/store/backup/index.ts'
import { restoreSnapshot } from '../../src/store/index.ts'
import { needProgram } from '../support/peers.ts'
import { freePort } from '../support/store/real-etcd.ts'
import { etcdctl, withEtcd } from '../unit/store/backup/etcd.ts'
import { compare, serveEtcd, startTwins, type Step, type Twins } from './etcd-twin.ts'
import { RandomHistory } from './random-history.ts'
import { openTestStore, testCluster } from './store.ts'

/** `HISTORIES=100` for the long form, `FROM=…` to begin with another seed. */
const HISTORIES = Number(process.env.HISTORIES ?? 4)
const FROM = Number(process.env.FROM ?? 1)
const STEPS_MAX = 200
const AFTERWARDS = 20
const LOOKS = 12
/** Less than any lease was granted for, and more than a test takes. */
const TTL_LEFT_SECONDS = 4000

const disk = systemDisk()
const ALL = { key: Buffer.from([0]), rangeEnd: Buffer.from([0]) }

/** Random histories, as backups of etcd's that become ours, and of ours that become etcd's. */
describe('backups of random histories', function () {
  this.timeout(30_000 * HISTORIES)
  let folder: string
  beforeEach(async function () {
    needProgram(this, 'etcd')
    needProgram(this, 'etcdctl')
    folder = await fs.mkdtemp(join(tmpdir(), 'backup-twin-'))
  })
  afterEach(() => fs.rm(folder, { recursive: true, force: true }))

  for (let seed = FROM; seed < FROM + HISTORIES; seed++) {
    it(`change sides without a difference: seed ${seed}`, async () => {
      const random = new SeededRandom(`backup-${seed}`)
      const history = new RandomHistory(random.fork('history'))
      const twins = await startTwins()
      const [theirs, ours] = [join(folder, 'theirs.db'), join(folder, 'ours.db')]
      let looks: readonly Step[]
      let held: unknown
      try {
        await history.drive(twins, random.between(STEPS_MAX / 10, STEPS_MAX))
        looks = looksAt(history, random.fork('looks'))
        held = await look(twins, looks)
        await etcdctl('snapshot', 'save', theirs, '--endpoints', twins.endpoints[0])
        const { chunks } = await backupOf({ state: twins.state, disk, folder })()
        await receiveSnapshot({ disk, path: ours, chunks })
      } finally {
        await twins.stop()
      }
      await assertSameStatus(ours)
      await assertSameStatus(theirs)
      await changeSides({ theirs, ours }, async (changed) => {
        assert.deepEqual(await look(changed, looks), held, 'what they hold after the restore')
        await history.drive(changed, AFTERWARDS)
        await look(changed, looksAt(history, random.fork('after')))
      })
    })
  }

  /** Both tools say the same of a file. */
  async function assertSameStatus(path: string): Promise<void> {
    const own = await snapshotStatus(disk, path)
    const said: { hash: number; revision: number; totalKey: number; totalSize: number } =
      JSON.parse(await etcdctl('snapshot', 'status', path, '-w', 'json'))
    const { hash, revision, totalKey: entries, totalSize: sizeBytes } = said
    const { keys, version: _, ...rest } = own
    assert(keys <= entries)
    assert.deepEqual(rest, { hash, revision, entries, sizeBytes })
  }

  /** An etcd of our backup, and a store of etcd's. */
  async function changeSides(
    paths: { theirs: string; ours: string },
    use: (changed: Pick<Twins, 'same' | 'both'>) => Promise<void>,
  ): Promise<void> {
    const peer = `http://127.0.0.1:${await freePort()}`
    const data = join(folder, 'etcd')
    const flags = ['--data-dir', data, '--name', 'one', '--initial-cluster', `one=${peer}`]
    await etcdctl(
      'snapshot',
      'restore',
      paths.ours,
      ...flags,
      '--initial-advertise-peer-urls',
      peer,
    )
    const dataFolder = join(folder, 'store')
    await restoreSnapshot({
      path: paths.theirs,
      cluster: testCluster,
      name: 'alone',
      dataFolder,
      disk,
      openEngine: levelEngines(),
      clock: systemClock,
      log: silentLog,
      segmentBytes: 1024 * 1024,
    })
    const opened = await openTestStore(dataFolder)
    const server = await serveEtcd(opened.store)
    try {
      await withEtcd(
        data,
        async (endpoint) => {
          const changed = compare([endpoint, server.endpoint])
          try {
            await use(changed)
          } finally {
            await changed.close()
          }
        },
        { peer },
      )
    } finally {
      await server.close()
      await opened.stop()
    }
  }
})

/** All keys, now and then; every lease with its keys; hashes. */
function looksAt(history: RandomHistory, random: SeededRandom): Step[] {
  const { compacted, revision } = history
  const revisions = Array.from({ length: LOOKS }, () =>
    Math.floor(random.between(Math.max(compacted, 1), revision + 1)),
  )
  return [
    ['range', ALL],
    ...revisions.map((at): Step => ['range', { ...ALL, revision: at }]),
    // Compacted: both have to refuse.
    ['range', { ...ALL, revision: Math.max(1, compacted - 1) }],
    ['leases', {}],
    ...history.leases.map((ID): Step => ['timeToLive', { ID, keys: true }]),
    ['hashKv', { revision: 0 }],
    // At the compacted revision itself etcd 3.4 still refused.
    ...revisions.filter((at) => at > compacted).map((at): Step => ['hashKv', { revision: at }]),
  ]
}

/** What both answer alike. */
async function look(
  { both }: Pick<Twins, 'both'>,
  looks: readonly Step[],
): Promise<readonly unknown[]> {
  const answers: unknown[] = []
  for (const step of looks) {
    const [theirs, ours] = (await both(step)).map(withoutClock)
    assert.deepEqual(ours, theirs, JSON.stringify(step[0]))
    answers.push(ours)
  }
  return answers
}

/** Without what differs from one answer to the next: the order in a map of Go's, and time. */
function withoutClock(answer: unknown): unknown {
  const text = JSON.stringify(answer, (key, value: unknown) => {
    if (key === 'TTL') return Number(value) > TTL_LEFT_SECONDS
    if ((key !== 'leases' && key !== 'keys') || !Array.isArray(value)) return value
    return value.map((each) => JSON.stringify(each)).sort()
  })
  return JSON.parse(text)
}
