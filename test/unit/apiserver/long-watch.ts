import { present, silentLog } from '../../../src/base/index.ts'
import { configMaps } from '../../../src/api/index.ts'
import type { Kv, WatchBatch } from '../../../src/kv/index.ts'
import { Change, ChangeHistory } from '../../../src/master/apiserver/cache/history.ts'
import { WatchCache } from '../../../src/master/apiserver/cache/watch-cache.ts'
import { resourceCodec } from '../../../src/master/apiserver/codec.ts'
import { systemClock } from '../../../src/platform/index.ts'

/**
 * A watch of many changes in a process of its own, whose heap nobody else uses. Prints how many
 * changes came, by how many bytes the memory grew since the bounded history was full, and how many
 * changes a history still holds of those that it dropped.
 */
const PREFIX = '/registry/configmaps/'
const KEYS = 100
const BATCH = 100

/** Bytes of buffers are counted until a later collection than that of the buffers themselves. */
async function usedBytes(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    present(globalThis.gc, 'node --expose-gc')()
    await new Promise((resolve) => setImmediate(resolve))
  }
  const { heapUsed, arrayBuffers, external } = process.memoryUsage()
  return heapUsed + Math.max(arrayBuffers, external)
}

/** A store in which one change comes after the other, and which keeps none of them. */
function streaming(count: number): Kv {
  async function* watch(): AsyncGenerator<WatchBatch> {
    for (let revision = 2; revision <= count + 1; ) {
      const events: WatchBatch['events'][number][] = []
      for (let i = 0; i < BATCH; i++, revision++) {
        const name = `c${revision % KEYS}`
        const data = { revision: String(revision), text: 'x'.repeat(1_000) }
        const object = { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name }, data }
        const kv = {
          key: `${PREFIX}default/${name}`,
          value: Buffer.from(JSON.stringify(object)),
          modRevision: revision,
          createRevision: 2,
          version: 1,
          lease: 0n,
        }
        events.push({ type: 'put', kv, previous: undefined })
      }
      yield { revision: revision - 1, events }
      await new Promise((resolve) => setImmediate(resolve))
    }
    await new Promise(() => undefined)
  }
  const unused = () => Promise.reject(new Error('is not asked for'))
  return {
    list: () => Promise.resolve({ revision: 1, kvs: [], more: false, count: 0 }),
    currentRevision: () => Promise.resolve(1),
    requestProgress: () => undefined,
    watch,
    get: unused,
    create: unused,
    update: unused,
    delete: unused,
    count: unused,
    compact: unused,
    leaseGrant: unused,
    leaseRevoke: unused,
    leaseKeepAlive: unused,
    close: () => Promise.resolve(),
  }
}

/** How many of a full history's dropped changes are still in memory. */
async function heldOfDropped(): Promise<number> {
  const history = new ChangeHistory(KEYS)
  const push = (revision: number) => {
    const change = new Change(revision, { now: undefined, before: undefined })
    history.push(change)
    return new WeakRef(change)
  }
  const all = Array.from({ length: KEYS + KEYS / 2 }, (_, i) => push(i + 1))
  // What was referred to weakly in this turn lives as long as the turn.
  await new Promise((resolve) => setImmediate(resolve))
  await usedBytes()
  // The history itself is still in use, or nothing of it would be held.
  return all.slice(0, KEYS / 2).filter((change) => change.deref()).length + (history.since ? 0 : 1)
}

const count = Number(process.argv[2])
const codec = resourceCodec(configMaps)
const kv = streaming(count)
const cache = new WatchCache({ codec, prefix: PREFIX, kv, clock: systemClock, log: silentLog })
void cache.run({ signal: new AbortController().signal })
await cache.waitFor(1, { timeoutMs: 5_000 })
let seen = 0
let early = 0
const watcher = cache.watch({ prefix: PREFIX, from: 1, matches: () => true })
for await (const items of watcher) {
  seen += items.length
  if (early === 0 && seen > count / 3) early = await usedBytes()
  if (seen >= count) break
}
const grownBytes = (await usedBytes()) - early
console.log(JSON.stringify({ seen, grownBytes, held: await heldOfDropped() }))
process.exit(0)
