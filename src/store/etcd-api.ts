import type { MemberId } from '../base/index.ts'
import type { etcdserverpb as pb } from '../gen/etcd.js'
import type { ClusterMember, Waiting } from './member-types.ts'
import type {
  DeleteRangeResult,
  OpResult,
  PutResult,
  RangeResult,
  TxnResult,
} from './mvcc/index.ts'
import type { Alarm } from './alarms/index.ts'
import type { MembersAnswer } from './services/index.ts'
import type { ResponseHeader, WatchEvent, WatchResponse, WatchStream } from './watch/index.ts'

/** Requests are etcd's messages (`proto/etcd`), built as plain objects; absent fields are defaults. */
export type RangeRequest = pb.RangeRequest.$Properties
export type PutRequest = pb.PutRequest.$Properties
export type DeleteRangeRequest = pb.DeleteRangeRequest.$Properties
export type TxnRequest = pb.TxnRequest.$Properties
export type CompactionRequest = pb.CompactionRequest.$Properties
export type WatchCreateRequest = pb.WatchCreateRequest.$Properties
export type LeaseGrantRequest = pb.LeaseGrantRequest.$Properties

export type { DeleteRangeResult, OpResult, PutResult, RangeResult, TxnResult }

export type Headed<T> = T & { readonly header: ResponseHeader }

export type { MembersAnswer, ResponseHeader, WatchEvent, WatchResponse, WatchStream }

/** What a client shows of itself with a request. */
export interface Caller {
  /** From `Authenticate`. */
  readonly token?: string
  /** Of its certificate; counts where certificates name users (`--client-cert-auth`). */
  readonly commonName?: string
}

export interface CallOptions extends Waiting {
  /** Absent: this process itself, which may do anything. */
  readonly caller?: Caller
  /** The request's own bytes, when at hand: they are replicated as they are. */
  readonly encoded?: Uint8Array
}

export interface StoreStatus {
  readonly version: string
  readonly dbSizeBytes: number
  readonly leader: MemberId
  readonly raftIndex: number
  readonly raftTerm: number
  readonly raftAppliedIndex: number
  readonly errors: readonly string[]
  readonly dbSizeInUseBytes: number
  readonly dbSizeQuotaBytes: number
  readonly isLearner: boolean
}

export interface LeaseTimes {
  readonly id: bigint
  /** Seconds left; -1 when there is no such lease. */
  readonly ttlSeconds: number
  readonly grantedTtlSeconds: number
  readonly keys: readonly Uint8Array[]
}

type Answer<T = object> = Promise<{ header: ResponseHeader } & T>

/** etcd's Auth service. */
export interface AuthApi {
  enable(options: CallOptions): Answer
  disable(options: CallOptions): Answer
  status(options: CallOptions): Answer<{ enabled: boolean; authRevision: number }>
  authenticate(
    request: pb.AuthenticateRequest.$Properties,
    options: CallOptions,
  ): Answer<{ token: string }>
  userAdd(request: pb.AuthUserAddRequest.$Properties, options: CallOptions): Answer
  userGet(name: string, options: CallOptions): Answer<{ roles: string[] }>
  userList(options: CallOptions): Answer<{ users: string[] }>
  userDelete(name: string, options: CallOptions): Answer
  userChangePassword(
    request: pb.AuthUserChangePasswordRequest.$Properties,
    options: CallOptions,
  ): Answer
  userGrantRole(request: pb.AuthUserGrantRoleRequest.$Properties, options: CallOptions): Answer
  userRevokeRole(request: pb.AuthUserRevokeRoleRequest.$Properties, options: CallOptions): Answer
  roleAdd(name: string, options: CallOptions): Answer
  roleGet(role: string, options: CallOptions): Answer<{ perm: pb.AuthRoleGetResponse['perm'] }>
  roleList(options: CallOptions): Answer<{ roles: string[] }>
  roleDelete(role: string, options: CallOptions): Answer
  roleGrantPermission(
    request: pb.AuthRoleGrantPermissionRequest.$Properties,
    options: CallOptions,
  ): Answer
  roleRevokePermission(
    request: pb.AuthRoleRevokePermissionRequest.$Properties,
    options: CallOptions,
  ): Answer
}

/**
 * etcd v3 as typed methods, in this process. Every failure is a `KvError` with etcd's code and text.
 * Reads are linearizable unless `serializable` says otherwise.
 */
export interface EtcdApi {
  range(request: RangeRequest, options: CallOptions): Promise<Headed<RangeResult>>
  put(request: PutRequest, options: CallOptions): Promise<Headed<PutResult>>
  deleteRange(request: DeleteRangeRequest, options: CallOptions): Promise<Headed<DeleteRangeResult>>
  txn(request: TxnRequest, options: CallOptions): Promise<Headed<TxnResult>>
  compact(request: CompactionRequest, options: CallOptions): Promise<{ header: ResponseHeader }>
  watch(): WatchStream
  leaseGrant(
    request: LeaseGrantRequest,
    options: CallOptions,
  ): Promise<Headed<{ id: bigint; ttlSeconds: number }>>
  leaseRevoke(id: bigint, options: CallOptions): Promise<{ header: ResponseHeader }>
  /** Renews once. `ttlSeconds` 0: there is no such lease (etcd's answer, not an error). */
  leaseKeepAlive(id: bigint, options: CallOptions): Promise<Headed<{ ttlSeconds: number }>>
  leaseTimeToLive(
    request: { id: bigint; keys: boolean },
    options: CallOptions,
  ): Promise<Headed<LeaseTimes>>
  leaseLeases(options: CallOptions): Promise<Headed<{ ids: readonly bigint[] }>>
  memberList(request: { linearizable: boolean }, options: CallOptions): Promise<MembersAnswer>
  memberAdd(
    request: { peerUrls: readonly string[]; isLearner: boolean },
    options: CallOptions,
  ): Promise<MembersAnswer & { readonly member: ClusterMember }>
  memberPromote(id: bigint, options: CallOptions): Promise<MembersAnswer>
  memberUpdate(
    request: { id: bigint; peerUrls: readonly string[] },
    options: CallOptions,
  ): Promise<MembersAnswer>
  memberRemove(id: bigint, options: CallOptions): Promise<MembersAnswer>
  status(options: CallOptions): Promise<Headed<StoreStatus>>
  /** CRC-32C over everything that this member keeps (of no use to compare members). */
  hash(options: CallOptions): Promise<Headed<{ hash: number }>>
  /** CRC-32C over all revisions up to one (0: the newest), equal on all members. */
  hashKv(
    request: { revision: number },
    options: CallOptions,
  ): Promise<Headed<{ hash: number; compactRevision: number; hashRevision: number }>>
  defragment(options: CallOptions): Promise<{ header: ResponseHeader }>
  alarm(
    request: pb.AlarmRequest.$Properties,
    options: CallOptions,
  ): Promise<{ header: ResponseHeader; alarms: readonly Alarm[] }>
  downgrade(
    request: { action: number; version: string },
    options: CallOptions,
  ): Promise<{ header: ResponseHeader; version: string }>
  moveLeader(target: bigint, options: CallOptions): Promise<{ header: ResponseHeader }>
  readonly auth: AuthApi
  /** Throws unless the caller is an administrator, or auth is off. */
  requireAdmin(options: CallOptions): Promise<void>
  /** Throws unless the caller may watch these keys. */
  requireWatch(request: WatchCreateRequest, options: CallOptions): Promise<void>
  /** Whether a leader is known, and word when it stays away for three election timeouts. */
  readonly leaders: {
    readonly known: boolean
    onLost(lost: () => void): () => void
  }
  /** This member has no vote. */
  readonly isLearner: boolean
  /** The member's header without waiting for anybody. */
  header(): ResponseHeader
}
