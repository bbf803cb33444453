import type { Revision } from '../../../kv/index.ts'
import type { ObjectRevision } from '../object-revision.ts'

/** One change of one object: put (`now` is there) or deleted. */
export class Change {
  readonly revision: Revision
  readonly now: ObjectRevision | undefined
  readonly before: ObjectRevision | undefined
  #departed: ObjectRevision | undefined

  constructor(
    revision: Revision,
    states: { now: ObjectRevision | undefined; before: ObjectRevision | undefined },
  ) {
    this.revision = revision
    this.now = states.now
    this.before = states.before
  }

  /** The state before, under this change's revision: what a DELETED event carries. */
  get departed(): ObjectRevision | undefined {
    this.#departed ??= this.before?.at(this.revision)
    return this.#departed
  }
}

/** The newest changes of a resource, bounded: what a watch from an older revision is served from. */
export class ChangeHistory {
  readonly #capacity: number
  /** Before `#start` nothing is left. */
  #changes: (Change | undefined)[] = []
  #start = 0
  #since: Revision = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** Every change after this revision is here. */
  get since(): Revision {
    return this.#since
  }

  reset(revision: Revision): void {
    this.#changes = []
    this.#start = 0
    this.#since = revision
  }

  push(change: Change): void {
    this.#changes.push(change)
    if (this.#changes.length - this.#start <= this.#capacity) return
    const dropped = this.#changes[this.#start]
    if (dropped) this.#since = dropped.revision
    // What is dropped is let go of at once, with the objects that it holds.
    this.#changes[this.#start++] = undefined
    // Moving the array once in a while keeps the cost of dropping constant.
    if (this.#start < this.#capacity) return
    this.#changes = this.#changes.slice(this.#start)
    this.#start = 0
  }

  /** Changes after `revision`, oldest first; undefined when some of them are gone. */
  after(revision: Revision): readonly Change[] | undefined {
    if (revision < this.#since) return undefined
    let low = this.#start
    let high = this.#changes.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#changes[middle]?.revision ?? 0) <= revision) low = middle + 1
      else high = middle
    }
    return this.#changes.slice(low).filter((change) => change !== undefined)
  }
}
