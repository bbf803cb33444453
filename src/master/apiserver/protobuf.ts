/** A field that holds bytes or a message: tag, length, content. */
export function bytesField(field: number, content: Uint8Array): Uint8Array {
  return Buffer.concat([header(field, content.length), content])
}

/** A list's message from its metadata's and items' messages, which are not taken apart. */
export function listMessage(metadata: Uint8Array, items: readonly Uint8Array[]): Uint8Array {
  const parts: Uint8Array[] = [header(1, metadata.length), metadata]
  for (const item of items) parts.push(header(2, item.length), item)
  return Buffer.concat(parts)
}

/** A varint field. */
export function varintField(field: number, value: number): Uint8Array {
  return Uint8Array.from([...varint(field * 8), ...varint(value)])
}

function header(field: number, length: number): Uint8Array {
  return Uint8Array.from([...varint(field * 8 + 2), ...varint(length)])
}

function varint(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  while (rest >= 128) {
    bytes.push((rest % 128) | 0x80)
    rest = Math.floor(rest / 128)
  }
  bytes.push(rest)
  return bytes
}
