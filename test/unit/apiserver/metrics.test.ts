import assert from 'node:assert/strict'
import type { HttpHandler, HttpRequest } from '../../../src/base/index.ts'
import { allResources, metricsResources } from '../../../src/api/index.ts'
import { Harness } from './harness.ts'

const NODES = '/apis/metrics.k8s.io/v1beta1/nodes'
const PODS = '/apis/metrics.k8s.io/v1beta1/namespaces/default/pods'
const TIME = '2026-01-02T03:04:05.678Z'

const stats = (cores: number, bytes: number) => ({
  cpu: { time: TIME, usageNanoCores: cores * 1e9, usageCoreNanoSeconds: 1, windowSeconds: 90.5 },
  memory: { time: TIME, workingSetBytes: bytes },
})

describe('metrics.k8s.io', () => {
  let harness: Harness
  const asked: string[] = []
  /** Summaries by the agent's address; an agent without one does not answer. */
  const summaries = new Map<string, object>()
  const agent = (baseUrl: string): HttpHandler => {
    return (request: HttpRequest) => {
      asked.push(`${baseUrl}${request.url}`)
      const summary = summaries.get(baseUrl)
      if (!summary) return Promise.reject(new Error('there is nobody'))
      return Promise.resolve({
        status: 200,
        headers: {},
        body: Buffer.from(JSON.stringify(summary)),
      })
    }
  }

  async function node(name: string, address: string): Promise<void> {
    const status = {
      addresses: [{ type: 'InternalIP', address }],
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
    }
    await harness.call('POST /api/v1/nodes', {
      body: { metadata: { name, labels: { zone: name } } },
    })
    const patched = await harness.call(`PATCH /api/v1/nodes/${name}/status`, {
      headers: { 'content-type': 'application/merge-patch+json' },
      body: { status },
    })
    assert.equal(patched.status, 200)
  }

  async function pod(name: string, running: readonly string[]): Promise<string> {
    const containers = running.map((of) => ({ name: of, image: 'i' }))
    const made = await harness.call('POST /api/v1/namespaces/default/pods', {
      body: { metadata: { name, labels: { app: name } }, spec: { nodeName: 'a', containers } },
    })
    assert.equal(made.status, 201, made.bytes.toString())
    const containerStatuses = running.map((of) => ({
      name: of,
      image: 'i',
      imageID: '',
      ready: true,
      restartCount: 0,
      state: { running: {} },
    }))
    await harness.call(`PATCH /api/v1/namespaces/default/pods/${name}/status`, {
      headers: { 'content-type': 'application/merge-patch+json' },
      body: { status: { phase: 'Running', containerStatuses } },
    })
    return made.json.metadata.uid
  }

  before(async () => {
    harness = await Harness.start({
      kubelet: agent,
      resources: [...allResources, ...metricsResources],
      disabledAdmission: ['ServiceAccount'],
    })
    await node('a', '10.0.0.1')
    await node('b', '10.0.0.2')
    const web = await pod('web', ['main', 'side'])
    const half = await pod('half', ['main', 'new'])
    summaries.set('https://10.0.0.1:10250', {
      node: stats(1.5, 3 * 1024 ** 3),
      pods: [
        {
          podRef: { uid: web },
          containers: [
            { name: 'main', ...stats(0.25, 1024 ** 2) },
            { name: 'side', ...stats(0.000_000_5, 1000) },
          ],
        },
        { podRef: { uid: half }, containers: [{ name: 'main', ...stats(1, 1) }] },
      ],
    })
  })
  after(() => harness.stop())

  it('tells what nodes use, of those whose agents answer', async () => {
    const { json } = await harness.call(`GET ${NODES}`)
    assert.equal(json.kind, 'NodeMetricsList')
    const [first, ...more] = json.items
    assert.deepEqual(more, [])
    assert.match(first.metadata.creationTimestamp, /Z$/)
    assert.deepEqual(
      { ...first, metadata: { ...first.metadata, creationTimestamp: undefined } },
      {
        metadata: {
          name: 'a',
          labels: { ...first.metadata.labels, zone: 'a' },
          creationTimestamp: undefined,
        },
        timestamp: '2026-01-02T03:04:05Z',
        window: '1m30.5s',
        usage: { cpu: '1500m', memory: '3Gi' },
      },
    )
    const missing = await harness.call(`GET ${NODES}/b`)
    assert.equal(missing.status, 404)
    assert.equal(missing.json.message, 'nodemetrics.metrics.k8s.io "b" not found')
    const unknown = await harness.call(`GET ${NODES}/c`)
    assert.equal(unknown.json.message, 'nodes "c" not found')
  })

  it('tells what pods use, if all of their containers were measured', async () => {
    const { json } = await harness.call(`GET ${PODS}`)
    assert.deepEqual(
      json.items.map((item: { metadata: { name: string } }) => item.metadata.name),
      ['web'],
    )
    assert.deepEqual(json.items[0].containers, [
      { name: 'main', usage: { cpu: '250m', memory: '1Mi' } },
      { name: 'side', usage: { cpu: '500n', memory: '1k' } },
    ])
    const one = await harness.call(`GET ${PODS}/web`)
    assert.equal(one.json.kind, 'PodMetrics')
    assert.equal(one.json.apiVersion, 'metrics.k8s.io/v1beta1')
    const half = await harness.call(`GET ${PODS}/half`)
    assert.equal(half.json.message, 'podmetrics.metrics.k8s.io "default/half" not found')
  })

  it('selects by labels and names', async () => {
    const count = async (url: string) => (await harness.call(`GET ${url}`)).json.items.length
    assert.equal(await count(`${PODS}?labelSelector=app%3Dweb`), 1)
    assert.equal(await count(`${PODS}?labelSelector=app%3Dother`), 0)
    assert.equal(await count(`${PODS}?fieldSelector=metadata.name%3Dweb`), 1)
    assert.equal(await count('/apis/metrics.k8s.io/v1beta1/pods'), 1)
    assert.equal(await count('/apis/metrics.k8s.io/v1beta1/namespaces/other/pods'), 0)
    assert.equal(await count(`${NODES}?labelSelector=zone%3Db`), 0)
  })

  it('asks an agent once for all who want to know at about the same time', async () => {
    await Promise.all([1, 2, 3].map(() => harness.call(`GET ${NODES}`)))
    asked.length = 0
    await Promise.all([1, 2, 3].map(() => harness.call(`GET ${PODS}`)))
    assert.deepEqual(asked, [])
  })

  it('has no watch and takes no writes', async () => {
    assert.equal((await harness.call(`GET ${PODS}?watch=1`)).status, 405)
    assert.equal((await harness.call(`POST ${PODS}`, { body: {} })).status, 405)
  })

  it('is discovered, shown as a table, and given as JSON to those who prefer protobuf', async () => {
    const { json } = await harness.call('GET /apis/metrics.k8s.io/v1beta1')
    assert.deepEqual(
      json.resources.map((of: { name: string; kind: string; verbs: string[] }) => [
        of.name,
        of.kind,
        ...of.verbs,
      ]),
      [
        ['nodes', 'NodeMetrics', 'get', 'list'],
        ['pods', 'PodMetrics', 'get', 'list'],
      ],
    )
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io'
    const table = await harness.call(`GET ${PODS}`, { headers: { accept } })
    assert.deepEqual(table.json.rows[0].cells, ['web', '250000500n', '1049576', '1m30.5s'])
    const both = { accept: 'application/vnd.kubernetes.protobuf,application/json' }
    const plain = await harness.call(`GET ${PODS}`, { headers: both })
    assert.equal(plain.headers['content-type'], 'application/json')
    assert.equal((await harness.call('GET /openapi/v3/apis/metrics.k8s.io/v1beta1')).status, 200)
  })

  it('may be read by those who may view, and by the autoscaler', async () => {
    const role = await harness.call(
      'GET /apis/rbac.authorization.k8s.io/v1/clusterroles/system:aggregated-metrics-reader',
    )
    const { labels } = role.json.metadata
    for (const to of ['admin', 'edit', 'view']) {
      assert.equal(labels[`rbac.authorization.k8s.io/aggregate-to-${to}`], 'true')
    }
    const commonName = 'system:serviceaccount:kube-system:horizontal-pod-autoscaler'
    const organizations = ['system:serviceaccounts', 'system:serviceaccounts:kube-system']
    const scaler = await harness.call(`GET ${PODS}`, { as: { commonName, organizations } })
    assert.equal(scaler.status, 200)
    const nobody = await harness.call(`GET ${PODS}`, {
      as: { commonName: 'eve', organizations: [] },
    })
    assert.equal(nobody.status, 403)
  })

  it('is not there unless it is wanted', async () => {
    const other = await Harness.start()
    try {
      assert.equal((await other.call(`GET ${NODES}`)).status, 404)
      const groups = (await other.call('GET /apis')).bytes.toString()
      assert.doesNotMatch(groups, /metrics/)
    } finally {
      await other.stop()
    }
  })
})
