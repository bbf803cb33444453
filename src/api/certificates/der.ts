/** One value of DER (X.690): its tag, its content, and itself as it stands. */
export interface Der {
  readonly tag: number
  readonly content: Uint8Array
  readonly whole: Uint8Array
}

/** Longest length of a length: four bytes are more than any request has. */
const LENGTH_BYTES_MAX = 4

/** The values that follow one another in `bytes`. Throws for what is no DER. */
export function readDer(bytes: Uint8Array): Der[] {
  const values: Der[] = []
  for (let at = 0; at < bytes.length; ) {
    const value = readOne(bytes, at)
    values.push(value)
    at += value.whole.length
  }
  return values
}

/** The values inside of a constructed one. Throws unless it has the tag. */
export function within(value: Der | undefined, tag: number): Der[] {
  if (value?.tag !== tag) throw new SyntaxError("asn1: structure error: tags don't match")
  return readDer(value.content)
}

function readOne(bytes: Uint8Array, at: number): Der {
  const tag = bytes[at]
  const first = bytes[at + 1]
  if (tag === undefined || first === undefined) throw truncated()
  let start = at + 2
  let length = first
  if (first >= 0x80) {
    const count = first & 0x7f
    if (count === 0 || count > LENGTH_BYTES_MAX) throw new SyntaxError('asn1: syntax error: length')
    length = 0
    for (let i = 0; i < count; i++) length = length * 256 + (bytes[start + i] ?? 0)
    start += count
  }
  const end = start + length
  if (end > bytes.length) throw truncated()
  return { tag, content: bytes.subarray(start, end), whole: bytes.subarray(at, end) }
}

const truncated = () => new SyntaxError('asn1: syntax error: data truncated')

/** An object identifier in dots. */
export function oidText({ content }: Der): string {
  const [first = 0, ...rest] = content
  const arcs = [Math.min(2, Math.floor(first / 40))]
  arcs.push(first - 40 * (arcs[0] ?? 0))
  let arc = 0
  for (const byte of rest) {
    arc = arc * 128 + (byte & 0x7f)
    if (byte < 0x80) {
      arcs.push(arc)
      arc = 0
    }
  }
  return arcs.join('.')
}
