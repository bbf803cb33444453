import assert from 'node:assert/strict'
import { newSigningKey, signerOf } from '../../../../src/platform/index.ts'
import { configMap, Harness, type Json, MERGE, pod } from '../harness.ts'

const RBAC = '/apis/rbac.authorization.k8s.io/v1'
const at = (space: string) => `/api/v1/namespaces/${space}`
const user = (commonName: string, ...organizations: string[]) => ({
  as: { commonName, organizations },
})
const node = (name: string) => user(`system:node:${name}`, 'system:nodes')
const rule = (groups: string[], resources: string, verbs: string, resourceNames?: string[]) => ({
  apiGroups: groups,
  resources: resources.split(' '),
  verbs: verbs.split(' '),
  ...(resourceNames && { resourceNames }),
})

/** What one tenant may not see is nowhere: not in a list, a watch, an error. */
describe('tenants', () => {
  let h: Harness
  const ann = user('ann')
  const status = async (call: string, options: Parameters<Harness['call']>[1] = ann) =>
    (await h.call(call, options)).status
  const grant = async (space: string, name: string, rules: object[]) => {
    const body = { metadata: { name }, rules }
    await h.call(`POST ${RBAC}/namespaces/${space}/roles`, { body })
    await h.call(`POST ${RBAC}/namespaces/${space}/rolebindings`, {
      body: {
        metadata: { name },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name }],
      },
    })
    await h.call(`GET ${RBAC}/rolebindings`)
  }

  before(async () => {
    h = await Harness.start({ disabledAdmission: ['ServiceAccount'] })
    for (const name of ['own', 'other']) {
      await h.call('POST /api/v1/namespaces', { body: { metadata: { name } } })
      for (const each of ['one', 'two']) {
        await h.call(`POST ${at(name)}/configmaps`, { body: configMap(each) })
        await h.call(`POST ${at(name)}/secrets`, { body: { metadata: { name: each } } })
      }
    }
    await grant('own', 'ann', [
      rule([''], 'configmaps', '*'),
      rule([''], 'secrets', 'get list watch', ['one']),
      rule([''], 'pods', '*'),
    ])
  })
  after(() => h.stop())

  it('see their own namespace, by whatever path they ask for another', async () => {
    assert.equal(await status(`GET ${at('own')}/configmaps`), 200)
    for (const call of [
      'GET /api/v1/configmaps',
      'GET /api/v1/configmaps?watch=1',
      'GET /api/v1/watch/configmaps',
      'GET /api/v1/configmaps?fieldSelector=metadata.namespace%3Down',
      `GET ${at('other')}/configmaps`,
      `GET ${at('other')}/configmaps/one`,
      `HEAD ${at('other')}/configmaps/one`,
      `GET /api/v1/watch/namespaces/other/configmaps/one`,
      `GET ${at('own')}/../other/configmaps/one`,
      `GET ${at('own%2f..%2fother')}/configmaps/one`,
      `GET /api/v1/configmaps/other%2fone`,
      `GET /api/v1//namespaces//other//configmaps`,
      `DELETE ${at('other')}/configmaps`,
      `GET ${at('own')}`,
      `GET ${at('own')}/configmaps/one/status`,
    ]) {
      const code = await status(call)
      assert.equal(code === 403 || code === 404, true, `${call}: ${code}`)
    }
    const { json } = await h.call(`GET ${at('own')}/configmaps/..%2fother%2fone`, ann)
    assert.equal(json.reason, 'NotFound')
  })

  it('hear the same of what is there and what is not', async () => {
    const heard = async (call: string, body?: object) => {
      const { json } = await h.call(call, { ...ann, body })
      return JSON.stringify(json).replaceAll(/one|ghost|other|nowhere/g, '*')
    }
    const same = async (there: string, not: string, body?: object) =>
      assert.equal(await heard(there, body), await heard(not, body), there)
    await same(`GET ${at('other')}/configmaps/one`, `GET ${at('other')}/configmaps/ghost`)
    await same(`GET ${at('other')}/configmaps/one`, `GET ${at('nowhere')}/configmaps/one`)
    await same(`DELETE ${at('other')}/secrets/one`, `DELETE ${at('other')}/secrets/ghost`)
    await same('GET /api/v1/namespaces/other', 'GET /api/v1/namespaces/nowhere')
    const body = configMap('new')
    await same(`POST ${at('other')}/configmaps`, `POST ${at('nowhere')}/configmaps`, body)
    const patch = { ...ann, headers: MERGE, body: { data: { a: 'b' } } }
    const there = await h.call(`PATCH ${at('other')}/configmaps/one`, patch)
    const not = await h.call(`PATCH ${at('other')}/configmaps/ghost`, patch)
    assert.deepEqual([there.status, not.status], [403, 403])
  })

  it('whose rights name one object see that one in lists and watches, however they select', async () => {
    const secrets = `GET ${at('own')}/secrets`
    const one = await h.call(`${secrets}?fieldSelector=metadata.name%3Done`, ann)
    assert.deepEqual(
      one.json.items.map((item: Json) => item.metadata.name),
      ['one'],
    )
    const watching = `${secrets}?watch=1&timeoutSeconds=1&fieldSelector=metadata.name%3Done`
    const { bytes } = await h.call(watching, ann)
    assert.doesNotMatch(bytes.toString(), /"two"/)
    assert.match(bytes.toString(), /"one"/)
    const old = await h.call(`GET /api/v1/watch/namespaces/own/secrets/one?timeoutSeconds=1`, ann)
    assert.equal(old.status, 200)
    assert.doesNotMatch(old.bytes.toString(), /"two"/)
    for (const query of [
      '',
      '?fieldSelector=metadata.name%3Dtwo',
      '?fieldSelector=metadata.name!%3Dtwo',
      '?fieldSelector=&fieldSelector=metadata.name%3Done',
      '?labelSelector=metadata.name%3Done',
      '?fieldselector=metadata.name%3Done',
    ]) {
      assert.equal(await status(secrets + query), 403, query)
    }
    const both = `${secrets}?fieldSelector=metadata.name%3Done&fieldSelector=`
    assert.deepEqual((await h.call(both, ann)).json.items.length, 1)
    const twice = `${secrets}?fieldSelector=metadata.name%3Done,metadata.name%3Dtwo`
    assert.deepEqual((await h.call(twice, ann)).json.items, [])
  })

  it('do not reach by a write what they cannot read', async () => {
    // Its namespace stands in the path; that of the body must be the same.
    const body = { ...configMap('sly'), metadata: { name: 'sly', namespace: 'other' } }
    assert.equal(await status(`POST ${at('own')}/configmaps`, { ...ann, body }), 400)
    assert.equal(await status(`POST ${at('other')}/configmaps`, { body: configMap('ok') }), 201)
    for (const [verb, path] of [
      ['create', 'POST serviceaccounts/default/token'],
      ['create', 'POST serviceaccounts'],
      ['patch', 'PATCH secrets/one'],
      ['delete', 'DELETE secrets/one'],
    ] as const) {
      const [method, rest] = path.split(' ')
      const code = await status(`${method} ${at('own')}/${rest}`, {
        ...ann,
        headers: MERGE,
        body: {},
      })
      assert.equal(code, 403, verb)
    }
  })

  it('review: what they are told of their rights is what they have', async () => {
    const allowed = async (about: object) => {
      const kind = 'SelfSubjectAccessReview'
      const body = {
        apiVersion: 'authorization.k8s.io/v1',
        kind,
        spec: { resourceAttributes: about },
      }
      const path = 'POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews'
      return (await h.call(path, { ...ann, body })).json.status.allowed
    }
    const secret = { resource: 'secrets', namespace: 'own', verb: 'list' }
    assert.equal(await allowed(secret), false)
    assert.equal(await allowed({ ...secret, name: 'one' }), true)
    assert.equal(await allowed({ ...secret, namespace: 'other', name: 'one' }), false)
    assert.equal(await allowed({ resource: 'configmaps', verb: '*', namespace: 'own' }), true)
    assert.equal(await allowed({ resource: '*', verb: 'get', namespace: 'own' }), false)
    for (const [kind, path] of [
      ['SubjectAccessReview', 'subjectaccessreviews'],
      ['LocalSubjectAccessReview', 'namespaces/own/localsubjectaccessreviews'],
    ]) {
      const spec = { user: 'bob', resourceAttributes: { ...secret } }
      const metadata = { namespace: path?.includes('own') ? 'own' : undefined }
      const body = { apiVersion: 'authorization.k8s.io/v1', kind, metadata, spec }
      assert.equal(
        await status(`POST /apis/authorization.k8s.io/v1/${path}`, { ...ann, body }),
        403,
      )
    }
  })
})

describe('a node', () => {
  let h: Harness
  const n1 = node('n1')
  const status = async (call: string, options: Parameters<Harness['call']>[1] = n1) =>
    (await h.call(call, options)).status
  const NS = at('default')

  before(async () => {
    const issuers = ['https://kubernetes.default.svc']
    const serviceAccounts = { issuers, signer: signerOf(newSigningKey().keyPem) }
    h = await Harness.start({
      disabledAdmission: ['ServiceAccount'],
      security: { serviceAccounts },
    })
    for (const name of ['n1', 'n2']) {
      await h.call('POST /api/v1/nodes', { body: { metadata: { name } } })
      await h.call(`POST ${NS}/serviceaccounts`, { body: { metadata: { name: `sa-${name}` } } })
      for (const plural of ['secrets', 'configmaps']) {
        await h.call(`POST ${NS}/${plural}`, { body: { metadata: { name: `for-${name}` } } })
      }
      await h.call('POST /api/v1/persistentvolumes', {
        body: {
          metadata: { name: `pv-${name}` },
          spec: {
            accessModes: ['ReadWriteOnce'],
            capacity: { storage: '1Gi' },
            claimRef: { namespace: 'default', name: `pvc-${name}` },
            csi: {
              driver: 'd',
              volumeHandle: name,
              nodePublishSecretRef: { namespace: 'default', name: `csi-${name}` },
            },
          },
        },
      })
      await h.call(`POST ${NS}/secrets`, { body: { metadata: { name: `csi-${name}` } } })
      await h.call(`POST ${NS}/persistentvolumeclaims`, {
        body: {
          metadata: { name: `pvc-${name}` },
          spec: {
            accessModes: ['ReadWriteOnce'],
            resources: { requests: { storage: '1Gi' } },
            volumeName: `pv-${name}`,
          },
        },
      })
      await h.call('POST /apis/storage.k8s.io/v1/volumeattachments', {
        body: {
          metadata: { name: `va-${name}` },
          spec: { attacher: 'd', nodeName: name, source: { persistentVolumeName: `pv-${name}` } },
        },
      })
      await h.call('POST /apis/resource.k8s.io/v1/resourceslices', {
        body: {
          metadata: { name: `slice-${name}` },
          spec: {
            driver: 'd.example.org',
            nodeName: name,
            pool: { name, generation: 1, resourceSliceCount: 1 },
          },
        },
      })
      const { json } = await h.call(`POST ${NS}/pods`, {
        body: pod(`pod-${name}`, {
          nodeName: name,
          serviceAccountName: `sa-${name}`,
          volumes: [
            { name: 'a', persistentVolumeClaim: { claimName: `pvc-${name}` } },
            { name: 'b', configMap: { name: `for-${name}` } },
            { name: 'c', projected: { sources: [{ secret: { name: `for-${name}` } }] } },
          ],
        }),
      })
      assert.equal(json.kind, 'Pod', JSON.stringify(json))
    }
    for (const plural of ['pods', 'persistentvolumes']) await h.call(`GET /api/v1/${plural}`)
    await h.call('GET /apis/storage.k8s.io/v1/volumeattachments')
    await h.call('GET /apis/resource.k8s.io/v1/resourceslices')
    await new Promise((resolve) => setImmediate(resolve))
  })
  after(() => h.stop())

  it('reads along every edge from its pods, and along none from another’s', async () => {
    const edges = (name: string) => [
      `GET ${NS}/secrets/for-${name}`,
      `GET ${NS}/configmaps/for-${name}`,
      `GET ${NS}/configmaps?fieldSelector=metadata.name%3Dfor-${name}`,
      `GET ${NS}/persistentvolumeclaims/pvc-${name}`,
      `GET /api/v1/persistentvolumes/pv-${name}`,
      `GET ${NS}/secrets/csi-${name}`,
      `GET /apis/storage.k8s.io/v1/volumeattachments/va-${name}`,
      `GET /apis/resource.k8s.io/v1/resourceslices/slice-${name}`,
      `GET /apis/resource.k8s.io/v1/resourceslices?fieldSelector=spec.nodeName%3D${name}`,
      `GET ${NS}/pods/pod-${name}`,
    ]
    for (const call of edges('n1')) assert.equal(await status(call), 200, call)
    for (const call of edges('n2')) assert.equal(await status(call), 403, call)
    for (const call of [
      `GET ${NS}/secrets?fieldSelector=metadata.name!%3Dfor-n2`,
      `GET ${NS}/configmaps`,
      `GET ${NS}/persistentvolumeclaims`,
      'GET /api/v1/persistentvolumes',
      'GET /apis/storage.k8s.io/v1/volumeattachments',
      'GET /apis/resource.k8s.io/v1/resourceslices',
      `PUT ${NS}/secrets/for-n1`,
      `DELETE ${NS}/configmaps/for-n1`,
      `GET ${NS}/serviceaccounts`,
    ]) {
      assert.equal(await status(call, { ...n1, body: {} }), 403, call)
    }
  })

  it('has tokens for its pods’ accounts, bound to those pods', async () => {
    const { json } = await h.call(`GET ${NS}/pods/pod-n1`)
    const token = (account: string, boundObjectRef?: object) =>
      status(`POST ${NS}/serviceaccounts/${account}/token`, {
        ...n1,
        body: {
          apiVersion: 'authentication.k8s.io/v1',
          kind: 'TokenRequest',
          spec: { boundObjectRef },
        },
      })
    const bound = { apiVersion: 'v1', kind: 'Pod', name: 'pod-n1', uid: json.metadata.uid }
    assert.equal(await token('sa-n1', bound), 201)
    assert.equal(await token('sa-n2', bound), 403)
    assert.equal(await token('sa-n1'), 403)
    assert.equal(await token('sa-n1', { ...bound, uid: 'another' }), 403)
    assert.equal(await token('sa-n1', { ...bound, name: 'pod-n2' }), 403)
    assert.equal(
      await status(`POST ${NS}/serviceaccounts`, { ...n1, body: { metadata: { name: 'x' } } }),
      403,
    )
  })

  it('has one lease, one CSINode, and its slices', async () => {
    const lease = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases'
    const make = (path: string, name: string, spec: object) =>
      status(`POST ${path}`, { ...n1, body: { metadata: { name }, spec } })
    assert.equal(await make(lease, 'n1', {}), 201)
    assert.equal(await make(lease, 'n2', {}), 403)
    assert.equal(await status(`GET ${lease}/n2`), 403)
    assert.equal(await status(`GET ${lease}`), 403)
    assert.equal(
      await make('/apis/coordination.k8s.io/v1/namespaces/kube-system/leases', 'n1', {}),
      403,
    )
    const csi = '/apis/storage.k8s.io/v1/csinodes'
    assert.equal(await make(csi, 'n1', { drivers: [] }), 201)
    assert.equal(await make(csi, 'n2', { drivers: [] }), 403)
    const slices = '/apis/resource.k8s.io/v1/resourceslices'
    const spec = (nodeName: string) => ({
      driver: 'e.example.org',
      nodeName,
      pool: { name: nodeName, generation: 1, resourceSliceCount: 1 },
    })
    assert.equal(await make(slices, 'mine', spec('n1')), 201)
    assert.equal(await make(slices, 'theirs', spec('n2')), 403)
    await h.call(`GET ${slices}`)
    assert.equal(await status(`DELETE ${slices}/slice-n2`), 403)
    assert.equal(await status(`DELETE ${slices}/mine`), 200)
  })

  it('gains nothing by a mirror pod, nor by a name that only looks like a node’s', async () => {
    const mirror = (nodeName: string, spec: object) => ({
      ...pod('mirror', { nodeName, ...spec }),
      metadata: { name: 'mirror', annotations: { 'kubernetes.io/config.mirror': 'x' } },
    })
    const volumes = [{ name: 'v', secret: { secretName: 'for-n2' } }]
    for (const [of, spec] of [
      ['n1', { volumes }],
      ['n1', { serviceAccountName: 'sa-n2' }],
      ['n2', {}],
    ] as const) {
      assert.equal(await status(`POST ${NS}/pods`, { ...n1, body: mirror(of, spec) }), 403)
    }
    // Somebody who may has made one: it gives the node nothing.
    assert.equal((await h.call(`POST ${NS}/pods`, { body: mirror('n1', { volumes }) })).status, 201)
    await h.call('GET /api/v1/pods')
    await new Promise((resolve) => setImmediate(resolve))
    assert.equal(await status(`GET ${NS}/secrets/for-n2`), 403)
    for (const other of [
      user('system:node:n1'),
      user('n1', 'system:nodes'),
      user('system:node:', 'system:nodes'),
    ]) {
      assert.equal(await status(`GET ${NS}/secrets/for-n1`, other), 403)
    }
  })
})
