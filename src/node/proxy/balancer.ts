import type { Rule, Target } from './plan.ts'

/** Clients whose target is remembered, per rule; the longest unseen is forgotten first. */
const AFFINITY_CLIENTS_MAX = 10_000

/** Chooses targets: each in its turn, or the one that a client had before (session affinity). */
export class Balancer {
  #rule: Rule
  #next: number
  readonly #affinity = new Map<string, { target: Target; seenAtMs: number }>()

  constructor(rule: Rule, firstIndex: number) {
    this.#rule = rule
    this.#next = firstIndex
  }

  update(rule: Rule): void {
    this.#rule = rule
  }

  get rule(): Rule {
    return this.#rule
  }

  /** The targets to try for a client, best first: each at most once. */
  choose(clientAddress: string, nowMs: number): readonly Target[] {
    const { targets, affinityMs } = this.#rule
    const start = this.#next++ % Math.max(1, targets.length)
    const inTurn = [...targets.slice(start), ...targets.slice(0, start)]
    if (affinityMs === undefined) return inTurn
    const known = this.#affinity.get(clientAddress)
    if (!known || nowMs - known.seenAtMs >= affinityMs) return inTurn
    const still = targets.find((t) => sameTarget(t, known.target))
    return still ? [still, ...inTurn.filter((t) => t !== still)] : inTurn
  }

  /** The client got this target. */
  connected(clientAddress: string, target: Target, nowMs: number): void {
    if (this.#rule.affinityMs === undefined) return
    this.#affinity.delete(clientAddress)
    this.#affinity.set(clientAddress, { target, seenAtMs: nowMs })
    if (this.#affinity.size <= AFFINITY_CLIENTS_MAX) return
    for (const oldest of this.#affinity.keys()) {
      this.#affinity.delete(oldest)
      return
    }
  }
}

export function sameTarget(a: Target, b: Target): boolean {
  return a.address === b.address && a.port === b.port
}
