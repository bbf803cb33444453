import type { Log } from '../../../base/index.ts'
import type { NodeInfo } from '../cache/node-info.ts'
import type { Candidate } from '../framework/post-filter.ts'
import type { NodeView, PodView } from '../framework/types.ts'
import type { Extender } from './types.ts'

type Call = { readonly signal: AbortSignal }

/** What all extenders together leave of the nodes on which a pod would fit. */
export interface Narrowed {
  readonly feasible: readonly NodeInfo[]
  /** Reasons of the others, with the number of nodes. */
  readonly reasons: ReadonlyMap<string, number>
  /** Nodes that may fit once pods are gone from them. */
  readonly resolvable: readonly NodeInfo[]
}

/** The extenders that have a say about one pod, asked one after the other as kube-scheduler does. */
export class Extenders {
  readonly #all: readonly Extender[]
  readonly #log: Log

  constructor(all: readonly Extender[], log: Log) {
    this.#all = all
    this.#log = log
  }

  get ignoredResources(): readonly string[] {
    return this.#all.flatMap(({ ignoredResources }) => ignoredResources)
  }

  /** Undefined: nobody wants to be asked about the pod. */
  for(pod: PodView): Extenders | undefined {
    if (this.#all.length === 0) return undefined
    const interested = this.#all.filter((extender) => extender.isInterested(pod))
    return interested.length > 0 ? new Extenders(interested, this.#log) : undefined
  }

  async filter(pod: PodView, nodes: readonly NodeInfo[], call: Call): Promise<Narrowed> {
    let feasible = nodes
    const reasons = new Map<string, number>()
    const resolvable: NodeInfo[] = []
    for (const extender of this.#all) {
      if (!extender.filter || feasible.length === 0) continue
      const ask = () => extender.filter?.(pod, viewsOf(feasible), call)
      const said = await this.#ask(extender, 'filter', ask)
      if (!said) continue
      for (const node of feasible) {
        if (said.fits.has(node.name)) continue
        const hard = said.unresolvable.get(node.name)
        const reason = hard ?? said.failed.get(node.name) ?? ''
        if (reason !== '') reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
        if (hard === undefined) resolvable.push(node)
      }
      feasible = feasible.filter(({ name }) => said.fits.has(name))
    }
    return { feasible, reasons, resolvable }
  }

  /** Scores to be added. An extender that cannot be asked gives none. */
  async scores(pod: PodView, nodes: readonly NodeInfo[], call: Call): Promise<Map<string, number>> {
    const total = new Map<string, number>()
    const asked = this.#all.map(async (extender) => {
      if (!extender.prioritize) return
      try {
        const scores = await extender.prioritize(pod, viewsOf(nodes), call)
        for (const [name, score] of scores) total.set(name, (total.get(name) ?? 0) + score)
      } catch (error) {
        this.#warn(extender, 'prioritize', error)
      }
    })
    await Promise.all(asked)
    return total
  }

  async preempt(
    pod: PodView,
    candidates: readonly Candidate[],
    call: Call,
  ): Promise<readonly Candidate[]> {
    let left = candidates
    for (const extender of this.#all) {
      if (!extender.preempt || left.length === 0) continue
      const ask = () => extender.preempt?.(pod, left, call)
      left = (await this.#ask(extender, 'preempt', ask)) ?? left
    }
    return left
  }

  /** Binds the pod, if one of them does such; says whether. */
  async bind(pod: PodView, nodeName: string, call: Call): Promise<boolean> {
    const binder = this.#all.find(({ bind }) => bind)
    await binder?.bind?.(pod, nodeName, call)
    return binder !== undefined
  }

  /** Undefined: it cannot be asked, and need not be. */
  async #ask<T>(
    extender: Extender,
    what: string,
    ask: () => Promise<T> | undefined,
  ): Promise<T | undefined> {
    try {
      return await ask()
    } catch (error) {
      if (!extender.ignorable) throw error
      this.#warn(extender, what, error)
      return undefined
    }
  }

  #warn({ name }: Extender, what: string, error: unknown): void {
    this.#log.warn('an extender was passed over', { extender: name, what, error: String(error) })
  }
}

function viewsOf(nodes: readonly NodeInfo[]): NodeView[] {
  return nodes.flatMap(({ node }) => node ?? [])
}
