import { assert } from '../../base/index.ts'
import { type RevisionId, revisionId } from './revision.ts'
import type { BlockDirectory } from './block-directory.ts'
import { encodeRecords, type StoredBlock } from './stored-block.ts'

/** Blocks that are written anew together, and about how many bytes of them at most. */
const STEP_BLOCKS = 256
const STEP_BYTES = 2 * 2 ** 20

/** Reads the block that begins with a change. */
type ReadBlock = (main: number, sub: number) => StoredBlock

/** What becomes of one block: its new bytes, or undefined when nothing of it is left. */
export interface SweptBlock {
  readonly main: number
  readonly sub: number
  readonly block: Uint8Array | undefined
}

/**
 * Takes changes that nobody can read any more out of the blocks on disk. They are gathered first;
 * the blocks are then written anew in the order of their revisions. So that of a key older changes
 * go no later than newer ones: what a crash leaves of a removed key never looks like one that is
 * there.
 */
export class Sweep {
  readonly #directory: BlockDirectory
  /** Dead changes by the start of their block; main and sub in turn. */
  #dead = new Map<RevisionId, number[]>()
  /** Dead changes that were in no block yet; main and sub in turn. */
  #unwritten: number[] = []
  #count = 0
  /** The next block to look at; undefined while changes are gathered. */
  #next: number | undefined

  constructor(directory: BlockDirectory) {
    this.#directory = directory
  }

  /** Dead changes that are still on disk. */
  get pending(): number {
    return this.#count
  }

  /** Whether blocks are being written anew: nothing may be added meanwhile. */
  get running(): boolean {
    return this.#next !== undefined
  }

  /** `stored`: whether it stands in a block. */
  add(main: number, sub: number, stored: boolean): void {
    this.#count++
    if (stored) this.#file(main, sub)
    else this.#unwritten.push(main, sub)
  }

  /** All are gathered. */
  begin(): void {
    if (this.#count > 0) this.#next = 0
  }

  /**
   * What becomes of the next blocks that have dead changes, of `STEP_BLOCKS` at most; to be written
   * before `wrote`. Nothing when all are done, or when some of the dead have yet to be written:
   * `storedBefore` is the first revision of those.
   */
  step(storedBefore: number, read: ReadBlock): SweptBlock[] {
    if (this.#next === undefined || !this.#fileUnwritten(storedBefore)) return []
    const swept: SweptBlock[] = []
    let bytes = 0
    while (this.#dead.size > 0 && swept.length < STEP_BLOCKS && bytes < STEP_BYTES) {
      assert(this.#next < this.#directory.size, 'every dead change stands in a block')
      const block = this.#sweep(this.#next++, read)
      if (!block) continue
      swept.push(block)
      bytes += block.block?.length ?? 0
    }
    return swept
  }

  /** What the last step told is written. */
  wrote(): void {
    if (this.#next === undefined || this.#dead.size > 0 || this.#unwritten.length > 0) return
    this.#next = undefined
    this.#count = 0
    this.#directory.prune()
  }

  /** Whether every dead change has its block. */
  #fileUnwritten(storedBefore: number): boolean {
    const unwritten = this.#unwritten
    for (let i = 0; i < unwritten.length; i += 2) {
      if ((unwritten[i] as number) >= storedBefore) return false
    }
    this.#unwritten = []
    for (let i = 0; i < unwritten.length; i += 2) {
      this.#file(unwritten[i] as number, unwritten[i + 1] as number)
    }
    return true
  }

  #file(main: number, sub: number): void {
    const position = this.#directory.floor(main, sub)
    assert(position >= 0, 'a dead change stands in a block')
    const start = this.#directory.startAt(position)
    const id = revisionId(start.main, start.sub)
    const dead = this.#dead.get(id)
    if (dead) dead.push(main, sub)
    else this.#dead.set(id, [main, sub])
  }

  #sweep(position: number, read: ReadBlock): SweptBlock | undefined {
    const { main, sub } = this.#directory.startAt(position)
    const id = revisionId(main, sub)
    const dead = this.#dead.get(id)
    if (!dead) return undefined
    this.#dead.delete(id)
    const left = this.#directory.countAt(position) - dead.length / 2
    this.#directory.setCount(position, left)
    if (left === 0) return { main, sub, block: undefined }
    const ids = new Set<RevisionId>()
    for (let i = 0; i < dead.length; i += 2) {
      ids.add(revisionId(dead[i] as number, dead[i + 1] as number))
    }
    const records = [...read(main, sub)].filter((each) => !ids.has(revisionId(each.main, each.sub)))
    return { main, sub, block: encodeRecords(main, records) }
  }
}
