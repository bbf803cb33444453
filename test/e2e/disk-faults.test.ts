import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { eventually } from '../support/navarch.ts'
import { needProgram, skipOnThisKernel } from '../support/peers.ts'
import { EtcdProcesses } from '../support/store/etcd-process.ts'
import { Load, sameHashes } from '../support/store/load.ts'

const NAMES = ['m1', 'm2', 'm3']
/** Often enough that the state is synced while a test looks at it. */
const FLAGS = ['--snapshot-count=50']
const WRITES = 100
const POWER_CUTS = 3
const DISK_MIB = 256
/** ext4's shutdown: from now on nothing reaches the disk, not even what its journal holds. */
const SHUTDOWN =
  'my $how = pack("L", 2); open(F, "<", $ARGV[0]) or die $!; ioctl(F, 0x8004587d, $how) or die $!'

/** Real members on real disks that fail. */
describe('a disk that fails', function () {
  this.timeout(180_000)
  let etcd: EtcdProcesses
  let initial: string
  let load: Load | undefined
  let tracer: ChildProcess | undefined
  const mounts: string[] = []

  before(function () {
    needProgram(this, 'etcdctl')
  })
  beforeEach(async () => {
    etcd = await EtcdProcesses.open()
    initial = await etcd.initial(NAMES)
  })
  afterEach(async () => {
    tracer?.kill()
    await etcd.stop()
    while (mounts.length > 0) await unmount()
    await load?.close()
    await etcd.close()
  })

  /** The kernel may hold on to a disk for a moment after its last user has ended. */
  async function unmount(): Promise<void> {
    await eventually('the disk to be let go', () => {
      try {
        execFileSync('umount', [mounts.at(-1) ?? ''], { stdio: 'pipe' })
        return true
      } catch {
        return false
      }
    })
    mounts.pop()
  }

  async function start(...names: string[]): Promise<void> {
    // One thread does all of a member's writes, one after another, so that "the first" is one.
    const options = { flags: FLAGS, env: { UV_THREADPOOL_SIZE: '1' } }
    await Promise.all(names.map((name) => etcd.start(name, initial, options)))
    await etcd.ready(...names)
  }

  /** From now on a member's first such call fails, as if its disk did; the next would succeed. */
  async function inject(name: string, call: string): Promise<void> {
    const pid = String(etcd.members.get(name)?.child.pid)
    const args = ['-f', '-p', pid, '-e', `trace=${call}`, '-e', `inject=${call}:error=EIO:when=1`]
    const child = spawn('strace', args, { stdio: ['ignore', 'ignore', 'pipe'] })
    tracer = child
    let text = ''
    child.stderr.on('data', (chunk) => (text += chunk))
    await eventually(`${call} to fail`, () => {
      assert(child.exitCode === null || text.includes('INJECTED'), text)
      return text.includes('INJECTED')
    })
  }

  async function leader(): Promise<string> {
    const { stdout } = await etcd.etcdctl('endpoint status -w json')
    const all: { Status: { leader: number; header: { member_id: number } } }[] = JSON.parse(stdout)
    const at = all.findIndex(({ Status: s }) => s.leader === s.header.member_id)
    return NAMES[at] ?? 'm1'
  }

  // The log is written by `pwrite` with O_DSYNC, the state below it by `fdatasync`.
  for (const call of ['pwrite64', 'fdatasync']) {
    for (const who of ['leader', 'follower'] as const) {
      it(`at a ${who}’s ${call} ends that member at once, and nobody loses anything`, async function () {
        needProgram(this, 'strace')
        try {
          execFileSync('strace', ['-e', 'trace=none', 'true'], { stdio: 'ignore' })
        } catch {
          skipOnThisKernel(this, 'this sandbox lets nobody trace a process')
        }
        await start(...NAMES)
        load = new Load(etcd)
        await load.more(WRITES)
        const leading = await leader()
        const name = who === 'leader' ? leading : (NAMES.find((each) => each !== leading) ?? '')
        await inject(name, call)
        const victim = etcd.members.get(name)
        assert.notEqual(await victim?.exit(), 0)
        assert.match(victim?.text() ?? '', /the disk failed|IO error/)
        // The others go on without it.
        await load.more(WRITES)
        await start(name)
        await load.more(WRITES)
        await load.stop()
        await load.check()
        await sameHashes(etcd)
      })
    }
  }

  it(`by ${POWER_CUTS} power cuts under all members at once loses nothing that was acknowledged`, async function () {
    const image = join(etcd.folder, 'disk.img')
    const folder = join(etcd.folder, 'disk')
    const mount = () => {
      execFileSync('mount', ['-o', 'loop', image, folder], { stdio: 'pipe' })
      mounts.push(folder)
    }
    const cut = () => execFileSync('perl', ['-e', SHUTDOWN, folder], { stdio: 'pipe' })
    mkdirSync(folder)
    try {
      execFileSync('truncate', ['--size', `${DISK_MIB}M`, image])
      execFileSync('mkfs.ext4', ['-q', '-F', image], { stdio: 'pipe' })
      mount()
      cut()
      execFileSync('umount', [mounts.pop() ?? ''])
      mount()
    } catch (error) {
      skipOnThisKernel(this, `no disk here whose power can be cut: ${String(error)}`)
    }
    etcd.dataFolder = folder
    await start(...NAMES)
    load = new Load(etcd)
    for (let i = 0; i < POWER_CUTS; i++) {
      await load.more(WRITES)
      cut()
      const members = NAMES.map((name) => etcd.members.get(name))
      for (const member of members) assert.notEqual(await member?.exit(), 0)
      await unmount()
      mount()
      await start(...NAMES)
      await load.check()
    }
    await load.more(WRITES)
    await load.stop()
    await load.check()
    await sameHashes(etcd)
  })
})
