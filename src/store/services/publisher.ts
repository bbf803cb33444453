import { type Log, sleep } from '../../base/index.ts'
import type { MemberAttributes } from '../membership/index.ts'
import { Tag } from '../payload.ts'
import type { ServiceContext } from './context.ts'

const RETRY_MS = 500

/**
 * Tells the others this member's name and where its clients find it, at each start, until it is
 * replicated: as etcd does.
 */
export class Publisher {
  readonly #service: ServiceContext
  readonly #log: Log
  readonly #closed = new AbortController()

  constructor(service: ServiceContext, log: Log) {
    this.#service = service
    this.#log = log
  }

  /** Resolves when it is known, or this member stops. */
  async publish(attributes: MemberAttributes): Promise<void> {
    const { clock } = this.#service
    const { signal } = this.#closed
    const encoded = Buffer.from(JSON.stringify(attributes))
    while (!signal.aborted) {
      try {
        await this.#service.propose('members', Tag.memberAttributes, encoded, { signal })
        return
      } catch (error) {
        if (!signal.aborted) this.#log.debug('this member is not published yet', { error })
        await sleep(clock, RETRY_MS, { signal }).catch(() => undefined)
      }
    }
  }

  close(): void {
    this.#closed.abort()
  }
}
