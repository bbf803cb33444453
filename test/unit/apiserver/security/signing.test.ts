import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import {
  jwksOf,
  parseJwt,
  signJwt,
  verifyJwt,
  verifyKeys,
} from '../../../../src/master/apiserver/authn/jwt.ts'
import { signerOf } from '../../../../src/platform/index.ts'

const CURVES = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }
const pemOf = (namedCurve: string) =>
  generateKeyPairSync('ec', { namedCurve }).privateKey.export({ type: 'pkcs8', format: 'pem' })

describe('keys that sign tokens of service accounts', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const pems: Record<string, string> = {
    RS256: rsa.export({ type: 'pkcs1', format: 'pem' }).toString(),
  }
  for (const [name, curve] of Object.entries(CURVES)) pems[name] = pemOf(curve).toString()

  for (const [algorithm, pem] of Object.entries(pems)) {
    it(`of ${algorithm}: what they sign is read by jose with the published keys, and by us`, async () => {
      const signer = signerOf(pem)
      assert.equal(signer.algorithm, algorithm)
      const token = signJwt(signer, { sub: 'ann' })
      const keys = verifyKeys(signer.publicPem)
      const set = createLocalJWKSet(jwksOf(keys) as JSONWebKeySet)
      const { payload, protectedHeader } = await jwtVerify(token, set)
      assert.deepEqual(payload, { sub: 'ann' })
      assert.deepEqual(protectedHeader, { alg: algorithm, kid: signer.keyId })
      const jwt = parseJwt(token)
      assert.ok(jwt && verifyJwt(jwt, keys))
      assert.ok(signer.verify(jwt.signed, jwt.signature))
      assert.ok(!signer.verify(Buffer.from('else'), jwt.signature))
    })
  }

  it('are of RSA or of NIST’s curves', () => {
    const { privateKey } = generateKeyPairSync('ed25519')
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    assert.throws(() => signerOf(pem), /a signing key is of RSA or of a curve/)
  })
})
