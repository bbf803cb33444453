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
    const sink = { write: (line: string) => void events.push(JSON.parse(line)) }
    h = await Harness.start({ audit: { policy, sink } })
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
    assert.throws(() => new AuditPolicy('kind: Pod'), /audit Policy is needed/)
    assert.throws(
      () => new AuditPolicy('{kind: Policy, rules: [{level: All}]}'),
      /rules\[0\].level/,
    )
  })
})
