/** The messages that a server has sent over a WebSocket (RFC 6455 §5.2), none longer than 64 KiB. */
export function serverMessages(bytes: Buffer): { text: boolean; data: Buffer }[] {
  const found: { text: boolean; data: Buffer }[] = []
  for (let at = 0; at + 2 <= bytes.length; ) {
    const opcode = (bytes[at] ?? 0) & 0x0f
    const short = (bytes[at + 1] ?? 0) & 0x7f
    const head = short === 126 ? 4 : 2
    const length = short === 126 ? bytes.readUInt16BE(at + 2) : short
    const data = bytes.subarray(at + head, at + head + length)
    if (opcode === 1 || opcode === 2) found.push({ text: opcode === 1, data })
    at += head + length
  }
  return found
}

/** What a client asks with, for one of `protocols`. */
export function webSocketHeaders(...protocols: string[]): Record<string, string> {
  return {
    upgrade: 'websocket',
    connection: 'Upgrade',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    ...(protocols.length > 0 && { 'sec-websocket-protocol': protocols.join(', ') }),
  }
}
