import assert from 'node:assert/strict'
import { silentLog } from '../../../../src/base/index.ts'
import { etcdserverpb as pb, leasepb } from '../../../../src/gen/etcd.js'
import { EtcdState } from '../../../../src/store/index.ts'
import { decodeLease, encodeLease, encodeLeases } from '../../../../src/store/lease/index.ts'
import { payloadParts, Tag } from '../../../../src/store/payload.ts'
import { ManualClock } from '../../../contract/manual-clock.ts'
import { MemoryEngine } from '../../../support/store/memory-engine.ts'

const ID = 7n
const lease = (renewedIndex: number) => ({ id: ID, ttlSeconds: 5, renewedIndex })
const payloadOf = (tag: Tag, request: Uint8Array) => Buffer.concat(payloadParts(tag, request))
const grant = payloadOf(Tag.leaseGrant, pb.LeaseGrantRequest.encode({ ID, TTL: 5 }).finish())
const renew = payloadOf(Tag.leaseRenew, pb.LeaseKeepAliveRequest.encode({ ID }).finish())
const expire = (renewedIndex: number) =>
  payloadOf(Tag.leaseExpire, encodeLease(lease(renewedIndex)))

function open(engine = new MemoryEngine()): Promise<EtcdState> {
  return EtcdState.open({ engine, clock: new ManualClock(), log: silentLog })
}

describe('A lease that the leader found expired', () => {
  it('is revoked', async () => {
    const state = await open()
    state.apply({ index: 1, term: 1, payload: grant })
    state.apply({ index: 2, term: 1, payload: expire(1) })
    assert.equal(state.leases.has(ID), false)
    await state.close()
  })

  it('lives on when a renewal came into the log before, also after a restart', async () => {
    const engine = new MemoryEngine()
    let state = await open(engine)
    state.apply({ index: 1, term: 1, payload: grant })
    state.apply({ index: 2, term: 1, payload: renew })
    await state.flush()
    state = await open(engine)
    state.apply({ index: 3, term: 1, payload: expire(1) })
    assert.equal(state.leases.has(ID), true)
    state.apply({ index: 4, term: 1, payload: expire(2) })
    assert.equal(state.leases.has(ID), false)
    await state.close()
  })

  it('counts on from what was noted, unless it was renewed since', async () => {
    const engine = new MemoryEngine()
    const note = (renewedIndex: number) =>
      payloadOf(
        Tag.leaseCheckpoint,
        encodeLeases([{ id: ID, ttlSeconds: 5, renewedIndex, remainingSeconds: 2 }]),
      )
    let state = await open(engine)
    // As a log that is read again: all at one moment.
    state.apply({ index: 1, term: 1, payload: grant })
    state.apply({ index: 2, term: 1, payload: note(1) })
    assert.equal(state.leases.get(ID)?.expiresAtMs, 2000)
    state.apply({ index: 3, term: 1, payload: renew })
    state.apply({ index: 4, term: 1, payload: note(1) })
    assert.equal(state.leases.get(ID)?.expiresAtMs, 5000)
    await state.flush()
    await state.close()
    state = await open(engine)
    assert.equal(state.leases.get(ID)?.expiresAtMs, 5000, 'the renewal counts')
    state.apply({ index: 5, term: 1, payload: note(3) })
    await state.flush()
    await state.close()
    state = await open(engine)
    assert.equal(state.leases.get(ID)?.expiresAtMs, 2000, 'what was noted counts')
    await state.close()
  })

  it("is kept in bytes that are etcd's, and more", () => {
    const large = lease(2 ** 40)
    assert.deepEqual(decodeLease(encodeLease(large)), large)
    const { ID: id, TTL } = leasepb.Lease.decode(encodeLease(large))
    assert.deepEqual([id, TTL], [ID, 5])
    assert.deepEqual(decodeLease(leasepb.Lease.encode({ ID, TTL: 5 }).finish()), lease(0))
  })
})
