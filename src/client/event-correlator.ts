import type { EventType } from './types.ts'

/** Bounds and rates of client-go's event correlator. */
const CACHE_ENTRIES_MAX = 4096
const SIMILAR_MAX = 10
const SIMILAR_INTERVAL_MS = 600_000
const BURST = 25
const REFILL_MS = 300_000

/** What is told about an object, before it becomes an Event. */
export interface Occurrence {
  /** Kind, namespace, name, UID, version and field path of the object. */
  readonly about: string
  readonly type: EventType
  readonly reason: string
  readonly message: string
}

export interface Correlated {
  /** The occurrence's own message, or the one that stands for many similar ones. */
  readonly message: string
  /** Whether it stands for several similar ones. */
  readonly combined: boolean
  /** Under this key the Event is remembered, see `remember`. */
  readonly key: string
  readonly count: number
  /** Milliseconds since the epoch. */
  readonly firstMs: number
  /** The name of the Event that counts the same thing already. */
  readonly name: string | undefined
}

interface Seen {
  count: number
  firstMs: number
  name: string | undefined
}

/**
 * Folds repeated occurrences into one: a spam filter per object (25 at once, then one in 5 min),
 * more than 10 messages of one reason within 10 minutes become one combined message, and the same
 * message again counts up.
 */
export class EventCorrelator {
  readonly #buckets = new Lru<{ tokens: number; atMs: number }>(CACHE_ENTRIES_MAX)
  readonly #similar = new Lru<{ messages: Set<string>; atMs: number }>(CACHE_ENTRIES_MAX)
  readonly #seen = new Lru<Seen>(CACHE_ENTRIES_MAX)

  /** Undefined when the occurrence is to be dropped. */
  correlate(occurrence: Occurrence, nowMs: number): Correlated | undefined {
    const { about, type, reason } = occurrence
    if (!this.#admits(about, nowMs)) return undefined
    const group = JSON.stringify([about, type, reason])
    const combined = this.#isCombined(group, occurrence.message, nowMs)
    const message = combined
      ? `(combined from similar events): ${occurrence.message}`
      : occurrence.message
    const key = combined ? group : JSON.stringify([about, type, reason, message])
    const seen = this.#seen.get(key) ?? { count: 0, firstMs: nowMs, name: undefined }
    seen.count++
    this.#seen.set(key, seen)
    return { message, combined, key, count: seen.count, firstMs: seen.firstMs, name: seen.name }
  }

  /** The Event under `key` has this name now; undefined: it is gone, count anew. */
  remember(key: string, name: string | undefined): void {
    const seen = this.#seen.get(key)
    if (seen) seen.name = name
  }

  #admits(about: string, nowMs: number): boolean {
    const bucket = this.#buckets.get(about) ?? { tokens: BURST, atMs: nowMs }
    const refilled = bucket.tokens + Math.max(0, nowMs - bucket.atMs) / REFILL_MS
    const tokens = Math.min(BURST, refilled)
    const admits = tokens >= 1
    this.#buckets.set(about, { tokens: admits ? tokens - 1 : tokens, atMs: nowMs })
    return admits
  }

  #isCombined(group: string, message: string, nowMs: number): boolean {
    const known = this.#similar.get(group)
    const fresh = known && nowMs - known.atMs <= SIMILAR_INTERVAL_MS
    const messages = fresh ? known.messages : new Set<string>()
    messages.add(message)
    this.#similar.set(group, { messages, atMs: nowMs })
    if (messages.size < SIMILAR_MAX) return false
    // Keeps the set as small as its bound: which message it forgets does not matter.
    for (const oldest of messages) {
      messages.delete(oldest)
      break
    }
    return true
  }
}

/** A map that forgets what was used longest ago. */
class Lru<V> {
  readonly #entries = new Map<string, V>()
  readonly #max: number

  constructor(max: number) {
    this.#max = max
  }

  get(key: string): V | undefined {
    return this.#entries.get(key)
  }

  set(key: string, value: V): void {
    this.#entries.delete(key)
    this.#entries.set(key, value)
    if (this.#entries.size <= this.#max) return
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest)
      break
    }
  }
}
