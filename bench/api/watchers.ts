import { quantile } from '../support/stats.ts'
import { note } from './figures.ts'
import { type ApiUnderTest, NAMESPACE } from './under-test.ts'

const WATCHERS = 1_000
/** As many streams as one connection has. */
const PER_CONNECTION = 100
const CHANGES = 50
/** Not counted: code that runs for the first times. */
const WARM_UP = 10
const NAME = 'watched'
const NEWLINE = 10

/** One change to many watchers: from the request that makes it to each of them having it. */
export async function watchers(api: ApiUnderTest): Promise<void> {
  const url = `/api/v1/namespaces/${NAMESPACE}/configmaps`
  await api.ask({ method: 'POST', url, body: { metadata: { name: NAME }, data: { turn: '' } } })
  const endings: AbortController[] = []
  const heard = new Heard()
  const connections = Array.from({ length: WATCHERS / PER_CONNECTION }, () => api.connect())
  try {
    for (const { transport } of connections) {
      const watch = async () => {
        const ending = new AbortController()
        endings.push(ending)
        const response = await transport({
          method: 'GET',
          url: `${url}?watch=1&fieldSelector=metadata.name%3D${NAME}`,
          headers: {},
          body: undefined,
          signal: ending.signal,
        })
        void heard.read(response.body as AsyncIterable<Uint8Array>)
      }
      await Promise.all(Array.from({ length: PER_CONNECTION }, watch))
    }
    await heard.by(WATCHERS)
    const tookMs: number[] = []
    for (let turn = 0; turn < WARM_UP + CHANGES; turn++) {
      const startMs = performance.now()
      const all = heard.by(WATCHERS)
      const headers = { 'content-type': 'application/merge-patch+json' }
      const body = { data: { turn: String(turn) } }
      await api.ask({ method: 'PATCH', url: `${url}/${NAME}`, headers, body })
      const heardMs = await all
      if (turn >= WARM_UP) for (const atMs of heardMs) tookMs.push(atMs - startMs)
    }
    const recorded = { target: '≤ 20 ms' }
    const title = api.title(`one change to ${WATCHERS} watchers`)
    note({ name: `${title}, p50`, value: quantile(tookMs, 0.5), unit: 'ms', recorded: {} })
    note({ name: `${title}, p99`, value: quantile(tookMs, 0.99), unit: 'ms', recorded })
  } finally {
    for (const ending of endings) ending.abort()
    for (const connection of connections) await connection.close()
  }
}

/** When something came on each of many streams. */
class Heard {
  #timesMs: number[] = []
  #wake: (() => void) | undefined

  async read(body: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      for await (const chunk of body) {
        // An event ends with a newline; where chunks end is the connection's business.
        if (chunk.at(-1) !== NEWLINE || Buffer.from(chunk).includes('"BOOKMARK"')) continue
        this.#timesMs.push(performance.now())
        this.#wake?.()
      }
    } catch {
      // The benchmark has ended it.
    }
  }

  /** The times of the next `count`. */
  async by(count: number): Promise<readonly number[]> {
    while (this.#timesMs.length < count) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    return this.#timesMs.splice(0, count)
  }
}
