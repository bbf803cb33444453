import assert from 'node:assert/strict'
import type { Authorizer } from '../../../src/master/apiserver/index.ts'
import { configMap, Harness, MERGE } from './harness.ts'

const MAPS = '/api/v1/namespaces/default/configmaps'
const APPLY = { 'content-type': 'application/apply-patch+yaml' }

describe('server-side apply, on an API server', () => {
  const running: Harness[] = []
  async function start(options: Parameters<typeof Harness.start>[0] = {}): Promise<Harness> {
    const harness = await Harness.start(options)
    running.push(harness)
    return harness
  }
  afterEach(async () => {
    for (const harness of running.splice(0)) await harness.stop()
  })

  it('creates only for those who may create', async () => {
    const patchers: Authorizer = {
      authorize: ({ verb }) => ({ kind: verb === 'create' ? 'none' : 'allow', reason: '' }),
    }
    const authorizers = [patchers]
    const harness = await start({ security: { authorizers } })
    const headers = { ...APPLY, 'impersonate-user': 'jane' }
    const apply = () =>
      harness.call(`PATCH ${MAPS}/a?fieldManager=m`, { headers, body: configMap('a') })
    const refused = await apply()
    assert.equal(refused.status, 403)
    assert.match(refused.json.message, /User "jane" cannot create resource "configmaps"/)
    await harness.call(`POST ${MAPS}`, { body: configMap('a') })
    assert.equal((await apply()).status, 200)
  })

  it('writes nothing when nothing changes, and leaves the time alone', async () => {
    const harness = await start()
    const apply = (data: object) =>
      harness.call(`PATCH ${MAPS}/a?fieldManager=m`, {
        headers: APPLY,
        body: configMap('a', { data }),
      })
    const first = await apply({ k: '1' })
    const again = await apply({ k: '1' })
    assert.deepEqual(again.json.metadata, first.json.metadata)
    const other = await apply({ k: '2' })
    assert.notEqual(other.json.metadata.resourceVersion, first.json.metadata.resourceVersion)
  })

  it('tells of a value that its type does not take in the words of the converter', async () => {
    const harness = await start()
    const apply = async (body: unknown) => {
      const at = `PATCH ${MAPS}/a?fieldManager=m`
      const { status, json } = await harness.call(at, { headers: APPLY, body })
      return `${status} ${json.message}`
    }
    const kind = '/v1, Kind=ConfigMap'
    const refused = `500 failed to convert new object (/a; ${kind}) to proper version: unable to convert unstructured object to ${kind}: `
    assert.equal(
      await apply(configMap('a', { binaryData: { x: '!' } })),
      `${refused}error decoding from json: illegal base64 data at input byte 0`,
    )
    const created = { ...configMap('a'), metadata: { name: 'a', creationTimestamp: 'x' } }
    assert.match(await apply(created), /to \/v1, Kind=ConfigMap: parsing time "x" as/)
    assert.equal(await apply('null'), '400 invalid object type: /, Kind=')
  })

  it('applies a number of replicas to the scale, which then belongs to who applied it', async () => {
    const harness = await start()
    const url = '/apis/apps/v1/namespaces/default/deployments'
    const template = {
      metadata: { labels: { a: 'b' } },
      spec: { containers: [{ name: 'c', image: 'i' }] },
    }
    const spec = { replicas: 1, selector: { matchLabels: { a: 'b' } }, template }
    const made = { metadata: { name: 'd' }, spec }
    await harness.call(`POST ${url}?fieldManager=maker`, { body: made })
    const apply = (manager: string, replicas: number, query = '') =>
      harness.call(`PATCH ${url}/d/scale?fieldManager=${manager}${query}`, {
        headers: APPLY,
        body: {
          apiVersion: 'autoscaling/v1',
          kind: 'Scale',
          metadata: { name: 'd' },
          spec: { replicas },
        },
      })
    const refused = await apply('hpa', 3)
    assert.equal(refused.status, 409)
    assert.match(refused.json.message, /conflict with "maker".* \.spec\.replicas/)
    const scaled = await apply('hpa', 3, '&force=true')
    assert.equal(scaled.status, 200, scaled.bytes.toString())
    assert.equal(scaled.json.spec.replicas, 3)
    const { json } = await harness.call(`GET ${url}/d`)
    const owners = json.metadata.managedFields.filter(
      (entry: { fieldsV1: object }) => 'f:replicas' in (Object(entry.fieldsV1)['f:spec'] ?? {}),
    )
    assert.deepEqual(
      owners.map((e: Record<string, unknown>) => [e['manager'], e['operation'], e['subresource']]),
      [['hpa', 'Apply', 'scale']],
    )
    const missing = await harness.call(`PATCH ${url}/none/scale?fieldManager=m`, {
      headers: APPLY,
      body: { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'none' } },
    })
    assert.equal(missing.status, 404)
    const other = await harness.call(`PATCH ${url}/d/scale?fieldManager=m`, {
      headers: APPLY,
      body: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' } },
    })
    assert.equal(other.json.message, 'invalid object type: apps/v1, Kind=Deployment')
  })

  it('names who writes by the user agent where no manager is given', async () => {
    const harness = await start()
    const headers = { 'user-agent': 'kubectl/v1.30.0 (linux/amd64)' }
    const made = await harness.call(`POST ${MAPS}`, { headers, body: configMap('a') })
    assert.equal(made.json.metadata.managedFields, undefined)
    const patch = { data: { k: '1' } }
    const anew = await harness.call(`POST ${MAPS}`, {
      headers,
      body: configMap('b', { data: { x: '' } }),
    })
    assert.equal(anew.json.metadata.managedFields[0].manager, 'kubectl')
    const patched = await harness.call(`PATCH ${MAPS}/b`, { headers: MERGE, body: patch })
    const names = patched.json.metadata.managedFields.map(
      (entry: { manager: string }) => entry.manager,
    )
    assert.deepEqual(names.sort(), ['kubectl', 'unknown'])
  })

  it('forgets all managers when a client says so', async () => {
    const harness = await start()
    const body = configMap('a', { data: { k: '1' } })
    await harness.call(`PATCH ${MAPS}/a?fieldManager=m`, { headers: APPLY, body })
    const reset = { metadata: { managedFields: [{}] } }
    const { json } = await harness.call(`PATCH ${MAPS}/a`, { headers: MERGE, body: reset })
    assert.equal(json.metadata.managedFields, undefined)
    const next = await harness.call(`PATCH ${MAPS}/a?fieldManager=n`, {
      headers: APPLY,
      body: configMap('a', { data: { l: '1' } }),
    })
    const managers = next.json.metadata.managedFields.map((e: { manager: string }) => e.manager)
    assert.deepEqual(managers, ['n', 'before-first-apply'])
  })

  it('keeps each owner once, and says so', async () => {
    const harness = await start()
    const owner = { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'u-1' }
    const body = configMap('a', { metadata: { name: 'a', ownerReferences: [owner, owner] } })
    const { json, headers } = await harness.call(`POST ${MAPS}`, { body })
    assert.deepEqual(json.metadata.ownerReferences, [owner])
    assert.match(headers['warning'] ?? '', /duplicate UID\(s\) observed: u-1/)
  })

  it('leaves status to its sub-resource, and the rest to the object itself', async () => {
    const harness = await start()
    const url = '/apis/apps/v1/namespaces/default/deployments'
    const labels = { a: 'b' }
    const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'x' }] } }
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'd' },
      spec: { selector: { matchLabels: labels }, template },
      status: { replicas: 9 },
    }
    const apply = (path: string, body: object) =>
      harness.call(`PATCH ${url}/d${path}`, { headers: APPLY, body })
    const made = await apply('?fieldManager=m', deployment)
    assert.equal(made.status, 201, JSON.stringify(made.json))
    assert.equal(made.json.status.replicas, undefined)
    const fields = made.json.metadata.managedFields[0].fieldsV1
    assert.deepEqual(Object.keys(fields), ['f:spec'])
    const status = await apply('/status?fieldManager=s', { ...deployment, spec: undefined })
    assert.equal(status.json.status.replicas, 9)
    const entry = status.json.metadata.managedFields.find(
      (e: { manager: string }) => e.manager === 's',
    )
    assert.deepEqual([entry.subresource, Object.keys(entry.fieldsV1)], ['status', ['f:status']])
    assert.equal((await apply('/status?fieldManager=s', deployment)).status, 200)
    const absent = { ...deployment, metadata: { name: 'e' } }
    const missing = await harness.call(`PATCH ${url}/e/status?fieldManager=s`, {
      headers: APPLY,
      body: absent,
    })
    assert.equal(missing.status, 404)
  })

  it('reads events and autoscalers in the version that is asked for', async () => {
    const harness = await start()
    const url = 'namespaces/default/horizontalpodautoscalers/h?fieldManager=m'
    const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' }
    const body = (version: string, spec: object) => ({
      apiVersion: `autoscaling/${version}`,
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'h' },
      spec: { scaleTargetRef, maxReplicas: 3, ...spec },
    })
    const apply = (version: string, spec: object) =>
      harness.call(`PATCH /apis/autoscaling/${version}/${url}`, {
        headers: APPLY,
        body: body(version, spec),
      })
    const first = await apply('v1', { targetCPUUtilizationPercentage: 50 })
    assert.equal(first.status, 201, JSON.stringify(first.json))
    // The metric was named in v1, and goes when the same manager leaves it out in v2.
    const second = await apply('v2', { minReplicas: 2 })
    assert.equal(second.status, 200, JSON.stringify(second.json))
    assert.equal(second.json.spec.minReplicas, 2)
    assert.deepEqual(second.json.metadata.managedFields.length, 1)
    assert.equal(second.json.metadata.managedFields[0].apiVersion, 'autoscaling/v2')
  })
})
