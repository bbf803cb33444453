/** Protobuf's varints in their whole range; the store's own `WireReader` reads what it needs alone. */
export function readVarint64(bytes: Uint8Array, start: number): { value: bigint; end: number } {
  let value = 0n
  for (let at = start, shift = 0n; at < bytes.length && shift < 70n; at++, shift += 7n) {
    const byte = bytes[at] ?? 0
    value |= BigInt(byte & 0x7f) << shift
    if (byte < 0x80) return { value: BigInt.asUintN(64, value), end: at + 1 }
  }
  throw new RangeError('protobuf: bytes end within a number')
}

/** The end of a field whose value begins at `start`. */
export function skipField(bytes: Uint8Array, start: number, wireType: number): number {
  if (wireType === 0) return readVarint64(bytes, start).end
  if (wireType === 1) return start + 8
  if (wireType === 5) return start + 4
  if (wireType !== 2) throw new RangeError(`protobuf: wire type ${wireType} is not in use`)
  const { value, end } = readVarint64(bytes, start)
  return end + Number(value)
}
