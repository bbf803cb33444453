import type { GrpcMethod } from '../../base/index.ts'
import { etcdserverpb as pb } from '../../gen/etcd.js'
import type { EtcdApi } from '../index.ts'
import { decode, type RpcCall, stream, unary } from './method.ts'

/** A backup as etcd makes it: its database file, and the file's SHA-256 behind it. */
export interface BackupStream {
  /** Of all chunks together. */
  readonly sizeBytes: number
  readonly chunks: AsyncIterable<Uint8Array>
}

export type OpenBackup = (options: { signal: AbortSignal }) => Promise<BackupStream>

export interface MaintenanceOptions {
  readonly etcd: EtcdApi
  readonly backup: OpenBackup
}

/** etcd's storage version goes with its release, without the patch. */
const STORAGE_VERSION = '3.6.0'

export function maintenanceMethods({
  etcd,
  backup,
}: MaintenanceOptions): [path: string, method: GrpcMethod][] {
  return [
    ['/etcdserverpb.Maintenance/Alarm', unary((bytes, call) => alarm(etcd, bytes, call))],
    ['/etcdserverpb.Maintenance/Status', unary((_, call) => status(etcd, call))],
    [
      '/etcdserverpb.Maintenance/Defragment',
      unary(async (_, call) => {
        await etcd.defragment(call)
        return pb.DefragmentResponse.encode({}).finish()
      }),
    ],
    [
      '/etcdserverpb.Maintenance/Hash',
      unary(async (_, call) => pb.HashResponse.encode(await etcd.hash(call)).finish()),
    ],
    ['/etcdserverpb.Maintenance/Downgrade', unary((bytes, call) => downgrade(etcd, bytes, call))],
    ['/etcdserverpb.Maintenance/HashKV', unary((bytes, call) => hashKv(etcd, bytes, call))],
    ['/etcdserverpb.Maintenance/Snapshot', stream((_, call) => snapshot(etcd, backup, call))],
    [
      '/etcdserverpb.Maintenance/MoveLeader',
      unary(async (bytes, call) => {
        await etcd.moveLeader(decode(pb.MoveLeaderRequest, bytes).targetID, call)
        return pb.MoveLeaderResponse.encode({}).finish()
      }),
    ],
  ]
}

async function alarm(etcd: EtcdApi, bytes: Uint8Array, call: RpcCall): Promise<Uint8Array> {
  const { header, alarms } = await etcd.alarm(decode(pb.AlarmRequest, bytes), call)
  return pb.AlarmResponse.encode({
    header,
    alarms: alarms.map(({ memberId: memberID, alarm: type }) => ({ memberID, alarm: type })),
  }).finish()
}

async function downgrade(etcd: EtcdApi, bytes: Uint8Array, call: RpcCall): Promise<Uint8Array> {
  const { action, version } = decode(pb.DowngradeRequest, bytes)
  return pb.DowngradeResponse.encode(await etcd.downgrade({ action, version }, call)).finish()
}

async function status(etcd: EtcdApi, call: RpcCall): Promise<Uint8Array> {
  const now = await etcd.status(call)
  return pb.StatusResponse.encode({
    header: now.header,
    version: now.version,
    dbSize: now.dbSizeBytes,
    dbSizeInUse: now.dbSizeInUseBytes,
    leader: BigInt(now.leader),
    raftIndex: now.raftIndex,
    raftTerm: now.raftTerm,
    raftAppliedIndex: now.raftAppliedIndex,
    errors: [...now.errors],
    isLearner: now.isLearner,
    storageVersion: STORAGE_VERSION,
    dbSizeQuota: now.dbSizeQuotaBytes,
    downgradeInfo: {},
  }).finish()
}

async function hashKv(etcd: EtcdApi, bytes: Uint8Array, call: RpcCall): Promise<Uint8Array> {
  const { revision } = decode(pb.HashKVRequest, bytes)
  return pb.HashKVResponse.encode(await etcd.hashKv({ revision }, call)).finish()
}

async function* snapshot(
  etcd: EtcdApi,
  backup: OpenBackup,
  call: RpcCall,
): AsyncGenerator<Uint8Array> {
  await etcd.requireAdmin(call)
  const header = etcd.header()
  const { sizeBytes, chunks } = await backup(call)
  let remainingBytes = sizeBytes
  for await (const blob of chunks) {
    remainingBytes = Math.max(0, remainingBytes - blob.length)
    const response = { header, remainingBytes, blob, version: STORAGE_VERSION }
    yield pb.SnapshotResponse.encode(response).finish()
  }
}
