import { type Log, sleep } from '../../base/index.ts'
import type { MemberAttributes } from '../membership/index.ts'
import { Tag } from '../payload.ts'
import type { ServiceContext } from './context.ts'

const RETRY_MS = 500
/** Without a quorum it fails every second or so: told less often. */
const TELL_MS_MIN = 5000

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
    const startMs = clock.monotonicMs()
    let toldMs = startMs - TELL_MS_MIN
    while (!signal.aborted) {
      try {
        await this.#service.propose('members', Tag.memberAttributes, encoded, { signal })
        return
      } catch (error) {
        const nowMs = clock.monotonicMs()
        if (!signal.aborted && nowMs - toldMs >= TELL_MS_MIN) {
          toldMs = nowMs
          const fields = {
            caller: 'etcdserver/server.go',
            seconds: (nowMs - startMs) / 1000,
            error,
          }
          this.#log.warn('failed to publish local member to cluster through raft', fields)
        }
        await sleep(clock, RETRY_MS, { signal }).catch(() => undefined)
      }
    }
  }

  close(): void {
    this.#closed.abort()
  }
}
