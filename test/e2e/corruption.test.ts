import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { EngineEntry } from '../../src/base/index.ts'
import { levelEngines } from '../../src/platform/index.ts'
import { eventually, run, TestCluster } from '../support/navarch.ts'
import { needProgram } from '../support/peers.ts'
import { EtcdProcesses } from '../support/store/etcd-process.ts'

const NAMES = ['m1', 'm2', 'm3']
const PERIODIC = ['--experimental-corrupt-check-time=1s']
const INITIAL = ['--experimental-initial-corrupt-check']

describe('a member whose disk holds something else', function () {
  this.timeout(180_000)
  let etcd: EtcdProcesses
  let initial: string

  before(function () {
    needProgram(this, 'etcdctl')
  })
  beforeEach(async () => {
    etcd = await EtcdProcesses.open()
    initial = await etcd.initial(NAMES)
  })
  afterEach(() => etcd.close())

  const start = (name: string, flags: readonly string[]) => etcd.start(name, initial, { flags })

  async function stop(name: string): Promise<void> {
    const member = etcd.members.get(name)
    member?.child.kill('SIGTERM')
    assert.equal(await member?.exit(), 'SIGTERM')
  }

  /** What bit rot below every checksum, or a bug, would do. */
  async function alter(folder: string): Promise<void> {
    const engine = await levelEngines()(join(folder, 'db'))
    let altered = 0
    const entries: EngineEntry[] = []
    for await (const piece of engine.iterate()) entries.push(...piece)
    for (const [key, value] of entries) {
      const at = Buffer.from(value).indexOf('sound')
      if (at < 0) continue
      const changed = Uint8Array.from(value)
      changed.set(Buffer.from('rotten').subarray(0, 5), at)
      await engine.batch([{ type: 'put', key, value: changed }], { sync: true })
      altered++
    }
    await engine.close()
    assert.equal(altered, 1)
  }

  it('is found before it serves, or by the leader; the alarm CORRUPT is raised', async () => {
    await Promise.all(NAMES.map((name) => start(name, [...PERIODIC, ...INITIAL])))
    await etcd.ready(...NAMES)
    assert.equal((await etcd.etcdctl('put key sound')).code, 0)
    await stop('m2')
    await start('m2', INITIAL)
    await etcd.ready('m2')
    await stop('m2')
    await alter(join(etcd.folder, 'm2'))
    const found = await start('m2', INITIAL)
    assert.equal(await found.exit(), 1)
    assert.match(found.text(), /found data inconsistency with peers/)
    assert.doesNotMatch(found.text(), /ready to serve client requests/)
    // Without that check it serves what it has, until the leader compares.
    await start('m2', PERIODIC)
    await etcd.ready('m2')
    const { stdout } = await etcd.etcdctl('endpoint status -w json', ['m2'])
    const id: string = /"member_id":(\d+)/.exec(stdout)?.[1] ?? ''
    await eventually('the alarm', async () => {
      const alarms = await etcd.etcdctl('alarm list', ['m1'])
      return alarms.stdout === `memberID:${id} alarm:CORRUPT \n`
    })
    const put = await etcd.etcdctl('put key other', ['m1'])
    assert.match(put.stderr, /corrupt cluster/)
  })
  it('is found when it is a master that starts, which ends', async () => {
    const cluster = await TestCluster.up('--nodes', '0')
    try {
      const env = await cluster.etcdEnv()
      assert.equal((await run('etcdctl', ['put', 'key', 'sound'], { env })).code, 0)
      await cluster.expect('down')
      await alter(join(cluster.dataDir, 'data', 'master-2'))
      const log = join(cluster.dataDir, 'logs', 'master-2.log')
      const starting = cluster.navarch('up', '--nodes', '0')
      await eventually('the difference', () =>
        /found data inconsistency with peers/.test(readFileSync(log, 'utf8')),
      )
      await starting
    } finally {
      await cluster.destroy()
    }
  })
})
