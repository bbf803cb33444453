import assert from 'node:assert/strict'
import { type DiskFile, KvError } from '../../../src/base/index.ts'
import { systemDisk } from '../../../src/platform/disk.ts'
import { encodeLease } from '../../../src/store/lease/index.ts'
import { payloadParts, Tag } from '../../../src/store/payload.ts'
import { bytes, call, openEtcd, type TestEtcd, text } from '../../support/store/etcd.ts'
import { MemoryEngine } from '../../support/store/memory-engine.ts'
import { never, TestCluster, until } from './member/cluster.ts'

// Bugs that etcd had, by their numbers at github.com/etcd-io/etcd: they are not to be ours.

const put = (etcd: TestEtcd, key: string, value = '') =>
  etcd.store.put({ key: bytes(key), value: bytes(value) }, call)
const remove = (etcd: TestEtcd, key: string) => etcd.store.deleteRange({ key: bytes(key) }, call)
const compacted = (error: unknown) =>
  error instanceof KvError && /required revision has been compacted/.test(error.message)

/** Everything that a watch of all keys says until it is at `revision`, as text. */
async function watched(etcd: TestEtcd, from: number, revision: number): Promise<string[]> {
  const stream = etcd.store.watch()
  stream.create({ key: bytes('\0'), rangeEnd: bytes('\0'), startRevision: from })
  const seen: string[] = []
  for await (const { events, canceled, cancelReason } of stream) {
    if (canceled) throw new Error(cancelReason)
    for (const { type, kv } of events) seen.push(`${kv.modRevision} ${type} ${text(kv.key)}`)
    if ((events.at(-1)?.kv.modRevision ?? 0) >= revision) break
  }
  stream.close()
  return seen
}

/** An engine, and what a crash after each of its writes would leave. */
class CrashingEngine extends MemoryEngine {
  readonly crashes: MemoryEngine[] = []
  override async batch(ops: Parameters<MemoryEngine['batch']>[0]): Promise<void> {
    await super.batch(ops)
    this.crashes.push(this.copy())
  }
}

describe('bugs that etcd had', () => {
  it('#13766: the applied index and the data that it stands for reach the disk together', async () => {
    const engine = new CrashingEngine()
    const etcd = await openEtcd({ engine })
    for (let i = 0; i < 10; i++) {
      await put(etcd, `k${i}`)
      if (i % 3 === 0) await etcd.state.flush()
    }
    await etcd.close()
    assert(engine.crashes.length > 3)
    for (const crash of engine.crashes) {
      const again = await openEtcd({ engine: crash })
      // Each entry was one put, and the first revision is 1.
      assert.equal(again.state.mvcc.revision, again.state.appliedIndex + 1)
      await again.close()
    }
  })

  it('#14370: a member alone acknowledges nothing before it is synced', async () => {
    const cluster = await TestCluster.start(1)
    try {
      await cluster.stop(0)
      let held = Promise.resolve()
      const disk = systemDisk()
      cluster.disk = {
        ...disk,
        open: async (path, options) => {
          const file = await disk.open(path, options)
          const write: DiskFile['write'] = async (at, data) => {
            await held
            await file.write(at, data)
          }
          return options?.dataSync ? { ...bound(file), write } : file
        },
      }
      await cluster.open(0)
      await cluster.propose(0, 'before')
      let letGo = () => {}
      held = new Promise((resolve) => (letGo = resolve))
      let done = false
      const proposal = cluster.propose(0, 'x').then(() => (done = true))
      await new Promise((resolve) => setTimeout(resolve, 50))
      assert.equal(done, false)
      assert.equal(cluster.journal(0).payloads.includes('x'), false)
      letGo()
      await proposal
    } finally {
      await cluster.close()
    }
  })

  it('#14685: a defragmentation that fails leaves everything as it was', async () => {
    const engine = new MemoryEngine()
    const etcd = await openEtcd({ engine })
    for (let i = 0; i < 5; i++) await put(etcd, 'a', `${i}`)
    const { hash } = await etcd.store.hashKv({ revision: 0 }, call)
    engine.compact = () => Promise.reject(new Error('the power fails'))
    await assert.rejects(etcd.store.defragment(call))
    for (const each of [etcd, await openEtcd({ engine: engine.copy() })]) {
      assert.equal((await each.store.hashKv({ revision: 0 }, call)).hash, hash)
      await each.close()
    }
  })

  it('#15271: a watch never goes back in time, over a restart either', async () => {
    const engine = new MemoryEngine()
    const etcd = await openEtcd({ engine })
    for (let i = 0; i < 4; i++) await put(etcd, 'a')
    assert.deepEqual(await watched(etcd, 4, 5), ['4 put a', '5 put a'])
    await etcd.close()
    const again = await openEtcd({ engine })
    await put(again, 'b')
    assert.deepEqual(await watched(again, 6, 6), ['6 put b'])
    await again.close()
  })

  it('#17529: a starved watcher loses nothing', async () => {
    const etcd = await openEtcd()
    const stream = etcd.store.watch()
    stream.create({ key: bytes('\0'), rangeEnd: bytes('\0') })
    const count = 3000
    for (let i = 0; i < count; i++) await put(etcd, `k${i}`)
    let next = 2
    for await (const { events } of stream) {
      for (const { kv } of events) assert.equal(kv.modRevision, next++)
      if (next === count + 2) break
    }
    await etcd.close()
  })

  it('#17780: the revision does not fall, whenever a compaction is broken off', async () => {
    const engine = new CrashingEngine()
    const etcd = await openEtcd({ engine })
    await put(etcd, 'a')
    await remove(etcd, 'a')
    await etcd.state.flush()
    const { revision } = etcd.store.header()
    await etcd.store.compact({ revision, physical: true }, call)
    await etcd.close()
    for (const crash of engine.crashes.slice(1)) {
      const again = await openEtcd({ engine: crash })
      assert.equal(again.store.header().revision, revision)
      await again.close()
    }
  })

  it('#18089, #19179: a removal at the compacted revision is still told', async () => {
    const etcd = await openEtcd()
    await put(etcd, 'a')
    await remove(etcd, 'a')
    await put(etcd, 'b')
    await etcd.store.compact({ revision: 3, physical: true }, call)
    assert.deepEqual(await watched(etcd, 3, 4), ['3 delete a', '4 put b'])
    const { hash } = await etcd.store.hashKv({ revision: 4 }, call)
    const other = await openEtcd()
    await put(other, 'a')
    await remove(other, 'a')
    await put(other, 'b')
    await other.store.compact({ revision: 3 }, call)
    assert.equal((await other.store.hashKv({ revision: 4 }, call)).hash, hash)
    await Promise.all([etcd.close(), other.close()])
  })

  it('#18667: a compacted revision is refused in a transaction too, and changes nothing', async () => {
    const etcd = await openEtcd()
    for (let i = 0; i < 4; i++) await put(etcd, 'a')
    await etcd.store.compact({ revision: 4 }, call)
    const read = { requestRange: { key: bytes('a'), revision: 2 } }
    await assert.rejects(etcd.store.txn({ success: [read] }, call), compacted)
    const write = { requestPut: { key: bytes('b') } }
    await assert.rejects(etcd.store.txn({ success: [write, read] }, call), compacted)
    assert.equal((await etcd.store.range({ key: bytes('b') }, call)).kvs.length, 0)
    await etcd.close()
  })

  it('#20221: a watch from a future revision begins there', async () => {
    const etcd = await openEtcd()
    await put(etcd, 'a')
    const seen = watched(etcd, 5, 6)
    for (const key of ['b', 'c', 'd', 'e']) await put(etcd, key)
    assert.deepEqual(await seen, ['5 put d', '6 put e'])
    await etcd.close()
  })

  it('#20418: a leader that was cut off answers no read from what it had', async () => {
    const cluster = await TestCluster.start(3, { requestTimeoutMs: 400 })
    try {
      const old = await cluster.leader()
      cluster.network.isolate(cluster.idOf(old))
      const read = cluster.member(old).linearize({ signal: never() })
      const refused = assert.rejects(read, /no leader|timed out/)
      const others = [0, 1, 2].filter((at) => at !== old)
      await until('a new leader', () =>
        others.some((at) => cluster.member(at).status().role === 'leader'),
      )
      await refused
    } finally {
      await cluster.close()
    }
  })

  it('#15247: a leader of before cannot revoke a lease that was renewed since', async () => {
    const etcd = await openEtcd()
    const { id } = await etcd.store.leaseGrant({ TTL: 60 }, call)
    await etcd.store.put({ key: bytes('k'), lease: id }, call)
    const lease = etcd.state.leases.get(id)
    assert(lease)
    // What the old leader found expired, and proposed.
    const stale = payloadParts(Tag.leaseExpire, encodeLease(lease))
    await etcd.store.leaseKeepAlive(id, call)
    await etcd.member.propose(stale, call)
    assert.equal((await etcd.store.range({ key: bytes('k') }, call)).kvs.length, 1)
    assert.equal(etcd.state.leases.has(id), true)
    await etcd.close()
  })
})

/** The file's methods, to be mixed with others. */
function bound(file: DiskFile): DiskFile {
  return {
    read: (at, length) => file.read(at, length),
    write: (at, data) => file.write(at, data),
    sync: () => file.sync(),
    truncate: (size) => file.truncate(size),
    size: () => file.size(),
    close: () => file.close(),
  }
}
