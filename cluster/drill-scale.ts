import { type Clock, sleep } from '../src/base/index.ts'
import { UserError } from '../src/cli/index.ts'
import type { Connection } from './connection.ts'

const POLL_MS = 50
const TIMEOUT_MS = 60_000
const NAME = 'drill'

interface DeploymentView {
  readonly status?: { readonly replicas?: number }
}

/** A Deployment that is scaled after each kill: only living controllers make its pods. */
export class DrillScale {
  readonly #connection: Connection
  readonly #clock: Clock
  readonly #url: string
  #replicas = 1

  constructor(options: { connection: Connection; clock: Clock; namespace: string }) {
    this.#connection = options.connection
    this.#clock = options.clock
    this.#url = `/apis/apps/v1/namespaces/${options.namespace}/deployments`
  }

  async create(signal: AbortSignal): Promise<void> {
    const labels = { app: NAME }
    const container = { name: 'pause', image: 'navarch/pause' }
    const body = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: NAME },
      spec: {
        replicas: this.#replicas,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: { terminationGracePeriodSeconds: 0, containers: [container] },
        },
      },
    }
    const { status } = await this.#connection.api('POST', this.#url, { body, signal })
    if (status !== 201) throw new UserError(`the Deployment could not be made: HTTP ${status}`)
    await this.#until(this.#replicas, signal)
  }

  /** Scales, and waits until the controllers have made the pods; how long that took. */
  async scale(signal: AbortSignal): Promise<number> {
    const started = this.#clock.monotonicMs()
    this.#replicas = this.#replicas === 1 ? 2 : 1
    const body = { spec: { replicas: this.#replicas } }
    const contentType = 'application/merge-patch+json'
    for (;;) {
      const answer = await this.#connection
        .api('PATCH', `${this.#url}/${NAME}`, { body, contentType, signal })
        .catch(() => undefined)
      if (answer?.status === 200) break
      signal.throwIfAborted()
      await sleep(this.#clock, POLL_MS, { signal })
    }
    await this.#until(this.#replicas, signal)
    return this.#clock.monotonicMs() - started
  }

  async #until(replicas: number, signal: AbortSignal): Promise<void> {
    const deadline = this.#clock.monotonicMs() + TIMEOUT_MS
    for (;;) {
      const answer = await this.#connection
        .api('GET', `${this.#url}/${NAME}`, { signal })
        .catch(() => undefined)
      if ((answer?.body as DeploymentView | undefined)?.status?.replicas === replicas) return
      signal.throwIfAborted()
      if (this.#clock.monotonicMs() > deadline) {
        throw new UserError('the controllers made no pods for the scaled Deployment in 60 s')
      }
      await sleep(this.#clock, POLL_MS, { signal })
    }
  }
}
