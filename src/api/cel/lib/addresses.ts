/** An IP address as a number. */
export interface Address {
  readonly family: 4 | 6
  readonly bits: bigint
}

/**
 * Reads an address as Kubernetes does: no zones, no leading zeros, no IPv4 within IPv6. A text that
 * says why, when it is none.
 */
export function parseAddress(text: string): Address | string {
  const fail = (why: string) => `ParseAddr(${JSON.stringify(text)}): ${why}`
  if (!text.includes(':')) {
    const bits = parseFour(text)
    return bits === undefined ? fail('unable to parse IP') : { family: 4, bits }
  }
  if (text.includes('%')) return 'IP address with zone value is not allowed'
  const bits = parseSix(text)
  if (bits === undefined) return fail('unable to parse IP')
  if (bits >> 32n === 0xffffn) return 'IPv4-mapped IPv6 address is not allowed'
  return { family: 6, bits }
}

function parseFour(text: string): bigint | undefined {
  const parts = text.split('.')
  if (parts.length !== 4) return undefined
  let bits = 0n
  for (const part of parts) {
    if (!/^(?:0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined
    bits = (bits << 8n) | BigInt(part)
  }
  return bits
}

function parseSix(text: string): bigint | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const groups = (half: string): number[] | undefined => {
    if (half === '') return []
    const all: number[] = []
    const parts = half.split(':')
    for (const [i, part] of parts.entries()) {
      if (part.includes('.')) {
        const four = i === parts.length - 1 ? parseFour(part) : undefined
        if (four === undefined) return undefined
        all.push(Number(four >> 16n), Number(four & 0xffffn))
      } else {
        if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return undefined
        all.push(Number.parseInt(part, 16))
      }
    }
    return all
  }
  const head = groups(halves[0] ?? '')
  const tail = halves.length === 2 ? groups(halves[1] ?? '') : []
  if (!head || !tail) return undefined
  const missing = 8 - head.length - tail.length
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined
  const all = [...head, ...Array.from({ length: missing }, () => 0), ...tail]
  return all.reduce((bits, group) => (bits << 16n) | BigInt(group), 0n)
}

/** The canonical text (RFC 5952). */
export function formatAddress({ family, bits }: Address): string {
  if (family === 4) {
    return [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 0xffn).join('.')
  }
  const groups = Array.from({ length: 8 }, (_, i) => (bits >> BigInt(112 - 16 * i)) & 0xffffn)
  let best = { at: -1, length: 1 }
  for (let i = 0; i < 8; i++) {
    let length = 0
    while (groups[i + length] === 0n) length++
    if (length > best.length) best = { at: i, length }
  }
  const text = (part: readonly bigint[]) => part.map((group) => group.toString(16)).join(':')
  if (best.at < 0) return text(groups)
  return `${text(groups.slice(0, best.at))}::${text(groups.slice(best.at + best.length))}`
}
