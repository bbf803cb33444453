import assert from 'node:assert/strict'
import * as fs from 'node:fs/promises'
import { join } from 'node:path'
import { DiskError, KvError } from '../../../../src/base/index.ts'
import { systemDisk } from '../../../../src/platform/disk.ts'
import { never, PATIENCE_MS, TestCluster, until } from './cluster.ts'

describe('member', function () {
  this.timeout(2 * PATIENCE_MS)
  let cluster: TestCluster
  afterEach(() => cluster.close())

  const sameEverywhere = async (count: number) => {
    const running = cluster.members.flatMap((member, at) => (member ? [at] : []))
    await until('all members to apply', () =>
      running.every((at) => cluster.journal(at).payloads.length >= count),
    )
    for (const at of running) {
      assert.deepEqual(cluster.journal(at).payloads, cluster.journal(running[0] ?? 0).payloads)
    }
  }

  it('replicates proposals of every member, in one order', async () => {
    cluster = await TestCluster.start(3)
    const work = [0, 1, 2].flatMap((at) =>
      Array.from({ length: 50 }, (_, i) => cluster.propose(at, `${at}/${i}`)),
    )
    const outcomes = await Promise.all(work)
    assert.deepEqual(
      outcomes.toSorted((a, b) => a - b),
      Array.from({ length: 150 }, (_, i) => i + 1),
    )
    await sameEverywhere(150)
    assert.equal(new Set(cluster.journal(0).payloads).size, 150)
  })

  it('runs alone', async () => {
    cluster = await TestCluster.start(1)
    assert.equal(await cluster.propose(0, 'a'), 1)
    await cluster.member(0).linearize({ signal: never() })
    assert.equal(cluster.member(0).status().role, 'leader')
  })

  it('reads what was acknowledged before, on any member', async () => {
    cluster = await TestCluster.start(3)
    for (let i = 1; i <= 20; i++) {
      await cluster.propose(i % 3, `${i}`)
      const reader = (i + 1) % 3
      await cluster.member(reader).linearize({ signal: never() })
      assert.equal(cluster.journal(reader).payloads.length, i)
    }
  })

  it('goes on after the leader’s death, and loses and repeats nothing', async () => {
    cluster = await TestCluster.start(3)
    const acknowledged: string[] = []
    let writing = true
    const leader = await cluster.leader()
    const writers = [0, 1, 2]
      .filter((at) => at !== leader)
      .map(async (at) => {
        for (let i = 0; writing; i++) {
          await cluster.propose(at, `${at}/${i}`)
          acknowledged.push(`${at}/${i}`)
        }
      })
    await until('some writes', () => acknowledged.length > 30)
    await cluster.kill(leader)
    const before = acknowledged.length
    await until('writes by a new leader', () => acknowledged.length > before + 30)
    await cluster.open(leader)
    writing = false
    await Promise.all(writers)
    await sameEverywhere(acknowledged.length)
    const payloads = cluster.journal(leader).payloads
    assert.equal(new Set(payloads).size, payloads.length, 'nothing was done twice')
    for (const each of acknowledged) assert(payloads.includes(each), `${each} is lost`)
  })

  it('does each proposal once though frames are lost and repeated', async () => {
    cluster = await TestCluster.start(3)
    const leader = await cluster.leader()
    // By lot: a fixed order can fall in step with the members' own, and lose one kind for ever.
    cluster.network.copies = () => [1, 2, 0, 1, 3, 1, 2][Math.floor(Math.random() * 7)] ?? 1
    const followers = [0, 1, 2].filter((at) => at !== leader)
    for (let i = 0; i < 6; i++) {
      await Promise.all(followers.map((at) => cluster.propose(at, `${at}/${i}`)))
    }
    cluster.network.copies = () => 1
    await sameEverywhere(12)
    assert.equal(new Set(cluster.journal(leader).payloads).size, 12)
  })

  it('starts again from its log', async () => {
    cluster = await TestCluster.start(3)
    for (let i = 0; i < 30; i++) await cluster.propose(i % 3, `${i}`)
    await sameEverywhere(30)
    const before = [...cluster.journal(0).payloads]
    for (const at of [0, 1, 2]) await cluster.kill(at)
    for (const at of [0, 1, 2]) await cluster.open(at)
    await cluster.propose(0, 'after')
    await sameEverywhere(31)
    assert.deepEqual(cluster.journal(0).payloads.slice(0, 30), before)
    for (const at of [0, 1, 2]) await cluster.stop(at)
    for (const at of [0, 1, 2]) await cluster.open(at)
    assert.equal(cluster.journal(0).payloads.length, 31, 'a clean stop leaves a whole state')
    await cluster.propose(1, 'later')
    await sameEverywhere(32)
  })

  it('cuts its log, and sends the state to a member that is too far behind', async () => {
    const limits = { flushEntries: 50, catchUpEntries: 20 }
    cluster = await TestCluster.start(3, limits)
    const leader = await cluster.leader()
    const behind = (leader + 1) % 3
    await cluster.propose(leader, 'first')
    await cluster.kill(behind)
    for (let i = 0; i < 300; i++) await cluster.propose(leader, `${i}`.padEnd(2000))
    await until('the log to be cut', () => cluster.journal(leader).durableIndex > 200)
    const segments = await fs.readdir(join(cluster.folderOf(leader), 'wal'))
    assert(segments.length < 8, `${segments.length} segments are left`)
    await cluster.open(behind)
    await sameEverywhere(301)
    await cluster.propose(behind, 'last')
    await sameEverywhere(302)
    await cluster.kill(behind)
    await cluster.open(behind)
    await sameEverywhere(302)
  })

  it('hands leadership over when asked, and when it stops', async () => {
    cluster = await TestCluster.start(3)
    const first = await cluster.leader()
    const second = (first + 1) % 3
    const seen: number[] = []
    cluster.member(second).onLeadership(({ leader }) => seen.push(leader))
    await cluster.member(first).transferLeadership(cluster.idOf(second), { signal: never() })
    // Where the machine has other work, another may lead already.
    await until('the other to lead', () => seen.includes(cluster.idOf(second)))
    const last = await cluster.leader()
    await assert.rejects(
      cluster.member((last + 1) % 3).transferLeadership(cluster.idOf(first), { signal: never() }),
      /etcdserver: not leader/,
    )
    await cluster.stop(last)
    const third = await cluster.leader()
    assert.notEqual(third, last)
    await cluster.propose(third, 'goes on')
  })

  it('gives up on what finds no quorum, and recovers', async () => {
    cluster = await TestCluster.start(3)
    const leader = await cluster.leader()
    await cluster.propose(leader, 'before')
    await cluster.kill((leader + 1) % 3)
    await cluster.kill((leader + 2) % 3)
    await until('the leader to step down', () => cluster.member(leader).status().leader === 0)
    const options = { signal: AbortSignal.timeout(50) }
    await assert.rejects(
      cluster.member(leader).propose([Buffer.from('x')], options),
      (error) => error instanceof KvError && error.code === 1,
    )
    const waiting = cluster.propose(leader, 'waits for a leader')
    await cluster.open((leader + 1) % 3)
    assert(Number.isInteger(await waiting))
  })

  it('ends waits with etcd’s texts', async () => {
    cluster = await TestCluster.start(3)
    await cluster.leader()
    await cluster.propose(0, 'x')
    cluster.requestTimeoutMs = 100
    for (const at of [0, 1, 2]) await cluster.kill(at)
    await cluster.open(0)
    await assert.rejects(cluster.propose(0, 'x'), /^KvError: etcdserver: no leader$/)
    const read = cluster.member(0).linearize({ signal: never() })
    await assert.rejects(read, /^KvError: etcdserver: no leader$/)
    const large = Buffer.alloc(2 * 1024 * 1024)
    await assert.rejects(
      cluster.member(0).propose([large], { signal: never() }),
      /etcdserver: request is too large/,
    )
    await cluster.stop(0)
    cluster.requestTimeoutMs = PATIENCE_MS
    await cluster.open(0)
    const refused = assert.rejects(cluster.propose(0, 'y'), /^KvError: etcdserver: server stopped$/)
    const member = cluster.member(0)
    await cluster.stop(0)
    await refused
    await assert.rejects(member.linearize({ signal: never() }), /server stopped/)
  })

  it('stops at once when its disk fails', async () => {
    const disk = systemDisk()
    let failing = false
    cluster = await TestCluster.start(1)
    await cluster.stop(0)
    cluster.disk = {
      ...disk,
      async open(path, options) {
        const file = await disk.open(path, options)
        const write: typeof file.write = (offset, data) =>
          failing
            ? Promise.reject(new DiskError('io', path, `${path}: input/output error`))
            : file.write(offset, data)
        return { ...file, write }
      },
    }
    const fatal: unknown[] = []
    cluster.onFatal = (_, error) => fatal.push(error)
    await cluster.open(0)
    await cluster.propose(0, 'sound')
    failing = true
    await assert.rejects(cluster.propose(0, 'lost'), /etcdserver: server stopped/)
    assert(fatal[0] instanceof DiskError)
    cluster.members[0] = undefined
    failing = false
    await cluster.open(0)
    await cluster.propose(0, 'again')
    assert.deepEqual(cluster.journal(0).payloads, ['sound', 'again'])
  })

  it('refuses a folder of another member, and one whose log is gone', async () => {
    cluster = await TestCluster.start(2)
    await cluster.propose(0, 'x')
    await cluster.stop(0)
    await cluster.stop(1)
    const wal = (at: number) => join(cluster.folderOf(at), 'wal')
    await fs.rename(wal(0), `${wal(0)}.kept`)
    await assert.rejects(cluster.open(0), /holds a state but no log .*restore a backup/)
    await fs.cp(wal(1), wal(0), { recursive: true })
    await assert.rejects(cluster.open(0), /belongs to member .*its own data folder/)
  })
})
