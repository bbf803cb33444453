import assert from 'node:assert/strict'
import { type HttpHandler, silentLog } from '../../../../src/base/index.ts'
import { type OidcOptions, oidcTokens } from '../../../../src/master/apiserver/authn/oidc/index.ts'
import { TokenError } from '../../../../src/master/apiserver/authn/token.ts'
import {
  issueAuthority,
  issueLeaf,
  outboundHttps,
  serveHttps,
  systemClock,
} from '../../../../src/platform/index.ts'
import { ManualClock } from '../../../contract/manual-clock.ts'
import { Harness } from '../harness.ts'
import { curvePair, Issuer, rsaPair, signWith } from './issuer.ts'

const rsa = rsaPair()
const otherRsa = rsaPair()
const exp = 1_000
const { signal } = new AbortController()

describe('ID tokens of an OpenID Connect issuer', () => {
  let issuer: Issuer
  let clock: ManualClock
  const opened = (options: Partial<OidcOptions> = {}) =>
    oidcTokens(
      { issuerUrl: issuer.url, clientId: 'kubernetes', ...options },
      { call: issuer.call, clock },
    )
  const claims = { sub: 'ann', exp }
  const ask = (token: string, options: Partial<OidcOptions> = {}) =>
    opened(options).authenticate(token, { audiences: [], signal })
  const nameOf = async (more: object, options: Partial<OidcOptions> = {}) =>
    (await ask(await issuer.sign({ ...claims, ...more }, { kid: 'a' }), options))?.user.name
  const refused = async (more: object, why: RegExp, options: Partial<OidcOptions> = {}) => {
    const token = await issuer.sign({ ...claims, ...more }, { kid: 'a' })
    await assert.rejects(ask(token, options), (error: unknown) => {
      assert.ok(error instanceof TokenError, String(error))
      assert.match(error.message, why)
      return true
    })
  }

  beforeEach(() => {
    issuer = new Issuer()
    issuer.keys.set('a', rsa)
    clock = new ManualClock()
  })

  it('say who somebody is, under the name of the issuer unless there is a prefix', async () => {
    assert.equal(await nameOf({}), `${issuer.url}#ann`)
    assert.equal(await nameOf({}, { usernamePrefix: 'oidc:' }), 'oidc:ann')
    assert.equal(await nameOf({}, { usernamePrefix: '-' }), 'ann')
    assert.equal(await nameOf({ who: 'bob' }, { usernameClaim: 'who' }), `${issuer.url}#bob`)
    assert.equal(await nameOf({ email: 'a@b.c' }, { usernameClaim: 'email' }), 'a@b.c')
    await refused({}, /username claims "who": claim not present/, { usernameClaim: 'who' })
    await refused({ who: 7 }, /no string/, { usernameClaim: 'who' })
    await refused({ who: '' }, /empty/, { usernameClaim: 'who' })
  })

  it('an address counts only when it is verified, where the issuer tells', async () => {
    const options = { usernameClaim: 'email', usernamePrefix: 'x:' }
    const email = 'a@b.c'
    assert.equal(await nameOf({ email, email_verified: true }, options), 'x:a@b.c')
    await refused({ email, email_verified: false }, /email not verified/, options)
    await refused({ email, email_verified: 'true' }, /parse 'email_verified' claim/, options)
  })

  it('groups are a list or one, with a prefix; the credential is named', async () => {
    const options = { groupsClaim: 'groups', groupsPrefix: 'g:' }
    const token = async (groups: unknown) =>
      (await ask(await issuer.sign({ ...claims, groups, jti: 'x1' }, { kid: 'a' }), options))?.user
    assert.deepEqual((await token(['dev', 'ops']))?.groups, ['g:dev', 'g:ops'])
    assert.deepEqual((await token('dev'))?.groups, ['g:dev'])
    assert.deepEqual((await token(undefined))?.groups, [])
    assert.deepEqual((await token('dev'))?.extra, {
      'authentication.kubernetes.io/credential-id': ['JTI=x1'],
    })
    await refused({ groups: [1] }, /parse groups claim "groups"/, options)
    await refused({ groups: { a: 1 } }, /parse groups claim "groups"/, options)
  })

  it('claims that are required must be there, with their value', async () => {
    const options = { requiredClaims: { hd: 'example.com' } }
    assert.ok(await nameOf({ hd: 'example.com' }, options))
    await refused({}, /required claim hd not present in ID token/, options)
    await refused({ hd: 'x' }, /hd value does not match. Got = x, want = example.com/, options)
    await refused({ hd: ['example.com'] }, /parse claim hd/, options)
    await refused({}, /constructor not present/, { requiredClaims: { constructor: 'x' } })
  })

  it('are for this client, and for their time', async () => {
    assert.ok(await nameOf({ aud: ['other', 'kubernetes'] }))
    await refused({ aud: ['other'] }, /expected audience "kubernetes" got \["other"\]/)
    await refused({ aud: undefined }, /expected audience/)
    await refused({ exp: undefined }, /token is expired/)
    assert.ok(await nameOf({ nbf: 299 }))
    await refused({ nbf: 301 }, /before the nbf/)
    clock.advance(exp * 1000)
    await refused({}, /token is expired/)
  })

  it('another issuer’s, and what is no token, are left to others', async () => {
    assert.equal(await ask(await issuer.sign({ iss: 'https://else' }, { kid: 'a' })), undefined)
    assert.equal(await ask('abc'), undefined)
    assert.deepEqual(issuer.asked, [])
  })

  it('every algorithm of the list is read, and only those that are switched on', async () => {
    const pairs = {
      RS384: { ...rsa, algorithm: 'RS384' },
      PS256: { ...rsa, algorithm: 'PS256' },
      ES256: curvePair('ES256', 'P-256'),
      ES384: curvePair('ES384', 'P-384'),
      ES512: curvePair('ES512', 'P-521'),
    }
    for (const [name, pair] of Object.entries(pairs)) {
      issuer.keys.set(name, pair)
      const token = await issuer.sign(claims, { kid: name })
      const known = await ask(token, { signingAlgorithms: [name] })
      assert.equal(known?.user.name, `${issuer.url}#ann`, name)
      await assert.rejects(ask(token), /signed with unsupported algorithm/)
    }
    assert.throws(
      () => opened({ signingAlgorithms: ['HS256'] }),
      /unsupported signing alg: "HS256"/,
    )
    assert.throws(() => opened({ signingAlgorithms: ['none'] }), /unsupported signing alg/)
  })

  it('a signature of another key, and a changed token, are refused', async () => {
    const forged = await signWith(
      otherRsa,
      { iss: issuer.url, aud: 'kubernetes', ...claims },
      {
        kid: 'a',
      },
    )
    await assert.rejects(ask(forged), /failed to verify id token signature/)
    const [head, , signature] = (await issuer.sign(claims, { kid: 'a' })).split('.')
    const body = { iss: issuer.url, aud: 'kubernetes', sub: 'root', exp }
    const changed = Buffer.from(JSON.stringify(body)).toString('base64url')
    await assert.rejects(ask(`${head}.${changed}.${signature}`), /failed to verify/)
  })

  it('keys are fetched once, and again for a name that is new, but not at each such token', async () => {
    const tokens = opened({ caPem: 'PEM' })
    const check = async (kid: string) =>
      tokens.authenticate(await issuer.sign(claims, { kid }), { audiences: [], signal })
    await Promise.all([check('a'), check('a')])
    await check('a')
    assert.deepEqual(issuer.asked, [
      'GET https://issuer.example:8443/dex/.well-known/openid-configuration',
      'GET https://issuer.example:8443/dex/keys?all=1',
    ])
    assert.equal(issuer.caPem, 'PEM')
    issuer.keys.set('b', otherRsa)
    await assert.rejects(check('b'), /failed to verify id token signature/)
    assert.equal(issuer.asked.length, 2)
    clock.advance(10_000)
    assert.ok(await check('b'))
    issuer.keys.set('c', rsa)
    await assert.rejects(check('c'))
    assert.equal(issuer.asked.length, 3)
  })

  it('an issuer that is away, or says it is another, lets nobody in, and may come back', async () => {
    const tokens = opened()
    const check = async () =>
      tokens.authenticate(await issuer.sign(claims, { kid: 'a' }), { audiences: [], signal })
    issuer.status = 500
    await assert.rejects(check(), /keys of the issuer cannot be had: status 500/)
    clock.advance(10_000)
    issuer.status = 200
    issuer.document = { issuer: 'https://evil.example' }
    await assert.rejects(check(), /issuer did not match/)
    clock.advance(10_000)
    issuer.document = { jwks_uri: 'http://issuer.example/keys' }
    await assert.rejects(check(), /begins with https/)
    clock.advance(10_000)
    issuer.document = {}
    assert.ok(await check())
  })

  it('open the API: 401 for a wrong one, and who it is for a right one', async () => {
    const nowSeconds = Math.floor(Date.now() / 1000)
    const oidc = { issuerUrl: issuer.url, clientId: 'kubernetes', groupsClaim: 'groups' }
    const h = await Harness.start({ security: { oidc }, outbound: issuer.call })
    try {
      const whoami = async (more: object) => {
        const token = await issuer.sign({ sub: 'ann', groups: ['dev'], ...more }, { kid: 'a' })
        const api = '/apis/authentication.k8s.io/v1/selfsubjectreviews'
        return h.call(`POST ${api}`, {
          anonymous: true,
          headers: { authorization: `Bearer ${token}` },
          body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
        })
      }
      const known = await whoami({ exp: nowSeconds + 60 })
      assert.deepEqual(known.json.status.userInfo, {
        username: `${issuer.url}#ann`,
        groups: ['dev', 'system:authenticated'],
      })
      assert.equal((await whoami({ exp: nowSeconds - 1 })).status, 401)
    } finally {
      await h.stop()
    }
  })

  it('over TLS: the issuer is believed by the authority that is named, and by no other', async () => {
    const validity = { nowMs: Date.now() }
    const ca = issueAuthority({ commonName: 'issuer-ca' }, validity)
    const other = issueAuthority({ commonName: 'other-ca' }, validity)
    const leaf = issueLeaf(
      ca,
      { commonName: 'issuer', usages: ['server'], ipAddresses: ['127.0.0.1'] },
      validity,
    )
    let handler: HttpHandler = () => Promise.reject(new Error('not yet'))
    const server = await serveHttps({
      address: '127.0.0.1',
      port: 0,
      tls: { caPem: ca.certPem, certPem: leaf.certPem, keyPem: leaf.keyPem },
      handler: (request) => handler(request),
      log: silentLog,
    })
    const outbound = outboundHttps()
    try {
      issuer.url = `https://127.0.0.1:${server.port}/dex`
      handler = (request) => issuer.call({ host: '', port: 0 }, request)
      const ask = async (caPem: string) =>
        oidcTokens(
          { issuerUrl: issuer.url, clientId: 'kubernetes', caPem },
          { call: outbound.call, clock: systemClock },
        ).authenticate(
          await issuer.sign({ sub: 'ann', exp: Date.now() / 1000 + 60 }, { kid: 'a' }),
          {
            audiences: [],
            signal,
          },
        )
      assert.equal((await ask(ca.certPem))?.user.name, `${issuer.url}#ann`)
      await assert.rejects(ask(other.certPem), /keys of the issuer cannot be had: .*certificate/)
    } finally {
      outbound.close()
      await server.close()
    }
  })
})
