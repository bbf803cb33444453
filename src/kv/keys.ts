import { GrpcCode, KvError } from '../base/index.ts'

/** Orders keys by their UTF-8 bytes, which for surrogate pairs is not the order of JavaScript's `<`. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x !== y) return utf8Rank(x) - utf8Rank(y)
  }
  return a.length - b.length
}

// Surrogates (U+D800..DFFF) stand for code points above U+FFFF: in UTF-8 they sort behind U+E000..FFFF.
function utf8Rank(unit: number): number {
  if (unit < 0xd800) return unit
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800
}

/** The lowest key behind every key that starts with `prefix`; a single 0 byte (etcd's "no end") if none. */
export function prefixEnd(prefix: Uint8Array): Uint8Array {
  for (let i = prefix.length - 1; i >= 0; i--) {
    const byte = prefix[i] ?? 0xff
    if (byte === 0xff) continue
    const end = Uint8Array.from(prefix.subarray(0, i + 1))
    end[i] = byte + 1
    return end
  }
  return new Uint8Array(1)
}

/** What an aborted wait throws: the signal's own `KvError`, or etcd's "request canceled". */
export function abortError(signal: AbortSignal): KvError {
  if (signal.reason instanceof KvError) return signal.reason
  return new KvError(GrpcCode.canceled, 'etcdserver: request canceled', { cause: signal.reason })
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortError(signal)
}

/** `promise`, or an `abortError` as soon as the signal aborts; a late result is dropped. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(abortError(signal))
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
