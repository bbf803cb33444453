import type { GrpcCode } from '../../base/index.ts'
import type { KeyValue, KvEvent, LeaseId, Revision } from '../types.ts'

/**
 * One end of a channel whose messages are copied by structured clone, in order, such as a
 * `MessagePort` between two threads.
 */
export interface KvPort {
  /** `transfer`: buffers that move instead of being copied. */
  post(message: unknown, transfer: ArrayBuffer[]): void
  onMessage(listener: (message: unknown) => void): void
  /** The other end is gone: nothing comes any more. */
  onClose(listener: () => void): void
}

/** What one turn had to say: many calls or answers in one message. */
export interface Packet<T> {
  readonly items: readonly T[]
  /** All values, one behind the other; items point into it. A clone of a view would copy its whole buffer. */
  readonly bytes: Uint8Array
}

/** A value within the packet's bytes. */
export interface Span {
  readonly at: number
  readonly length: number
}

export type WireKeyValue = Omit<KeyValue, 'value'> & Span

export type Call =
  | { readonly method: 'get'; readonly key: string; readonly revision: Revision | undefined }
  | {
      readonly method: 'list'
      readonly prefix: string
      readonly options: {
        limit?: number
        after?: string
        revision?: Revision
        keysOnly?: boolean
      }
    }
  | ({ readonly method: 'create'; readonly key: string; readonly lease: LeaseId } & Span)
  | ({
      readonly method: 'update'
      readonly key: string
      readonly expected: Revision
      readonly lease: LeaseId
    } & Span)
  | { readonly method: 'delete'; readonly key: string; readonly expected: Revision }
  | { readonly method: 'currentRevision' }
  | { readonly method: 'count'; readonly prefix: string }
  | { readonly method: 'compact'; readonly revision: Revision }
  | { readonly method: 'leaseGrant'; readonly ttlSeconds: number }
  | { readonly method: 'leaseRevoke' | 'leaseKeepAlive'; readonly lease: LeaseId }

export type Request =
  | { readonly op: 'call'; readonly id: number; readonly call: Call }
  | { readonly op: 'cancel'; readonly id: number }
  | {
      readonly op: 'watch'
      readonly id: number
      readonly prefix: string
      readonly startRevision: Revision | undefined
      readonly previous: boolean
    }
  | { readonly op: 'unwatch'; readonly id: number }
  /** The consumer has taken so many batches: as many more may be sent. */
  | { readonly op: 'taken'; readonly id: number; readonly count: number }
  | { readonly op: 'progress' }

/** Any method's result, its values as spans. */
export interface WireResult {
  readonly kind?: 'ok' | 'exists' | 'conflict'
  readonly revision?: Revision
  readonly kv?: WireKeyValue | undefined
  readonly kvs?: readonly WireKeyValue[]
  readonly more?: boolean
  readonly count?: number
  readonly lease?: LeaseId
}

export type WireEvent =
  | {
      readonly type: 'put'
      readonly kv: WireKeyValue
      readonly previous: WireKeyValue | undefined
    }
  | {
      readonly type: 'delete'
      readonly key: string
      readonly modRevision: Revision
      readonly previous: WireKeyValue | undefined
    }

export interface WireError {
  readonly code: GrpcCode
  readonly message: string
}

export type Answer =
  | { readonly op: 'result'; readonly id: number; readonly result: WireResult }
  | { readonly op: 'error'; readonly id: number; readonly error: WireError }
  | {
      readonly op: 'batch'
      readonly id: number
      readonly revision: Revision
      readonly events: readonly WireEvent[]
    }
  | { readonly op: 'end'; readonly id: number; readonly error: WireError | undefined }

/** Gathers what one turn has to say, and posts it at the turn's end. */
export class Packer<T> {
  readonly #port: KvPort
  #items: T[] = []
  #values: Uint8Array[] = []
  #length = 0

  constructor(port: KvPort) {
    this.#port = port
  }

  /** A value of an item; the caller adds the item at once, without an await in between. */
  span(value: Uint8Array): Span {
    const span = { at: this.#length, length: value.length }
    this.#values.push(value)
    this.#length += value.length
    return span
  }

  keyValue({ key, value, createRevision, modRevision, version, lease }: KeyValue): WireKeyValue {
    return { key, createRevision, modRevision, version, lease, ...this.span(value) }
  }

  event(event: KvEvent): WireEvent {
    const previous = event.previous && this.keyValue(event.previous)
    if (event.type === 'put') return { type: 'put', kv: this.keyValue(event.kv), previous }
    return { type: 'delete', key: event.key, modRevision: event.modRevision, previous }
  }

  add(item: T): void {
    if (this.#items.length === 0) queueMicrotask(() => this.#post())
    this.#items.push(item)
  }

  #post(): void {
    const bytes = new Uint8Array(this.#length)
    let at = 0
    for (const value of this.#values) {
      bytes.set(value, at)
      at += value.length
    }
    const packet: Packet<T> = { items: this.#items, bytes }
    this.#items = []
    this.#values = []
    this.#length = 0
    this.#port.post(packet, [bytes.buffer])
  }
}

export function keyValueOf(bytes: Uint8Array, wire: WireKeyValue): KeyValue {
  const { key, createRevision, modRevision, version, lease } = wire
  return { key, value: valueOf(bytes, wire), createRevision, modRevision, version, lease }
}

export function valueOf(bytes: Uint8Array, { at, length }: Span): Uint8Array {
  return bytes.subarray(at, at + length)
}

export function eventOf(bytes: Uint8Array, event: WireEvent): KvEvent {
  const previous = event.previous && keyValueOf(bytes, event.previous)
  if (event.type === 'put') return { type: 'put', kv: keyValueOf(bytes, event.kv), previous }
  return { type: 'delete', key: event.key, modRevision: event.modRevision, previous }
}
