import type { etcdserverpb as pb } from '../gen/etcd.js'

/** The part of etcd v3 that a `Kv` is made of; our member has it as `EtcdApi`, etcd over gRPC. */
export interface EtcdCalls {
  range(request: pb.RangeRequest.$Properties, options: EtcdCallOptions): Promise<EtcdRange>
  txn(request: pb.TxnRequest.$Properties, options: EtcdCallOptions): Promise<EtcdTxn>
  compact(request: pb.CompactionRequest.$Properties, options: EtcdCallOptions): Promise<unknown>
  leaseGrant(
    request: pb.LeaseGrantRequest.$Properties,
    options: EtcdCallOptions,
  ): Promise<{ readonly id: bigint }>
  leaseRevoke(id: bigint, options: EtcdCallOptions): Promise<unknown>
  /** `ttlSeconds` 0: there is no such lease. */
  leaseKeepAlive(id: bigint, options: EtcdCallOptions): Promise<{ readonly ttlSeconds: number }>
  watch(): EtcdWatchStream
}

export interface EtcdCallOptions {
  readonly signal: AbortSignal
}

export interface EtcdHeader {
  readonly revision: number
}

export interface EtcdKeyValue {
  readonly key: Uint8Array
  readonly value: Uint8Array
  readonly createRevision: number
  readonly modRevision: number
  readonly version: number
  readonly lease: bigint
}

export interface EtcdRange {
  readonly header: EtcdHeader
  readonly kvs: readonly EtcdKeyValue[]
  readonly more: boolean
  readonly count: number
}

export interface EtcdTxn {
  readonly header: EtcdHeader
  readonly succeeded: boolean
  readonly responses: readonly EtcdOp[]
}

export type EtcdOp =
  | { readonly kind: 'range'; readonly kvs: readonly EtcdKeyValue[] }
  | { readonly kind: 'delete-range'; readonly prevKvs: readonly EtcdKeyValue[] }
  | { readonly kind: 'put' | 'txn' | 'empty' }

export interface EtcdWatchEvent {
  readonly type: 'put' | 'delete'
  readonly kv: EtcdKeyValue
  readonly prevKv: EtcdKeyValue | undefined
}

export interface EtcdWatchResponse {
  readonly header: EtcdHeader
  readonly created: boolean
  readonly canceled: boolean
  readonly compactRevision: number
  readonly cancelReason: string
  /** Whole revisions. */
  readonly events: readonly EtcdWatchEvent[]
}

/** One stream, on which `EtcdKv` creates one watcher. */
export interface EtcdWatchStream extends AsyncIterable<EtcdWatchResponse> {
  create(request: pb.WatchCreateRequest.$Properties): void
  requestProgress(): void
  close(): void
}
