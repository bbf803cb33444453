import assert from 'node:assert/strict'
import { AuditPolicy } from '../../../../src/master/apiserver/index.ts'
import { configMap, Harness, type Json } from '../harness.ts'

const NS = '/api/v1/namespaces/default'

const policy = new AuditPolicy(`kind: Policy
apiVersion: audit.k8s.io/v1
omitStages: [RequestReceived]
rules:
- level: None
  nonResourceURLs: ['/healthz*', /version]
- level: Metadata
  resources: [{group: '', resources: [secrets]}]
- level: RequestResponse
  verbs: [create]
  resources: [{group: '', resources: [configmaps]}]
  omitManagedFields: true
- level: Metadata
  users: [eve]
  omitStages: []
- level: Metadata
  userGroups: ['system:unauthenticated']
`)

describe('the audit log', () => {
  let h: Harness
  const events: Json[] = []
  before(async () => {
    const sink = {
      write: (event: object) => void events.push(JSON.parse(JSON.stringify(event))),
    }
    h = await Harness.start({ audit: { policy, sinks: [sink] } })
  })
  after(() => h.stop())
  beforeEach(() => events.splice(0))

  it('tells who did what, when, with what answer, and why they might', async () => {
    const { headers } = await h.call(`GET ${NS}/secrets/x`, { headers: { 'user-agent': 'k/1' } })
    const [event] = events
    assert.equal(events.length, 1)
    assert.equal(event.auditID, headers['audit-id'])
    assert.equal(event.stage, 'ResponseComplete')
    assert.deepEqual(event.user, {
      username: 'admin',
      groups: ['system:masters', 'system:authenticated'],
    })
    assert.deepEqual(event.objectRef, {
      resource: 'secrets',
      namespace: 'default',
      name: 'x',
      apiVersion: 'v1',
    })
    assert.equal(event.responseStatus.code, 404)
    assert.equal(event.userAgent, 'k/1')
    assert.equal(event.annotations['authorization.k8s.io/decision'], 'allow')
    assert.equal(event.requestObject, undefined)
  })

  it('tells of bodies where it is to, and secrets nowhere else', async () => {
    await h.call(`POST ${NS}/configmaps`, { body: configMap('a', { data: { k: 'v' } }) })
    const [event] = events
    assert.deepEqual(event.requestObject.data, { k: 'v' })
    assert.equal(event.responseObject.metadata.name, 'a')
    assert.equal(event.responseObject.metadata.managedFields, undefined)
    await h.call(`POST ${NS}/secrets`, {
      body: { metadata: { name: 's' }, stringData: { p: 'hidden' } },
    })
    assert.doesNotMatch(JSON.stringify(events.at(-1)), /hidden|aGlkZGVu/)
  })

  it('tells of refusals, and of who acts as whom', async () => {
    await h.call(`GET ${NS}/configmaps`, { anonymous: true })
    assert.equal(events.at(-1).user.username, 'system:anonymous')
    assert.equal(events.at(-1).responseStatus.code, 403)
    await h.call(`GET ${NS}/secrets`, { headers: { 'impersonate-user': 'jane' } })
    assert.equal(events.at(-1).impersonatedUser.username, 'jane')
    assert.equal(events.at(-1).user.username, 'admin')
  })

  it('is silent where it is to be', async () => {
    await h.call('GET /healthz')
    await h.call('GET /version')
    await h.call(`GET ${NS}/configmaps`)
    assert.deepEqual(events, [])
  })

  it('refuses policies that cannot be meant', () => {
    const refused = (rule: string, why: RegExp) => {
      const text = `{apiVersion: audit.k8s.io/v1, kind: Policy, rules: [${rule}]}`
      assert.throws(() => new AuditPolicy(text), why)
    }
    assert.throws(
      () => new AuditPolicy('{apiVersion: v1, kind: Pod}'),
      /no kind "Pod" is registered/,
    )
    refused('{level: All}', /rules\[0\]\.level: Unsupported value: "All": supported values: "None"/)
    refused('{}', /rules\[0\]\.level: Required value/)
    refused('{level: None, omitStages: [Frob]}', /omitStages\[0\]: Invalid value: "Frob": allowed/)
    refused('{level: None, frob: 1}', /strict decoding error: unknown field "rules\[0\]\.frob"/)
    refused(
      "{level: None, resources: [{group: ''}], nonResourceURLs: [/a]}",
      /rules cannot apply to both regular resources and non-resource URLs/,
    )
    refused('{level: None, nonResourceURLs: [a]}', /non-resource URL rules must begin with a '\/'/)
    refused(
      "{level: None, nonResourceURLs: ['/a*b']}",
      /wildcards '\*' must be the final character/,
    )
    refused(
      '{level: None, resources: [{resources: [pods], resourceNames: []}, {resourceNames: [a]}]}',
      /using resourceNames requires at least one resource/,
    )
  })
})
