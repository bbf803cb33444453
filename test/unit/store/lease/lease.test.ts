import assert from 'node:assert/strict'
import { KvError } from '../../../../src/base/index.ts'
import { ManualClock } from '../../../contract/manual-clock.ts'
import { bytes, call, openEtcd, type TestEtcd, text } from '../../../support/store/etcd.ts'
import { MemoryEngine } from '../../../support/store/memory-engine.ts'

const ALL = { key: bytes('\0'), rangeEnd: bytes('\0') }

async function open(engine = new MemoryEngine()) {
  const clock = new ManualClock()
  const etcd = await openEtcd({ clock, engine })
  return { clock, engine, etcd }
}

/** Lets proposed revocations be applied. */
async function settle(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve))
}

async function keys({ store }: TestEtcd): Promise<string[]> {
  return (await store.range(ALL, call)).kvs.map(({ key }) => text(key))
}

describe('Leases', () => {
  it('expire with their keys, in one revision', async () => {
    const { clock, etcd } = await open()
    const { id } = await etcd.store.leaseGrant({ TTL: 5 }, call)
    for (const key of ['b', 'a', 'kept']) {
      await etcd.store.put({ key: bytes(key), lease: key === 'kept' ? 0n : id }, call)
    }
    clock.advance(4900)
    await settle()
    assert.deepEqual(await keys(etcd), ['a', 'b', 'kept'])
    clock.advance(600)
    await settle()
    assert.deepEqual(await keys(etcd), ['kept'])
    const { header } = await etcd.store.range(ALL, call)
    assert.equal(header.revision, 5)
    const { ids } = await etcd.store.leaseLeases(call)
    assert.deepEqual(ids, [])
  })

  it('live on when kept alive, and tell their time', async () => {
    const { clock, etcd } = await open()
    const { id, ttlSeconds } = await etcd.store.leaseGrant({ TTL: 10 }, call)
    assert.equal(ttlSeconds, 10)
    await etcd.store.put({ key: bytes('k'), lease: id }, call)
    clock.advance(6000)
    const before = await etcd.store.leaseTimeToLive({ id, keys: true }, call)
    assert.equal(before.ttlSeconds, 4)
    assert.equal(before.grantedTtlSeconds, 10)
    assert.deepEqual(before.keys.map(text), ['k'])
    assert.equal((await etcd.store.leaseKeepAlive(id, call)).ttlSeconds, 10)
    clock.advance(9000)
    await settle()
    assert.deepEqual(await keys(etcd), ['k'])
    const gone = await etcd.store.leaseKeepAlive(12345n, call)
    assert.equal(gone.ttlSeconds, 0)
    const none = await etcd.store.leaseTimeToLive({ id: 12345n, keys: true }, call)
    assert.equal(none.ttlSeconds, -1)
  })

  it('are ended by the leader alone, and live no longer for a new one', async () => {
    const { clock, etcd } = await open()
    const { id } = await etcd.store.leaseGrant({ TTL: 5 }, call)
    await etcd.store.put({ key: bytes('k'), lease: id }, call)
    etcd.member.become('follower')
    clock.advance(60_000)
    await settle()
    assert.deepEqual(await keys(etcd), ['k'])
    etcd.member.become('leader')
    // Its time was over: an election timeout is left to renew it.
    clock.advance(900)
    await settle()
    assert.deepEqual(await keys(etcd), ['k'])
    clock.advance(1000)
    await settle()
    assert.deepEqual(await keys(etcd), [])
  })

  it('keep the time that they have left, over leaders and restarts', async () => {
    const { clock, etcd } = await open()
    const { id } = await etcd.store.leaseGrant({ TTL: 1000 }, call)
    clock.advance(400_000)
    etcd.member.become('follower')
    etcd.member.become('leader')
    const left = async () =>
      (await etcd.store.leaseTimeToLive({ id, keys: false }, call)).ttlSeconds
    assert.equal(await left(), 600)
    // It is more than five minutes: noted, so that who starts now knows.
    clock.advance(500)
    await settle()
    const noted = etcd.state.leases.get(id)?.remainingSeconds ?? 0
    assert.equal(noted, 600)
    assert.equal((await etcd.store.leaseKeepAlive(id, call)).ttlSeconds, 1000)
    assert.equal(etcd.state.leases.get(id)?.remainingSeconds, 0)
    assert.equal(await left(), 1000)
  })

  it('follow a key that moves from one to another', async () => {
    const { etcd } = await open()
    const [one, other] = [1n, 2n]
    for (const ID of [one, other]) await etcd.store.leaseGrant({ ID, TTL: 10 }, call)
    await etcd.store.put({ key: bytes('moved'), lease: one }, call)
    await etcd.store.put({ key: bytes('freed'), lease: one }, call)
    await etcd.store.put({ key: bytes('moved'), lease: other }, call)
    await etcd.store.put({ key: bytes('freed') }, call)
    await etcd.store.leaseRevoke(one, call)
    assert.deepEqual(await keys(etcd), ['freed', 'moved'])
    await etcd.store.leaseRevoke(other, call)
    assert.deepEqual(await keys(etcd), ['freed'])
  })

  it('survive a restart with what is attached to them', async () => {
    const { etcd, engine } = await open()
    const id = 0x7fff_ffff_ffff_fffen
    await etcd.store.leaseGrant({ ID: id, TTL: 10 }, call)
    await etcd.store.put({ key: bytes('k'), lease: id }, call)
    await etcd.state.flush()
    const again = await open(engine.copy())
    const times = await again.etcd.store.leaseTimeToLive({ id, keys: true }, call)
    assert.equal(times.grantedTtlSeconds, 10)
    assert.deepEqual(times.keys.map(text), ['k'])
    await again.etcd.store.leaseRevoke(id, call)
    assert.deepEqual(await keys(again.etcd), [])
  })

  it('travel in a snapshot', async () => {
    const [sender, receiver] = [await open(), await open()]
    await sender.etcd.store.leaseGrant({ ID: 9n, TTL: 10 }, call)
    await sender.etcd.store.put({ key: bytes('k'), lease: 9n }, call)
    const snapshot = sender.etcd.state.snapshot()
    await receiver.etcd.state.restore(snapshot, snapshot.chunks)
    snapshot.release()
    receiver.clock.advance(11_500)
    await settle()
    assert.deepEqual(await keys(receiver.etcd), [])
  })

  it('last at least one and a half election timeouts', async () => {
    const { etcd } = await open()
    assert.equal((await etcd.store.leaseGrant({ TTL: 1 }, call)).ttlSeconds, 2)
    await assert.rejects(
      etcd.store.leaseGrant({ TTL: 9_000_000_001 }, call),
      (error) => error instanceof KvError && error.message === 'etcdserver: too large lease TTL',
    )
  })
})
