import type { NodeInfo } from '../cache/node-info.ts'
import { countOn, hasAllKeys, type SpreadConstraint } from './spread-constraints.ts'

/** Questions whose counts are kept: with 5,000 nodes, about 60 kB for a constraint over zones. */
const QUESTIONS_MAX = 64
/** Of a node that is in no domain, or does not count. */
const NOWHERE = -1

interface Question {
  readonly constraints: readonly SpreadConstraint[]
  /** Only nodes that are in some domain of each of these count. */
  readonly within: readonly SpreadConstraint[]
}

/** A constraint with the pods that count in each of its domains. */
export interface Counted {
  readonly constraint: SpreadConstraint
  readonly domains: DomainCounts
}

/**
 * Counts pods by domain, for cycle after cycle. Pods of one kind ask the same, and between two
 * of them few nodes change: only these are counted again.
 */
export class SpreadCounts {
  /** The nodes that the answers are about: another list may be of other nodes. */
  #nodes: readonly NodeInfo[] = []
  /** By what is asked, the least recently asked first. */
  readonly #known = new Map<string, Tally>()

  /** Changes to what it returns are the caller's own. */
  count(nodes: readonly NodeInfo[], question: Question): Counted[] {
    const { constraints, within } = question
    if (constraints.length === 0) return []
    if (nodes !== this.#nodes) {
      this.#nodes = nodes
      this.#known.clear()
    }
    const asked = constraints.map(({ asks }) => asks)
    const key = JSON.stringify([asked, within.map(({ topologyKey }) => topologyKey)])
    const known = this.#known.get(key)
    const tally = known?.refresh(question) ? known : new Tally(nodes, question)
    this.#known.delete(key)
    this.#known.set(key, tally)
    if (this.#known.size > QUESTIONS_MAX) {
      const [oldest = ''] = this.#known.keys()
      this.#known.delete(oldest)
    }
    return tally.countsOf(constraints)
  }
}

/** How many pods count in each domain of a constraint. */
export class DomainCounts {
  readonly #ids: ReadonlyMap<string, number>
  readonly #counts: Int32Array
  #least: number | undefined

  constructor(ids: ReadonlyMap<string, number>, counts: Int32Array) {
    this.#ids = ids
    this.#counts = counts
  }

  /** The number of domains. */
  get size(): number {
    return this.#ids.size
  }

  of(domain: string): number {
    const id = this.#ids.get(domain)
    return id === undefined ? 0 : (this.#counts[id] ?? 0)
  }

  /** The emptiest domain's count; infinite if there is no domain. */
  get least(): number {
    if (this.#least === undefined) {
      let least = Infinity
      for (const count of this.#counts) if (count < least) least = count
      this.#least = least
    }
    return this.#least
  }

  /** A pod comes to a domain that is known, or leaves it. */
  shift(domain: string, by: 1 | -1): void {
    const id = this.#ids.get(domain)
    if (id === undefined) return
    this.#counts[id] = (this.#counts[id] ?? 0) + by
    this.#least = undefined
  }
}

/** One constraint's share of a tally: by node, its domain and the pods that count there. */
interface Column {
  readonly ids: Map<string, number>
  readonly domains: Int32Array
  readonly pods: Int32Array
  readonly sums: Int32Array
}

/** The answer to one question, with what each node contributed and when. */
class Tally {
  readonly #nodes: readonly NodeInfo[]
  readonly #revisions: Float64Array
  readonly #columns: readonly Column[]

  constructor(nodes: readonly NodeInfo[], { constraints, within }: Question) {
    this.#nodes = nodes
    this.#revisions = Float64Array.from(nodes, ({ revision }) => revision)
    const isWithin = nodes.map(({ node }) => hasAllKeys(node, within))
    this.#columns = constraints.map((constraint) => columnOf(nodes, isWithin, constraint))
  }

  /**
   * Counts the nodes that changed since. False if one came to be in another domain, which is rare:
   * then the tally is of no more use.
   */
  refresh(question: Question): boolean {
    // A plain loop: it runs over all nodes in every cycle.
    for (let i = 0; i < this.#nodes.length; i++) {
      const info = this.#nodes[i] as NodeInfo
      if (info.revision === this.#revisions[i]) continue
      if (!this.#recount(i, info, question)) return false
      this.#revisions[i] = info.revision
    }
    return true
  }

  #recount(i: number, info: NodeInfo, { constraints, within }: Question): boolean {
    const isWithin = hasAllKeys(info.node, within)
    return this.#columns.every((column, c) => {
      const constraint = constraints[c] as SpreadConstraint
      const domain = isWithin ? domainOf(info, constraint) : undefined
      const id = domain === undefined ? NOWHERE : column.ids.get(domain)
      if (id !== column.domains[i]) return false
      if (id !== NOWHERE) setCount(column, i, countOn(info, constraint))
      return true
    })
  }

  countsOf(constraints: readonly SpreadConstraint[]): Counted[] {
    return this.#columns.map(({ ids, sums }, c) => ({
      constraint: constraints[c] as SpreadConstraint,
      domains: new DomainCounts(ids, sums.slice()),
    }))
  }
}

function columnOf(
  nodes: readonly NodeInfo[],
  isWithin: readonly boolean[],
  constraint: SpreadConstraint,
): Column {
  const ids = new Map<string, number>()
  const domains = new Int32Array(nodes.length).fill(NOWHERE)
  for (const [i, info] of nodes.entries()) {
    const domain = isWithin[i] ? domainOf(info, constraint) : undefined
    if (domain === undefined) continue
    const id = ids.get(domain) ?? ids.size
    ids.set(domain, id)
    domains[i] = id
  }
  const pods = new Int32Array(nodes.length)
  const column = { ids, domains, pods, sums: new Int32Array(ids.size) }
  for (const [i, info] of nodes.entries()) {
    if (domains[i] !== NOWHERE) setCount(column, i, countOn(info, constraint))
  }
  return column
}

function setCount({ domains, pods, sums }: Column, i: number, count: number): void {
  const id = domains[i] ?? NOWHERE
  sums[id] = (sums[id] ?? 0) + count - (pods[i] ?? 0)
  pods[i] = count
}

/** The domain in which the node's pods count. */
function domainOf({ node }: NodeInfo, constraint: SpreadConstraint): string | undefined {
  const domain = node?.metadata.labels?.[constraint.topologyKey]
  return node && domain !== undefined && constraint.includes(node) ? domain : undefined
}
