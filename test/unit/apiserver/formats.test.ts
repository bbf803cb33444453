import assert from 'node:assert/strict'
import { gunzipSync } from 'node:zlib'
import { unwrapProtobuf } from '../../../src/api/index.ts'
import { configMap, Harness, type Json, MERGE } from './harness.ts'

const PROTOBUF = 'application/vnd.kubernetes.protobuf'

describe('formats of answers', () => {
  let harness: Harness
  beforeEach(async () => {
    harness = await Harness.start()
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a' } }
    await harness.call('POST /api/v1/namespaces', { body })
  })
  afterEach(() => harness.stop())

  it('long answers are compressed for those who take it, short ones and watches are not', async () => {
    const home = '/api/v1/namespaces/a/configmaps'
    const body = configMap('big', { data: { x: 'y'.repeat(200_000) } })
    await harness.call(`POST ${home}`, { body })
    const headers = { 'accept-encoding': 'gzip' }
    const plain = await harness.call(`GET ${home}/big`)
    const packed = await harness.call(`GET ${home}/big`, {
      headers: { ...headers, accept: PROTOBUF },
    })
    assert.equal(plain.headers['content-encoding'], undefined)
    assert.equal(packed.headers['content-encoding'], 'gzip')
    assert.match(packed.headers['vary'] ?? '', /Accept-Encoding/)
    assert.ok(packed.bytes.length < 10_000)
    const { kind } = unwrapProtobuf(gunzipSync(packed.bytes))
    assert.equal(kind, 'ConfigMap')
    const short = await harness.call(`GET /api/v1/namespaces/a`, { headers })
    assert.equal(short.headers['content-encoding'], undefined)
    const refused = await harness.call(`GET ${home}/big`, {
      headers: { 'accept-encoding': 'gzip;q=0, identity' },
    })
    assert.equal(refused.headers['content-encoding'], undefined)
  })

  it('tables and metadata are of the version asked for, and there are none of reviews', async () => {
    const beta = (as: string) => `application/json;as=${as};v=v1beta1;g=meta.k8s.io`
    const table = await harness.call('GET /api/v1/namespaces/a', {
      headers: { accept: beta('Table') },
    })
    assert.equal(table.json.apiVersion, 'meta.k8s.io/v1beta1')
    assert.equal(table.json.rows[0].object.apiVersion, 'meta.k8s.io/v1beta1')
    const partial = await harness.call('GET /api/v1/namespaces', {
      headers: { accept: beta('PartialObjectMetadataList') },
    })
    assert.equal(partial.json.apiVersion, 'meta.k8s.io/v1beta1')
    const path = 'POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews'
    const body = { spec: { nonResourceAttributes: { path: '/', verb: 'get' } } }
    const refused = await harness.call(path, { headers: { accept: beta('Table') }, body })
    assert.equal(refused.status, 406)
    const accept = `${beta('Table')}, application/json`
    assert.equal((await harness.call(path, { headers: { accept }, body })).status, 201)
  })

  it('discovery is told in protobuf too, plain and aggregated', async () => {
    const plain = await harness.call('GET /apis/apps', { headers: { accept: PROTOBUF } })
    assert.equal(plain.headers['content-type'], PROTOBUF)
    assert.deepEqual(unwrapProtobuf(plain.bytes).kind, 'APIGroup')
    assert.ok(plain.bytes.includes('apps/v1'))
    const form = 'g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'
    const all = await harness.call('GET /apis', { headers: { accept: `${PROTOBUF};${form}` } })
    assert.equal(all.headers['content-type'], `${PROTOBUF};${form}`)
    const { kind, apiVersion, raw } = unwrapProtobuf(all.bytes)
    assert.deepEqual([kind, apiVersion], ['APIGroupDiscoveryList', 'apidiscovery.k8s.io/v2'])
    assert.ok(Buffer.from(raw).includes('horizontalpodautoscalers'))
  })
})

describe('one object in two versions', () => {
  let harness: Harness
  beforeEach(async () => {
    harness = await Harness.start()
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a' } }
    await harness.call('POST /api/v1/namespaces', { body })
  })
  afterEach(() => harness.stop())

  it('an autoscaler written in v1 is read, watched and patched in both', async () => {
    const [v1, v2] = ['v1', 'v2'].map(
      (v) => `/apis/autoscaling/${v}/namespaces/a/horizontalpodautoscalers`,
    )
    const ending = new AbortController()
    const seen: Json[] = []
    const watching = (async () => {
      for await (const event of harness.watch(`${v1}?watch=1`, { signal: ending.signal })) {
        seen.push(event)
        if (seen.length === 2) ending.abort()
      }
    })()
    const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' }
    const spec = { maxReplicas: 3, scaleTargetRef, targetCPUUtilizationPercentage: 50 }
    const body = { apiVersion: 'autoscaling/v1', kind: 'HorizontalPodAutoscaler', spec }
    const made = await harness.call(`POST ${v1}`, { body: { ...body, metadata: { name: 'h' } } })
    assert.equal(made.status, 201)
    const { json } = await harness.call(`GET ${v2}/h`)
    assert.equal(json.apiVersion, 'autoscaling/v2')
    const { name, target } = json.spec.metrics[0].resource
    assert.deepEqual([name, target.averageUtilization], ['cpu', 50])
    const memory = { type: 'AverageValue', averageValue: '1Gi' }
    const metrics = [
      ...json.spec.metrics,
      { type: 'Resource', resource: { name: 'memory', target: memory } },
    ]
    await harness.call(`PATCH ${v2}/h`, { headers: MERGE, body: { spec: { metrics } } })
    await watching
    assert.deepEqual(
      seen.map(({ type, object }) => `${type} ${object.apiVersion}`),
      ['ADDED autoscaling/v1', 'MODIFIED autoscaling/v1'],
    )
    const { annotations } = seen[1].object.metadata
    assert.deepEqual(JSON.parse(annotations['autoscaling.alpha.kubernetes.io/metrics']), [
      { type: 'Resource', resource: { name: 'memory', targetAverageValue: '1Gi' } },
    ])
    // A change of the old version keeps what only the new one has a field for.
    const change = { spec: { maxReplicas: 5 } }
    await harness.call(`PATCH ${v1}/h`, { headers: MERGE, body: change })
    const after = await harness.call(`GET ${v2}/h`)
    assert.equal(after.json.spec.maxReplicas, 5)
    assert.deepEqual(after.json.spec.metrics, metrics)
    assert.equal(after.json.metadata.annotations, undefined)
  })

  it('events are found in both groups, by the fields that each has', async () => {
    const regarding = { kind: 'Pod', namespace: 'a', name: 'p' }
    const body = {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: 'e' },
      eventTime: '2026-01-01T00:00:00.000000Z',
      action: 'A',
      reason: 'R',
      type: 'Normal',
      note: 'N',
      reportingController: 'a.b/c',
      reportingInstance: 'i',
      regarding,
    }
    const home = '/apis/events.k8s.io/v1/namespaces/a/events'
    assert.equal((await harness.call(`POST ${home}`, { body })).status, 201)
    const core = await harness.call(
      'GET /api/v1/namespaces/a/events?fieldSelector=involvedObject.name%3Dp',
    )
    assert.equal(core.json.items.length, 1)
    const { involvedObject, message, reportingComponent } = core.json.items[0]
    assert.deepEqual([involvedObject, message, reportingComponent], [regarding, 'N', 'a.b/c'])
    const other = await harness.call(`GET ${home}?fieldSelector=regarding.name%3Dq`)
    assert.deepEqual(other.json.items, [])
    const removed = await harness.call(`DELETE /api/v1/namespaces/a/events/e`)
    assert.equal(removed.status, 200)
    assert.equal((await harness.call(`GET ${home}/e`)).status, 404)
  })
})

describe('resize of a pod', () => {
  let harness: Harness
  const path = '/api/v1/namespaces/a/pods/p'
  const patchWith = (part: string, body: object) =>
    harness.call(`PATCH ${path}${part}`, {
      headers: { 'content-type': 'application/strategic-merge-patch+json' },
      body,
    })
  const resources = (requests: object) => ({
    spec: { containers: [{ name: 'c', resources: { requests } }] },
  })
  beforeEach(async () => {
    harness = await Harness.start({ disabledAdmission: ['ServiceAccount'] })
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a' } }
    await harness.call('POST /api/v1/namespaces', { body: namespace })
    const spec = { containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '1' } } }] }
    const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec }
    assert.equal((await harness.call('POST /api/v1/namespaces/a/pods', { body })).status, 201)
  })
  afterEach(() => harness.stop())

  it('changes CPU and memory, which an update of the pod may not', async () => {
    assert.equal((await patchWith('', resources({ cpu: '2' }))).status, 422)
    const answer = await patchWith('/resize', {
      ...resources({ cpu: '2' }),
      metadata: { labels: { not: 'taken' } },
    })
    assert.equal(answer.status, 200)
    assert.equal(answer.json.spec.containers[0].resources.requests.cpu, '2')
    assert.equal(answer.json.metadata.labels, undefined)
  })

  it('takes nothing away, and keeps the class of service', async () => {
    const removal = await patchWith('/resize', resources({ cpu: null, memory: '1Gi' }))
    assert.equal(removal.status, 422)
    assert.match(removal.json.message, /resource requests cannot be removed/)
    const limits = { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1', memory: '1Gi' } }
    const body = { spec: { containers: [{ name: 'c', resources: limits }] } }
    const classed = await patchWith('/resize', body)
    assert.match(classed.json.message, /Pod QOS Class may not change as a result of resizing/)
  })
})
