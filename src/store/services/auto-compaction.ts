import { KvError, type Log, sleep } from '../../base/index.ts'
import type { KeyService } from './keys.ts'
import type { ServiceContext } from './context.ts'

/** etcd's `--auto-compaction-mode` and `--auto-compaction-retention`. */
export type AutoCompactionMode =
  /** Keeps the revisions of the last so many milliseconds. */
  | { readonly mode: 'periodic'; readonly retentionMs: number }
  /** Keeps so many revisions. */
  | { readonly mode: 'revision'; readonly retention: number }

const HOUR_MS = 3_600_000
/** Looks per period, as in etcd. */
const LOOKS = 10
const REVISION_PERIOD_MS = 5 * 60_000

/** Compacts by itself, as the leader, by etcd's rules. */
export class AutoCompaction {
  readonly #service: ServiceContext
  readonly #keys: Pick<KeyService, 'compact'>
  readonly #log: Log
  readonly #closed = new AbortController()

  constructor(
    service: ServiceContext,
    options: { keys: Pick<KeyService, 'compact'>; log: Log; how: AutoCompactionMode },
  ) {
    this.#service = service
    this.#keys = options.keys
    this.#log = options.log
    const { how } = options
    void (how.mode === 'revision' ? this.#byRevision(how.retention) : this.#byTime(how.retentionMs))
  }

  close(): void {
    this.#closed.abort()
  }

  /** Every five minutes all but the newest revisions. */
  async #byRevision(retention: number): Promise<void> {
    let last = 0
    while (await this.#pause(REVISION_PERIOD_MS)) {
      const revision = this.#service.state.mvcc.revision - retention
      if (revision <= 0 || revision === last || !this.#leads) continue
      if (await this.#compact(revision)) last = revision
    }
  }

  /** Every period, or hour if that is shorter, what was the newest revision a period ago. */
  async #byTime(retentionMs: number): Promise<void> {
    const periodMs = Math.min(retentionMs, HOUR_MS)
    const lookMs = periodMs / LOOKS
    const kept = Math.ceil(retentionMs / lookMs)
    const { clock, state } = this.#service
    const revisions: number[] = []
    let last = 0
    let doneMs = clock.monotonicMs()
    while (await this.#pause(lookMs)) {
      revisions.push(state.mvcc.revision)
      const revision = revisions.at(-kept - 1) ?? revisions[0] ?? 0
      if (revisions.length > kept + 1) revisions.shift()
      const isDue = revisions.length > kept && clock.monotonicMs() - doneMs >= periodMs
      if (!isDue || revision <= 1 || revision === last || !this.#leads) continue
      if (!(await this.#compact(revision))) continue
      last = revision
      doneMs = clock.monotonicMs()
    }
  }

  get #leads(): boolean {
    return this.#service.member.status().role === 'leader'
  }

  async #pause(ms: number): Promise<boolean> {
    const { signal } = this.#closed
    await sleep(this.#service.clock, ms, { signal }).catch(() => undefined)
    return !signal.aborted
  }

  async #compact(revision: number): Promise<boolean> {
    try {
      await this.#keys.compact({ revision }, { signal: this.#closed.signal })
      this.#log.info('compacted by itself', { revision })
      return true
    } catch (error) {
      // Somebody else has compacted further: as good.
      if (error instanceof KvError && error.message.includes('has been compacted')) return true
      if (!this.#closed.signal.aborted) this.#log.warn('compacting failed', { revision, error })
      return false
    }
  }
}
