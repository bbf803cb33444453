import type { SeededRandom } from './random.ts'

type Change =
  | { readonly offset: number; readonly bytes: Uint8Array }
  | { readonly truncateTo: number }

/** What a disk writes in one piece. */
const SECTOR_BYTES = 512

/** How unsynced changes fare in one crash of one file. */
type Fate = 'lost' | 'kept' | 'prefix' | 'sectors'
const FATES: readonly Fate[] = ['lost', 'kept', 'prefix', 'sectors']

/** A file's content as read now, as it is on the medium, and the changes between the two. */
export class FileNode {
  #current = new Content()
  readonly #durable = new Content()
  #pending: Change[] = []

  get size(): number {
    return this.#current.size
  }

  read(offset: number, length: number): Uint8Array {
    return this.#current.read(offset, length)
  }

  write(offset: number, bytes: Uint8Array): void {
    this.#change({ offset, bytes })
  }

  truncate(size: number): void {
    this.#change({ truncateTo: size })
  }

  sync(): void {
    for (const change of this.#pending) this.#durable.apply(change)
    this.#pending = []
  }

  /** What was to be synced is lost; it is read as long as the power stays, and no later sync saves it. */
  failSync(): void {
    this.#pending = []
  }

  /** The power fails: each unsynced change is lost, kept, or torn between sectors. */
  crash(random: SeededRandom): void {
    const fate = random.pick(FATES)
    const keptCount = random.int(this.#pending.length + 1)
    for (const [i, change] of this.#pending.entries()) {
      if (fate === 'lost' || (fate === 'prefix' && i > keptCount)) break
      if (fate === 'kept' || (fate === 'prefix' && i < keptCount)) this.#durable.apply(change)
      else this.#applyTorn(change, fate, random)
    }
    this.#pending = []
    this.#current = this.#durable.copy()
  }

  #change(change: Change): void {
    this.#current.apply(change)
    this.#pending.push(change)
  }

  /** `prefix`: the first sectors of a write; `sectors`: any of them. A truncation is all or nothing. */
  #applyTorn(change: Change, fate: 'prefix' | 'sectors', random: SeededRandom): void {
    if ('truncateTo' in change) {
      if (random.chance(0.5)) this.#durable.apply(change)
      return
    }
    const { offset, bytes } = change
    const end = offset + bytes.length
    const cut = offset + random.int(bytes.length + 1)
    for (let from = offset; from < end; ) {
      const to = Math.min(end, (Math.floor(from / SECTOR_BYTES) + 1) * SECTOR_BYTES)
      const kept = fate === 'prefix' ? to <= cut : random.chance(0.5)
      if (kept)
        this.#durable.apply({ offset: from, bytes: bytes.subarray(from - offset, to - offset) })
      from = to
    }
  }
}

/** Bytes that grow. */
class Content {
  #bytes = new Uint8Array(0)
  size = 0

  read(offset: number, length: number): Uint8Array {
    return this.#bytes.slice(offset, Math.min(this.size, offset + length))
  }

  apply(change: Change): void {
    if ('truncateTo' in change) {
      this.#reserve(change.truncateTo)
      this.#bytes.fill(0, Math.min(this.size, change.truncateTo), this.#bytes.length)
      this.size = change.truncateTo
      return
    }
    const end = change.offset + change.bytes.length
    this.#reserve(end)
    this.#bytes.set(change.bytes, change.offset)
    this.size = Math.max(this.size, end)
  }

  copy(): Content {
    const copy = new Content()
    copy.#bytes = this.#bytes.slice()
    copy.size = this.size
    return copy
  }

  #reserve(size: number): void {
    if (size <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(size, this.#bytes.length * 2))
    grown.set(this.#bytes)
    this.#bytes = grown
  }
}
