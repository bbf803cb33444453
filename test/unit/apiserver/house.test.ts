import assert from 'node:assert/strict'
import type { Clock } from '../../../src/base/index.ts'
import { createMemoryKv } from '../../../src/kv/index.ts'
import { systemClock } from '../../../src/platform/index.ts'
import { configMap, Harness, type Json } from './harness.ts'

const CMS = '/api/v1/namespaces/default/configmaps'
const HASTE = 1_000

/** Timers of a minute fire within 60 ms; the time of day is as it is. */
const hasty: Clock = {
  nowMs: () => systemClock.nowMs(),
  monotonicMs: () => systemClock.monotonicMs() * HASTE,
  after: (ms, fire, options) => systemClock.after(ms / HASTE, fire, options),
  every: (ms, fire, options) => systemClock.every(Math.max(1, ms / HASTE), fire, options),
}

async function until(what: () => Promise<boolean>): Promise<void> {
  while (!(await what())) await new Promise((resolve) => setTimeout(resolve, 5))
}

describe('housekeeping of an API server', () => {
  it('bookmarks a quiet watch with revisions that others made', async () => {
    const h = await Harness.start({ clock: hasty })
    const { json } = await h.call(`GET ${CMS}`)
    const version = json.metadata.resourceVersion
    for (let i = 0; i < 5; i++) await h.kv.create(`/elsewhere/${i}`, new Uint8Array(1))
    const end = new AbortController()
    const url = `${CMS}?watch=1&allowWatchBookmarks=true&resourceVersion=${version}`
    for await (const { type, object } of h.watch(url, { signal: end.signal })) {
      assert.equal(type, 'BOOKMARK')
      assert.equal(object.kind, 'ConfigMap')
      if (Number(object.metadata.resourceVersion) >= Number(version) + 5) break
    }
    end.abort()
    await h.stop()
  })

  it('makes the system namespaces and the service of the API, with all masters behind it', async () => {
    const kv = createMemoryKv({ clock: hasty })
    const masters = await Promise.all(
      ['10.0.0.1', '10.0.0.2'].map((address) =>
        Harness.start({ kv, clock: hasty, advertise: { address, port: 6443 } }),
      ),
    )
    const [a, b] = masters
    assert.ok(a && b)
    const ready = await a.call('GET /api/v1/namespaces')
    const names = ready.json.items.map((i: Json) => i.metadata.name)
    assert.deepEqual(names, ['default', 'kube-node-lease', 'kube-public', 'kube-system'])
    const url = '/api/v1/namespaces/default/endpoints/kubernetes'
    const slices = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes'
    const addresses = async () => {
      const { json } = await b.call(`GET ${url}`)
      return (json.subsets?.[0]?.addresses ?? []).map((x: Json) => x.ip).join(' ')
    }
    await until(async () => (await addresses()) === '10.0.0.1 10.0.0.2')
    const service = await b.call('GET /api/v1/namespaces/default/services/kubernetes')
    assert.equal(service.json.spec.clusterIP, '10.96.0.1')
    await until(async () => (await b.call(`GET ${slices}`)).json.endpoints?.length === 2)
    await a.server.stop()
    await until(async () => (await addresses()) === '10.0.0.2')
    await b.stop()
  })

  it('has a Lease that says who it is, and removes those of servers that are gone', async () => {
    const h = await Harness.start({ clock: hasty, advertise: { address: '10.0.0.1', port: 6443 } })
    const url = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases'
    const lease = (name: string, renewTime: string, identity = 'kube-apiserver') => {
      const labels = { 'apiserver.kubernetes.io/identity': identity }
      const spec = { holderIdentity: name, leaseDurationSeconds: 3600, renewTime }
      return h.call(`POST ${url}`, { body: { metadata: { name, labels }, spec } })
    }
    const names = async () => {
      const { json } = await h.call(`GET ${url}`)
      return json.items.map((item: Json) => item.metadata.name).sort()
    }
    // The start of the SHA-256 of its address, in base 32.
    const own = 'apiserver-n23urbwhbowx2hfdttkiht5ye4'
    await until(async () => (await names()).includes(own))
    await lease('apiserver-gone', '2020-01-01T00:00:00.000000Z')
    await lease('apiserver-there', new Date().toISOString().replace('Z', '000Z'))
    await lease('apiserver-other', '2020-01-01T00:00:00.000000Z', 'other')
    await until(async () => !(await names()).includes('apiserver-gone'))
    assert.deepEqual(await names(), [own, 'apiserver-other', 'apiserver-there'].sort())
    const { json } = await h.call(`GET ${url}/${own}`)
    assert.equal(json.metadata.labels['kubernetes.io/hostname'], '10.0.0.1')
    assert.match(json.spec.holderIdentity, new RegExp(`^${own}_[0-9a-f-]{36}$`))
    const renewed = async () => (await h.call(`GET ${url}/${own}`)).json.spec.renewTime
    await until(async () => (await renewed()) > json.spec.renewTime)
    await h.stop()
  })

  it('gives back an address whose service was never made, and keeps the others', async () => {
    const kv = createMemoryKv({ clock: systemClock })
    const owner = Buffer.from('{"namespace":"default","name":"ghost","uid":"u"}')
    await kv.create('/registry/ranges/serviceips/10.96.9.9', owner)
    await kv.create('/registry/ranges/servicenodeports/30099', owner)
    const h = await Harness.start({ kv, clock: hasty })
    const url = '/api/v1/namespaces/default/services'
    const body = { metadata: { name: 's' }, spec: { ports: [{ port: 80 }] } }
    const { json } = await h.call(`POST ${url}`, { body })
    const gone = async () =>
      (await kv.get('/registry/ranges/serviceips/10.96.9.9')).kv === undefined &&
      (await kv.get('/registry/ranges/servicenodeports/30099')).kv === undefined
    await until(gone)
    const kept = await kv.get(`/registry/ranges/serviceips/${json.spec.clusterIP}`)
    assert.ok(kept.kv)
    await h.stop()
  })

  it('forgets old revisions, one pass later', async () => {
    const h = await Harness.start({ clock: hasty })
    await h.call(`POST ${CMS}`, { body: configMap('a') })
    const revision = await h.kv.currentRevision()
    await h.call(`PUT ${CMS}/a`, { body: configMap('a', { data: { x: '1' } }) })
    await until(async () => {
      const old = await h.kv
        .get('/registry/configmaps/default/a', { revision })
        .catch(() => undefined)
      await h.call(`PUT ${CMS}/a`, { body: configMap('a', { data: { x: String(Math.random()) } }) })
      return old === undefined
    })
    await h.stop()
  })

  it('keeps events for an hour', async () => {
    const h = await Harness.start()
    const involvedObject = { kind: 'Pod', name: 'p', namespace: 'default' }
    const body = { metadata: { name: 'e' }, involvedObject, reason: 'R', message: 'm' }
    await h.call('POST /api/v1/namespaces/default/events', { body })
    const { kv } = await h.kv.get('/registry/events/default/e')
    assert.ok(kv && kv.lease !== 0n)
    const seconds = await h.kv.leaseKeepAlive(kv.lease)
    assert.ok(seconds >= 3_600 && seconds < 3_720)
    await h.stop()
  })

  it('counts requests and objects', async () => {
    const h = await Harness.start()
    await h.call(`POST ${CMS}`, { body: configMap('a') })
    await h.call(`GET ${CMS}`)
    const text = (await h.call('GET /metrics')).bytes.toString()
    const labels =
      'code="201",group="",resource="configmaps",subresource="",verb="CREATE",version="v1"'
    assert.ok(text.includes(`apiserver_request_total{${labels}} 1`), text)
    assert.ok(text.includes('apiserver_storage_objects{resource="configmaps"} 1'))
    await h.stop()
  })
})
