/** As much of the Distinguished Encoding Rules (X.690) as a certificate needs. */

/** One value: tag, length, contents. */
export function der(tag: number, ...contents: Uint8Array[]): Uint8Array {
  const body = Buffer.concat(contents)
  return Buffer.concat([Uint8Array.of(tag), derLength(body.length), body])
}

function derLength(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length)
  const bytes: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256)
  return Uint8Array.of(0x80 | bytes.length, ...bytes)
}

export const sequence = (...items: Uint8Array[]): Uint8Array => der(0x30, ...items)
export const set = (...items: Uint8Array[]): Uint8Array => der(0x31, ...items)
export const octets = (bytes: Uint8Array): Uint8Array => der(0x04, bytes)
export const boolean = (value: boolean): Uint8Array => der(0x01, Uint8Array.of(value ? 0xff : 0))
export const utf8 = (text: string): Uint8Array => der(0x0c, Buffer.from(text, 'utf8'))
/** A bit string; `unusedBits` are those at the end of the last byte. */
export const bits = (bytes: Uint8Array, unusedBits = 0): Uint8Array =>
  der(0x03, Uint8Array.of(unusedBits), bytes)
/** Context-specific, constructed (`[n] EXPLICIT`). */
export const explicit = (n: number, ...items: Uint8Array[]): Uint8Array => der(0xa0 | n, ...items)
/** Context-specific, primitive (`[n] IMPLICIT` of a string type). */
export const implicit = (n: number, bytes: Uint8Array): Uint8Array => der(0x80 | n, bytes)

/** A non-negative integer, given as big-endian bytes. */
export function integer(bytes: Uint8Array): Uint8Array {
  let start = 0
  while (start < bytes.length - 1 && bytes[start] === 0) start++
  const body = bytes.subarray(start)
  return (body[0] ?? 0) >= 0x80 ? der(0x02, Uint8Array.of(0), body) : der(0x02, body)
}

/** An object identifier, `1.2.840.10045.2.1`. */
export function oid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes = [first * 40 + second]
  for (const arc of rest) {
    const groups = [arc % 128]
    for (let high = Math.floor(arc / 128); high > 0; high = Math.floor(high / 128)) {
      groups.unshift(0x80 | (high % 128))
    }
    bytes.push(...groups)
  }
  return der(0x06, Uint8Array.from(bytes))
}

/** RFC 5280 §4.1.2.5: UTCTime through 2049, GeneralizedTime after. */
export function time(ms: number): Uint8Array {
  const text = `${new Date(ms).toISOString().slice(0, 19).replace(/[-:T]/g, '')}Z`
  return new Date(ms).getUTCFullYear() < 2050
    ? der(0x17, Buffer.from(text.slice(2)))
    : der(0x18, Buffer.from(text))
}

/** The elements of a constructed value, each with its own tag and length. */
export function children(value: Uint8Array): Uint8Array[] {
  const items: Uint8Array[] = []
  for (let at = header(value, 0).start; at < value.length; ) {
    const { start, length } = header(value, at)
    items.push(value.subarray(at, start + length))
    at = start + length
  }
  return items
}

function header(value: Uint8Array, at: number): { start: number; length: number } {
  const first = value[at + 1] ?? 0
  if (first < 0x80) return { start: at + 2, length: first }
  let length = 0
  for (let i = 0; i < (first & 0x7f); i++) length = length * 256 + (value[at + 2 + i] ?? 0)
  return { start: at + 2 + (first & 0x7f), length }
}
