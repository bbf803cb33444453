import assert from 'node:assert/strict'
import { type GrpcClient, GrpcError, silentLog } from '../../src/base/index.ts'
import { etcdserverpb as pb } from '../../src/gen/etcd.js'
import { grpcClient, serveGrpc, systemClock } from '../../src/platform/index.ts'
import { storeHttp } from '../../src/store/http/index.ts'
import { Registry } from '../../src/store/metrics/index.ts'
import { etcdMethods } from '../../src/store/rpc/index.ts'
import type { AuthOptions, EtcdState, EtcdStore } from '../../src/store/index.ts'
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
  memberList: codec('Cluster/MemberList', pb.MemberListRequest, pb.MemberListResponse),
  status: codec('Maintenance/Status', pb.StatusRequest, pb.StatusResponse),
  alarm: codec('Maintenance/Alarm', pb.AlarmRequest, pb.AlarmResponse),
  hash: codec('Maintenance/Hash', pb.HashRequest, pb.HashResponse),
  defragment: codec('Maintenance/Defragment', pb.DefragmentRequest, pb.DefragmentResponse),
  ...authMethods(),
  moveLeader: codec('Maintenance/MoveLeader', pb.MoveLeaderRequest, pb.MoveLeaderResponse),
}
/** etcd's Auth service. */
function authMethods() {
  return {
    authEnable: codec('Auth/AuthEnable', pb.AuthEnableRequest, pb.AuthEnableResponse),
    authDisable: codec('Auth/AuthDisable', pb.AuthDisableRequest, pb.AuthDisableResponse),
    authStatus: codec('Auth/AuthStatus', pb.AuthStatusRequest, pb.AuthStatusResponse),
    authenticate: codec('Auth/Authenticate', pb.AuthenticateRequest, pb.AuthenticateResponse),
    userAdd: codec('Auth/UserAdd', pb.AuthUserAddRequest, pb.AuthUserAddResponse),
    userGet: codec('Auth/UserGet', pb.AuthUserGetRequest, pb.AuthUserGetResponse),
    userList: codec('Auth/UserList', pb.AuthUserListRequest, pb.AuthUserListResponse),
    userDelete: codec('Auth/UserDelete', pb.AuthUserDeleteRequest, pb.AuthUserDeleteResponse),
    userChangePassword: codec(
      'Auth/UserChangePassword',
      pb.AuthUserChangePasswordRequest,
      pb.AuthUserChangePasswordResponse,
    ),
    userGrantRole: codec(
      'Auth/UserGrantRole',
      pb.AuthUserGrantRoleRequest,
      pb.AuthUserGrantRoleResponse,
    ),
    userRevokeRole: codec(
      'Auth/UserRevokeRole',
      pb.AuthUserRevokeRoleRequest,
      pb.AuthUserRevokeRoleResponse,
    ),
    roleAdd: codec('Auth/RoleAdd', pb.AuthRoleAddRequest, pb.AuthRoleAddResponse),
    roleGet: codec('Auth/RoleGet', pb.AuthRoleGetRequest, pb.AuthRoleGetResponse),
    roleList: codec('Auth/RoleList', pb.AuthRoleListRequest, pb.AuthRoleListResponse),
    roleDelete: codec('Auth/RoleDelete', pb.AuthRoleDeleteRequest, pb.AuthRoleDeleteResponse),
    roleGrantPermission: codec(
      'Auth/RoleGrantPermission',
      pb.AuthRoleGrantPermissionRequest,
      pb.AuthRoleGrantPermissionResponse,
    ),
    roleRevokePermission: codec(
      'Auth/RoleRevokePermission',
      pb.AuthRoleRevokePermissionRequest,
      pb.AuthRoleRevokePermissionResponse,
    ),
  }
}

export type MethodName = keyof typeof methods

/** One call: a method's name and its request. */
export type Step = {
  [K in MethodName]: readonly [K, Parameters<(typeof methods)[K]['request']['encode']>[0]]
}[MethodName]

/** Of the real one, and of ours. */
export type Pair<T> = readonly [real: T, ours: T]

export interface Twins {
  readonly clients: Pair<GrpcClient>
  readonly endpoints: Pair<string>
  readonly store: EtcdStore
  readonly state: EtcdState
  /** Makes the same call to both and fails when an answer or error differs in any field. */
  same(step: Step, as?: Pair<string>): Promise<unknown>
  /** Makes the same call to both; their answers. */
  both(step: Step, as?: Pair<string>): Promise<Pair<unknown>>
  stop(): Promise<void>
}

/** A real etcd and ours, both new, served alike. */
export async function startTwins(
  options: { flags?: readonly string[]; auth?: AuthOptions } = {},
): Promise<Twins> {
  const real = await startRealEtcd(options)
  const etcd = await openEtcd(options.auth ? { auth: options.auth } : {})
  const server = await serveEtcd(etcd.store)
  const endpoints = [real.endpoint, server.endpoint] as const
  const { clients, both, same, close } = compare(endpoints)
  return {
    clients,
    endpoints,
    store: etcd.store,
    state: etcd.state,
    both,
    same,
    async stop() {
      await close()
      await server.close()
      await etcd.close()
      await real.stop()
    },
  }
}

/** Serves a store as `navarch etcd` does, apart from its backups. */
export async function serveEtcd(
  etcd: EtcdStore,
): Promise<{ endpoint: string; close: () => Promise<void> }> {
  const backup = () => Promise.reject(new Error('not compared'))
  const methods = etcdMethods({ etcd, backup })
  const http = { etcd, clock: systemClock, methods, metrics: new Registry(), log: silentLog }
  const server = await serveGrpc({
    address: '127.0.0.1',
    port: 0,
    methods,
    http: storeHttp(http),
    log: silentLog,
  })
  return { endpoint: `http://127.0.0.1:${server.port}`, close: () => server.close() }
}

/** Asks two that have to answer alike. */
export function compare(
  endpoints: Pair<string>,
): Pick<Twins, 'clients' | 'both' | 'same'> & { close: () => Promise<void> } {
  const clients = [
    grpcClient({ endpoints: [endpoints[0]] }),
    grpcClient({ endpoints: [endpoints[1]] }),
  ] as const
  const both = async (step: Step, as?: Pair<string>) =>
    await Promise.all([answer(clients[0], step, as?.[0]), answer(clients[1], step, as?.[1])])
  return {
    clients,
    both,
    async same(step, as) {
      const [theirs, ours] = await both(step, as)
      assert.deepEqual(ours, theirs, `${step[0]} ${show(step[1])}`)
      return theirs
    },
    async close() {
      await Promise.all(clients.map((client) => client.close()))
    },
  }
}

async function answer(client: GrpcClient, [name, request]: Step, token?: string): Promise<unknown> {
  const method: { path: string } & Codec<object, object> = methods[name] as never
  const bytes = method.request.encode(request).finish()
  try {
    const options = token === undefined ? {} : { metadata: { token } }
    const response = await client.unary(`/etcdserverpb.${method.path}`, bytes, options)
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
