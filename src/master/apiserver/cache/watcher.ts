import type { Revision } from '../../../kv/index.ts'
import type { ObjectRevision } from '../object-revision.ts'
import type { Change } from './history.ts'

/** Unread events that end a watch: its client is too slow, and nobody else waits for it. */
const PENDING_EVENTS_MAX = 10_000
/** Frames are joined up to about this size before they are handed to the connection. */
const CHUNK_BYTES = 256 * 1024

export type WatchEventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'

export type WatchItem =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: ObjectRevision }
  | { readonly type: 'BOOKMARK'; readonly revision: Revision; readonly initialEventsEnd: boolean }
  /** The watch ends with this error. */
  | { readonly type: 'ERROR'; readonly error: unknown }

export interface WatcherOptions {
  /** Keys it looks at. */
  readonly prefix: string
  /** Events at or before this revision are known to the client. */
  readonly from: Revision
  /** Whether an object passes the watch's selectors. */
  readonly matches: (object: ObjectRevision) => boolean
  /** In which version the objects are seen. Undefined: as they are kept. */
  readonly view: ((object: ObjectRevision) => ObjectRevision) | undefined
}

const asKept = (object: ObjectRevision) => object

/** One watch: events in, a bounded queue, one reader that takes them as they come. */
export class CacheWatcher implements AsyncIterable<readonly WatchItem[]> {
  readonly #options: WatcherOptions
  #pending: WatchItem[] = []
  #ended = false
  #wake: (() => void) | undefined
  readonly #onEnd: (() => void)[] = []
  #position: Revision
  #limit = Number.POSITIVE_INFINITY

  constructor(options: WatcherOptions, initial: readonly WatchItem[]) {
    this.#options = options
    this.#position = options.from
    this.#pending.push(...initial)
  }

  /** The newest revision that this watch has been told of. */
  get position(): Revision {
    return this.#position
  }

  /** What comes from now on is bounded, beside what it begins with. */
  begin(): void {
    this.#limit = this.#pending.length + PENDING_EVENTS_MAX
  }

  offer(change: Change): void {
    if (this.#ended || change.revision <= this.#options.from) return
    const key = (change.now ?? change.before)?.key
    if (!key?.startsWith(this.#options.prefix)) return
    const item = this.#seen(change)
    if (item) this.#push(item)
  }

  /** Tells the client how far it has come, if it has not heard of that by an event. */
  bookmark(revision: Revision, options: { initialEventsEnd?: boolean } = {}): void {
    if (this.#ended || revision < this.#options.from) return
    const initialEventsEnd = options.initialEventsEnd ?? false
    if (this.#pending.length === 0 || initialEventsEnd) {
      this.#push({ type: 'BOOKMARK', revision, initialEventsEnd })
    }
  }

  /** Called once when the watch ends, at once if it has. */
  onEnd(tell: () => void): void {
    if (this.#ended) tell()
    else this.#onEnd.push(tell)
  }

  /** What is queued is still read. */
  end(error?: unknown): void {
    if (this.#ended) return
    if (error !== undefined) this.#pending.push({ type: 'ERROR', error })
    this.#ended = true
    for (const tell of this.#onEnd) tell()
    this.#wake?.()
  }

  // Through a selector an object appears and vanishes although it is only changed.
  #seen(change: Change): WatchItem | undefined {
    const { matches, view = asKept } = this.#options
    const before = change.before && view(change.before)
    const now = change.now && view(change.now)
    const was = before !== undefined && matches(before)
    if (now !== undefined && matches(now)) return { type: was ? 'MODIFIED' : 'ADDED', object: now }
    if (was && change.departed) return { type: 'DELETED', object: view(change.departed) }
    return undefined
  }

  #push(item: WatchItem): void {
    if (this.#pending.length >= this.#limit) {
      this.end()
      return
    }
    if (item.type === 'BOOKMARK') this.#position = item.revision
    else if (item.type !== 'ERROR') this.#position = item.object.revision
    this.#pending.push(item)
    this.#wake?.()
  }

  [Symbol.asyncIterator](): AsyncIterator<readonly WatchItem[]> {
    return {
      next: () => this.#next(),
      return: () => {
        this.end()
        this.#pending = []
        return Promise.resolve({ done: true, value: undefined })
      },
    }
  }

  async #next(): Promise<IteratorResult<readonly WatchItem[]>> {
    while (this.#pending.length === 0) {
      if (this.#ended) return { done: true, value: undefined }
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      this.#wake = undefined
    }
    return { done: false, value: this.#take() }
  }

  #take(): readonly WatchItem[] {
    let bytes = 0
    let count = 0
    for (const item of this.#pending) {
      if ('object' in item) bytes += item.object.json.length
      count++
      if (bytes > CHUNK_BYTES) break
    }
    if (count === this.#pending.length) {
      const all = this.#pending
      this.#pending = []
      return all
    }
    return this.#pending.splice(0, count)
  }
}
