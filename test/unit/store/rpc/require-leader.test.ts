import assert from 'node:assert/strict'
import { type GrpcCall, GrpcCode, GrpcError } from '../../../../src/base/index.ts'
import { etcdserverpb as pb } from '../../../../src/gen/etcd.js'
import { etcdMethods } from '../../../../src/store/rpc/index.ts'
import { ManualClock } from '../../../contract/manual-clock.ts'
import { bytes, call, openEtcd } from '../../../support/store/etcd.ts'

const required: GrpcCall = { metadata: { hasleader: 'true' }, signal: call.signal }
const isNoLeader = (error: unknown) =>
  error instanceof GrpcError &&
  error.code === GrpcCode.unavailable &&
  error.message === 'etcdserver: no leader'

async function open() {
  const clock = new ManualClock()
  const etcd = await openEtcd({ clock, electionTimeoutMs: 1000 })
  const backup = () => Promise.reject(new Error('not asked for'))
  const methods = etcdMethods({ etcd: etcd.store, backup })
  const range = methods.get('/etcdserverpb.KV/Range')
  const watch = methods.get('/etcdserverpb.Watch/Watch')
  assert(range?.kind === 'unary' && watch?.kind === 'stream')
  const never = new Promise<void>(() => undefined)
  const watchOne = (as: GrpcCall) =>
    watch
      .handle(
        (async function* () {
          yield pb.WatchRequest.encode({ createRequest: { key: bytes('k') } }).finish()
          await never
        })(),
        as,
      )
      [Symbol.asyncIterator]()
  const rangeRequest = pb.RangeRequest.encode({ key: bytes('k'), serializable: true }).finish()
  return { clock, etcd, watchOne, get: async (as: GrpcCall) => range.handle(rangeRequest, as) }
}

describe('a client that requires a leader', () => {
  it('is refused while none is known, and nobody else is', async () => {
    const { etcd, get, watchOne } = await open()
    await get(required)
    etcd.member.become('follower')
    await assert.rejects(get(required), isNoLeader)
    await assert.rejects(async () => watchOne(required).next(), isNoLeader)
    await get({ ...required, metadata: {} })
    etcd.member.become('leader')
    await get(required)
  })

  it('has its streams ended when the leader stays away, not at each election', async () => {
    const { clock, etcd, watchOne } = await open()
    const strict = watchOne(required)
    const patient = watchOne({ ...required, metadata: {} })
    await Promise.all([strict.next(), patient.next()])
    etcd.member.become('follower')
    clock.advance(2999)
    etcd.member.become('leader')
    await etcd.store.put({ key: bytes('k') }, call)
    assert.equal((await strict.next()).done, false)
    assert.equal((await patient.next()).done, false)
    etcd.member.become('follower')
    const ending = assert.rejects(strict.next(), isNoLeader)
    clock.advance(3000)
    await ending
    etcd.member.become('leader')
    const next = patient.next()
    await etcd.store.put({ key: bytes('k') }, call)
    assert.equal((await next).done, false)
  })
})
