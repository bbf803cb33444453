import assert from 'node:assert/strict'
import { secrets } from '../../../../src/api/index.ts'
import { silentLog } from '../../../../src/base/index.ts'
import { createMemoryKv, type Kv } from '../../../../src/kv/index.ts'
import { WatchCache } from '../../../../src/master/apiserver/cache/watch-cache.ts'
import { resourceCodec } from '../../../../src/master/apiserver/codec.ts'
import { encryptedKv } from '../../../../src/master/apiserver/encryption/encrypted-kv.ts'
import { KmsError } from '../../../../src/master/apiserver/encryption/kms.ts'
import type { Provider } from '../../../../src/master/apiserver/encryption/providers.ts'
import { systemClock, systemRandom } from '../../../../src/platform/index.ts'

const PREFIX = '/registry/secrets/'
const KEY = `${PREFIX}default/a`
const SEALED = 'k8s:enc:kms:v2:mine:'
const WAIT = { timeoutMs: 10_000 }

const secret = (text: string) =>
  Buffer.from(
    `{"kind":"Secret","apiVersion":"v1","metadata":{"name":"a","namespace":"default","uid":"1"},` +
      `"data":{"a":"${Buffer.from(text).toString('base64')}"},"type":"Opaque"}`,
  )

describe('secrets that cannot be opened', () => {
  let bare: Kv
  let kv: Kv
  let cache: WatchCache
  let watcher: ReturnType<WatchCache['watch']>
  let isAway: boolean
  /** Called when the plugin is asked in vain. */
  let onFailed: () => void
  let running: Promise<void>
  let stop: AbortController
  const failed = () => {
    isAway = true
    return new Promise<void>((resolve) => {
      onFailed = resolve
    })
  }
  /** The types of what a watch from the beginning was told until it had `count`. */
  const heard = async (count: number) => {
    const types: string[] = []
    for await (const items of watcher) {
      types.push(...items.map(({ type }) => type))
      if (types.length >= count) break
    }
    return types
  }
  const run = () => {
    running = cache.run({ signal: stop.signal })
  }
  const watch = () => {
    watcher = cache.watch({ prefix: PREFIX, from: undefined, matches: () => true })
  }

  beforeEach(() => {
    isAway = false
    onFailed = () => undefined
    stop = new AbortController()
    bare = createMemoryKv({ clock: systemClock })
    const plugin: Provider = {
      prefix: SEALED,
      seal: (value) => value,
      open(value) {
        if (!isAway) return value
        setImmediate(onFailed)
        throw new KmsError('the plugin is away')
      },
    }
    kv = encryptedKv(bare, { providers: () => [plugin], random: systemRandom() })
    const codec = resourceCodec(secrets)
    cache = new WatchCache({ codec, prefix: PREFIX, kv, clock: systemClock, log: silentLog })
  })
  afterEach(async () => {
    stop.abort()
    await running
    await bare.close()
  })

  it('are in the cache once the plugin is back, that was away during the start', async () => {
    await kv.create(KEY, secret('one'))
    const inVain = failed()
    run()
    await inVain
    assert.equal(cache.synced, false)
    isAway = false
    await cache.waitFor(await bare.currentRevision(), WAIT)
    assert.match(Buffer.from(cache.get(KEY)?.json ?? []).toString(), /b25l/)
  })

  it('are not deleted for watchers while the plugin is away', async () => {
    await kv.create(KEY, secret('one'))
    run()
    const before = await bare.currentRevision()
    await cache.waitFor(before, WAIT)
    watch()
    const inVain = failed()
    const { kv: old } = await bare.get(KEY)
    await kv.update(KEY, secret('two'), old?.modRevision ?? 0)
    await inVain
    assert.match(Buffer.from(cache.get(KEY)?.json ?? []).toString(), /b25l/)
    isAway = false
    await cache.waitFor(await bare.currentRevision(), WAIT)
    assert.match(Buffer.from(cache.get(KEY)?.json ?? []).toString(), /dHdv/)
    assert.deepEqual(await heard(2), ['ADDED', 'MODIFIED'])
  })

  it('are not deleted for watchers when what was written makes no sense', async () => {
    await kv.create(KEY, secret('one'))
    run()
    await cache.waitFor(await bare.currentRevision(), WAIT)
    watch()
    const { kv: old } = await bare.get(KEY)
    const sealed = Buffer.from('k8s:enc:another:v1:key:xyz')
    const damaged = await bare.update(KEY, sealed, old?.modRevision ?? 0)
    assert.equal(damaged.kind, 'ok')
    await cache.waitFor(await bare.currentRevision(), WAIT)
    assert.match(Buffer.from(cache.get(KEY)?.json ?? []).toString(), /b25l/)
    const { kv: now } = await bare.get(KEY)
    await kv.update(KEY, secret('three'), now?.modRevision ?? 0)
    assert.deepEqual(await heard(2), ['ADDED', 'MODIFIED'])
  })
})
