import { assert } from '../../base/index.ts'
import type { EventBatch } from './event.ts'
import type { ResponseHeader, WatchResponse } from './response.ts'
import type { Watcher } from './watcher.ts'

/** Answers queued beside events, above which `room` makes who asks wait. */
const CONTROL_QUEUE_MAX = 1024

export interface QueuedResponse extends WatchResponse {
  /** Where the events come from, for their shared encoding. */
  readonly batch: EventBatch | undefined
  readonly watcher: Watcher | undefined
}

/** What the stream asks of the hub that feeds it. */
export interface StreamOwner {
  create(stream: WatchStream, request: WatchRequest): void
  cancel(stream: WatchStream, watchId: number): void
  requestProgress(stream: WatchStream): void
  /** The consumer has taken events of this watcher. */
  consumed(watcher: Watcher): void
  closed(stream: WatchStream): void
}

/** A watch to begin; etcd's `WatchCreateRequest`. */
export interface WatchRequest {
  key?: Uint8Array | null
  rangeEnd?: Uint8Array | null
  startRevision?: number | null
  progressNotify?: boolean | null
  filters?: readonly number[] | null
  prevKv?: boolean | null
  watchId?: number | null
  fragment?: boolean | null
}

/**
 * Any number of watchers that share one ordered stream of responses. Iterate it once; ending the
 * iteration, or `close`, ends every watcher. A consumer that does not read costs bounded memory:
 * its watchers fall behind and catch up from history.
 */
export class WatchStream implements AsyncIterable<QueuedResponse> {
  readonly #owner: StreamOwner
  /** By id. The hub's to change. */
  readonly watchers = new Map<number, Watcher>()
  /** A progress answer is owed. The hub's to change. */
  progressAsked = false
  #queue: QueuedResponse[] = []
  #head = 0
  #nextId = 0
  #controls = 0
  #asking: (() => void)[] = []
  #end: { error?: unknown } | undefined
  #waiting: PromiseWithReject<IteratorResult<QueuedResponse>> | undefined

  constructor(owner: StreamOwner) {
    this.#owner = owner
  }

  /** The answer (`created`, or `canceled` with the reason) comes in the stream. */
  create(request: WatchRequest): void {
    if (!this.#end) this.#owner.create(this, request)
  }

  cancel(watchId: number): void {
    if (!this.#end) this.#owner.cancel(this, watchId)
  }

  /** A response without events comes, behind all events up to its revision. */
  requestProgress(): void {
    if (!this.#end) this.#owner.requestProgress(this)
  }

  /** Resolves when there is room for answers: a client that asks without reading must wait. */
  async room(): Promise<void> {
    while (this.#controls > CONTROL_QUEUE_MAX && !this.#end) {
      await new Promise<void>((resolve) => this.#asking.push(resolve))
    }
  }

  close(): void {
    this.#finish({})
  }

  /** Ends the stream with an error, behind what is queued. */
  fail(error: unknown): void {
    this.#finish({ error })
  }

  #finish(end: { error?: unknown }): void {
    if (this.#end) return
    this.#end = end
    this.#wakeAsking()
    this.#owner.closed(this)
    const waiting = this.#waiting
    this.#waiting = undefined
    if (!waiting) return
    if ('error' in end) waiting.reject(end.error)
    else waiting.resolve({ done: true, value: undefined })
  }

  #wakeAsking(): void {
    for (const wake of this.#asking.splice(0)) wake()
  }

  // ---- the hub's side

  /** An id for a watcher whose client named none. As in etcd, none is given twice. */
  freeId(): number {
    while (this.watchers.has(this.#nextId)) this.#nextId++
    return this.#nextId++
  }

  pushEvents(watcher: Watcher, batch: EventBatch, header: ResponseHeader): void {
    this.#push({ ...PLAIN, header, watchId: watcher.id, events: batch.events, batch, watcher })
  }

  /** A response without events: created, cancelled, progress. */
  pushControl(header: ResponseHeader, fields: Partial<WatchResponse>): void {
    this.#controls++
    this.#push({ ...PLAIN, ...fields, header })
  }

  #push(response: QueuedResponse): void {
    if (this.#end) return
    if (!this.#waiting) {
      this.#queue.push(response)
      return
    }
    const { resolve } = this.#waiting
    this.#waiting = undefined
    this.#taken(response)
    resolve({ done: false, value: response })
  }

  // ---- the consumer's side

  [Symbol.asyncIterator](): AsyncIterator<QueuedResponse> {
    return {
      next: () => this.#next(),
      return: () => {
        this.close()
        return Promise.resolve({ done: true, value: undefined })
      },
    }
  }

  #next(): Promise<IteratorResult<QueuedResponse>> {
    const response = this.#shift()
    if (response) {
      this.#taken(response)
      return Promise.resolve({ done: false, value: response })
    }
    if (this.#end) {
      if ('error' in this.#end) return Promise.reject(this.#end.error)
      return Promise.resolve({ done: true, value: undefined })
    }
    assert(!this.#waiting, 'a watch stream has one consumer')
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
    })
  }

  #shift(): QueuedResponse | undefined {
    const response = this.#queue[this.#head]
    if (!response) return undefined
    this.#head++
    if (this.#head === this.#queue.length || this.#head > COMPACT_ABOVE) {
      this.#queue = this.#queue.slice(this.#head)
      this.#head = 0
    }
    return response
  }

  #taken({ watcher, batch }: QueuedResponse): void {
    if (!watcher || !batch) {
      this.#controls--
      this.#wakeAsking()
      return
    }
    watcher.queuedBytes -= batch.bytes
    this.#owner.consumed(watcher)
  }
}

interface PromiseWithReject<T> {
  readonly resolve: (value: T) => void
  readonly reject: (error: unknown) => void
}

/** Taken entries at the queue's head, above which it is cut. */
const COMPACT_ABOVE = 256

const PLAIN = {
  watchId: -1,
  created: false,
  canceled: false,
  compactRevision: 0,
  cancelReason: '',
  events: [],
  batch: undefined,
  watcher: undefined,
}
