import { type Clock, readBody, withTimeout } from '../../../../base/index.ts'
import type { Store } from '../../registry/store.ts'
import { type KubeletClient, kubeletUrl } from '../../subresources/index.ts'
import { parseSummary, type Summary } from './summary.ts'

/** How long an answer is good for: measurements are seldom newer. */
const FRESH_MS = 5_000
const TIMEOUT_MS = 3_000
/** Agents that are asked at once. */
const ASKED_MAX = 16
const SUMMARY_BYTES_MAX = 16 * 1024 * 1024

interface Asked {
  readonly atMs: number
  readonly summary: Promise<Summary | undefined>
}

interface NodeSummariesOptions {
  readonly nodes: () => Store | undefined
  readonly kubelet: KubeletClient
  readonly clock: Clock
}

/** Asks the nodes' agents what they have measured. */
export class NodeSummaries {
  readonly #options: NodeSummariesOptions
  readonly #asked = new Map<string, Asked>()
  #asking = 0
  readonly #waiting: (() => void)[] = []

  constructor(options: NodeSummariesOptions) {
    this.#options = options
  }

  /** By the node's name. Those that do not answer are left out. */
  async of(names: Iterable<string>): Promise<Map<string, Summary>> {
    this.#forget()
    const found = new Map<string, Summary>()
    const asked = [...new Set(names)].map(async (name) => {
      const summary = await this.#fresh(name)
      if (summary) found.set(name, summary)
    })
    await Promise.all(asked)
    return found
  }

  #forget(): void {
    const nowMs = this.#options.clock.monotonicMs()
    for (const [name, { atMs }] of this.#asked) {
      if (nowMs - atMs >= FRESH_MS) this.#asked.delete(name)
    }
  }

  // Of no one request: others wait for the same answer.
  #fresh(name: string): Promise<Summary | undefined> {
    const known = this.#asked.get(name)
    if (known) return known.summary
    const summary = this.#inTurn(() => this.#ask(name)).catch(() => undefined)
    this.#asked.set(name, { atMs: this.#options.clock.monotonicMs(), summary })
    return summary
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#asking >= ASKED_MAX) await new Promise<void>((go) => this.#waiting.push(go))
    this.#asking++
    try {
      return await work()
    } finally {
      this.#asking--
      this.#waiting.shift()?.()
    }
  }

  async #ask(nodeName: string): Promise<Summary> {
    const { clock, kubelet, nodes } = this.#options
    const late = () => new Error(`the agent of node ${nodeName} did not answer in time`)
    const work = async (signal: AbortSignal) => {
      const baseUrl = await kubeletUrl(nodes(), { nodeName, signal })
      const headers = { accept: 'application/json' }
      const request = { method: 'GET', url: '/stats/summary', headers, body: undefined, signal }
      const { status, body } = await kubelet(baseUrl)(request)
      if (status !== 200) throw new Error(`the agent of node ${nodeName} answered ${status}`)
      return parseSummary(await readBody(body, SUMMARY_BYTES_MAX, () => new Error('too long')))
    }
    return withTimeout(clock, TIMEOUT_MS, late, work)
  }
}
