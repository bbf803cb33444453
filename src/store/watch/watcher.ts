import { inRange, type KeyRange } from '../mvcc/index.ts'
import { EventBatch, type SharedEvent } from './event.ts'
import type { ResponseHeader } from './response.ts'
import type { WatchStream } from './stream.ts'

/** Bytes of events queued for one watcher, above which it falls behind and reads from history. */
export const WATCHER_QUEUE_BYTES_MAX = 1024 * 1024

export interface WatcherOptions {
  readonly id: number
  readonly stream: WatchStream
  readonly range: KeyRange
  readonly next: number
  readonly prevKv: boolean
  readonly fragment: boolean
  readonly progressNotify: boolean
  readonly noPut: boolean
  readonly noDelete: boolean
}

/** One watch of one client: which keys, and up to where it has been told. */
export class Watcher {
  readonly id: number
  readonly stream: WatchStream
  readonly range: KeyRange
  readonly prevKv: boolean
  readonly fragment: boolean
  readonly progressNotify: boolean
  readonly #noPut: boolean
  readonly #noDelete: boolean
  /** The lowest revision not yet delivered: everything below has been queued. */
  next: number
  /** Bytes queued in the stream and not yet taken by its consumer. */
  queuedBytes = 0
  /** Whether anything was sent since the last periodic progress notification. */
  active = false
  /** A batch was refused: it needs an empty queue. */
  #full = false

  constructor(options: WatcherOptions) {
    this.id = options.id
    this.stream = options.stream
    this.range = options.range
    this.next = options.next
    this.prevKv = options.prevKv
    this.fragment = options.fragment
    this.progressNotify = options.progressNotify
    this.#noPut = options.noPut
    this.#noDelete = options.noDelete
  }

  get filters(): boolean {
    return this.#noPut || this.#noDelete
  }

  wants({ change }: SharedEvent): boolean {
    if (change.main < this.next) return false
    return change.removed ? !this.#noDelete : !this.#noPut
  }

  /** The events among `history` that are for this watcher. */
  select(history: readonly SharedEvent[]): EventBatch {
    const wanted = history.filter(
      (event) => inRange(this.range, event.change.key) && this.wants(event),
    )
    return new EventBatch(wanted.map((event) => event.event(this)))
  }

  /**
   * Queues a batch; false when there is no room for it. One that is larger than the bound by itself
   * (a revision of many keys) is taken when nothing else is queued.
   */
  offer(batch: EventBatch, header: ResponseHeader): boolean {
    if (batch.events.length === 0) return true
    this.#full = this.queuedBytes > 0 && this.queuedBytes + batch.bytes > WATCHER_QUEUE_BYTES_MAX
    if (this.#full) return false
    this.queuedBytes += batch.bytes
    this.active = true
    this.stream.pushEvents(this, batch, header)
    return true
  }

  /** Whether its consumer has taken enough that catching up may go on. */
  get ready(): boolean {
    return this.#full ? this.queuedBytes === 0 : this.queuedBytes <= WATCHER_QUEUE_BYTES_MAX / 2
  }
}
