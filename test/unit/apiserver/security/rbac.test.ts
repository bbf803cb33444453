import assert from 'node:assert/strict'
import { Harness, type Json, MERGE, pod } from '../harness.ts'

const RBAC = '/apis/rbac.authorization.k8s.io/v1'
const NS = '/api/v1/namespaces/default'
const user = (commonName: string, ...organizations: string[]) => ({
  as: { commonName, organizations },
})
const node = (name: string) => user(`system:node:${name}`, 'system:nodes')

describe('what users may do', () => {
  let h: Harness
  const eve = user('eve')
  const status = async (call: string, options: Parameters<Harness['call']>[1]) =>
    (await h.call(call, options)).status
  const grant = async (who: string, rules: object[]) => {
    await h.call(`POST ${RBAC}/namespaces/default/roles`, {
      body: { metadata: { name: who }, rules },
    })
    const body = {
      metadata: { name: who },
      roleRef: { kind: 'Role', name: who },
      subjects: [{ kind: 'User', name: who }],
    }
    await h.call(`POST ${RBAC}/namespaces/default/rolebindings`, { body })
    // The caches that judge are as fresh as this list.
    await h.call(`GET ${RBAC}/rolebindings`)
    await h.call(`GET ${RBAC}/roles`)
  }
  const rule = (apiGroups: string, resources: string, verbs: string, more: object = {}) => ({
    apiGroups: [apiGroups],
    resources: resources.split(' '),
    verbs: verbs.split(' '),
    ...more,
  })

  before(async () => {
    h = await Harness.start()
    await h.call(`POST ${NS}/serviceaccounts`, { body: { metadata: { name: 'default' } } })
  })
  after(() => h.stop())

  it('by rules: verbs, names, sub-resources, and wildcards of each', async () => {
    await grant('dan', [
      rule('', 'configmaps', 'get list'),
      rule('', 'secrets', 'get', { resourceNames: ['one'] }),
      rule('', '*/log', 'get'),
      rule('apps', '*', '*'),
    ])
    const dan = user('dan')
    const allowed = [
      `GET ${NS}/configmaps`,
      `GET ${NS}/secrets/one`,
      `GET ${NS}/pods/p/log`,
      `GET /apis/apps/v1/namespaces/default/deployments/d/scale`,
      `DELETE /apis/apps/v1/namespaces/default/deployments`,
    ]
    for (const call of allowed) assert.notEqual(await status(call, dan), 403, call)
    const refused = [
      `GET ${NS}/configmaps?watch=1`,
      `DELETE ${NS}/configmaps/a`,
      `GET ${NS}/secrets`,
      `GET ${NS}/secrets/two`,
      `GET ${NS}/pods/p`,
      `GET /api/v1/namespaces/kube-system/configmaps`,
      'GET /api/v1/configmaps',
      'GET /metrics',
    ]
    for (const call of refused) assert.equal(await status(call, dan), 403, call)
    // A list of one object counts as being about that object.
    assert.equal(await status(`GET ${NS}/secrets?fieldSelector=metadata.name%3Done`, dan), 403)
  })

  it('no more than they have can be granted, by a role or by a binding', async () => {
    const rbac = 'rbac.authorization.k8s.io'
    await grant('eve', [
      rule(rbac, 'roles rolebindings', 'create update patch get'),
      rule('', 'configmaps', 'get list'),
    ])
    const roles = `${RBAC}/namespaces/default/roles`
    const make = (name: string, rules: object[]) =>
      h.call(`POST ${roles}`, { ...eve, body: { metadata: { name }, rules } })
    assert.equal((await make('same', [rule('', 'configmaps', 'get')])).status, 201)
    const more = await make('more', [rule('', 'configmaps secrets', 'get delete')])
    assert.equal(more.status, 403)
    assert.equal(
      more.json.message,
      'roles.rbac.authorization.k8s.io "more" is forbidden: user "eve" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n' +
        '{APIGroups:[""], Resources:["configmaps"], Verbs:["delete"]}\n' +
        '{APIGroups:[""], Resources:["secrets"], Verbs:["get" "delete"]}',
    )
    const widened = { rules: [rule('', '*', '*')] }
    const patch = { ...eve, headers: MERGE, body: widened }
    assert.equal((await h.call(`PATCH ${roles}/same`, patch)).status, 403)
    const escalate = { rules: [rule(rbac, 'roles', 'escalate bind')] }
    assert.equal((await h.call(`PATCH ${roles}/eve`, { ...patch, body: escalate })).status, 403)
    const bind = (name: string, role: object) =>
      h.call(`POST ${RBAC}/namespaces/default/rolebindings`, {
        ...eve,
        body: { metadata: { name }, roleRef: role, subjects: [{ kind: 'User', name: 'eve' }] },
      })
    const admin = { kind: 'ClusterRole', name: 'cluster-admin' }
    assert.equal((await bind('up', admin)).status, 403)
    assert.equal((await bind('ghost', { kind: 'Role', name: 'ghost' })).status, 404)
    assert.equal((await bind('fine', { kind: 'Role', name: 'same' })).status, 201)
  })

  it('tells of roles that are not there in the words of what binds them', async () => {
    await grant('binder', [rule('rbac.authorization.k8s.io', 'rolebindings', 'create')])
    const bind = async (kind: string, name: string) => {
      const { status, json } = await h.call(`POST ${RBAC}/namespaces/default/rolebindings`, {
        headers: { 'impersonate-user': 'binder' },
        body: { metadata: { name: 'b' }, roleRef: { kind, name } },
      })
      return `${status} ${json.message}`
    }
    const missing = '404 rolebindings.rbac.authorization.k8s.io "none" not found'
    assert.equal(await bind('Role', 'none'), missing)
    assert.equal(await bind('ClusterRole', 'none'), missing)
    assert.equal(await bind('X', 'none'), '500 unsupported role reference kind: "X"')
    assert.equal(await bind('Role', ''), '400 Name parameter required.')
  })

  it('no aggregation without all rights, and no escalation by dry run or apply', async () => {
    await h.call(`POST ${RBAC}/clusterroles`, {
      body: {
        metadata: { name: 'role-writer' },
        rules: [rule('rbac.authorization.k8s.io', 'clusterroles', 'create patch get update')],
      },
    })
    await h.call(`POST ${RBAC}/clusterrolebindings`, {
      body: {
        metadata: { name: 'role-writer' },
        roleRef: { kind: 'ClusterRole', name: 'role-writer' },
        subjects: [{ kind: 'User', name: 'rob' }],
      },
    })
    await h.call(`GET ${RBAC}/clusterrolebindings`)
    const rob = user('rob')
    const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] }
    const body = { metadata: { name: 'agg' }, aggregationRule }
    const refused = await h.call(`POST ${RBAC}/clusterroles`, { ...rob, body })
    assert.match(
      refused.json.message,
      /must have cluster-admin privileges to use an aggregationRule/,
    )
    const apply = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'up' },
      rules: [rule('*', '*', '*')],
    }
    const headers = { 'content-type': 'application/apply-patch+yaml' }
    const path = `${RBAC}/clusterroles/up?fieldManager=x`
    assert.equal(await status(`PATCH ${path}`, { ...rob, headers, body: apply }), 403)
    assert.equal(await status(`POST ${RBAC}/clusterroles?dryRun=All`, { ...rob, body: apply }), 403)
  })

  it('default roles are put back at start, what was added stays, what is marked stays away', async () => {
    const path = `${RBAC}/clusterroles/system:basic-user`
    const before: Json = (await h.call(`GET ${path}`)).json
    assert.equal(before.rules.length, 2)
    const extra = rule('', 'bindings', 'get')
    await h.call(`PUT ${path}`, { body: { ...before, rules: [extra] } })
    const marked = `${RBAC}/clusterroles/system:discovery`
    const annotations = { 'rbac.authorization.kubernetes.io/autoupdate': 'false' }
    const body = { metadata: { annotations }, rules: [] }
    await h.call(`PATCH ${marked}`, { headers: MERGE, body })
    const again = await Harness.start({ kv: h.kv })
    const { json } = await again.call(`GET ${path}`)
    assert.deepEqual(json.rules[0], { verbs: ['get'], apiGroups: [''], resources: ['bindings'] })
    assert.deepEqual(
      json.rules.slice(1).flatMap((each: Json) => each.resources),
      ['selfsubjectaccessreviews', 'selfsubjectrulesreviews', 'selfsubjectreviews'],
    )
    assert.equal((await again.call(`GET ${marked}`)).json.rules, null)
    await again.server.stop()
  })

  it('a node touches itself, its pods and what they need, and nothing of another’s', async () => {
    const on = (nodeName: string) => ({
      nodeName,
      volumes: [{ name: 'v', secret: { secretName: `secret-${nodeName}` } }],
    })
    for (const name of ['n1', 'n2']) {
      const self = { metadata: { name } }
      assert.equal(await status('POST /api/v1/nodes', { ...node(name), body: self }), 201)
      await h.call(`POST ${NS}/secrets`, { body: { metadata: { name: `secret-${name}` } } })
      assert.equal(await status(`POST ${NS}/pods`, { body: pod(`pod-${name}`, on(name)) }), 201)
    }
    await h.call('GET /api/v1/pods')
    await new Promise((resolve) => setImmediate(resolve))
    const n1 = node('n1')
    const mine = [
      'GET /api/v1/nodes/n1',
      `GET ${NS}/pods/pod-n1`,
      `GET /api/v1/pods?fieldSelector=spec.nodeName%3Dn1`,
      `GET ${NS}/secrets/secret-n1`,
      'GET /api/v1/services',
    ]
    for (const call of mine) assert.equal(await status(call, n1), 200, call)
    const refused = [
      'GET /api/v1/nodes',
      'GET /api/v1/nodes/n2',
      'DELETE /api/v1/nodes/n1',
      `GET ${NS}/pods/pod-n2`,
      'GET /api/v1/pods',
      'GET /api/v1/pods?fieldSelector=spec.nodeName%3Dn2',
      `GET ${NS}/secrets/secret-n2`,
      `GET ${NS}/secrets`,
      `DELETE ${NS}/pods/pod-n2`,
      `GET ${RBAC}/clusterroles`,
    ]
    for (const call of refused) assert.equal(await status(call, n1), 403, call)
    const phase = { status: { phase: 'Running' } }
    const write = (name: string) =>
      status(`PATCH ${NS}/pods/${name}/status`, { ...n1, headers: MERGE, body: phase })
    assert.equal(await write('pod-n1'), 200)
    assert.equal(await write('pod-n2'), 403)
    const label = (name: string, labels: object) =>
      status(`PATCH /api/v1/nodes/${name}`, {
        ...n1,
        headers: MERGE,
        body: { metadata: { labels } },
      })
    assert.equal(await label('n1', { mine: 'yes' }), 200)
    assert.equal(await label('n1', { 'node-restriction.kubernetes.io/trusted': 'yes' }), 403)
    assert.equal(await label('n2', { mine: 'yes' }), 403)
    const taints = { ...n1, headers: MERGE, body: { spec: { taints: [] } } }
    assert.equal(await status('PATCH /api/v1/nodes/n1', taints), 403)
    assert.equal(
      await status(`POST ${NS}/pods`, { ...n1, body: pod('new', { nodeName: 'n1' }) }),
      403,
    )
    assert.equal(
      await status('POST /api/v1/nodes', { ...n1, body: { metadata: { name: 'n3' } } }),
      403,
    )
  })
})
