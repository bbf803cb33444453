import assert from 'node:assert/strict'
import { Harness, MERGE, pod } from './harness.ts'

const NS = '/api/v1/namespaces/default'

describe('deletion', () => {
  let h: Harness
  beforeEach(async () => {
    h = await Harness.start()
    await h.call(`POST ${NS}/serviceaccounts`, { body: { metadata: { name: 'default' } } })
  })
  afterEach(() => h.stop())

  const bound = async (name: string) => {
    const made = await h.call(`POST ${NS}/pods`, { body: pod(name) })
    assert.equal(made.status, 201, made.bytes.toString())
    const target = { kind: 'Node', name: 'n1' }
    const body = { metadata: { name }, target }
    assert.equal((await h.call(`POST ${NS}/pods/${name}/binding`, { body })).status, 201)
  }

  it('removes a pod at once that runs nowhere', async () => {
    await h.call(`POST ${NS}/pods`, { body: pod('p') })
    const { json } = await h.call(`DELETE ${NS}/pods/p`)
    assert.equal(json.metadata.deletionGracePeriodSeconds, 0)
    assert.equal((await h.call(`GET ${NS}/pods/p`)).status, 404)
  })

  it('gives a bound pod its time, which later deletions only shorten', async () => {
    await bound('p')
    const first = await h.call(`DELETE ${NS}/pods/p`)
    assert.equal(first.json.metadata.deletionGracePeriodSeconds, 30)
    const longer = await h.call(`DELETE ${NS}/pods/p?gracePeriodSeconds=60`)
    assert.equal(longer.json.metadata.resourceVersion, first.json.metadata.resourceVersion)
    const shorter = await h.call(`DELETE ${NS}/pods/p`, { body: { gracePeriodSeconds: 5 } })
    const meta = shorter.json.metadata
    assert.equal(meta.deletionGracePeriodSeconds, 5)
    const gainMs =
      Date.parse(first.json.metadata.deletionTimestamp) - Date.parse(meta.deletionTimestamp)
    assert.equal(gainMs, 25_000)
    await h.call(`DELETE ${NS}/pods/p?gracePeriodSeconds=0`)
    assert.equal((await h.call(`GET ${NS}/pods/p`)).status, 404)
  })

  it('tells a watcher how a pod ended, then that it is gone', async () => {
    await bound('p')
    const { json } = await h.call(`GET ${NS}/pods`)
    const end = new AbortController()
    const url = `${NS}/pods?watch=1&resourceVersion=${json.metadata.resourceVersion}`
    const events = h.watch(url, { signal: end.signal })
    await h.call(`DELETE ${NS}/pods/p?gracePeriodSeconds=0`)
    const types = [(await events.next()).value.type, (await events.next()).value.type]
    assert.deepEqual(types, ['MODIFIED', 'DELETED'])
    end.abort()
  })

  it('keeps what has finalizers until the last one is gone', async () => {
    const metadata = { name: 'c', finalizers: ['a.b/one', 'a.b/two'] }
    await h.call(`POST ${NS}/configmaps`, { body: { metadata } })
    const { json } = await h.call(`DELETE ${NS}/configmaps/c`)
    assert.ok(json.metadata.deletionTimestamp)
    const keep = { metadata: { finalizers: ['a.b/two'] } }
    await h.call(`PATCH ${NS}/configmaps/c`, { headers: MERGE, body: keep })
    assert.equal((await h.call(`GET ${NS}/configmaps/c`)).status, 200)
    const none = { metadata: { finalizers: null } }
    await h.call(`PATCH ${NS}/configmaps/c`, { headers: MERGE, body: none })
    assert.equal((await h.call(`GET ${NS}/configmaps/c`)).status, 404)
  })

  it('answers a cascading deletion that is not done yet with 202', async () => {
    const metadata = { name: 'c', finalizers: ['a.b/one'] }
    await h.call(`POST ${NS}/configmaps`, { body: { metadata } })
    const { status } = await h.call(`DELETE ${NS}/configmaps/c?orphanDependents=false`)
    assert.equal(status, 202)
  })

  it('refuses to delete the namespaces that the cluster needs', async () => {
    const { status, json } = await h.call('DELETE /api/v1/namespaces/kube-system')
    assert.equal(status, 403)
    assert.match(json.message, /^namespaces "kube-system" is forbidden: this namespace may not be/)
  })

  it('evicts', async () => {
    await bound('p')
    const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'p' } }
    assert.equal((await h.call(`POST ${NS}/pods/p/eviction`, { body })).status, 201)
    const { json } = await h.call(`GET ${NS}/pods/p`)
    assert.equal(json.metadata.deletionGracePeriodSeconds, 30)
    const { type, status, reason, message } = json.status.conditions.at(-1)
    assert.deepEqual([type, status], ['DisruptionTarget', 'True'])
    assert.deepEqual([reason, message], ['EvictionByEvictionAPI', 'Eviction API: evicting'])
  })

  it('evicts under preconditions, and writes nothing in a dry run', async () => {
    await bound('p')
    const evict = (deleteOptions: object) =>
      h.call(`POST ${NS}/pods/p/eviction`, { body: { metadata: { name: 'p' }, deleteOptions } })
    const before = (await h.call(`GET ${NS}/pods/p`)).json
    const { uid, resourceVersion } = before.metadata
    assert.equal((await evict({ dryRun: ['All'] })).status, 201)
    assert.equal((await evict({ preconditions: { uid: 'other' } })).status, 409)
    assert.equal((await evict({ preconditions: { resourceVersion: '1' } })).status, 409)
    assert.deepEqual((await h.call(`GET ${NS}/pods/p`)).json, before)
    assert.equal((await evict({ preconditions: { uid, resourceVersion } })).status, 201)
    assert.ok((await h.call(`GET ${NS}/pods/p`)).json.metadata.deletionTimestamp)
  })

  it('deletes a collection, and nothing else', async () => {
    for (const [name, set] of [
      ['a', 'x'],
      ['b', 'y'],
      ['c', 'x'],
    ]) {
      await h.call(`POST ${NS}/configmaps`, { body: { metadata: { name, labels: { set } } } })
    }
    await h.call(`DELETE ${NS}/configmaps?labelSelector=set%3Dx`)
    const { json } = await h.call(`GET ${NS}/configmaps`)
    assert.deepEqual(
      json.items.map((i: { metadata: { name: string } }) => i.metadata.name),
      ['b'],
    )
  })
})
