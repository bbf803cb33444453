import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import type { PeerIdentity } from '../../../../src/base/index.ts'
import {
  issueAuthority,
  issueLeaf,
  newSigningKey,
  signerOf,
  systemClock,
} from '../../../../src/platform/index.ts'
import { configMap, Harness, type Json, pod } from '../harness.ts'

const NS = '/api/v1/namespaces/default'
const ISSUER = 'https://kubernetes.default.svc'
const signer = signerOf(newSigningKey().keyPem)
const validity = { nowMs: Date.now() }
const proxyCa = issueAuthority({ commonName: 'front-proxy-ca' }, validity)
const apiCa = issueAuthority({ commonName: 'kubernetes' }, validity)

function shown(ca: typeof apiCa, commonName: string, organizations: string[] = []): PeerIdentity {
  const { certPem } = issueLeaf(ca, { commonName, organizations, usages: ['client'] }, validity)
  return { commonName, organizations, certificate: new X509Certificate(certPem).raw }
}

describe('ways into the API', () => {
  let h: Harness
  let nowMs = Date.now()
  const bearer = (token: string) => ({
    anonymous: true,
    headers: { authorization: `Bearer ${token}` },
  })
  /** 401: not known; 403: known, and may not. */
  const status = async (call: Parameters<Harness['call']>[1]) =>
    (await h.call(`GET ${NS}/configmaps`, call)).status
  const whoami = async (call: Parameters<Harness['call']>[1] = {}): Promise<Json> => {
    const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews'
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }
    return (await h.call(`POST ${path}`, { ...call, body })).json
  }
  const token = async (account: string, spec: object = {}): Promise<string> => {
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec }
    const { json } = await h.call(`POST ${NS}/serviceaccounts/${account}/token`, { body })
    return json.status?.token ?? JSON.stringify(json)
  }

  before(async () => {
    h = await Harness.start({
      clock: { ...clockOf(() => nowMs) },
      security: {
        tokenFile: 'file-token,ann,uid-7,"dev,ops"\n',
        serviceAccounts: { issuers: [ISSUER], signer },
        requestHeader: { caPem: proxyCa.certPem, allowedNames: ['front'] },
      },
    })
    for (const name of ['default', 'app']) {
      await h.call(`POST ${NS}/serviceaccounts`, { body: { metadata: { name } } })
    }
  })
  after(() => h.stop())
  beforeEach(() => {
    nowMs = Date.now()
  })

  it('no credential: anonymous, who may read health alone; a foreign certificate: nobody', async () => {
    assert.equal(await status({ anonymous: true }), 403)
    const foreign = { method: 'GET', url: '/healthz', headers: {}, body: undefined }
    const { signal } = new AbortController()
    const answer = await h.server.handler({ ...foreign, signal, foreignCertificate: true })
    assert.equal(answer.status, 401)
  })

  it('static tokens: the one that is known, with name, groups and uid', async () => {
    const { status: found } = await whoami(bearer('file-token'))
    const groups = ['dev', 'ops', 'system:authenticated']
    assert.deepEqual(found.userInfo, { username: 'ann', uid: 'uid-7', groups })
    assert.equal(await status(bearer('file-token')), 403)
    for (const wrong of ['file-toke', 'file-token1', 'FILE-TOKEN', '*']) {
      assert.equal(await status(bearer(wrong)), 401, wrong)
    }
  })

  it('service accounts: good until the end, for this API, signed by us, while the account is', async () => {
    const good = await token('app')
    assert.equal(await status(bearer(good)), 403)
    const [head = '', claims = '', signature = ''] = good.split('.')
    const other = signerOf(newSigningKey().keyPem)
    const data = Buffer.from(`${head}.${claims}`)
    const forged = Buffer.from(other.sign(data)).toString('base64url')
    assert.equal(await status(bearer(`${head}.${claims}.${forged}`)), 401)
    const none = Buffer.from('{"alg":"none"}').toString('base64url')
    assert.equal(await status(bearer(`${none}.${claims}.`)), 401)
    const more = JSON.parse(Buffer.from(claims, 'base64url').toString())
    more.sub = 'system:serviceaccount:kube-system:admin'
    const changed = Buffer.from(JSON.stringify(more)).toString('base64url')
    assert.equal(await status(bearer(`${head}.${changed}.${signature}`)), 401)
    assert.equal(await status(bearer(await token('app', { audiences: ['vault'] }))), 401)
    nowMs += 3_601_000
    assert.equal(await status(bearer(good)), 401)
    nowMs -= 3_601_000
    await h.call(`DELETE ${NS}/serviceaccounts/app`)
    assert.equal(await status(bearer(good)), 401)
    await h.call(`POST ${NS}/serviceaccounts`, { body: { metadata: { name: 'app' } } })
    // Another account of the same name is not the same account.
    assert.equal(await status(bearer(good)), 401)
  })

  it('service accounts: a token that is bound to a pod or a secret ends with it', async () => {
    const bound = async (kind: string, name: string) =>
      token('default', { boundObjectRef: { apiVersion: 'v1', kind, name } })
    await h.call(`POST ${NS}/pods`, { body: pod('p') })
    await h.call(`POST ${NS}/secrets`, { body: { metadata: { name: 's' } } })
    const ofPod = await bound('Pod', 'p')
    const ofSecret = await bound('Secret', 's')
    const { status: found } = await whoami(bearer(ofPod))
    assert.deepEqual(found.userInfo.extra['authentication.kubernetes.io/pod-name'], ['p'])
    assert.equal(await status(bearer(ofSecret)), 403)
    await h.call(`DELETE ${NS}/pods/p?gracePeriodSeconds=0`)
    await h.call(`DELETE ${NS}/secrets/s`)
    assert.equal(await status(bearer(ofPod)), 401)
    assert.equal(await status(bearer(ofSecret)), 401)
  })

  it('bootstrap tokens: of a secret that says so, until its end', async () => {
    const make = async (id: string, data: Record<string, string>) => {
      const stringData = {
        'token-id': id,
        'token-secret': '0123456789abcdef',
        'usage-bootstrap-authentication': 'true',
        ...data,
      }
      const body = {
        metadata: { name: `bootstrap-token-${id}` },
        type: 'bootstrap.kubernetes.io/token',
        stringData,
      }
      await h.call('POST /api/v1/namespaces/kube-system/secrets', { body })
      return `${id}.0123456789abcdef`
    }
    const soon = new Date(nowMs + 60_000).toISOString()
    const good = await make('aaaaaa', {
      expiration: soon,
      'auth-extra-groups': 'system:bootstrappers:workers',
    })
    const { status: found } = await whoami(bearer(good))
    assert.equal(found.userInfo.username, 'system:bootstrap:aaaaaa')
    assert.ok(found.userInfo.groups.includes('system:bootstrappers:workers'))
    assert.equal(await status(bearer('aaaaaa.0123456789abcdee')), 401)
    const unusable = await make('bbbbbb', { 'usage-bootstrap-authentication': 'false' })
    assert.equal(await status(bearer(unusable)), 401)
    const greedy = await make('cccccc', { 'auth-extra-groups': 'system:masters' })
    assert.equal(await status(bearer(greedy)), 401)
    nowMs += 61_000
    assert.equal(await status(bearer(good)), 401)
  })

  it('front proxies: their certificate and name, and nobody else’s headers', async () => {
    const headers = {
      'x-remote-user': 'bob',
      'x-remote-group': 'dev, ops',
      'x-remote-extra-a': 'b',
    }
    const front = shown(proxyCa, 'front')
    const { status: found } = await whoami({ as: front, headers })
    assert.equal(found.userInfo.username, 'bob')
    assert.deepEqual(found.userInfo.groups, ['dev', 'ops', 'system:authenticated'])
    assert.deepEqual(found.userInfo.extra, { a: ['b'] })
    // A client of the API's own authority is itself, whatever its headers say.
    const own = await whoami({ as: shown(apiCa, 'eve'), headers })
    assert.equal(own.status.userInfo.username, 'eve')
    // The proxies' authority opens no other door: not for another name, not without a user.
    for (const as of [shown(proxyCa, 'other', ['system:masters']), front]) {
      const { status: code } = await h.call(`GET ${NS}/configmaps`, { as })
      assert.equal(code, 403)
    }
  })

  it('impersonation: those who may, as whom they may', async () => {
    const as = { commonName: 'eve', organizations: [] }
    const call = {
      as,
      headers: { 'impersonate-user': 'root', 'impersonate-group': 'system:masters' },
    }
    const { json } = await h.call(`GET ${NS}/configmaps`, call)
    assert.equal(
      json.message,
      'users "root" is forbidden: User "eve" cannot impersonate resource "users" in API group "" at the cluster scope',
    )
    const rbac = '/apis/rbac.authorization.k8s.io/v1'
    const rules = [
      { apiGroups: [''], resources: ['users'], resourceNames: ['root'], verbs: ['impersonate'] },
    ]
    await h.call(`POST ${rbac}/clusterroles`, { body: { metadata: { name: 'imp' }, rules } })
    const body = {
      metadata: { name: 'imp' },
      roleRef: { kind: 'ClusterRole', name: 'imp' },
      subjects: [{ kind: 'User', name: 'eve' }],
    }
    await h.call(`POST ${rbac}/clusterrolebindings`, { body })
    await h.call(`GET ${rbac}/clusterrolebindings`)
    const plain = { as, headers: { 'impersonate-user': 'root' } }
    assert.equal((await whoami(plain)).status.userInfo.username, 'root')
    // The group is a wish of its own, and so is whatever else is said of a user.
    assert.match((await h.call(`GET ${NS}/configmaps`, call)).json.message, /resource "groups"/)
    const extra = { as, headers: { 'impersonate-user': 'root', 'impersonate-extra-scopes': 'all' } }
    assert.match((await h.call(`GET ${NS}/pods`, extra)).json.message, /"userextras\/scopes"/)
    const uid = { as, headers: { 'impersonate-user': 'root', 'impersonate-uid': '1' } }
    assert.match((await h.call(`GET ${NS}/pods`, uid)).json.message, /resource "uids"/)
    assert.equal(
      (await h.call(`POST ${NS}/configmaps`, { ...plain, body: configMap('x') })).status,
      403,
    )
  })
})

function clockOf(nowMs: () => number): typeof systemClock {
  return {
    nowMs,
    monotonicMs: () => systemClock.monotonicMs(),
    after: (...args) => systemClock.after(...args),
    every: (...args) => systemClock.every(...args),
  }
}
