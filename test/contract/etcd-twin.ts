import assert from 'node:assert/strict'
import { type GrpcClient, GrpcError, silentLog } from '../../src/base/index.ts'
import { etcdserverpb as pb } from '../../src/gen/etcd.js'
import { grpcClient, serveGrpc } from '../../src/platform/index.ts'
import { etcdMethods } from '../../src/store/rpc/index.ts'
import { openEtcd } from '../support/store/etcd.ts'
import { startRealEtcd } from '../support/store/real-etcd.ts'

interface Codec<Q, A> {
  request: { encode(message: Q): { finish(): Uint8Array } }
  response: { decode(bytes: Uint8Array): A }
}

function codec<Q, A>(
  path: string,
  request: Codec<Q, A>['request'],
  response: Codec<Q, A>['response'],
) {
  return { path, request, response }
}

const { RangeRequest, RangeResponse, PutRequest, PutResponse } = pb

export const methods = {
  range: codec('KV/Range', RangeRequest, RangeResponse),
  put: codec('KV/Put', PutRequest, PutResponse),
  deleteRange: codec('KV/DeleteRange', pb.DeleteRangeRequest, pb.DeleteRangeResponse),
  txn: codec('KV/Txn', pb.TxnRequest, pb.TxnResponse),
  compact: codec('KV/Compact', pb.CompactionRequest, pb.CompactionResponse),
  grant: codec('Lease/LeaseGrant', pb.LeaseGrantRequest, pb.LeaseGrantResponse),
  revoke: codec('Lease/LeaseRevoke', pb.LeaseRevokeRequest, pb.LeaseRevokeResponse),
  timeToLive: codec('Lease/LeaseTimeToLive', pb.LeaseTimeToLiveRequest, pb.LeaseTimeToLiveResponse),
  leases: codec('Lease/LeaseLeases', pb.LeaseLeasesRequest, pb.LeaseLeasesResponse),
  hashKv: codec('Maintenance/HashKV', pb.HashKVRequest, pb.HashKVResponse),
  moveLeader: codec('Maintenance/MoveLeader', pb.MoveLeaderRequest, pb.MoveLeaderResponse),
}
export type MethodName = keyof typeof methods

/** One call: a method's name and its request. */
export type Step = {
  [K in MethodName]: readonly [K, Parameters<(typeof methods)[K]['request']['encode']>[0]]
}[MethodName]

export interface Twins {
  readonly clients: readonly [real: GrpcClient, ours: GrpcClient]
  /** Makes the same call to both and fails when an answer or error differs in any field. */
  same(step: Step): Promise<unknown>
  stop(): Promise<void>
}

/** A real etcd and ours, both new, served alike. */
export async function startTwins(): Promise<Twins> {
  const real = await startRealEtcd()
  const etcd = await openEtcd()
  const backup = () => Promise.reject(new Error('not compared'))
  const server = await serveGrpc({
    address: '127.0.0.1',
    port: 0,
    methods: etcdMethods({ etcd: etcd.store, backup }),
    log: silentLog,
  })
  const clients = [
    grpcClient({ endpoints: [real.endpoint] }),
    grpcClient({ endpoints: [`http://127.0.0.1:${server.port}`] }),
  ] as const
  return {
    clients,
    async same(step) {
      const [theirs, ours] = await Promise.all(clients.map((client) => answer(client, step)))
      assert.deepEqual(ours, theirs, `${step[0]} ${show(step[1])}`)
      return theirs
    },
    async stop() {
      await Promise.all(clients.map((client) => client.close()))
      await server.close()
      await etcd.close()
      await real.stop()
    },
  }
}

async function answer(client: GrpcClient, [name, request]: Step): Promise<unknown> {
  const method: { path: string } & Codec<object, object> = methods[name] as never
  const bytes = method.request.encode(request).finish()
  try {
    const response = await client.unary(`/etcdserverpb.${method.path}`, bytes)
    return plain(method.response.decode(response))
  } catch (error) {
    if (!(error instanceof GrpcError)) throw error
    return { code: error.code, message: error.message }
  }
}

/** What names the cluster and the member, and a field that etcd has since 3.6. */
const LEFT_OUT = new Set(['clusterId', 'memberId', 'raftTerm', 'hashRevision'])

/** A message as plain data, without what must differ. */
export function plain(message: unknown): unknown {
  return JSON.parse(show(message), (key, value: unknown) => (LEFT_OUT.has(key) ? undefined : value))
}

function show(message: unknown): string {
  return JSON.stringify(message, function (this: Record<string, unknown>, key, value: unknown) {
    const raw = this[key]
    if (raw instanceof Uint8Array) return `"${Buffer.from(raw).toString('latin1')}"`
    return typeof raw === 'bigint' ? `${raw}` : value
  })
}
