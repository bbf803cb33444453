import type { Revision } from '../../../kv/index.ts'
import type { ResourceCodec } from '../codec.ts'
import type { ObjectRevision } from '../object-revision.ts'
import type { CacheWatcher } from './watcher.ts'
import type { CacheWatchOptions, WatchCache } from './watch-cache.ts'

/** What the verbs see of a cache. */
export type ObjectCache = Pick<
  WatchCache,
  'synced' | 'revision' | 'size' | 'get' | 'list' | 'waitFor' | 'watch'
>

/** The cache of a resource's objects in another version: nothing is kept twice, nor watched twice. */
export class CacheView implements ObjectCache {
  readonly #of: ObjectCache
  readonly #codec: ResourceCodec

  constructor(of: ObjectCache, codec: ResourceCodec) {
    this.#of = of
    this.#codec = codec
  }

  get synced(): boolean {
    return this.#of.synced
  }

  get revision(): Revision {
    return this.#of.revision
  }

  get size(): number {
    return this.#of.size
  }

  get(key: string): ObjectRevision | undefined {
    return this.#of.get(key)?.as(this.#codec)
  }

  list(prefix: string): readonly ObjectRevision[] {
    return this.#of.list(prefix).map((object) => object.as(this.#codec))
  }

  async waitFor(...args: Parameters<WatchCache['waitFor']>): Promise<void> {
    await this.#of.waitFor(...args)
  }

  watch(options: CacheWatchOptions): CacheWatcher {
    return this.#of.watch({ ...options, view: (object) => object.as(this.#codec) })
  }
}
