import type { Seen } from './seen.ts'

/**
 * How long a controller may go by what is past: one that is cut off, or whose watches are behind,
 * acts on what was, until its lease is lost.
 */
const PAST_MS = 6000

interface Past {
  readonly object: Seen
  /** When something else came in its place. */
  readonly untilMs: number
}

/** What objects were a short while ago. */
export class Recent {
  readonly #elapsedMs: () => number
  readonly #past = new Map<string, Past[]>()
  readonly #lost: Past[] = []

  constructor(elapsedMs: () => number) {
    this.#elapsedMs = elapsedMs
  }

  saw(old: Seen | undefined, now: Seen | undefined): void {
    if (!old) return
    const past = { object: old, untilMs: this.#elapsedMs() }
    if (!now) this.#lost.push(past)
    const { uid } = old.metadata
    this.#past.set(uid, [...(this.#past.get(uid) ?? []).filter((each) => this.#is(each)), past])
  }

  /** All that an object may be taken for: what it is, and what it was. */
  versions(now: Seen): Seen[] {
    const past = (this.#past.get(now.metadata.uid) ?? []).filter((each) => this.#is(each))
    return [...past.map(({ object }) => object), now]
  }

  /** Objects that were deleted. */
  lost(kind: string): Seen[] {
    while (this.#lost[0] && !this.#is(this.#lost[0])) this.#lost.shift()
    return this.#lost.map(({ object }) => object).filter((object) => object.kind === kind)
  }

  #is({ untilMs }: Past): boolean {
    return untilMs >= this.#elapsedMs() - PAST_MS
  }
}
