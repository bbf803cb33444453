import type { Clock, Log, Timer } from '../../base/index.ts'
import { type Change, keyRange, type Mvcc, stateErrors } from '../mvcc/index.ts'
import { type EventBatch, SharedEvent } from './event.ts'
import { type WatchGroup, WatchGroups } from './groups.ts'
import type { ResponseHeader } from './response.ts'
import { type StreamOwner, type WatchRequest, WatchStream } from './stream.ts'
import { WATCHER_QUEUE_BYTES_MAX, Watcher } from './watcher.ts'

export interface WatchHubOptions {
  readonly clock: Clock
  readonly log: Log
  /** The keys as they are now: a restored snapshot replaces them. */
  readonly mvcc: () => Mvcc
  readonly header: (revision: number) => ResponseHeader
  /** Between progress notifications of watchers that asked for them. Default ten minutes. */
  readonly progressPeriodMs?: number
}

export interface WatchStats {
  readonly streams: number
  readonly watchers: number
  /** Those that get events from history. */
  readonly behind: number
  /** Changes that were committed while somebody watched. */
  readonly events: number
}

const PROGRESS_PERIOD_MS = 10 * 60_000
/** Changes read from history at once, for all watchers that are near one another. */
const HISTORY_CHANGES_MAX = 1000
const HISTORY_BYTES_MAX = WATCHER_QUEUE_BYTES_MAX / 4
// etcdserverpb.WatchCreateRequest.FilterType.
const NO_PUT = 0
const NO_DELETE = 1

/**
 * Every watcher is either synced, and gets events as they are committed, or behind, and gets them
 * from history until it has caught up. Its `next` revision moves with what is queued for it and
 * nothing else decides what it gets: so no event is missed, repeated or out of order.
 */
export class WatchHub implements StreamOwner {
  readonly #options: WatchHubOptions
  readonly #synced = new WatchGroups()
  readonly #behind = new Set<Watcher>()
  readonly #streams = new Set<WatchStream>()
  readonly #timer: Timer
  #dirty: WatchGroup[] = []
  /** All revisions up to this one were seen by `committed`. */
  #revision: number
  #events = 0
  #delivering = false
  #catchingUp = false
  #closed = false

  constructor(options: WatchHubOptions) {
    this.#options = options
    this.#revision = options.mvcc().revision
    const period = options.progressPeriodMs ?? PROGRESS_PERIOD_MS
    this.#timer = options.clock.every(period, () => this.#notifyProgress(), { unref: true })
  }

  /** For metrics: counted when asked. */
  stats(): WatchStats {
    let watchers = 0
    for (const stream of this.#streams) watchers += stream.watchers.size
    return {
      streams: this.#streams.size,
      watchers,
      behind: this.#behind.size,
      events: this.#events,
    }
  }

  open(): WatchStream {
    const stream = new WatchStream(this)
    if (this.#closed) stream.close()
    else this.#streams.add(stream)
    return stream
  }

  /** Ends every stream with `error`. */
  close(error: unknown): void {
    this.#closed = true
    this.#timer.cancel()
    for (const stream of this.#streams) stream.fail(error)
  }

  // ---- what the state tells

  /** A revision was committed. Watchers are served when all work at hand is done, many at once. */
  committed(changes: readonly Change[]): void {
    this.#revision = changes[0]?.main ?? this.#revision
    if (this.#synced.empty) return
    this.#events += changes.length
    const { mvcc } = this.#options
    for (const change of changes) {
      let event: SharedEvent | undefined
      this.#synced.match(change.key, (group) => {
        event ??= new SharedEvent(change, (of) => mvcc().previous(of))
        if (group.fresh.length === 0) this.#dirty.push(group)
        group.fresh.push(event)
      })
    }
    if (this.#dirty.length > 0) this.#deliverSoon()
  }

  /** A snapshot has replaced everything: all watchers go on from history. */
  replaced(): void {
    this.#deliver()
    for (const watcher of this.#synced.clear()) {
      watcher.next = Math.max(watcher.next, this.#revision + 1)
      this.#behind.add(watcher)
    }
    this.#revision = this.#options.mvcc().revision
    this.#catchUp()
  }

  // ---- what streams ask

  create(stream: WatchStream, request: WatchRequest): void {
    const start = request.startRevision ?? 0
    const key = request.key?.length ? request.key : Uint8Array.of(0)
    const range = keyRange(key, request.rangeEnd)
    const refusal = this.#refusal(stream, request, start, range)
    const { revision } = this.#options.mvcc()
    const header = this.#options.header(revision)
    if (refusal !== undefined) {
      stream.pushControl(header, { created: true, canceled: true, cancelReason: refusal })
      return
    }
    const watcher = new Watcher({
      id: request.watchId || stream.freeId(),
      stream,
      range,
      next: start > 0 ? start : revision + 1,
      prevKv: request.prevKv ?? false,
      fragment: request.fragment ?? false,
      progressNotify: request.progressNotify ?? false,
      noPut: request.filters?.includes(NO_PUT) ?? false,
      noDelete: request.filters?.includes(NO_DELETE) ?? false,
    })
    stream.watchers.set(watcher.id, watcher)
    stream.pushControl(header, { created: true, watchId: watcher.id })
    if (watcher.next > revision) this.#synced.add(watcher)
    else {
      this.#behind.add(watcher)
      this.#catchUp()
    }
  }

  #refusal(
    stream: WatchStream,
    request: WatchRequest,
    start: number,
    range: { from: string; to: string | undefined },
  ): string | undefined {
    if (start < 0) return stateErrors.compacted().message
    if (range.to && range.from >= range.to) return 'mvcc: watcher range is empty'
    if (request.watchId && stream.watchers.has(request.watchId)) {
      return 'mvcc: duplicate watch ID provided on the WatchStream'
    }
    return undefined
  }

  cancel(stream: WatchStream, watchId: number): void {
    const watcher = stream.watchers.get(watchId)
    if (!watcher) return
    this.#deliver()
    this.#forget(watcher)
    const header = this.#options.header(this.#options.mvcc().revision)
    stream.pushControl(header, { canceled: true, watchId })
  }

  requestProgress(stream: WatchStream): void {
    stream.progressAsked = true
    this.#deliverSoon()
  }

  consumed(watcher: Watcher): void {
    if (watcher.ready && this.#behind.has(watcher)) this.#catchUp()
  }

  closed(stream: WatchStream): void {
    this.#streams.delete(stream)
    for (const watcher of stream.watchers.values()) this.#forget(watcher)
  }

  #forget(watcher: Watcher): void {
    watcher.stream.watchers.delete(watcher.id)
    this.#synced.remove(watcher)
    this.#behind.delete(watcher)
  }

  // ---- synced watchers

  #deliverSoon(): void {
    if (this.#delivering) return
    this.#delivering = true
    queueMicrotask(() => {
      this.#delivering = false
      this.#deliver()
      this.#answerProgress()
    })
  }

  #deliver(): void {
    const groups = this.#dirty
    if (groups.length === 0) return
    this.#dirty = []
    const header = this.#options.header(this.#revision)
    for (const group of groups) {
      const events = group.fresh
      group.fresh = []
      this.#serve(group, events, header)
    }
  }

  #serve(group: WatchGroup, events: readonly SharedEvent[], header: ResponseHeader): void {
    const first = events[0]?.change.main ?? 0
    let plain: EventBatch | undefined
    let withPrevious: EventBatch | undefined
    for (const watcher of group.watchers) {
      let batch: EventBatch
      if (watcher.filters || watcher.next > first) batch = watcher.select(events)
      else if (watcher.prevKv) batch = withPrevious ??= watcher.select(events)
      else batch = plain ??= watcher.select(events)
      if (watcher.offer(batch, header)) {
        // A start in the future stays where it is.
        watcher.next = Math.max(watcher.next, header.revision + 1)
      } else {
        this.#synced.remove(watcher)
        this.#behind.add(watcher)
      }
    }
    if (this.#behind.size > 0) this.#catchUp()
  }

  // ---- watchers that are behind

  #catchUp(): void {
    if (this.#catchingUp || this.#closed) return
    this.#catchingUp = true
    this.#catchUpAll().catch((error: unknown) => {
      this.#catchingUp = false
      this.#options.log.error('reading history for watchers failed', { error })
      for (const { stream } of this.#behind) stream.fail(error)
    })
  }

  async #catchUpAll(): Promise<void> {
    while (!this.#closed) {
      const mvcc = this.#options.mvcc()
      this.#cancelCompacted(mvcc)
      const leader = this.#nextBehind()
      if (!leader) {
        // At once: whoever falls behind from here on must start it again.
        this.#catchingUp = false
        return
      }
      if (leader.next > mvcc.revision) {
        this.#promote(leader)
        continue
      }
      const from = leader.next
      const { history, upTo } = await readHistory(mvcc, from)
      if (mvcc !== this.#options.mvcc()) continue
      this.#cancelCompacted(mvcc)
      const header = this.#options.header(upTo)
      for (const watcher of this.#behind) {
        const near = watcher.next >= from && watcher.next <= upTo
        if (!near || !watcher.ready || !watcher.offer(watcher.select(history), header)) continue
        watcher.next = upTo + 1
        if (watcher.next > mvcc.revision) this.#promote(watcher)
      }
    }
  }

  /** The next watcher whose consumer has room; it goes to the end of the line. */
  #nextBehind(): Watcher | undefined {
    for (const watcher of this.#behind) {
      if (!watcher.ready) continue
      this.#behind.delete(watcher)
      this.#behind.add(watcher)
      return watcher
    }
    return undefined
  }

  #promote(watcher: Watcher): void {
    this.#behind.delete(watcher)
    this.#synced.add(watcher)
    if (watcher.stream.progressAsked) this.#deliverSoon()
  }

  #cancelCompacted(mvcc: Mvcc): void {
    for (const watcher of this.#behind) {
      if (watcher.next >= mvcc.compactRevision) continue
      this.#forget(watcher)
      const { compactRevision } = mvcc
      // etcd gives this one answer no revision.
      const header = this.#options.header(0)
      watcher.stream.pushControl(header, { canceled: true, watchId: watcher.id, compactRevision })
    }
  }

  // ---- progress

  #answerProgress(): void {
    const header = this.#options.header(this.#options.mvcc().revision)
    for (const stream of this.#streams) {
      if (!stream.progressAsked || this.#anyBehind(stream)) continue
      stream.progressAsked = false
      stream.pushControl(header, {})
    }
  }

  #anyBehind(stream: WatchStream): boolean {
    for (const watcher of stream.watchers.values()) if (this.#behind.has(watcher)) return true
    return false
  }

  #notifyProgress(): void {
    this.#deliver()
    const header = this.#options.header(this.#options.mvcc().revision)
    for (const stream of this.#streams) {
      for (const watcher of stream.watchers.values()) {
        const quiet = !watcher.active
        watcher.active = false
        if (!watcher.progressNotify || !quiet || this.#behind.has(watcher)) continue
        stream.pushControl(header, { watchId: watcher.id })
      }
    }
  }
}

/** Whole revisions from `from` on, up to a bound; `upTo` is the last one covered. */
async function readHistory(
  mvcc: Mvcc,
  from: number,
): Promise<{ history: readonly SharedEvent[]; upTo: number }> {
  const newest = mvcc.revision
  const history: SharedEvent[] = []
  const release = mvcc.pin()
  let bytes = 0
  try {
    for await (const change of mvcc.changes(from, newest)) {
      const last = history.at(-1)?.change.main ?? change.main
      const full = history.length >= HISTORY_CHANGES_MAX || bytes >= HISTORY_BYTES_MAX
      if (full && change.main !== last) return { history, upTo: last }
      history.push(new SharedEvent(change, (of) => mvcc.previous(of)))
      bytes += change.encoded.length
    }
  } finally {
    release()
  }
  return { history, upTo: newest }
}
