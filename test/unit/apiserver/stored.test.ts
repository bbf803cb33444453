import assert from 'node:assert/strict'
import { configMaps } from '../../../src/api/index.ts'
import { encodeObject } from '../../support/encode-object.ts'
import { Harness, type Json, MERGE } from './harness.ts'

const CMS = '/api/v1/namespaces/default/configmaps'
const KEY = '/registry/configmaps/default'
const object = {
  metadata: {
    name: 'a',
    namespace: 'default',
    uid: 'b4b6d5f2-0000-4000-8000-000000000000',
    creationTimestamp: '2024-01-02T03:04:05Z',
    labels: { from: 'etcd' },
  },
  data: { x: '1' },
}

describe('what is in the store', () => {
  let h: Harness
  beforeEach(async () => {
    h = await Harness.start()
  })
  afterEach(() => h.stop())

  it('may be protobuf as a kube-apiserver writes it, and turns to JSON with the next write', async () => {
    await h.kv.create(`${KEY}/a`, encodeObject(configMaps, object, 'protobuf'))
    const { json } = await h.call(`GET ${CMS}/a`)
    assert.equal(json.metadata.uid, object.metadata.uid)
    assert.deepEqual(json.data, object.data)
    const list = await h.call(`GET ${CMS}?labelSelector=from%3Detcd`)
    assert.deepEqual(list.json.items[0].data, object.data)
    const body = { data: { y: '2' } }
    const patched = await h.call(`PATCH ${CMS}/a`, { headers: MERGE, body })
    assert.deepEqual(patched.json.data, { x: '1', y: '2' })
    const { kv } = await h.kv.get(`${KEY}/a`)
    assert.equal(kv?.value[0], '{'.charCodeAt(0))
  })

  it('may be JSON in any order', async () => {
    const { metadata, data } = object
    const text = JSON.stringify({ data, metadata, apiVersion: 'v1', kind: 'ConfigMap' })
    await h.kv.create(`${KEY}/a`, Buffer.from(text))
    const { json } = await h.call(`GET ${CMS}`)
    assert.equal(json.items[0].metadata.name, 'a')
    assert.equal(json.items[0].kind, undefined)
    assert.ok(json.items[0].metadata.resourceVersion)
  })

  it('may be damaged: the object is missing, the others are not', async () => {
    await h.kv.create(`${KEY}/bad`, Buffer.from([0xff, 0x00, 0x01]))
    await h.call(`POST ${CMS}`, { body: { metadata: { name: 'good' } } })
    const { json } = await h.call(`GET ${CMS}`)
    assert.deepEqual(
      json.items.map((i: Json) => i.metadata.name),
      ['good'],
    )
    const bad = await h.call(`GET ${CMS}/bad`)
    assert.equal(bad.status, 500)
    assert.doesNotMatch(bad.bytes.toString(), /\.ts:/)
  })

  it('carries no resourceVersion, and nothing is written when nothing changes', async () => {
    await h.call(`POST ${CMS}`, { body: { metadata: { name: 'a' }, data: { x: '1' } } })
    const { kv } = await h.kv.get(`${KEY}/a`)
    assert.doesNotMatch(Buffer.from(kv?.value ?? []).toString(), /resourceVersion/)
    const revision = await h.kv.currentRevision()
    const { json } = await h.call(`GET ${CMS}/a`)
    await h.call(`PUT ${CMS}/a`, { body: json })
    await h.call(`PATCH ${CMS}/a`, { headers: MERGE, body: { data: { x: '1' } } })
    const dry = { body: { ...json, data: { x: '2' } } }
    const answer = await h.call(`PUT ${CMS}/a?dryRun=All`, dry)
    assert.equal(answer.json.data.x, '2')
    assert.equal(await h.kv.currentRevision(), revision)
  })
})
