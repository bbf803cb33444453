import { type Clock, ConnectionError, sleep } from '../src/base/index.ts'
import { UserError } from '../src/cli/index.ts'
import type { Connection } from './connection.ts'

const ATTEMPT_TIMEOUT_MS = 1000
const RETRY_MS = 5
const WRITERS = 4

/** Clients that write without pause, fail over, and remember what was acknowledged. */
export class DrillWriters {
  readonly #connection: Connection
  readonly #clock: Clock
  readonly #url: string
  readonly #stop = new AbortController()
  readonly #running: Promise<void>[] = []
  readonly #acknowledged: string[] = []
  #lastAckMs: number
  #longestGapMs = 0

  constructor(options: { connection: Connection; clock: Clock; namespace: string }) {
    this.#connection = options.connection
    this.#clock = options.clock
    this.#url = `/api/v1/namespaces/${options.namespace}/configmaps`
    this.#lastAckMs = options.clock.monotonicMs()
  }

  start(): void {
    this.#lastAckMs = this.#clock.monotonicMs()
    for (let i = 0; i < WRITERS; i++) this.#running.push(this.#write(i))
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error('the drill is over'))
    await Promise.all(this.#running)
  }

  get acknowledged(): number {
    return this.#acknowledged.length
  }

  /** Longest time without an acknowledged write since the last call. */
  takeLongestGapMs(): number {
    const gap = Math.max(this.#longestGapMs, this.#clock.monotonicMs() - this.#lastAckMs)
    this.#longestGapMs = 0
    return gap
  }

  /** Acknowledged writes that are not there. */
  async lost(signal: AbortSignal): Promise<string[]> {
    const found = new Set<string>()
    let next = ''
    do {
      const url = `${this.#url}?limit=500${next === '' ? '' : `&continue=${encodeURIComponent(next)}`}`
      const answer = await this.#connection.api('GET', url, { signal, timeoutMs: 10_000 })
      if (answer.status !== 200) {
        throw new UserError(`what was written could not be listed: HTTP ${answer.status}`)
      }
      const list = answer.body as {
        metadata: { continue?: string }
        items: readonly { metadata: { name: string } }[]
      }
      for (const { metadata } of list.items) found.add(metadata.name)
      next = list.metadata.continue ?? ''
    } while (next !== '')
    return this.#acknowledged.filter((name) => !found.has(name))
  }

  async #write(writer: number): Promise<void> {
    for (let i = 0; !this.#stop.signal.aborted; i++) {
      const name = `write-${writer}-${i}`
      if (await this.#create(name)) this.#acknowledge(name)
    }
  }

  #acknowledge(name: string): void {
    const nowMs = this.#clock.monotonicMs()
    this.#longestGapMs = Math.max(this.#longestGapMs, nowMs - this.#lastAckMs)
    this.#lastAckMs = nowMs
    this.#acknowledged.push(name)
  }

  /** Until some master says that it is there; false when the drill ended first. */
  async #create(name: string): Promise<boolean> {
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { name } }
    const { signal } = this.#stop
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        const options = { body, signal, timeoutMs: ATTEMPT_TIMEOUT_MS }
        const { status } = await this.#connection.api('POST', this.#url, options)
        // An attempt whose answer was lost may have been carried out.
        if (status === 201 || (status === 409 && attempt > 0)) return true
      } catch (error) {
        if (signal.aborted) return false
        if (!(error instanceof ConnectionError || error instanceof Error)) throw error
      }
      await sleep(this.#clock, RETRY_MS, { signal }).catch(() => undefined)
    }
    return false
  }
}
