import type { Random } from '../../src/base/index.ts'

/** A new input made from a known one: bits flipped, bytes set, pieces cut, repeated or spliced in. */
export function mutate(
  input: Uint8Array,
  others: readonly Uint8Array[],
  random: Random,
): Uint8Array {
  let bytes = Buffer.from(input)
  for (let changes = 1 + random.int(4); changes > 0; changes--) {
    bytes = CHANGES[random.int(CHANGES.length)]?.(bytes, others, random) ?? bytes
  }
  return bytes
}

type Change = (bytes: Buffer, others: readonly Uint8Array[], random: Random) => Buffer<ArrayBuffer>

const INTERESTING = [0x00, 0x01, 0x7f, 0x80, 0xff, 0x22, 0x5b, 0x7b, 0x2d, 0x0a]

const place = (bytes: Buffer, random: Random) => random.int(bytes.length + 1)

const CHANGES: readonly Change[] = [
  (bytes, _, random) => {
    const copy = Buffer.from(bytes)
    if (copy.length > 0) {
      const at = random.int(copy.length)
      copy[at] = (copy[at] ?? 0) ^ (1 << random.int(8))
    }
    return copy
  },
  (bytes, _, random) => {
    const copy = Buffer.from(bytes)
    const value = INTERESTING[random.int(INTERESTING.length)] ?? 0
    if (copy.length > 0) copy[random.int(copy.length)] = value
    return copy
  },
  (bytes, _, random) => Buffer.from(bytes.subarray(0, place(bytes, random))),
  (bytes, _, random) => {
    const at = place(bytes, random)
    const until = Math.min(bytes.length, at + 1 + random.int(16))
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(until)])
  },
  (bytes, _, random) => {
    const at = place(bytes, random)
    return Buffer.concat([
      bytes.subarray(0, at),
      random.bytes(1 + random.int(8)),
      bytes.subarray(at),
    ])
  },
  (bytes, _, random) => {
    const at = place(bytes, random)
    const piece = bytes.subarray(at, at + 1 + random.int(32))
    return Buffer.concat([bytes.subarray(0, at), piece, piece, bytes.subarray(at)])
  },
  (bytes, others, random) => {
    const other = others[random.int(others.length)] ?? bytes
    const at = place(bytes, random)
    return Buffer.concat([bytes.subarray(0, at), other.subarray(random.int(other.length + 1))])
  },
]
