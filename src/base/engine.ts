export type EngineOp =
  | { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: Uint8Array }

export interface EngineRange {
  /** First key, inclusive. Default: the lowest. */
  gte?: Uint8Array
  /** End, exclusive. Default: after the highest. */
  lt?: Uint8Array
  reverse?: boolean
  /** At most this many entries. Default: all. */
  limit?: number
}

export type EngineEntry = readonly [key: Uint8Array, value: Uint8Array]

/**
 * An ordered, embedded key-value engine (`level` on the real platform), keys compared as bytes.
 * A batch is atomic: after a crash all of it is there or none. It is durable once `batch` with
 * `sync` has resolved; without `sync` a crash may lose a suffix of the batches, never a middle one.
 */
export interface Engine {
  /** Synchronous: values are read on the member's own event loop. */
  get(key: Uint8Array): Uint8Array | undefined
  batch(ops: readonly EngineOp[], options?: { sync?: boolean }): Promise<void>
  /**
   * A consistent view, taken when iteration starts, in pieces of many entries. Bytes handed out
   * belong to the caller.
   */
  iterate(range?: EngineRange): AsyncIterable<readonly EngineEntry[]>
  /** Removes every key of a range. */
  clear(range?: EngineRange): Promise<void>
  /** Gives space of removed keys back to the file system. */
  compact(): Promise<void>
  /** Bytes on disk, approximately. */
  sizeBytes(): Promise<number>
  close(): Promise<void>
}

/** Opens, or creates, the engine that lives in the folder `path`. */
export type OpenEngine = (path: string) => Promise<Engine>
