import { assert } from '../../../base/index.ts'

/**
 * Addresses of pods, out of one IPv4 block such as `127.20.1.0/24`; the first (network) and last
 * (broadcast) are left alone. Next-fit: an address that was given back is used again last.
 */
export class AddressPool {
  readonly #first: number
  readonly #size: number
  readonly #taken = new Set<number>()
  #next = 0

  /** Throws `TypeError` for a malformed block. */
  constructor(cidr: string) {
    const match = /^(\d+\.\d+\.\d+\.\d+)\/(\d+)$/.exec(cidr)
    const bits = Number(match?.[2])
    if (!match || bits < 8 || bits > 30) {
      throw new TypeError(`podCidr: "${cidr}" is not an IPv4 block such as 127.20.1.0/24`)
    }
    const total = 2 ** (32 - bits)
    const base = Math.floor(toNumber(match[1] as string) / total) * total
    this.#first = base + 1
    this.#size = total - 2
  }

  /** Undefined when all are taken. */
  take(): string | undefined {
    for (let i = 0; i < this.#size; i++) {
      const offset = (this.#next + i) % this.#size
      if (this.#taken.has(offset)) continue
      this.#taken.add(offset)
      this.#next = offset + 1
      return toText(this.#first + offset)
    }
    return undefined
  }

  /** Marks an address that an earlier agent gave out. One of another block is not ours to mark. */
  reserve(address: string): void {
    const offset = toNumber(address) - this.#first
    if (offset < 0 || offset >= this.#size) return
    this.#taken.add(offset)
    this.#next = Math.max(this.#next, offset + 1)
  }

  release(address: string): void {
    this.#taken.delete(toNumber(address) - this.#first)
  }
}

function toNumber(address: string): number {
  const parts = address.split('.').map(Number)
  assert(parts.length === 4, 'an IPv4 address has four parts')
  return parts.reduce((all, part) => all * 256 + part, 0)
}

function toText(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.')
}
