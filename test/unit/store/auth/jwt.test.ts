import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { jwtVerify, SignJWT } from 'jose'
import { openTokenKey } from '../../../../src/platform/index.ts'
import { readJwt, signJwt } from '../../../../src/store/auth/index.ts'

const NOW_MS = 1_700_000_000_000
const who = { user: 'ann', revision: 7 }

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pairs: Record<string, { privateKey: KeyObject; publicKey: KeyObject }> = {
  RS256: rsa,
  RS512: rsa,
  PS256: rsa,
  PS384: rsa,
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ES384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  ES512: generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  EdDSA: generateKeyPairSync('ed25519'),
}
const pem = (key: KeyObject) =>
  key.export({ type: key.type === 'private' ? 'pkcs8' : 'spki', format: 'pem' }).toString()

describe('signed tokens', () => {
  for (const [algorithm, { privateKey, publicKey }] of Object.entries(pairs)) {
    it(`with ${algorithm} are read by jose, and jose's by us`, async () => {
      const key = openTokenKey({ algorithm, privatePem: pem(privateKey) })
      const token = signJwt(who, { key, ttlSeconds: 60, nowMs: NOW_MS }) ?? ''
      const currentDate = new Date(NOW_MS)
      const { payload } = await jwtVerify(token, publicKey, { currentDate })
      assert.deepEqual(payload, { exp: NOW_MS / 1000 + 60, revision: 7, username: 'ann' })
      const theirs = await new SignJWT({ username: 'bob', revision: 9 })
        .setProtectedHeader({ alg: algorithm })
        .setExpirationTime(NOW_MS / 1000 + 60)
        .sign(privateKey)
      const verifyOnly = openTokenKey({ algorithm, publicPem: pem(publicKey) })
      assert.deepEqual(readJwt(theirs, verifyOnly, NOW_MS), { user: 'bob', revision: 9 })
      assert.equal(readJwt(theirs, verifyOnly, NOW_MS + 61_000), undefined)
      assert.equal(signJwt(who, { key: verifyOnly, ttlSeconds: 1, nowMs: 0 }), undefined)
    })
  }

  it('with a secret work alike', async () => {
    const key = openTokenKey({
      algorithm: 'HS256',
      privatePem: 'a secret of 32 bytes or so, or so',
    })
    const token = signJwt(who, { key, ttlSeconds: 60, nowMs: NOW_MS }) ?? ''
    const secret = Buffer.from('a secret of 32 bytes or so, or so')
    const { payload } = await jwtVerify(token, secret, { currentDate: new Date(NOW_MS) })
    assert.equal(payload['username'], 'ann')
    assert.deepEqual(readJwt(token, key, NOW_MS), who)
  })

  it('are refused when altered, unsigned, of another method, or no tokens at all', () => {
    const key = openTokenKey({ algorithm: 'HS256', privatePem: 'secret' })
    const other = openTokenKey({ algorithm: 'HS512', privatePem: 'secret' })
    const token = signJwt(who, { key, ttlSeconds: 60, nowMs: NOW_MS }) ?? ''
    const [head, , signature] = token.split('.')
    const forged = Buffer.from('{"username":"root","revision":7}').toString('base64url')
    const none = Buffer.from('{"alg":"none"}').toString('base64url')
    const bad = [`${head}.${forged}.${signature}`, `${none}.${forged}.`, 'a.b', '', 'x.y.z', '..']
    for (const each of bad) assert.equal(readJwt(each, key, NOW_MS), undefined)
    assert.equal(readJwt(token, other, NOW_MS), undefined)
  })

  it('need a method and keys that fit', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const cases: [Parameters<typeof openTokenKey>[0], RegExp][] = [
      [{ algorithm: 'none' }, /invalid auth signature method/],
      [{ algorithm: 'RS256' }, /missing key data/],
      [{ algorithm: 'HS256' }, /missing key data/],
      [{ algorithm: 'RS256', privatePem: pem(privateKey) }, /does not fit/],
      [{ algorithm: 'ES384', publicPem: pem(publicKey) }, /does not fit/],
      [
        { algorithm: 'RS256', privatePem: pem(rsa.privateKey), publicPem: pem(publicKey) },
        /don't match/,
      ],
    ]
    for (const [options, message] of cases) assert.throws(() => openTokenKey(options), message)
  })
})
