import assert from 'node:assert/strict'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { silentLog } from '../../../src/base/index.ts'
import { configMaps } from '../../../src/api/index.ts'
import type { Kv, WatchBatch } from '../../../src/kv/index.ts'
import { WatchCache } from '../../../src/master/apiserver/cache/watch-cache.ts'
import { resourceCodec } from '../../../src/master/apiserver/codec.ts'
import { systemClock } from '../../../src/platform/index.ts'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void
setFlagsFromString('--no-expose-gc')

const PREFIX = '/registry/configmaps/'
const KEYS = 100
const BATCH = 100

function usedBytes(): number {
  gc()
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

describe('a watch of a long history', () => {
  it('needs no more memory the longer it lasts', async () => {
    const count = 150_000
    const codec = resourceCodec(configMaps)
    const kv = streaming(count)
    const cache = new WatchCache({ codec, prefix: PREFIX, kv, clock: systemClock, log: silentLog })
    const abort = new AbortController()
    const running = cache.run({ signal: abort.signal })
    await cache.waitFor(1, { timeoutMs: 5_000 })
    let seen = 0
    let early = 0
    const watcher = cache.watch({ prefix: PREFIX, from: 1, matches: () => true })
    for await (const items of watcher) {
      seen += items.length
      // By now the bounded history is full.
      if (early === 0 && seen > count / 3) early = usedBytes()
      if (seen >= count) break
    }
    const late = usedBytes()
    abort.abort()
    assert.equal(seen, count)
    const grown = (late - early) / 1e6
    assert.ok(grown < 15, `${grown.toFixed(1)} MB more after ${count} changes`)
    void running
  }).timeout(60_000)
})
