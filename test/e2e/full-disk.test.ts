import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { eventually, Kubectl, type Outcome, run, TestCluster } from '../support/navarch.ts'
import { findKubectls, needProgram, skipOnThisKernel, skipWithout } from '../support/peers.ts'

const FULL = /the disk is full: free some space and try again/
// Under etcd's limit for a request.
const VALUE = 'v'.repeat(1_400_000)
const MANY = 30

/** Disks small enough to fill: mounts of memory, which only root may make. */
describe('a full disk', function () {
  this.timeout(120_000)
  let cluster: TestCluster
  let etcdEnv: NodeJS.ProcessEnv
  const mounts: string[] = []

  before(function () {
    needProgram(this, 'etcdctl')
  })
  beforeEach(() => {
    cluster = TestCluster.empty()
  })
  afterEach(async () => {
    await cluster.navarch('down')
    for (const folder of mounts.splice(0)) execFileSync('umount', ['--lazy', folder])
    await cluster.destroy()
  })

  /** Mounts a disk of `mib` at a folder of the cluster. */
  function mount(context: Mocha.Context, folder: string, mib: number): void {
    mkdirSync(folder, { recursive: true })
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mib}m`, 'tmpfs', folder])
      mounts.push(folder)
    } catch {
      skipOnThisKernel(context, 'this user or kernel cannot mount a small disk')
    }
  }

  const ballast = () => join(cluster.dataDir, 'ballast')
  const fill = () => run('dd', ['if=/dev/zero', `of=${ballast()}`, 'bs=64k'])

  const etcdctl = (args: string[], input = ''): Promise<Outcome> =>
    run('etcdctl', [...args, '--command-timeout=3s'], { env: etcdEnv, input })

  /** Puts values until `enough` says so; the keys whose put was acknowledged. */
  async function write(enough: (outcome: Outcome) => boolean) {
    const acknowledged: string[] = []
    let last = ''
    for (let i = 0; i < MANY; i++) {
      const key = `key-${String(i).padStart(3, '0')}`
      const outcome = await etcdctl(['put', key], VALUE)
      if (outcome.code === 0) acknowledged.push(key)
      else last = outcome.stderr
      if (enough(outcome)) return acknowledged
    }
    throw new Error(`the disk took ${acknowledged.length} of ${MANY} values: ${last}`)
  }

  /** Whether a master has ended with the sentence that its folder's disk is full. */
  function hasEnded(name: string): boolean {
    const log = readFileSync(join(cluster.dataDir, 'logs', `${name}.log`), 'utf8')
    return new RegExp(`^${name}: ${cluster.dataDir}/.*${FULL.source}$`, 'm').test(log)
  }

  async function assertKept(acknowledged: readonly string[]): Promise<void> {
    const found = await etcdctl(['get', 'key-', '--prefix', '--keys-only'])
    assert.equal(found.code, 0, found.stderr)
    const keys = new Set(found.stdout.split('\n'))
    assert.deepEqual(
      acknowledged.filter((key) => !keys.has(key)),
      [],
      'acknowledged and lost',
    )
    const last = await etcdctl(['get', acknowledged.at(-1) ?? '', '--print-value-only'])
    assert.equal(last.stdout, `${VALUE}\n`)
  }

  function makeRoom(): void {
    rmSync(ballast(), { force: true })
    execFileSync('mount', ['-o', 'remount,size=512m', cluster.dataDir])
  }

  /** Members with the alarm: reads go on and removals, and all by itself once there is space. */
  async function stayUp(acknowledged: string[]): Promise<void> {
    const backup = await cluster.navarch('backup', 'save', `${cluster.dataDir}.db`)
    assert.equal(backup.code, 1)
    assert.match(backup.stderr, FULL)
    // Reads go on meanwhile, and removals.
    await assertKept(acknowledged)
    const removed = acknowledged.shift() ?? ''
    assert.equal((await etcdctl(['del', removed])).stdout, '1\n')
    makeRoom()
    // Nobody has to disarm anything, nor to start anybody.
    await eventually('writes to come back', async () => {
      return (await etcdctl(['put', 'after'], 'b')).code === 0
    })
    await eventually('all alarms to be taken back', async () => {
      return (await etcdctl(['alarm', 'list'])).stdout === ''
    })
    for (const { name } of (await cluster.status()).masters) assert(!hasEnded(name), name)
  }

  /** There is space again: who has ended is started, and nothing is lost. */
  async function comeBack(acknowledged: readonly string[], ended: () => string[]): Promise<void> {
    makeRoom()
    await eventually('writes to come back', async () => {
      // Some end later than others. Who runs is left alone.
      for (const name of ended()) await cluster.navarch('start', name)
      return (await etcdctl(['put', 'after'], 'b')).code === 0
    })
    await assertKept(acknowledged)
  }

  for (const masters of [1, 3]) {
    it(`under ${masters} of ${masters} masters stops writes, or who could not write ends; they come back with space`, async function () {
      mount(this, cluster.dataDir, 64 * masters)
      const program = findKubectls().at(-1) ?? skipWithout(this, 'kubectl is not installed')
      const kubectl = new Kubectl(program, cluster)
      await cluster.expect('up', '--masters', String(masters), '--nodes', '0')
      etcdEnv = await cluster.etcdEnv()
      await kubectl.do('create configmap kept --from-literal=a=b')
      const names = (await cluster.status()).masters.map(({ name }) => name)
      const ended = () => names.filter(hasEnded)
      const acknowledged = await write(
        ({ stderr }) => /database space exceeded/.test(stderr) || ended().length > 0,
      )
      assert.ok(acknowledged.length > 3, `only ${acknowledged.length} values fitted`)
      // Somebody else takes what is left.
      await fill()
      await eventually('the alarm, or the end of who could not write what it held', async () => {
        if (ended().length > 0) return true
        return /alarm:NOSPACE/.test((await etcdctl(['alarm', 'list'])).stdout)
      })
      try {
        await stayUp(acknowledged)
      } catch (error) {
        // Whose state did not reach the disk ends, as its disk may not be believed from then on.
        if (ended().length === 0) throw error
        await comeBack(acknowledged, ended)
      }
      await assertKept(acknowledged)
      await kubectl.do('get configmap kept')
      await kubectl.do('create configmap after --from-literal=a=b')
    })
  }

  it('of one master leaves the others to go on; it catches up once there is room', async function () {
    const folder = join(cluster.dataDir, 'data', 'master-2')
    mount(this, folder, 24)
    await cluster.expect('up', '--nodes', '0')
    etcdEnv = await cluster.etcdEnv()
    let left = 5
    // A put to master-2 itself may fail; the others take what comes after.
    const acknowledged = await write(({ code }) => {
      if (code === 0 && hasEnded('master-2')) left--
      return left === 0
    })
    execFileSync('mount', ['-o', 'remount,size=512m', folder])
    await cluster.expect('start', 'master-2')
    await eventually('master-2 to have caught up', async () => {
      const { masters } = await cluster.status()
      const indexes = masters.map(({ raft }) => raft.appliedIndex)
      return (
        masters.every(({ api }) => api.healthy) && Math.max(...indexes) - Math.min(...indexes) < 5
      )
    })
    await assertKept(acknowledged)
  })
})
