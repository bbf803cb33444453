import assert from 'node:assert/strict'
import protobuf from 'protobufjs'
import descriptor from 'protobufjs/ext/descriptor.js'
import { type GrpcClient, GrpcError, silentLog } from '../../../../src/base/index.ts'
import { grpc } from '../../../../src/gen/grpc.js'
import { grpcClient, serveGrpc } from '../../../../src/platform/index.ts'
import { etcdMethods } from '../../../../src/store/rpc/index.ts'
import { openEtcd } from '../../../support/store/etcd.ts'

const pb = grpc.reflection.v1
const health = grpc.health.v1

describe('the services of gRPC itself', () => {
  let client: GrpcClient
  let close: () => Promise<void>
  beforeEach(async () => {
    const etcd = await openEtcd()
    const backup = () => Promise.reject(new Error('not asked for'))
    const methods = etcdMethods({ etcd: etcd.store, backup })
    const server = await serveGrpc({ address: '127.0.0.1', port: 0, methods, log: silentLog })
    client = grpcClient({ endpoints: [`http://127.0.0.1:${server.port}`] })
    close = async () => {
      await client.close()
      await server.close()
      await etcd.close()
    }
  })
  afterEach(() => close())

  async function* messages(...each: Uint8Array[]) {
    yield* each
  }

  async function reflect(
    request: grpc.reflection.v1.ServerReflectionRequest.$Properties,
    version = 'v1',
  ): Promise<grpc.reflection.v1.ServerReflectionResponse> {
    const path = `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`
    const bytes = pb.ServerReflectionRequest.encode(request).finish()
    for await (const answer of client.stream(path, messages(bytes))) {
      return pb.ServerReflectionResponse.decode(answer)
    }
    throw new Error('no answer')
  }

  it('list what is served', async () => {
    for (const version of ['v1', 'v1alpha']) {
      const { listServicesResponse } = await reflect({ listServices: '' }, version)
      const names = listServicesResponse?.service?.map(({ name }) => name)
      assert.deepEqual(names, [
        'etcdserverpb.Auth',
        'etcdserverpb.Cluster',
        'etcdserverpb.KV',
        'etcdserverpb.Lease',
        'etcdserverpb.Maintenance',
        'etcdserverpb.Watch',
        'grpc.health.v1.Health',
        'grpc.reflection.v1.ServerReflection',
        'grpc.reflection.v1alpha.ServerReflection',
        'v3electionpb.Election',
        'v3lockpb.Lock',
      ])
    }
  })

  it('describe a service so that a client knows nothing else can call it', async () => {
    const { fileDescriptorResponse } = await reflect({ fileContainingSymbol: 'etcdserverpb.KV' })
    const files = fileDescriptorResponse?.fileDescriptorProto ?? []
    // protobufjs reads the descriptors: another implementation of their format.
    const set = { file: files.map((each) => descriptor.FileDescriptorProto.decode(each)) }
    const root = protobuf.Root.fromDescriptor(
      descriptor.FileDescriptorSet.encode(descriptor.FileDescriptorSet.fromObject(set)).finish(),
    )
    root.resolveAll()
    const request = root.lookupType('etcdserverpb.RangeRequest')
    const response = root.lookupType('etcdserverpb.RangeResponse')
    const put = root.lookupType('etcdserverpb.PutRequest')
    const value = { key: Buffer.from('k'), value: Buffer.from('v') }
    await client.unary('/etcdserverpb.KV/Put', put.encode(value).finish())
    const { path } = { path: '/etcdserverpb.KV/Range' }
    const bytes = await client.unary(path, request.encode({ key: value.key }).finish())
    const { kvs } = response.toObject(response.decode(bytes), { bytes: String })
    assert.equal(Buffer.from(kvs[0].value, 'base64').toString(), 'v')
    assert.equal(root.lookupEnum('etcdserverpb.RangeRequest.SortTarget').values['VALUE'], 4)
    const watch = root.lookupService('etcdserverpb.KV').methods['Txn']
    assert.equal(watch?.requestType, '.etcdserverpb.TxnRequest')
  })

  it('find files by name and by what they contain, and say when there is none', async () => {
    for (const symbol of [
      'etcdserverpb.Watch.Watch',
      'mvccpb.Event.EventType',
      'grpc.reflection.v1alpha.ServerReflectionRequest',
    ]) {
      const { fileDescriptorResponse } = await reflect({ fileContainingSymbol: symbol })
      assert.ok((fileDescriptorResponse?.fileDescriptorProto ?? []).length > 0, symbol)
    }
    const named = await reflect({ fileByFilename: 'kv.proto' })
    assert.equal(named.fileDescriptorResponse?.fileDescriptorProto?.length, 2)
    for (const request of [{ fileByFilename: 'no' }, { fileContainingSymbol: 'no' }]) {
      assert.equal((await reflect(request)).errorResponse?.errorCode, 5)
    }
  })

  it('tell the health of the whole, and keep telling', async () => {
    const check = async (service: string) => {
      const bytes = health.HealthCheckRequest.encode({ service }).finish()
      const answer = await client.unary('/grpc.health.v1.Health/Check', bytes)
      return health.HealthCheckResponse.decode(answer).status
    }
    assert.equal(await check(''), 1)
    await assert.rejects(check('other'), (error) => error instanceof GrpcError && error.code === 5)
    const aborter = new AbortController()
    const bytes = health.HealthCheckRequest.encode({ service: '' }).finish()
    const path = '/grpc.health.v1.Health/Watch'
    for await (const answer of client.stream(path, messages(bytes), { signal: aborter.signal })) {
      assert.equal(health.HealthCheckResponse.decode(answer).status, 1)
      break
    }
  })
})
