import assert from 'node:assert/strict'
import { type Disk, KvError } from '../../../../src/base/index.ts'
import { etcdserverpb as pb } from '../../../../src/gen/etcd.js'
import { systemDisk } from '../../../../src/platform/disk.ts'
import { DiskRoom } from '../../../../src/store/alarms/index.ts'
import { Quota, type QuotaOptions } from '../../../../src/store/alarms/quota.ts'
import { ManualClock } from '../../../contract/manual-clock.ts'
import { silentLog } from '../../../../src/base/index.ts'
import { call, openEtcd, type TestEtcd } from '../../../support/store/etcd.ts'

const { ACTIVATE, DEACTIVATE, GET } = pb.AlarmRequest.AlarmAction
const NOSPACE = 1
const CORRUPT = 2
const bytes = (text: string) => Buffer.from(text)
const refused = (text: string) => (error: unknown) =>
  error instanceof KvError && error.message === `etcdserver: ${text}`

describe('alarms', () => {
  let etcd: TestEtcd
  afterEach(() => etcd.close())

  it('refuse what grows when there is no space, and let the rest go on', async () => {
    etcd = await openEtcd()
    const { store } = etcd
    await store.put({ key: bytes('a'), value: bytes('1') }, call)
    const { alarms } = await store.alarm({ action: ACTIVATE, memberID: 5n, alarm: NOSPACE }, call)
    assert.deepEqual(alarms, [{ memberId: 5n, alarm: NOSPACE }])
    const noSpace = refused('mvcc: database space exceeded')
    await assert.rejects(store.put({ key: bytes('a'), value: bytes('2') }, call), noSpace)
    await assert.rejects(store.leaseGrant({ TTL: 10 }, call), noSpace)
    const put = { requestPut: { key: bytes('b'), value: bytes('') } }
    await assert.rejects(store.txn({ failure: [put] }, call), noSpace)
    assert.equal((await store.range({ key: bytes('a') }, call)).kvs.length, 1)
    const remove = { requestDeleteRange: { key: bytes('b') } }
    await store.txn({ success: [remove] }, call)
    assert.equal((await store.deleteRange({ key: bytes('a') }, call)).deleted, 1)
    await store.compact({ revision: store.header().revision }, call)
    assert.deepEqual((await store.status(call)).errors, ['memberID:5 alarm:NOSPACE '])
    assert.deepEqual(
      (await store.alarm({ action: DEACTIVATE, memberID: 5n, alarm: NOSPACE }, call)).alarms,
      [{ memberId: 5n, alarm: NOSPACE }],
    )
    assert.deepEqual((await store.alarm({ action: GET }, call)).alarms, [])
    await store.put({ key: bytes('a'), value: bytes('2') }, call)
  })

  it('refuse nearly everything while the members differ', async () => {
    etcd = await openEtcd()
    const { store } = etcd
    await store.alarm({ action: ACTIVATE, memberID: 7n, alarm: CORRUPT }, call)
    const corrupt = refused('corrupt cluster')
    await assert.rejects(store.range({ key: bytes('a') }, call), corrupt)
    await assert.rejects(store.put({ key: bytes('a') }, call), corrupt)
    await assert.rejects(store.deleteRange({ key: bytes('a') }, call), corrupt)
    await assert.rejects(store.compact({ revision: 1 }, call), corrupt)
    await store.alarm({ action: DEACTIVATE, memberID: 7n, alarm: CORRUPT }, call)
    await store.put({ key: bytes('a') }, call)
  })

  it('are raised at the quota, and taken back once there is space', async () => {
    // The memory engine's size is that of what it holds.
    const clock = new ManualClock()
    etcd = await openEtcd({ clock, quotaBytes: 100_000 })
    const { store } = etcd
    const value = Buffer.alloc(10_000, 'x')
    const fill = async () => {
      for (let i = 0; i < 30; i++) await store.put({ key: bytes('a'), value }, call)
    }
    await assert.rejects(fill(), refused('mvcc: database space exceeded'))
    const alarms = async () => (await store.alarm({ action: GET }, call)).alarms
    while ((await alarms()).length === 0) await turn()
    await store.compact({ revision: store.header().revision }, call)
    for (let i = 0; (await alarms()).length > 0; i++) {
      assert(i < 1000, 'the alarm stays')
      clock.advance(100)
      await turn()
    }
    await store.put({ key: bytes('a'), value }, call)
  })
})

describe('the quota', () => {
  it('stops writes before the disk is full, until there is ample room again', async () => {
    const free = { bytes: 60_000_000 }
    let logHasRoom = true
    let raised = false
    let needed = false
    let reserve = 0
    let flushes = 0
    const clock = new ManualClock()
    const disk: Disk = {
      ...systemDisk(),
      stat: () => Promise.resolve(undefined),
      space: async () => ({ freeBytes: free.bytes - reserve, totalBytes: 160_000_000 }),
      async remove() {
        reserve = 0
      },
      open: async () => ({
        read: () => Promise.reject(new Error('nobody reads the reserve')),
        write: async (offset, data) => void (reserve = offset + data.length),
        sync: async () => {},
        truncate: async () => {},
        size: async () => reserve,
        close: async () => {},
      }),
    }
    let pendingBytes = 0
    const options: QuotaOptions = {
      clock,
      log: silentLog,
      quotaBytes: 1000,
      sizeBytes: async () => 10,
      inUseBytes: () => 10,
      giveBack: async () => {},
      flush: async () => void flushes++,
      logHasRoom: async () => logHasRoom,
      room: new DiskRoom({ disk, folder: 'data', pendingBytes: () => pendingBytes }),
      isNeeded: async () => needed,
      isRaised: () => raised,
      raise: async () => void (raised = true),
      clear: async () => void (raised = false),
    }
    const quota = new Quota(options)
    const second = async () => {
      for (let i = 0; i < 4; i++) {
        clock.advance(250)
        for (let turns = 0; turns < 10; turns++) await turn()
      }
    }
    for (let i = 0; i < 10; i++) await second()
    // 10 MB of such a disk are kept free, and half as much is held in reserve.
    assert.equal(reserve, 5 * 2 ** 20)
    assert.deepEqual([raised, quota.takes(1)], [false, true])
    free.bytes = 14_000_000
    await second()
    // The others can do without it: no reason to stop all writes.
    assert.deepEqual([raised, quota.takes(1), reserve], [false, true, 5 * 2 ** 20])
    needed = true
    await second()
    assert.deepEqual([raised, quota.takes(1), flushes], [true, false, 1])
    assert.equal(reserve, 5 * 2 ** 20, 'nobody needs it yet')
    free.bytes = 6_000_000
    await second()
    assert.deepEqual([reserve, flushes], [0, 1])
    free.bytes = 19_000_000
    await second()
    assert.equal(raised, true, 'not much more than what is needed')
    free.bytes = 100_000_000
    logHasRoom = false
    quota.diskIsFull()
    await second()
    assert.equal(raised, true)
    logHasRoom = true
    await second()
    await second()
    assert.deepEqual([raised, quota.takes(1)], [false, true])
    assert(reserve > 0)
    assert.equal(quota.takes(1000), false)
    raised = false
    // What is in memory counts as well, twice: the engine writes it into its log first.
    free.bytes = 40_000_000
    pendingBytes = 20_000_000
    await second()
    assert.equal(raised, true)
    quota.close()
  })
})

async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}
