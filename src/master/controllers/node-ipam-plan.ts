import { addressBits, addressOf, cidrContains } from '../../api/index.ts'

/** The blocks of one family from which nodes get theirs. */
export interface NodeBlocks {
  /** `10.244.0.0/16`. */
  readonly cluster: string
  /** Of a node's own block. */
  readonly bits: number
}

/** Whether two blocks have an address in common. */
export function overlap(a: string, b: string): boolean {
  const shorter = Number(a.split('/')[1]) <= Number(b.split('/')[1])
  return shorter ? cidrContains(a, b) : cidrContains(b, a)
}

/**
 * Gives each node a block of its own, the next one in turn, so that a block that was given back
 * rests for as long as possible. Blocks that overlap with `excluded` are left out.
 */
export class BlockAllocator {
  readonly #blocks: NodeBlocks
  readonly #isIpv6: boolean
  readonly #base: bigint
  readonly #count: bigint
  readonly #excluded: readonly string[]
  readonly #taken = new Set<string>()
  #next = 0n

  constructor(blocks: NodeBlocks, excluded: readonly string[]) {
    const [address = '', bits = '0'] = blocks.cluster.split('/')
    this.#blocks = blocks
    this.#isIpv6 = address.includes(':')
    this.#base = addressBits(address)
    this.#count = 1n << BigInt(blocks.bits - Number(bits))
    this.#excluded = excluded.filter((block) => block.includes(':') === this.#isIpv6)
  }

  /** Undefined when all are taken. */
  take(): string | undefined {
    for (let tried = 0n; tried < this.#count; tried++) {
      const block = this.#at((this.#next + tried) % this.#count)
      if (this.#taken.has(block) || this.#excluded.some((other) => overlap(other, block))) continue
      this.#next = (this.#next + tried + 1n) % this.#count
      this.#taken.add(block)
      return block
    }
    return undefined
  }

  /** Notes a block that a node has already. */
  occupy(block: string): void {
    this.#taken.add(block)
  }

  release(block: string): void {
    this.#taken.delete(block)
  }

  #at(index: bigint): string {
    const width = this.#isIpv6 ? 128 : 32
    const address = this.#base + (index << BigInt(width - this.#blocks.bits))
    return `${addressOf(address, this.#isIpv6)}/${this.#blocks.bits}`
  }
}
