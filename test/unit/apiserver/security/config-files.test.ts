import assert from 'node:assert/strict'
import type { HttpsCall } from '../../../../src/base/index.ts'
import type { TokenOwner } from '../../../../src/master/apiserver/authn/token.ts'
import { jwtTokens } from '../../../../src/master/apiserver/authn/oidc/index.ts'
import {
  parseAdmission,
  parseAuthentication,
  parseAuthorization,
} from '../../../../src/master/apiserver/index.ts'
import { ManualClock } from '../../../contract/manual-clock.ts'
import { Harness, type Json, pod } from '../harness.ts'
import { Issuer, rsaPair } from './issuer.ts'

const GROUP = 'apiserver.config.k8s.io'
const { signal } = new AbortController()
const OWN = { ownIssuers: ['https://kubernetes.default.svc'] }

const authentication = (rest: object, version = 'v1') =>
  parseAuthentication(
    JSON.stringify({
      apiVersion: `${GROUP}/${version}`,
      kind: 'AuthenticationConfiguration',
      ...rest,
    }),
    OWN,
  )

describe('an AuthenticationConfiguration', () => {
  const issuer = new Issuer()
  issuer.keys.set('a', rsaPair())
  const jwt = (more: object = {}) => ({
    issuer: { url: issuer.url, audiences: ['kubernetes'] },
    claimMappings: { username: { claim: 'sub', prefix: '' } },
    ...more,
  })
  const ask = async (spec: object, claims: object): Promise<TokenOwner['user'] | string> => {
    const { issuers } = authentication({ jwt: [spec] })
    const [first] = issuers
    assert(first)
    const parts = { call: issuer.call, clock: new ManualClock() }
    const token = await issuer.sign({ sub: 'ann', exp: 1000, ...claims }, { kid: 'a' })
    const owner = await jwtTokens(first, parts)
      .authenticate(token, { audiences: [], signal })
      .catch((error: Error) => error.message)
    return typeof owner === 'object' ? owner.user : (owner ?? '')
  }

  const why = async (spec: object, claims: object): Promise<string> => {
    const answer = await ask(spec, claims)
    return typeof answer === 'string' ? answer : JSON.stringify(answer)
  }

  it('maps claims to a user by name, and by expressions', async () => {
    const mappings = {
      username: { expression: "'corp:' + claims.sub" },
      groups: { expression: 'claims.roles.split(",")' },
      uid: { claim: 'id' },
      extra: [{ key: 'example.org/tenant', valueExpression: 'claims.?tenant.orValue("")' }],
    }
    const spec = jwt({ claimMappings: mappings })
    assert.deepEqual(await ask(spec, { roles: 'dev,,ops', id: '7', tenant: 't1' }), {
      name: 'corp:ann',
      groups: ['dev', 'ops'],
      uid: '7',
      extra: { 'example.org/tenant': ['t1'] },
    })
    assert.deepEqual(await ask(spec, { roles: '', id: '7' }), {
      name: 'corp:ann',
      groups: [],
      uid: '7',
    })
    assert.match(await why(spec, { roles: 'dev' }), /^oidc: parse uid claim "id": claim not/)
    const noName = jwt({ claimMappings: { username: { expression: 'claims.n' } } })
    assert.match(await why(noName, { n: 7 }), /username claim expression must return a string/)
    assert.match(await why(noName, {}), /no such key: n/)
  })

  it('holds tokens and users to rules', async () => {
    const spec = jwt({
      claimValidationRules: [
        { claim: 'hd', requiredValue: 'example.org' },
        { expression: 'claims.exp - claims.nbf <= 900', message: 'it is good for too long' },
      ],
      userValidationRules: [
        { expression: "!user.username.startsWith('system:')", message: 'reserved' },
        { expression: 'user.groups.all(g, !g.startsWith("system:"))', message: 'reserved groups' },
      ],
    })
    const good = { hd: 'example.org', nbf: 200 }
    assert.deepEqual(await ask(spec, good), { name: 'ann', groups: [] })
    assert.match(await why(spec, { nbf: 200 }), /required claim hd not present/)
    assert.equal(
      await ask(spec, { hd: 'example.org', nbf: 0 }),
      "oidc: error evaluating claim validation expression: validation expression 'claims.exp - " +
        "claims.nbf <= 900' failed: it is good for too long",
    )
    assert.match(await why(spec, { ...good, sub: 'system:masters' }), /failed: reserved$/)
  })

  it('knows several audiences, and a discovery document elsewhere', async () => {
    const audiences = ['other', 'kubernetes']
    const there = { url: issuer.url, audiences, audienceMatchPolicy: 'MatchAny' }
    assert.deepEqual(await ask(jwt({ issuer: there }), {}), { name: 'ann', groups: [] })
    const nobody = { url: issuer.url, audiences: ['x', 'y'], audienceMatchPolicy: 'MatchAny' }
    assert.match(await why(jwt({ issuer: nobody }), {}), /expected audience in \["x","y"\] got/)
    issuer.asked.length = 0
    const discoveryURL = 'https://discovery.example/dex/.well-known/openid-configuration'
    await ask(jwt({ issuer: { ...there, discoveryURL } }), {})
    assert.equal(
      issuer.asked[0],
      `GET https://discovery.example:443/dex/.well-known/openid-configuration`,
    )
  })

  it('fetches groups that stand elsewhere', async () => {
    const groupsToken = await issuer.sign({ groups: ['far'], exp: 1000 }, { kid: 'a' })
    const headers: Json[] = []
    const call: HttpsCall = (target, request) => {
      if (target.host !== 'graph.example') return issuer.call(target, request)
      headers.push(request.headers)
      return Promise.resolve({ status: 200, headers: {}, body: Buffer.from(groupsToken) })
    }
    const claimMappings = {
      username: { claim: 'sub', prefix: '' },
      groups: { claim: 'groups', prefix: 'g:' },
    }
    const [first] = authentication({ jwt: [jwt({ claimMappings })] }).issuers
    assert(first)
    const distributed = {
      _claim_names: { groups: 'src1' },
      _claim_sources: { src1: { endpoint: 'https://graph.example/groups', access_token: 'tok' } },
    }
    const token = await issuer.sign({ sub: 'ann', exp: 1000, ...distributed }, { kid: 'a' })
    const clock = new ManualClock()
    const tokens = jwtTokens(first, { call, clock })
    const groupsNow = async () =>
      (await tokens.authenticate(token, { audiences: [], signal }))?.user.groups
    assert.deepEqual(await Promise.all([groupsNow(), groupsNow()]), [['g:far'], ['g:far']])
    assert.equal(headers[0].authorization, 'Bearer tok')
    // Once for all requests of some seconds.
    assert.deepEqual(await groupsNow(), ['g:far'])
    assert.equal(headers.length, 1)
    clock.advance(10_000)
    assert.deepEqual(await groupsNow(), ['g:far'])
    assert.equal(headers.length, 2)
  })

  it('that cannot be meant is refused with Kubernetes’ texts', () => {
    const refused = (spec: object, why: RegExp) =>
      assert.throws(() => authentication({ jwt: [spec] }), why)
    const at = (fields: object) => jwt({ issuer: { url: issuer.url, audiences: ['a'], ...fields } })
    refused(at({ url: '' }), /^TypeError: jwt\[0\]\.issuer\.url: Required value$/)
    refused(at({ url: 'http://a' }), /Invalid value: "http:\/\/a": URL scheme must be https/)
    refused(at({ url: 'https://u:p@a' }), /URL must not contain a username or password/)
    refused(
      at({ url: 'https://kubernetes.default.svc' }),
      /must not overlap with disallowed issuers/,
    )
    refused(at({ discoveryURL: `${issuer.url}/` }), /discoveryURL must be different from URL/)
    refused(at({ audiences: [] }), /at least one jwt\[0\]\.issuer\.audiences is required/)
    refused(at({ audiences: ['a', 'b'] }), /must be MatchAny for multiple audiences/)
    refused(at({ frob: 1 }), /strict decoding error: unknown field "jwt\[0\]\.issuer\.frob"/)
    const username = (value: object) => jwt({ claimMappings: { username: value } })
    refused(
      username({}),
      /claimMappings\.username: Required value: claim or expression is required/,
    )
    refused(
      username({ claim: 'sub' }),
      /prefix: Required value: prefix is required when claim is set/,
    )
    refused(username({ expression: 'claims.email' }), /claims\.email_verified must be used in/)
    refused(username({ expression: 'claims.' }), /compilation failed: ERROR: <input>:1:8/)
    refused(
      jwt({ userValidationRules: [{ expression: 'user.username' }] }),
      /userValidationRules\[0\]\.expression: Invalid value: "user\.username": must evaluate to bool/,
    )
    const extra = (key: string) =>
      jwt({
        claimMappings: {
          username: { claim: 'sub', prefix: '' },
          extra: [{ key, valueExpression: 'claims.a' }],
        },
      })
    refused(extra('foo'), /must be a domain-prefixed path/)
    refused(extra('authentication.kubernetes.io/x'), /are reserved for Kubernetes use/)
    assert.throws(
      () => authentication({ jwt: [jwt(), jwt()] }),
      /jwt\[1\]\.issuer\.url: Duplicate value/,
    )
    assert.throws(
      () => authentication({ anonymous: { enabled: false, conditions: [{ path: '/livez' }] } }),
      /enabled should be set to true when conditions are defined/,
    )
    assert.throws(() => authentication({}, 'v7'), /no kind "AuthenticationConfiguration" is reg/)
  })

  it('is followed: issuers and anonymous paths come and go while the server runs', async () => {
    issuer.asked.length = 0
    let config = authentication({ anonymous: { enabled: true, conditions: [{ path: '/livez' }] } })
    const h = await Harness.start({
      outbound: issuer.call,
      security: { authenticationConfig: () => config },
    })
    const token = await issuer.sign({ sub: 'ann', exp: 4e9 }, { kid: 'a' })
    const headers = { authorization: `Bearer ${token}` }
    const get = async (path: string, more: object = {}) =>
      (await h.call(`GET ${path}`, { anonymous: true, ...more })).status
    assert.deepEqual(
      [await get('/livez'), await get('/readyz'), await get('/api')],
      [200, 401, 401],
    )
    assert.equal(await get('/api/v1/pods', { headers }), 401)
    config = authentication({ jwt: [jwt()], anonymous: { enabled: false } })
    assert.equal(await get('/api/v1/pods', { headers }), 403)
    assert.equal(await get('/livez'), 401)
    config = authentication({})
    assert.equal(await get('/api/v1/pods', { headers }), 401)
    assert.equal(await get('/livez'), 200)
    await h.stop()
  })
})

describe('an AuthorizationConfiguration', () => {
  const readJudge = () => ({ url: 'https://judge.example/ask' })
  const parse = (authorizers: object[]) =>
    parseAuthorization(
      JSON.stringify({
        apiVersion: `${GROUP}/v1`,
        kind: 'AuthorizationConfiguration',
        authorizers,
      }),
      { readJudge },
    )
  const webhook = (more: object = {}) => ({
    timeout: '3s',
    subjectAccessReviewVersion: 'v1',
    matchConditionSubjectAccessReviewVersion: 'v1',
    failurePolicy: 'NoOpinion',
    connectionInfo: { type: 'KubeConfigFile', kubeConfigFile: '/kc' },
    ...more,
  })
  const RBAC = { type: 'RBAC', name: 'rbac' }

  it('asks webhooks in turn, under their conditions, and follows their failure policies', async () => {
    const asked: string[] = []
    let isThere = true
    const call: HttpsCall = (_, request) => {
      const { spec } = JSON.parse(Buffer.from(request.body as Uint8Array).toString())
      asked.push(
        `${spec.user} ${spec.resourceAttributes?.resource ?? spec.nonResourceAttributes.path}`,
      )
      const status = { allowed: spec.user === 'friend', denied: spec.user === 'foe' }
      const body = Buffer.from(JSON.stringify({ status }))
      return Promise.resolve({ status: isThere ? 200 : 400, headers: {}, body })
    }
    const matchConditions = [
      { expression: 'has(request.resourceAttributes)' },
      { expression: "request.resourceAttributes.namespace == 'default'" },
      { expression: "!('system:nodes' in request.groups)" },
    ]
    let config = parse([
      {
        type: 'Webhook',
        name: 'judge',
        webhook: webhook({ matchConditions, failurePolicy: 'Deny' }),
      },
      RBAC,
    ])
    const h = await Harness.start({
      outbound: call,
      security: { authorizationConfig: () => config },
    })
    const as = (commonName: string, ...organizations: string[]) => ({ commonName, organizations })
    const list = async (user: string, place = '/api/v1/namespaces/default/pods') =>
      (await h.call(`GET ${place}`, { as: as(user) })).status
    assert.equal(await list('friend'), 200)
    assert.equal(await list('friend', '/api/v1/namespaces/kube-system/pods'), 403)
    assert.equal(await list('foe'), 403)
    assert.deepEqual(asked, ['friend pods', 'foe pods'])
    isThere = false
    assert.equal(await list('somebody'), 500)
    assert.equal(await list('friend', '/healthz'), 200)
    config = parse([{ type: 'Webhook', name: 'judge', webhook: webhook() }, RBAC])
    assert.equal(await list('somebody'), 500)
    assert.equal((await h.call('GET /api/v1/pods')).status, 200)
    config = parse([{ type: 'AlwaysAllow', name: 'all' }])
    assert.equal(await list('somebody'), 200)
    await h.stop()
  })

  it('that cannot be meant is refused with Kubernetes’ texts', () => {
    const refused = (authorizers: object[], why: RegExp) =>
      assert.throws(() => parse(authorizers), why)
    refused([], /authorizers: Required value: at least one authorization mode must be defined/)
    refused(
      [{ type: 'Frob', name: 'f' }],
      /type: Unsupported value: "Frob": supported values: "Alw/,
    )
    refused([RBAC, { ...RBAC, name: 'b' }], /authorizers\[1\]\.type: Duplicate value: "RBAC"/)
    refused([{ type: 'RBAC' }], /authorizers\[0\]\.name: Required value/)
    refused([{ ...RBAC, webhook: webhook() }], /may only be specified when type=Webhook/)
    const bad = (more: object, why: RegExp) =>
      refused([{ type: 'Webhook', name: 'w', webhook: webhook(more) }], why)
    refused([{ type: 'Webhook', name: 'w' }], /webhook: Required value: required when type=Webhook/)
    bad(
      { timeout: '31s' },
      /authorizers\[0\]\.timeout: Invalid value: "31s": must be > 0s and <= 30s/,
    )
    bad({ failurePolicy: 'Allow' }, /supported values: "NoOpinion", "Deny"/)
    bad({ connectionInfo: { type: 'KubeConfigFile', kubeConfigFile: 'kc' } }, /must be an absolute/)
    bad({ matchConditions: [{ expression: 'request.frob' }] }, /undefined field 'frob'/)
    bad({ matchConditions: [{ expression: 'request.user' }] }, /must evaluate to bool/)
  })
})

describe('an AdmissionConfiguration', () => {
  const parse = (plugins: object[], files: Record<string, object> = {}) =>
    parseAdmission(
      JSON.stringify({ apiVersion: `${GROUP}/v1`, kind: 'AdmissionConfiguration', plugins }),
      { readFile: (path) => JSON.stringify(files[path]), readAccess: () => () => undefined },
    )
  const podSecurity = (rest: object) => ({
    apiVersion: 'pod-security.admission.config.k8s.io/v1',
    kind: 'PodSecurityConfiguration',
    ...rest,
  })

  it('PodSecurity has defaults, and some need not comply', async () => {
    const configuration = podSecurity({
      defaults: { enforce: 'baseline', 'enforce-version': 'latest', warn: 'restricted' },
      exemptions: { namespaces: ['kube-system'], usernames: ['trusted'] },
    })
    const h = await Harness.start({
      admissionConfig: parse([{ name: 'PodSecurity', path: 'p' }], { p: configuration }),
      security: { authorization: ['AlwaysAllow'] },
      disabledAdmission: ['ServiceAccount'],
    })
    const create = async (space: string, name: string, commonName = 'ann') => {
      const body = pod(name, { hostNetwork: true })
      const as = { commonName, organizations: [] }
      return h.call(`POST /api/v1/namespaces/${space}/pods`, { body, as })
    }
    const { json } = await create('default', 'a')
    assert.match(json.message, /violates PodSecurity "baseline:latest": host namespaces/)
    assert.equal((await create('kube-system', 'a')).status, 201)
    assert.equal((await create('default', 'a', 'trusted')).status, 201)
    const plain = await h.call('POST /api/v1/namespaces/default/pods', { body: pod('b') })
    assert.match(plain.headers['warning'] ?? '', /would violate PodSecurity ..restricted:latest/)
    await h.stop()
  })

  it('ResourceQuota keeps what is limited for those who have a quota for it', async () => {
    const configuration = {
      apiVersion: `${GROUP}/v1`,
      kind: 'ResourceQuotaConfiguration',
      limitedResources: [
        { resource: 'services', matchContains: ['services'] },
        {
          resource: 'pods',
          matchScopes: [
            { scopeName: 'PriorityClass', operator: 'In', values: ['system-node-critical'] },
          ],
        },
      ],
    }
    const h = await Harness.start({
      admissionConfig: parse([{ name: 'ResourceQuota', configuration }]),
      disabledAdmission: ['ServiceAccount'],
    })
    const base = '/api/v1/namespaces/default'
    const service = { metadata: { name: 's' }, spec: { ports: [{ port: 80 }] } }
    const { status, json } = await h.call(`POST ${base}/services`, { body: service })
    assert.equal(status, 403)
    assert.match(
      json.message,
      /services "s" is forbidden: insufficient quota to consume: .*services/,
    )
    const critical = pod('p', { priorityClassName: 'system-node-critical' })
    const refused = await h.call(`POST ${base}/pods`, { body: critical })
    assert.match(
      refused.json.message,
      /insufficient quota to match these scopes: \[\{PriorityClass In \[system-node-critical\]\}\]/,
    )
    assert.equal((await h.call(`POST ${base}/pods`, { body: pod('q') })).status, 201)
    await h.stop()
  })

  it('that cannot be meant is refused', () => {
    const bad = (plugins: object[], why: RegExp) => assert.throws(() => parse(plugins), why)
    bad([{ name: 'ImagePolicyWebhook', configuration: {} }], /"ImagePolicyWebhook" reads no/)
    const of = (rest: object) => [{ name: 'PodSecurity', configuration: podSecurity(rest) }]
    bad(
      of({ defaults: { enforce: 'strict' } }),
      /defaults\.enforce: Invalid value: "strict": must be one of/,
    )
    bad(
      of({ defaults: { frob: 'x' } }),
      /couldn't init admission plugin "PodSecurity": strict decoding/,
    )
    bad(of({ exemptions: { namespaces: ['a', 'a'] } }), /namespaces\[1\]: Duplicate value: "a"/)
  })
})
