import type { KeyValue } from '../mvcc/index.ts'

export interface ResponseHeader {
  readonly clusterId: bigint
  readonly memberId: bigint
  /** The store's revision when the request was applied or read. */
  readonly revision: number
  readonly raftTerm: number
}

export interface WatchEvent {
  readonly type: 'put' | 'delete'
  /** Of a removed key: the key and `modRevision` alone. */
  readonly kv: KeyValue
  /** With `prevKv`: before the change, unless created by it or compacted since. */
  readonly prevKv: KeyValue | undefined
}

export interface WatchResponse {
  readonly header: ResponseHeader
  /** -1 for a watcher that could not be created, and for progress of the whole stream. */
  readonly watchId: number
  readonly created: boolean
  readonly canceled: boolean
  /** Above 0 when cancelled because the start is compacted: the oldest revision to start from. */
  readonly compactRevision: number
  readonly cancelReason: string
  /** Whole revisions in order. Empty in a progress notification. */
  readonly events: readonly WatchEvent[]
}
