/** A list's message from its metadata's and items' messages, which are not taken apart. */
export function listMessage(metadata: Uint8Array, items: readonly Uint8Array[]): Uint8Array {
  const parts: Uint8Array[] = [header(1, metadata), metadata]
  for (const item of items) parts.push(header(2, item), item)
  return Buffer.concat(parts)
}

/** Tag and length before a field's content. */
function header(field: number, content: Uint8Array): Uint8Array {
  const bytes = [field * 8 + 2]
  let rest = content.length
  while (rest >= 128) {
    bytes.push((rest % 128) | 0x80)
    rest = Math.floor(rest / 128)
  }
  bytes.push(rest)
  return Uint8Array.from(bytes)
}
