import {
  type Change,
  changedKeyValue,
  type KeyValue,
  varintSize,
  writeVarint,
} from '../mvcc/index.ts'
import type { WatchEvent } from './response.ts'

/** An event with its one encoding: field 11 of etcd's `WatchResponse`, tag and length included. */
export class EncodedEvent implements WatchEvent {
  readonly type: 'put' | 'delete'
  readonly prevKv: KeyValue | undefined
  readonly #change: Change
  #kv: KeyValue | undefined
  #wire: Uint8Array | undefined

  constructor(change: Change, prevKv: KeyValue | undefined) {
    this.type = change.removed ? 'delete' : 'put'
    this.prevKv = prevKv
    this.#change = change
  }

  get kv(): KeyValue {
    return (this.#kv ??= changedKeyValue(this.#change))
  }

  get wire(): Uint8Array {
    return (this.#wire ??= encodeEvent(this))
  }

  /** About what it costs to keep. */
  get bytes(): number {
    return this.#change.encoded.length + (this.prevKv?.encoded.length ?? 0) + EVENT_OVERHEAD
  }
}

const EVENT_OVERHEAD = 64
const EVENTS_FIELD = 0x5a

/** One change, encoded at most twice (with and without the value before), whoever watches. */
export class SharedEvent {
  readonly change: Change
  readonly #previous: (change: Change) => KeyValue | undefined
  #plain: EncodedEvent | undefined
  #withPrevious: EncodedEvent | undefined

  constructor(change: Change, previous: (change: Change) => KeyValue | undefined) {
    // A slow watcher's queue must not hold on to the block that the bytes lie in.
    this.change = { ...change, encoded: Buffer.from(change.encoded) }
    this.#previous = previous
  }

  event(options: { prevKv: boolean }): EncodedEvent {
    if (!options.prevKv) return (this.#plain ??= new EncodedEvent(this.change, undefined))
    this.#withPrevious ??= new EncodedEvent(this.change, this.#previous(this.change))
    return this.#withPrevious
  }
}

/** Events that go out together, and what was encoded of them so far: shared by many watchers. */
export class EventBatch {
  readonly events: readonly EncodedEvent[]
  readonly bytes: number
  #wire: Uint8Array | undefined

  constructor(events: readonly EncodedEvent[]) {
    this.events = events
    this.bytes = events.reduce((sum, event) => sum + event.bytes, 0)
  }

  /** All events as they stand in a response. */
  get wire(): Uint8Array {
    this.#wire ??=
      this.events.length === 1 && this.events[0]
        ? this.events[0].wire
        : Buffer.concat(this.events.map((event) => event.wire))
    return this.#wire
  }
}

/** mvccpb.Event: type (1), kv (2), prev_kv (3). */
function encodeEvent({ type, kv, prevKv }: WatchEvent): Uint8Array {
  const removed = type === 'delete'
  const field = (bytes: Uint8Array) => 1 + varintSize(bytes.length) + bytes.length
  const size = (removed ? 2 : 0) + field(kv.encoded) + (prevKv ? field(prevKv.encoded) : 0)
  const wire = Buffer.allocUnsafe(1 + varintSize(size) + size)
  wire[0] = EVENTS_FIELD
  let at = writeVarint(wire, 1, size)
  if (removed) {
    wire[at++] = 0x08
    wire[at++] = 1
  }
  const put = (tag: number, bytes: Uint8Array) => {
    wire[at] = tag
    at = writeVarint(wire, at + 1, bytes.length)
    wire.set(bytes, at)
    at += bytes.length
  }
  put(0x12, kv.encoded)
  if (prevKv) put(0x1a, prevKv.encoded)
  return wire
}
