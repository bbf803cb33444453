/**
 * A revision of the whole store: one more for every change. From 1 (an empty store); below 2^53.
 * Revisions of one key's changes only rise.
 */
export type Revision = number

/** A lease id; 0n means no lease. Any non-zero int64, as in etcd. */
export type LeaseId = bigint

export interface KeyValue {
  readonly key: string
  /** Shared with caches: nobody changes these bytes. */
  readonly value: Uint8Array
  readonly createRevision: Revision
  readonly modRevision: Revision
  /** 1 when created, one more for each change. */
  readonly version: number
  readonly lease: LeaseId
  /** To be written again even if it stays the same: it is not kept as it should be. */
  readonly stale?: boolean
}

export type KvEvent =
  | { readonly type: 'put'; readonly kv: KeyValue; readonly previous: KeyValue | undefined }
  | {
      readonly type: 'delete'
      readonly key: string
      readonly modRevision: Revision
      readonly previous: KeyValue | undefined
    }

/** Some revisions' events in order, or (with no events) the promise that none is missing up to `revision`. */
export interface WatchBatch {
  /** Whole revisions: one revision's events are never split over two batches. */
  readonly events: readonly KvEvent[]
  /** Everything up to and including this revision has been delivered. */
  readonly revision: Revision
}

export interface ListOptions {
  /** At most this many. Default: all. */
  limit?: number
  /** Only keys after this one (exclusive): the continuation of a limited list. */
  after?: string
  /** Read as of this revision. Default: the newest. */
  revision?: Revision
  keysOnly?: boolean
  signal?: AbortSignal
}

export interface ListResult {
  /** The store's revision when read (not the one asked for). */
  readonly revision: Revision
  readonly kvs: readonly KeyValue[]
  /** More keys follow after the last. */
  readonly more: boolean
  /** All keys of the range (from `after` on), whatever the limit. */
  readonly count: number
}

export type CreateResult =
  | { readonly kind: 'ok'; readonly revision: Revision }
  | { readonly kind: 'exists' }

export type UpdateResult =
  | { readonly kind: 'ok'; readonly revision: Revision }
  /** The key is not at the revision asked for; `current` is undefined when it is gone. */
  | { readonly kind: 'conflict'; readonly current: KeyValue | undefined }

export type DeleteResult =
  | { readonly kind: 'ok'; readonly revision: Revision; readonly previous: KeyValue }
  | { readonly kind: 'conflict'; readonly current: KeyValue | undefined }

export interface WatchOptions {
  /** First revision to be delivered. Default: after the newest at the time of the call. */
  startRevision?: Revision
  /** Fill `previous`. Default false. */
  previous?: boolean
  signal: AbortSignal
}

/**
 * What a master needs of a store, in keys, bytes and revisions: the only way there.
 * Guarantees, the same for every backend (`test/contract/kv.ts` proves them):
 * - reads and writes are linearizable, unless a method says otherwise;
 * - a failed call throws `KvError` with etcd's code and text. `unavailable`, `deadlineExceeded`
 *   and `canceled` leave open whether a write happened; every other code means that it did not;
 * - `signal` aborts the wait, with the same doubt.
 */
export interface Kv {
  get(
    key: string,
    options?: { revision?: Revision; signal?: AbortSignal },
  ): Promise<{ revision: Revision; kv: KeyValue | undefined }>
  /** Keys that start with `prefix`, in byte order. */
  list(prefix: string, options?: ListOptions): Promise<ListResult>
  /** Puts a key that must not exist. */
  create(
    key: string,
    value: Uint8Array,
    options?: { lease?: LeaseId; signal?: AbortSignal },
  ): Promise<CreateResult>
  /** Replaces a key that must be at `expected` (its modRevision). */
  update(
    key: string,
    value: Uint8Array,
    expected: Revision,
    options?: { lease?: LeaseId; signal?: AbortSignal },
  ): Promise<UpdateResult>
  /** Removes a key that must be at `expected`. */
  delete(key: string, expected: Revision, options?: { signal?: AbortSignal }): Promise<DeleteResult>
  /**
   * Events under a prefix, ordered, without gap, repetition or split revision. Bounded: a consumer
   * too slow for its buffer gets `KvError` `resourceExhausted` and may watch again from where it was.
   * A start below the compacted revision throws `outOfRange` "etcdserver: mvcc: required revision
   * has been compacted". A lost backend throws `unavailable`.
   */
  watch(prefix: string, options: WatchOptions): AsyncIterable<WatchBatch>
  /**
   * Asks every watch of this client for a progress batch (no events) at the store's revision or
   * later, behind whatever events it still has to deliver.
   */
  requestProgress(): void
  /** The newest revision, linearizable (read index): what is acknowledged before is not after it. */
  currentRevision(options?: { signal?: AbortSignal }): Promise<Revision>
  count(prefix: string, options?: { signal?: AbortSignal }): Promise<number>
  /** Forgets history before `revision`; already compacted is not an error. */
  compact(revision: Revision, options?: { signal?: AbortSignal }): Promise<void>
  leaseGrant(ttlSeconds: number, options?: { signal?: AbortSignal }): Promise<LeaseId>
  leaseRevoke(id: LeaseId, options?: { signal?: AbortSignal }): Promise<void>
  /** Renews once; the seconds that the lease now has. Throws `notFound` when it is gone. */
  leaseKeepAlive(id: LeaseId, options?: { signal?: AbortSignal }): Promise<number>
  close(): Promise<void>
}
