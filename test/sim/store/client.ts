import { type Clock, GrpcCode, KvError, sleep, withTimeout } from '../../../src/base/index.ts'
import type { SeededRandom } from '../../../src/sim/index.ts'
import type { EtcdStore, RangeResult } from '../../../src/store/index.ts'
import type { History, KeyState, Reply, Request } from './history.ts'
import type { StoreBreak } from './node.ts'

export interface ClientOptions {
  readonly id: number
  readonly clock: Clock
  readonly random: SeededRandom
  readonly history: History
  readonly breaks: StoreBreak | undefined
  /** A member to ask, if one is up. */
  readonly pick: (random: SeededRandom) => EtcdStore | undefined
  readonly paceMs: number
  /** Told before it asks for a compaction. */
  readonly onCompact: (revision: number) => void
}

const KEYS = ['a', 'b', 'c', 'd', 'e']
const TIMEOUT_MS = 2500
const COMPARE_EQUAL = 0
const TARGET_MOD = 2
const KEEP_REVISIONS = 60

/** Asks one thing after another of whatever member is at hand, and writes down what it was told. */
export class Client {
  readonly #options: ClientOptions
  #count = 0
  #lastRevision = 0
  #modRevisions = new Map<string, number>()

  constructor(options: ClientOptions) {
    this.#options = options
  }

  /** Until `isDone` holds. Errors other than a store's own refusals are thrown. */
  async run(isDone: () => boolean): Promise<void> {
    const { clock, random, paceMs, pick } = this.#options
    while (!isDone()) {
      await sleep(clock, random.between(0, 2 * paceMs))
      const store = pick(random)
      if (!store) continue
      if (random.chance(0.01)) await this.#compact(store)
      else await this.#call(store, this.#request())
    }
  }

  #request(): Request {
    const { random, id } = this.#options
    const key = random.pick(KEYS)
    const value = () => `${id}-${this.#count++}`
    const kind = random.float()
    if (kind < 0.35) return { kind: 'put', key, value: value() }
    if (kind < 0.6) return { kind: 'get', key }
    if (kind < 0.7) return { kind: 'list' }
    if (kind < 0.78) return { kind: 'delete', key }
    const other = random.pick(KEYS.filter((each) => each !== key))
    const puts = [{ key, value: value() }]
    if (random.chance(0.5)) puts.push({ key: other, value: value() })
    return { kind: 'txn', key, ifModRevision: this.#modRevisions.get(key) ?? 0, puts }
  }

  async #call(store: EtcdStore, request: Request): Promise<void> {
    const { clock, history, id } = this.#options
    const operation = history.invoke(id, request)
    try {
      const onTimeout = () => new KvError(GrpcCode.deadlineExceeded, 'the client waits no longer')
      // A member that dies while it is asked does not even honour the signal.
      const reply = await withTimeout(clock, TIMEOUT_MS, onTimeout, (signal) =>
        Promise.race([this.#send(store, request, signal), aborted(signal)]),
      )
      history.returned(operation, reply)
      this.#lastRevision = Math.max(this.#lastRevision, reply.revision)
      this.#learn(request, reply)
    } catch (error) {
      // It may have taken effect all the same, now or later.
      if (!(error instanceof KvError)) throw error
    }
  }

  #learn(request: Request, reply: Reply): void {
    if (reply.kind !== 'read') return
    const keys = request.kind === 'get' ? [request.key] : KEYS
    for (const key of keys) this.#modRevisions.set(key, reply.keys.get(key)?.modRevision ?? 0)
  }

  async #send(store: EtcdStore, request: Request, signal: AbortSignal): Promise<Reply> {
    const serializable = this.#options.breaks === 'staleRead'
    switch (request.kind) {
      case 'put': {
        const { key, value } = request
        const { header } = await store.put({ key: bytes(key), value: bytes(value) }, { signal })
        return { kind: 'put', revision: header.revision }
      }
      case 'delete': {
        const { header, deleted } = await store.deleteRange({ key: bytes(request.key) }, { signal })
        return { kind: 'delete', revision: header.revision, deleted }
      }
      case 'get':
        return readReply(await store.range({ key: bytes(request.key), serializable }, { signal }))
      case 'list': {
        const all = { key: bytes('a'), rangeEnd: bytes('z'), serializable }
        return readReply(await store.range(all, { signal }))
      }
      case 'txn': {
        const { header, succeeded } = await store.txn(txnOf(request), { signal })
        return { kind: 'txn', revision: header.revision, succeeded }
      }
    }
  }

  async #compact(store: EtcdStore): Promise<void> {
    const revision = this.#lastRevision - KEEP_REVISIONS
    if (revision <= 0) return
    this.#options.onCompact(revision)
    try {
      const onTimeout = () => new KvError(GrpcCode.deadlineExceeded, 'the client waits no longer')
      await withTimeout(this.#options.clock, TIMEOUT_MS, onTimeout, (signal) =>
        Promise.race([store.compact({ revision }, { signal }), aborted(signal)]),
      )
    } catch (error) {
      // Another client may have compacted further.
      if (!(error instanceof KvError)) throw error
    }
  }
}

function txnOf(request: Request & { kind: 'txn' }) {
  const { key, ifModRevision, puts } = request
  return {
    compare: [
      {
        key: bytes(key),
        result: COMPARE_EQUAL,
        target: TARGET_MOD,
        modRevision: ifModRevision,
      },
    ],
    success: puts.map((put) => ({
      requestPut: { key: bytes(put.key), value: bytes(put.value) },
    })),
  }
}

function readReply({ header, kvs }: RangeResult & { header: { revision: number } }): Reply {
  const keys = kvs.map((kv): [string, KeyState] => {
    const { createRevision, modRevision, version } = kv
    const value = Buffer.from(kv.value).toString()
    return [Buffer.from(kv.key).toString(), { value, createRevision, modRevision, version }]
  })
  return { kind: 'read', revision: header.revision, keys: new Map(keys) }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

function bytes(text: string): Uint8Array {
  return Buffer.from(text)
}
