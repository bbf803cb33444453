import type { Clock } from '../../../base/index.ts'
import { isCompacted, type Kv, type Revision } from '../../../kv/index.ts'

/** The key by which masters agree who compacts (kube-apiserver's name). */
const KEY = 'compact_rev_key'

/**
 * Forgets the store's history older than one pass, so that it does not grow for ever. Every master
 * calls it; the one that moves the key on does the work.
 */
export class Compaction {
  readonly #kv: Kv
  /** What the newest revision was at the last pass. */
  #last: Revision | undefined
  #seen: Revision | undefined

  constructor(options: { kv: Kv; clock: Clock }) {
    this.#kv = options.kv
  }

  /** Whether this master compacted. */
  async pass(options: { signal: AbortSignal }): Promise<boolean> {
    const { signal } = options
    const current = await this.#kv.currentRevision({ signal })
    const upTo = this.#last
    this.#last = current
    const won = await this.#claim(signal)
    if (!won || upTo === undefined) return false
    try {
      await this.#kv.compact(upTo, { signal })
    } catch (error) {
      if (!isCompacted(error)) throw error
    }
    return true
  }

  // The key's version only moves on for one of those who saw the same.
  async #claim(signal: AbortSignal): Promise<boolean> {
    const value = Buffer.from(String(this.#last ?? 0))
    if (this.#seen === undefined) {
      const created = await this.#kv.create(KEY, value, { signal })
      if (created.kind === 'ok') {
        this.#seen = created.revision
        return true
      }
    } else {
      const moved = await this.#kv.update(KEY, value, this.#seen, { signal })
      if (moved.kind === 'ok') {
        this.#seen = moved.revision
        return true
      }
    }
    const { kv } = await this.#kv.get(KEY, { signal })
    this.#seen = kv?.modRevision
    return false
  }
}
