import assert from 'node:assert/strict'
import {
  type HttpRequest,
  type HttpsCall,
  readBody,
  silentLog,
} from '../../../../src/base/index.ts'
import { allResources, metricsResources } from '../../../../src/api/index.ts'
import {
  issueAuthority,
  issueLeaf,
  outboundHttps,
  serveHttps,
} from '../../../../src/platform/index.ts'
import type { Kv } from '../../../../src/kv/index.ts'
import { until } from '../../node/until.ts'
import { Harness, type Json, MERGE } from '../harness.ts'

const API_SERVICES = '/apis/apiregistration.k8s.io/v1/apiservices'
const NAME = 'v1beta1.metrics.k8s.io'
const NODES = '/apis/metrics.k8s.io/v1beta1/nodes'
const JSON_TYPE = { 'content-type': 'application/json' }
/** Where the cluster believes it to be. */
const POD_IP = '10.0.0.9'
const validity = { nowMs: Date.now() }

/** An API server of somebody's, in the cluster as the Service `ext` in `default`. */
async function startExtension() {
  const authority = issueAuthority({ commonName: 'extensions' }, validity)
  const leaf = { commonName: 'ext', dnsNames: ['ext.default.svc'], ipAddresses: [] }
  const { certPem, keyPem } = issueLeaf(authority, { ...leaf, usages: ['server'] }, validity)
  const proxies = issueAuthority({ commonName: 'proxies' }, validity)
  const own = { commonName: 'front-proxy-client', dnsNames: [], ipAddresses: [] }
  const proxyClient = issueLeaf(proxies, { ...own, usages: ['client'] }, validity)
  const requests: HttpRequest[] = []
  const bodies: string[] = []
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  async function* events() {
    yield Buffer.from('{"type":"ADDED"}\n')
    await released
    yield Buffer.from('{"type":"DELETED"}\n')
  }
  const state = { status: 200 }
  const server = await serveHttps({
    address: '127.0.0.1',
    port: 0,
    tls: { caPem: proxies.certPem, certPem, keyPem },
    log: silentLog,
    async handler(request) {
      const bytes = await readBody(request.body, 1 << 20, () => new Error('too large'))
      if (request.url.startsWith(NODES)) requests.push(request)
      bodies.push(Buffer.from(bytes).toString())
      if (request.url.includes('watch=')) {
        return { status: 200, headers: JSON_TYPE, body: events() }
      }
      return { status: state.status, headers: JSON_TYPE, body: Buffer.from('{"kind":"Theirs"}') }
    },
  })
  const caBundle = Buffer.from(authority.certPem).toString('base64')
  return {
    caBundle,
    clientCaPem: authority.certPem,
    proxyCaPem: proxies.certPem,
    port: server.port,
    proxyClient,
    requests,
    bodies,
    state,
    release: () => release(),
    close: () => server.close(),
  }
}

const apiService = (spec: object) => ({
  apiVersion: 'apiregistration.k8s.io/v1',
  kind: 'APIService',
  metadata: { name: NAME },
  spec: {
    group: 'metrics.k8s.io',
    version: 'v1beta1',
    groupPriorityMinimum: 100,
    versionPriority: 100,
    service: { namespace: 'default', name: 'ext' },
    ...spec,
  },
})

const service = { metadata: { name: 'ext' }, spec: { ports: [{ name: 'https', port: 443 }] } }

function slice(port: number, ready: boolean): object {
  return {
    metadata: { name: 'ext-1', labels: { 'kubernetes.io/service-name': 'ext' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [POD_IP], conditions: { ready } }],
    ports: [{ name: 'https', port }],
  }
}

/** A store that is somebody else's to close. */
function sharing(kv: Kv): Kv {
  return new Proxy(kv, {
    get: (target, name) => {
      if (name === 'close') return () => Promise.resolve()
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

describe('aggregation', () => {
  let extension: Awaited<ReturnType<typeof startExtension>>
  let outbound: ReturnType<typeof outboundHttps>
  let harness: Harness

  beforeEach(async () => {
    extension = await startExtension()
    outbound = outboundHttps()
    const { proxyClient } = extension
    const call: HttpsCall = (target, request) => {
      const host = target.host === POD_IP ? '127.0.0.1' : target.host
      return outbound.call({ ...target, host }, request)
    }
    const resources = [...allResources, ...metricsResources]
    const requestHeader = { caPem: extension.proxyCaPem, allowedNames: ['front-proxy-client'] }
    const security = { requestHeader, clientCaPem: extension.clientCaPem }
    harness = await Harness.start({ outbound: call, proxyClient, resources, security })
  })

  afterEach(async () => {
    extension.release()
    await harness.stop()
    outbound.close()
    await extension.close()
  })

  const available = (answer: Json) =>
    answer.status?.conditions?.find((each: Json) => each.type === 'Available')

  /** As it is once the loop has come by. */
  async function condition(reason: string): Promise<Json> {
    const abort = new AbortController()
    const url = `${API_SERVICES}?watch=1&fieldSelector=metadata.name%3D${NAME}`
    for await (const event of harness.watch(url, { signal: abort.signal })) {
      const found = available(event.object)
      if (found?.reason !== reason) continue
      abort.abort()
      return found
    }
    throw new Error('the watch ended')
  }

  async function serve(): Promise<void> {
    const base = '/api/v1/namespaces/default'
    const placed = await harness.call(`POST ${base}/services`, { body: service })
    assert.equal(placed.status, 201)
    const slices = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices'
    const reached = await harness.call(`POST ${slices}`, { body: slice(extension.port, true) })
    assert.equal(reached.status, 201)
    const body = apiService({ caBundle: extension.caBundle })
    const made = await harness.call(`POST ${API_SERVICES}`, { body })
    assert.equal(made.status, 201)
    assert.equal(made.json.spec.service.port, 443)
    const { status, message } = await condition('Passed')
    assert.deepEqual([status, message], ['True', 'all checks passed'])
  }

  it('hands requests on with their user, their body and a certificate', async () => {
    await serve()
    const as = { commonName: 'ada', organizations: ['system:masters', 'math'] }
    const answer = await harness.call(`PUT ${NODES}/a?x=%2F`, {
      as,
      body: { of: 'ours' },
      headers: { 'x-remote-user': 'eve', 'x-remote-extra-a': 'b', accept: 'application/json' },
    })
    assert.equal(answer.status, 200)
    assert.deepEqual(answer.json, { kind: 'Theirs' })
    const [request] = extension.requests
    assert.equal(request?.url, `${NODES}/a?x=%2F`)
    assert.equal(request?.identity?.commonName, 'front-proxy-client')
    const { headers } = request
    assert.equal(headers['x-remote-user'], 'ada')
    assert.equal(headers['x-remote-group'], 'system:masters, math, system:authenticated')
    assert.equal(headers['x-remote-extra-a'], undefined)
    assert.equal(headers['host'], 'ext.default.svc')
    assert.ok(extension.bodies.includes('{"of":"ours"}'))
  })

  it('hands a watch on as it comes', async () => {
    await serve()
    const { signal } = new AbortController()
    const seen: string[] = []
    for await (const event of harness.watch(`${NODES}?watch=1`, { signal })) {
      seen.push(event.type)
      extension.release()
    }
    assert.deepEqual(seen, ['ADDED', 'DELETED'])
  })

  it('asks nobody whom the user may not ask', async () => {
    await serve()
    const as = { commonName: 'bob', organizations: [] }
    assert.equal((await harness.call(`GET ${NODES}`, { as })).status, 403)
    assert.equal(extension.requests.length, 0)
  })

  it('is unavailable without its Service', async () => {
    const body = apiService({ insecureSkipTLSVerify: true })
    await harness.call(`POST ${API_SERVICES}`, { body })
    const answer = await harness.call(`GET ${NODES}`)
    assert.equal(answer.status, 503)
    assert.equal(answer.bytes.toString(), 'service unavailable\n')
    const { status, message } = await condition('ServiceNotFound')
    assert.deepEqual([status, message], ['False', 'service/ext in "default" is not present'])
  })

  it('refuses what contradicts itself', async () => {
    const bundle = extension.caBundle
    const refused = async (spec: object) => {
      const answer = await harness.call(`POST ${API_SERVICES}`, { body: apiService(spec) })
      assert.equal(answer.status, 422)
      return answer.json.details.causes.map((each: Json) => each.field)
    }
    assert.deepEqual(await refused({ version: 'v1' }), ['metadata.name'])
    assert.deepEqual(await refused({ groupPriorityMinimum: 20_001, versionPriority: 0 }), [
      'spec.groupPriorityMinimum',
      'spec.versionPriority',
    ])
    assert.deepEqual(await refused({ caBundle: bundle, insecureSkipTLSVerify: true }), [
      'spec.insecureSkipTLSVerify',
    ])
    assert.deepEqual(await refused({ service: null, caBundle: bundle }), ['spec.caBundle'])
  })

  it('has an APIService for each version of custom resources, as long as that is served', async () => {
    const version = (name: string, more: object = {}) => ({
      name,
      served: true,
      storage: false,
      schema: { openAPIV3Schema: { type: 'object' } },
      ...more,
    })
    const body = {
      metadata: { name: 'ships.fleet.example.com' },
      spec: {
        group: 'fleet.example.com',
        scope: 'Cluster',
        names: { plural: 'ships', kind: 'Ship' },
        versions: [
          version('v2', { storage: true }),
          version('v1'),
          version('v0', { served: false }),
        ],
      },
    }
    const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
    const made = await harness.call(`POST ${definitions}`, { body })
    assert.equal(made.status, 201)
    const own = { group: 'fleet.example.com', version: 'v1' }
    const theirs = apiService({ ...own, version: 'v3', service: null })
    await harness.call(`POST ${API_SERVICES}`, {
      body: { ...theirs, metadata: { name: 'v3.fleet.example.com' } },
    })
    const names = async () => {
      const { json } = await harness.call(`GET ${API_SERVICES}`)
      const all = json.items.map((each: Json) => each.metadata.name)
      return all.filter((name: string) => name.endsWith('fleet.example.com')).join()
    }
    const come = (wanted: string) =>
      until(wanted, async () => ((await names()) === wanted ? true : undefined))
    await come('v1.fleet.example.com,v2.fleet.example.com,v3.fleet.example.com')
    const { json } = await harness.call(`GET ${API_SERVICES}/v1.fleet.example.com`)
    const label = 'kube-aggregator.kubernetes.io/automanaged'
    assert.deepEqual(json.metadata.labels, { [label]: 'true' })
    assert.deepEqual(json.spec, { ...own, groupPriorityMinimum: 1000, versionPriority: 100 })
    const off = version('v1', { served: false })
    const versions = [version('v2', { storage: true }), off]
    const changed = await harness.call(`PATCH ${definitions}/ships.fleet.example.com`, {
      headers: MERGE,
      body: { spec: { versions } },
    })
    assert.equal(changed.status, 200)
    await come('v2.fleet.example.com,v3.fleet.example.com')
    await harness.call(`DELETE ${definitions}/ships.fleet.example.com`)
    await come('v3.fleet.example.com')
  })

  it('tells extension API servers whom to believe', async () => {
    const at = '/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication'
    const { data } = (await harness.call(`GET ${at}`)).json
    assert.equal(data['client-ca-file'], extension.clientCaPem)
    assert.equal(data['requestheader-client-ca-file'], extension.proxyCaPem)
    assert.deepEqual(JSON.parse(data['requestheader-allowed-names']), ['front-proxy-client'])
    assert.deepEqual(JSON.parse(data['requestheader-uid-headers']), ['X-Remote-Uid'])
    assert.deepEqual(JSON.parse(data['requestheader-extra-headers-prefix']), ['X-Remote-Extra-'])
    const other = issueAuthority({ commonName: 'other' }, validity).certPem
    const { kv } = harness
    // One that another master added long ago, and that is over.
    const over = issueAuthority({ commonName: 'over' }, { nowMs: 0, days: 1 }).certPem
    const stale = { 'client-ca-file': over + data['client-ca-file'] }
    const { status } = await harness.call(`PATCH ${at}`, { headers: MERGE, body: { data: stale } })
    assert.equal(status, 200)
    const security = { clientCaPem: other }
    const second = await Harness.start({ kv: sharing(kv), security })
    await second.stop()
    const now = (await harness.call(`GET ${at}`)).json.data
    assert.equal(now['client-ca-file'], extension.clientCaPem + other)
    assert.equal(now['requestheader-client-ca-file'], extension.proxyCaPem)
  })

  it('knows the versions that are served here', async () => {
    const { json } = await harness.call(`GET ${API_SERVICES}/v1.apps`)
    const { group, version, groupPriorityMinimum, versionPriority } = json.spec
    assert.deepEqual([group, version], ['apps', 'v1'])
    assert.deepEqual([groupPriorityMinimum, versionPriority], [17_800, 15])
    assert.equal(available(json).message, 'Local APIServices are always available')
    assert.equal((await harness.call(`GET ${API_SERVICES}/v1.`)).status, 200)
    const patched = await harness.call(`PATCH ${API_SERVICES}/v1.apps`, {
      headers: MERGE,
      body: { spec: { versionPriority: 16 } },
    })
    assert.equal(patched.status, 200)
    assert.equal(available(patched.json).reason, 'Local')
  })
})
