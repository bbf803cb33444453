import assert from 'node:assert/strict'
import { GrpcCode, KvError } from '../../../src/base/index.ts'
import { createMemoryKv, type Kv, type WatchOptions } from '../../../src/kv/index.ts'
import { systemClock } from '../../../src/platform/index.ts'
import { configMap, Harness, type Json } from './harness.ts'

const CMS = '/api/v1/namespaces/default/configmaps'

/** A store that can be taken away, and whose watches can be broken. */
class FaultyKv {
  readonly inner: Kv = createMemoryKv({ clock: systemClock })
  down: KvError | undefined
  #watches = new Set<AbortController>()

  readonly kv: Kv = new Proxy(this.inner, {
    get: (target, name: keyof Kv) => {
      if (name === 'watch') return (prefix: string, o: WatchOptions) => this.#watch(prefix, o)
      if (name === 'requestProgress' || name === 'close') return () => target[name]()
      return (...args: never[]) => {
        if (this.down) return Promise.reject(this.down)
        const method = target[name] as (...of: never[]) => unknown
        return method.apply(target, args)
      }
    },
  })

  breakWatches(error: KvError): void {
    for (const watch of this.#watches) watch.abort(error)
    this.#watches.clear()
  }

  async *#watch(prefix: string, options: WatchOptions) {
    if (this.down) throw this.down
    const own = new AbortController()
    this.#watches.add(own)
    const signal = AbortSignal.any([own.signal, options.signal])
    yield* this.inner.watch(prefix, { ...options, signal })
    if (own.signal.aborted) throw own.signal.reason
  }
}

const unavailable = () => new KvError(GrpcCode.unavailable, 'etcdserver: no leader')

describe('API server on a store that fails', () => {
  let faulty: FaultyKv
  let h: Harness
  beforeEach(async () => {
    faulty = new FaultyKv()
    h = await Harness.start({ kv: faulty.kv })
  })
  afterEach(() => h.stop())

  it('answers 500 with the store’s text, and no call to retry, while there is no leader, and works again after', async () => {
    faulty.down = unavailable()
    for (const call of [`GET ${CMS}`, `GET ${CMS}/a`, `DELETE ${CMS}/a`]) {
      const { status, json, headers } = await h.call(call)
      assert.equal(status, 500, call)
      assert.equal(json.reason, undefined)
      assert.equal(json.details, undefined)
      assert.equal(json.message, 'etcdserver: no leader')
      assert.equal(headers['retry-after'], undefined)
    }
    const post = await h.call(`POST ${CMS}`, { body: configMap('a') })
    assert.equal(post.status, 500)
    const ready = await h.call('GET /readyz?verbose', { anonymous: true })
    assert.equal(ready.status, 500)
    assert.match(ready.bytes.toString(), /\[-\]etcd failed: reason withheld/)
    assert.equal((await h.call('GET /livez?exclude=etcd', { anonymous: true })).status, 200)
    faulty.down = undefined
    assert.equal((await h.call(`POST ${CMS}`, { body: configMap('a') })).status, 201)
    assert.equal((await h.call('GET /readyz', { anonymous: true })).status, 200)
  })

  it('serves reads that may be old while the store is away', async () => {
    await h.call(`POST ${CMS}`, { body: configMap('a') })
    await h.call(`GET ${CMS}`)
    faulty.down = unavailable()
    const { json } = await h.call(`GET ${CMS}?resourceVersion=0`)
    assert.deepEqual(
      json.items.map((i: Json) => i.metadata.name),
      ['a'],
    )
  })

  it('goes on with a watch whose store broke off, without gap or repetition', async () => {
    const { json } = await h.call(`GET ${CMS}`)
    const end = new AbortController()
    const url = `${CMS}?watch=1&resourceVersion=${json.metadata.resourceVersion}`
    const events = h.watch(url, { signal: end.signal })
    const names: string[] = []
    for (let i = 0; i < 6; i++) {
      if (i % 2 === 1) faulty.breakWatches(unavailable())
      await h.call(`POST ${CMS}`, { body: configMap(`c${i}`) })
    }
    while (names.length < 6) names.push((await events.next()).value.object.metadata.name)
    assert.deepEqual(names, ['c0', 'c1', 'c2', 'c3', 'c4', 'c5'])
    end.abort()
    await events.return(undefined)
  })

  it('lists again when its place was compacted, and ends watches that may have missed something', async () => {
    await h.call(`POST ${CMS}`, { body: configMap('a') })
    const { json } = await h.call(`GET ${CMS}`)
    const version = json.metadata.resourceVersion
    const end = new AbortController()
    const events = h.watch(`${CMS}?watch=1&resourceVersion=${version}`, { signal: end.signal })
    const ended = events.next()
    faulty.down = unavailable()
    faulty.breakWatches(unavailable())
    const value = Buffer.from(
      JSON.stringify(configMap('b', { metadata: { name: 'b', namespace: 'default', uid: 'u' } })),
    )
    const { revision } = (await faulty.inner.create('/registry/configmaps/default/b', value)) as {
      revision: number
    }
    await faulty.inner.create('/x', value)
    await faulty.inner.compact(revision + 1)
    faulty.down = undefined
    assert.equal((await ended).done, true)
    const list = await h.call(`GET ${CMS}`)
    assert.deepEqual(
      list.json.items.map((i: Json) => i.metadata.name),
      ['a', 'b'],
    )
    const again = h.watch(`${CMS}?watch=1&resourceVersion=${version}`, { signal: end.signal })
    const { type, object } = (await again.next()).value
    assert.equal(type, 'ERROR')
    assert.equal(object.code, 410)
    assert.equal(object.reason, 'Expired')
    assert.match(object.message, /^too old resource version: \d+ \(\d+\)$/)
    end.abort()
  })

  it('retries an update that lost a race', async () => {
    await h.call(`POST ${CMS}`, { body: configMap('a', { data: {} }) })
    const merge = { 'content-type': 'application/merge-patch+json' }
    const patches = Array.from({ length: 20 }, (_, i) =>
      h.call(`PATCH ${CMS}/a`, { headers: merge, body: { data: { [`k${i}`]: 'v' } } }),
    )
    for (const { status } of await Promise.all(patches)) assert.equal(status, 200)
    const { json } = await h.call(`GET ${CMS}/a`)
    assert.equal(Object.keys(json.data).length, 20)
  })
})

describe('two API servers on one store', () => {
  let kv: Kv
  let a: Harness
  let b: Harness
  beforeEach(async () => {
    kv = createMemoryKv({ clock: systemClock })
    a = await Harness.start({ kv })
    b = await Harness.start({ kv })
  })
  afterEach(async () => {
    await a.stop()
    await b.stop()
  })

  it('show each other’s acknowledged writes at once', async () => {
    for (let i = 0; i < 20; i++) {
      const [writer, reader] = i % 2 === 0 ? [a, b] : [b, a]
      await writer.call(`POST ${CMS}`, { body: configMap(`c${i}`) })
      const { json } = await reader.call(`GET ${CMS}`)
      assert.equal(json.items.length, i + 1)
    }
  })

  it('never give one address or node port to two services', async () => {
    const service = (name: string) => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name },
      spec: { type: 'NodePort', ports: [{ port: 80 }] },
    })
    const url = '/api/v1/namespaces/default/services'
    const made = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        (i % 2 ? a : b).call(`POST ${url}`, { body: service(`s${i}`) }),
      ),
    )
    for (const { status } of made) assert.equal(status, 201)
    assert.equal(new Set(made.map((m) => m.json.spec.clusterIP)).size, 40)
    assert.equal(new Set(made.map((m) => m.json.spec.ports[0].nodePort)).size, 40)
    for (let i = 0; i < 40; i++) await a.call(`DELETE ${url}/s${i}`)
    assert.equal(await kv.count('/registry/ranges/'), 0)
  })

  it('write one of two updates at the same version', async () => {
    const { json } = await a.call(`POST ${CMS}`, { body: configMap('a', { data: { n: '0' } }) })
    const results = await Promise.all(
      [a, b].map((h, i) => h.call(`PUT ${CMS}/a`, { body: { ...json, data: { n: `${i + 1}` } } })),
    )
    assert.deepEqual(
      results.map((r) => r.status).sort((x, y) => x - y),
      [200, 409],
    )
  })
})
