import { assert } from '../../../base/index.ts'

/** The addresses of an IPv4 block that services can have: all but the first and the last one. */
export class IpRange {
  /** As given: `10.96.0.0/16`. */
  readonly cidr: string
  readonly #base: number
  readonly #size: number

  /** Throws when the text is no IPv4 block of at least 8 addresses. */
  constructor(cidr: string) {
    const [address = '', bits = ''] = cidr.split('/')
    const prefix = Number(bits)
    const value = parseIpv4(address)
    const valid = value !== undefined && /^\d+$/.test(bits) && prefix >= 8 && prefix <= 29
    if (!valid) {
      throw new Error(`service range ${cidr}: not an IPv4 block such as 10.96.0.0/16 (/8 to /29)`)
    }
    this.cidr = cidr
    this.#size = 2 ** (32 - prefix)
    this.#base = value - (value % this.#size)
  }

  /** How many addresses there are to give. */
  get count(): number {
    return this.#size - 2
  }

  /** The address with this number, from 0. The first one is the API's own service. */
  at(index: number): string {
    assert(index >= 0 && index < this.count, 'an address within the range')
    return formatIpv4(this.#base + 1 + index)
  }

  contains(address: string): boolean {
    const value = parseIpv4(address)
    if (value === undefined) return false
    const index = value - this.#base - 1
    return index >= 0 && index < this.count
  }
}

function parseIpv4(text: string): number | undefined {
  const parts = text.split('.')
  if (parts.length !== 4) return undefined
  let value = 0
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined
    value = value * 256 + Number(part)
  }
  return value
}

function formatIpv4(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.')
}
