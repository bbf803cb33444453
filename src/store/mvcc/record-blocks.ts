import { assert } from '../../base/index.ts'
import { type BlockParts, fitsBehind, type StoredRecord } from './stored-block.ts'

/** A larger change has a block of its own. */
const BLOCK_BYTES = 64 * 1024

/** Changes one behind the other, in the order of their revisions. */
export class RecordBlock {
  readonly #bytes: Buffer
  readonly #mains: number[] = []
  readonly #subs: number[] = []
  /** Where each change ends. */
  readonly #ends: number[] = []

  constructor(sizeBytes: number) {
    this.#bytes = Buffer.allocUnsafeSlow(sizeBytes)
  }

  get sizeBytes(): number {
    return this.#bytes.length
  }

  get count(): number {
    return this.#ends.length
  }

  /** Of all changes together. */
  get usedBytes(): number {
    return this.#ends.at(-1) ?? 0
  }

  has(moreBytes: number): boolean {
    return this.usedBytes + moreBytes <= this.#bytes.length
  }

  /** Where the change's bytes go. */
  add(main: number, sub: number, bytes: number): Uint8Array {
    const start = this.usedBytes
    this.#mains.push(main)
    this.#subs.push(sub)
    this.#ends.push(start + bytes)
    return this.#bytes.subarray(start, start + bytes)
  }

  at(position: number): StoredRecord {
    const start = position === 0 ? 0 : (this.#ends[position - 1] as number)
    return {
      main: this.#mains[position] as number,
      sub: this.#subs[position] as number,
      encoded: this.#bytes.subarray(start, this.#ends[position]),
    }
  }

  /** Everything, in pieces of at least `minBytes`, apart from the last. */
  *pieces(minBytes: number): Generator<BlockParts> {
    let from = 0
    let start = 0
    for (let to = 1; to <= this.count; to++) {
      const end = this.#ends[to - 1] as number
      const isFull = end - start >= minBytes || to === this.count
      const next = this.#mains[to]
      if (!isFull && fitsBehind(this.#mains[from] as number, next as number)) continue
      const begin = start
      yield {
        mains: this.#mains.slice(from, to),
        subs: this.#subs.slice(from, to),
        ends: this.#ends.slice(from, to).map((each) => each - begin),
        data: this.#bytes.subarray(start, end),
      }
      from = to
      start = end
    }
  }

  /** Below, at or above 0, as the change stands before, at or behind a revision. */
  compare(position: number, main: number, sub: number): number {
    return (this.#mains[position] as number) - main || (this.#subs[position] as number) - sub
  }
}

/**
 * The newest changes in memory: those that are not on disk yet, and of those that are as many as
 * `keptBytesMax` allows. A change is bytes in a block and three numbers. As objects of their own
 * changes were the largest part of what the garbage collector had to move and to look at.
 */
export class RecordBlocks {
  readonly #keptBytesMax: number
  #blocks: RecordBlock[] = []
  /** Blocks before this one are on disk. */
  #unwritten = 0
  /** Whether the last block takes more. */
  #open = false
  #keptBytes = 0
  #pendingBytes = 0
  #lastMain = 0

  constructor(keptBytesMax: number) {
    this.#keptBytesMax = keptBytesMax
  }

  /** Of the changes that nobody has taken to the disk. */
  get pendingBytes(): number {
    return this.#pendingBytes
  }

  /** Where the next change's bytes go. Revisions never fall. */
  add(main: number, sub: number, bytes: number): Uint8Array {
    assert(main >= this.#lastMain, 'changes come in the order of their revisions')
    this.#lastMain = main
    this.#pendingBytes += bytes
    let block = this.#open ? this.#blocks.at(-1) : undefined
    if (!block?.has(bytes)) {
      block = new RecordBlock(Math.max(BLOCK_BYTES, bytes))
      this.#blocks.push(block)
      this.#open = true
    }
    return block.add(main, sub, bytes)
  }

  find(main: number, sub: number): Uint8Array | undefined {
    const blocks = this.#blocks
    const block = blocks[lastAtOrBefore(blocks.length, (i) => compareFirst(blocks[i], main, sub))]
    if (!block) return undefined
    const position = lastAtOrBefore(block.count, (i) => block.compare(i, main, sub))
    if (position < 0 || block.compare(position, main, sub) !== 0) return undefined
    return block.at(position).encoded
  }

  /** What is not on disk: to be written, and then told by `written`. Nothing is added to these. */
  take(): readonly RecordBlock[] {
    this.#open = false
    this.#pendingBytes = 0
    return this.#blocks.slice(this.#unwritten)
  }

  /** The blocks taken are on disk. */
  written(taken: readonly RecordBlock[]): void {
    this.#unwritten += taken.length
    for (const { sizeBytes } of taken) this.#keptBytes += sizeBytes
    let dropped = 0
    while (dropped < this.#unwritten && this.#keptBytes > this.#keptBytesMax) {
      this.#keptBytes -= (this.#blocks[dropped++] as RecordBlock).sizeBytes
    }
    this.#blocks = this.#blocks.slice(dropped)
    this.#unwritten -= dropped
  }

  /** The first revision that is not known to be on disk. */
  get unwrittenFrom(): number | undefined {
    return this.#blocks[this.#unwritten]?.at(0).main
  }

  /** Changes of revisions in [from, to] that are not known to be on disk, as of this call. */
  unwritten(from: number, to: number): Iterable<StoredRecord> {
    const blocks = this.#blocks.slice(this.#unwritten)
    return recordsOf(blocks, blocks.at(-1)?.count ?? 0, { from, to })
  }
}

function* recordsOf(
  blocks: readonly RecordBlock[],
  lastCount: number,
  { from, to }: { from: number; to: number },
): Generator<StoredRecord> {
  for (const block of blocks) {
    const count = block === blocks.at(-1) ? lastCount : block.count
    for (let i = 0; i < count; i++) {
      if (block.compare(i, from, 0) < 0) continue
      if (block.compare(i, to + 1, 0) >= 0) return
      yield block.at(i)
    }
  }
}

function compareFirst(block: RecordBlock | undefined, main: number, sub: number): number {
  return block ? block.compare(0, main, sub) : 1
}

/** The last of `count` ascending places whose comparison is at most 0; -1: none. */
function lastAtOrBefore(count: number, compare: (at: number) => number): number {
  let low = -1
  let high = count - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (compare(middle) <= 0) low = middle
    else high = middle - 1
  }
  return low
}
