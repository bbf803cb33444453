import type { Clock } from '../../base/index.ts'
import type { ObjectKey } from '../../client/index.ts'

/** After this a lost event no longer keeps an owner from being reconciled (as upstream). */
const TIMEOUT_MS = 5 * 60_000

interface Expected {
  creations: number
  readonly deletions: Set<string>
  readonly atMs: number
}

/**
 * What an owner did but its informer has not shown yet. While something is outstanding, the counts
 * in the cache are wrong by just that, and nothing more is created or deleted from them.
 */
export class Expectations {
  readonly #clock: Clock
  readonly #byOwner = new Map<ObjectKey, Expected>()

  constructor(options: { clock: Clock }) {
    this.#clock = options.clock
  }

  expectCreations(owner: ObjectKey, count: number): void {
    this.expect(owner, { creations: count, deletions: [] })
  }

  /** By the UIDs of what goes: a pod is seen to go twice, marked and then gone. */
  expectDeletions(owner: ObjectKey, uids: Iterable<string>): void {
    this.expect(owner, { creations: 0, deletions: uids })
  }

  expect(owner: ObjectKey, what: { creations: number; deletions: Iterable<string> }): void {
    const { creations, deletions } = what
    const atMs = this.#clock.monotonicMs()
    this.#byOwner.set(owner, { creations, deletions: new Set(deletions), atMs })
  }

  creationObserved(owner: ObjectKey): void {
    const expected = this.#byOwner.get(owner)
    if (expected && expected.creations > 0) expected.creations--
  }

  deletionObserved(owner: ObjectKey, uid: string): void {
    this.#byOwner.get(owner)?.deletions.delete(uid)
  }

  /** Whether the cache shows all that was done, or so long has passed that it never will. */
  satisfied(owner: ObjectKey): boolean {
    const expected = this.#byOwner.get(owner)
    if (!expected) return true
    if (expected.creations === 0 && expected.deletions.size === 0) return true
    return this.#clock.monotonicMs() - expected.atMs > TIMEOUT_MS
  }

  forget(owner: ObjectKey): void {
    this.#byOwner.delete(owner)
  }
}
