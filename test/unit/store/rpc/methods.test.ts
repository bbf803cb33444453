import assert from 'node:assert/strict'
import { type GrpcCall, GrpcCode, GrpcError } from '../../../../src/base/index.ts'
import { etcdserverpb as pb } from '../../../../src/gen/etcd.js'
import { etcdMethods } from '../../../../src/store/rpc/index.ts'
import { bytes, call, openEtcd, text } from '../../../support/store/etcd.ts'

const grpcCall: GrpcCall = { metadata: {}, signal: call.signal }

async function open() {
  const etcd = await openEtcd()
  const chunks = ['first', 'second'].map(bytes)
  const backup = () => Promise.resolve({ sizeBytes: 11, chunks: each(chunks) })
  const methods = etcdMethods({ etcd: etcd.store, backup })
  const unary = async (path: string, request: Uint8Array = new Uint8Array(0)) => {
    const method = methods.get(`/etcdserverpb.${path}`)
    assert.equal(method?.kind, 'unary')
    return await method.handle(request, grpcCall)
  }
  const stream = (path: string, requests: Uint8Array[], cancel = call.signal) => {
    const method = methods.get(`/etcdserverpb.${path}`)
    assert.equal(method?.kind, 'stream')
    return method.handle(each(requests), { ...grpcCall, signal: cancel })
  }
  return { etcd, methods, unary, stream }
}

async function* each(items: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* items
}

describe('etcd over gRPC', () => {
  it('replicates the bytes of a request as they came', async () => {
    const { etcd, unary } = await open()
    const request = pb.PutRequest.encode({ key: bytes('k'), value: bytes('v') }).finish()
    await unary('KV/Put', request)
    const payload = etcd.member.entries[0]?.payload ?? new Uint8Array(0)
    assert.deepEqual(Buffer.from(payload.subarray(1)), Buffer.from(request))
  })

  it('replicates only puts that every member can read back', async () => {
    const { etcd, unary } = await open()
    const request = pb.PutRequest.encode({ key: bytes('k'), value: bytes('v') }).finish()
    // protobuf's old groups: the generated codec skips an unknown one.
    const withGroup = Buffer.concat([request, Uint8Array.of(0x7b, 0x08, 1, 0x7c)])
    await unary('KV/Put', withGroup)
    const payload = etcd.member.entries[0]?.payload ?? new Uint8Array(0)
    assert.deepEqual(Buffer.from(payload.subarray(1)), Buffer.from(request))
    const answer = await unary('KV/Range', pb.RangeRequest.encode({ key: bytes('k') }).finish())
    assert.equal(text(pb.RangeResponse.decode(answer).kvs[0]?.value ?? bytes('')), 'v')
  })

  it('turns failures into statuses, and bad bytes into one', async () => {
    const { unary } = await open()
    await assert.rejects(
      unary('KV/Put'),
      (e) =>
        e instanceof GrpcError &&
        e.code === GrpcCode.invalidArgument &&
        e.message === 'etcdserver: key is not provided',
    )
    const broken = Buffer.from([0x0a, 0x7f])
    await assert.rejects(
      unary('KV/Range', broken),
      (e) => e instanceof GrpcError && e.code === GrpcCode.internal,
    )
  })

  it('tells status and members', async () => {
    const { etcd, unary } = await open()
    const status = pb.StatusResponse.decode(await unary('Maintenance/Status'))
    const { id } = etcd.member.status()
    assert.equal(status.leader, BigInt(id))
    assert.equal(status.header?.memberId, BigInt(id))
    assert.match(status.version, /^3\.\d+\.\d+$/)
    etcd.member.become('follower')
    const lost = pb.StatusResponse.decode(await unary('Maintenance/Status'))
    assert.deepEqual(lost.errors, ['etcdserver: no leader'])
    assert.equal(lost.header?.raftTerm, etcd.member.status().term)
    const { members } = pb.MemberListResponse.decode(await unary('Cluster/MemberList'))
    assert.deepEqual(
      members.map(({ ID, name }) => [ID, name]),
      [[BigInt(id), 'one']],
    )
  })

  it('streams a backup with what is left of it', async () => {
    const { stream } = await open()
    const parts: [string, number][] = []
    for await (const part of stream('Maintenance/Snapshot', [new Uint8Array(0)])) {
      const { blob, remainingBytes } = pb.SnapshotResponse.decode(part)
      parts.push([text(blob), remainingBytes])
    }
    assert.deepEqual(parts, [
      ['first', 6],
      ['second', 0],
    ])
  })

  it('keeps leases alive in the order of the requests, and 0 says that there is none', async () => {
    const { etcd, stream } = await open()
    await etcd.store.leaseGrant({ ID: 5n, TTL: 30 }, call)
    const requests = [5n, 6n].map((ID) => pb.LeaseKeepAliveRequest.encode({ ID }).finish())
    const answers: [bigint, number][] = []
    for await (const answer of stream('Lease/LeaseKeepAlive', requests)) {
      const { ID, TTL } = pb.LeaseKeepAliveResponse.decode(answer)
      answers.push([ID, TTL])
    }
    assert.deepEqual(answers, [
      [5n, 30],
      [6n, 0],
    ])
  })

  it('ends a watch with its client', async () => {
    const { methods } = await open()
    const method = methods.get('/etcdserverpb.Watch/Watch')
    assert.equal(method?.kind, 'stream')
    const client = new AbortController()
    const forever = (async function* () {
      const createRequest = { key: bytes('k') }
      yield pb.WatchRequest.encode({ createRequest }).finish()
      await new Promise((resolve) => client.signal.addEventListener('abort', resolve))
    })()
    const seen: boolean[] = []
    for await (const response of method.handle(forever, { ...grpcCall, signal: client.signal })) {
      seen.push(pb.WatchResponse.decode(response).created)
      client.abort()
    }
    assert.deepEqual(seen, [true])
  })

  it('makes a client wait that asks for watches and reads no answers', async () => {
    const { methods } = await open()
    const method = methods.get('/etcdserverpb.Watch/Watch')
    assert.equal(method?.kind, 'stream')
    const request = pb.WatchRequest.encode({ createRequest: { key: bytes('k') } }).finish()
    let asked = 0
    const requests = (async function* () {
      for (; asked < 5000; asked++) yield request
    })()
    const responses = method.handle(requests, grpcCall)[Symbol.asyncIterator]()
    await responses.next()
    for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve))
    assert.ok(asked < 2000, `${asked} requests read`)
    let answers = 1
    while (answers < 5000 && !(await responses.next()).done) answers++
    assert.equal(asked, 5000)
  })

  it('does not fake what it does not serve', async () => {
    const { methods } = await open()
    for (const path of ['KV/RangeStream']) {
      assert.equal(methods.get(`/etcdserverpb.${path}`), undefined)
    }
  })

  it('lists as of one revision while keys change under it', async () => {
    const { etcd } = await open()
    for (let i = 0; i < 2500; i++) {
      await etcd.store.put({ key: bytes(`k${i}`), value: bytes('old') }, call)
    }
    const listing = etcd.store.range({ key: bytes('k'), rangeEnd: bytes('l') }, call)
    for (let i = 0; i < 2500; i++) {
      await etcd.store.put({ key: bytes(`k${i}`), value: bytes('new') }, call)
    }
    const { kvs, count, revision } = await listing
    assert.equal(count, 2500)
    assert.ok(kvs.every((kv) => text(kv.value) === 'old' && kv.modRevision <= revision))
  })
})
