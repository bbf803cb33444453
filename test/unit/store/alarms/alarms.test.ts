import assert from 'node:assert/strict'
import { KvError } from '../../../../src/base/index.ts'
import { etcdserverpb as pb } from '../../../../src/gen/etcd.js'
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
  it('stops writes on a full disk, until there is room for the log again', async () => {
    let room = false
    let raised = false
    let needed = false
    const clock = new ManualClock()
    const options: QuotaOptions = {
      clock,
      log: silentLog,
      quotaBytes: 1000,
      sizeBytes: async () => 10,
      inUseBytes: () => 10,
      giveBack: async () => {},
      diskHasRoom: async () => room,
      isNeeded: () => needed,
      isRaised: () => raised,
      raise: async () => void (raised = true),
      clear: async () => void (raised = false),
    }
    const quota = new Quota(options)
    await turn()
    assert.equal(quota.takes(1), true)
    quota.diskIsFull()
    // The others can do without it: no reason to stop all writes.
    assert.deepEqual([raised, quota.takes(1)], [false, true])
    needed = true
    clock.advance(1000)
    await turn()
    assert.equal(raised, true)
    assert.equal(quota.takes(1), false)
    clock.advance(1000)
    await turn()
    assert.equal(raised, true)
    room = true
    clock.advance(1000)
    await turn()
    assert.equal(raised, false)
    assert.equal(quota.takes(1), true)
    assert.equal(quota.takes(1000), false)
    quota.close()
  })
})

async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}
