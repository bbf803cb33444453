import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readAuthToken } from '../../src/cmd/parts/auth-token.ts'
import { bcryptHasher } from '../../src/platform/index.ts'
import { needProgram } from '../support/peers.ts'
import { startTwins, type Step, type Twins } from './etcd-twin.ts'

const b = (text: string): Uint8Array => Buffer.from(text)

describe('signed tokens beside a real etcd', function () {
  this.timeout(30_000)
  let folder: string
  let twins: Twins

  before(async function () {
    needProgram(this, 'etcd')
    folder = await fs.mkdtemp(join(tmpdir(), 'jwt-twin-'))
    const { publicKey, privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    })
    await fs.writeFile(join(folder, 'pub'), publicKey)
    await fs.writeFile(join(folder, 'priv'), privateKey)
    const keys = `pub-key=${join(folder, 'pub')},priv-key=${join(folder, 'priv')}`
    // One flag for both.
    const authToken = `jwt,sign-method=RS256,${keys},ttl=10m`
    twins = await startTwins({
      flags: ['--bcrypt-cost=4', `--auth-token=${authToken}`],
      auth: { hasher: bcryptHasher({ cost: 4 }), ...readAuthToken(authToken) },
    })
    const setup: Step[] = [
      ['userAdd', { name: 'root', password: 'pw' }],
      ['userGrantRole', { user: 'root', role: 'root' }],
      ['userAdd', { name: 'ann', password: 'pw' }],
      ['roleAdd', { name: 'reader' }],
      ['roleGrantPermission', { name: 'reader', perm: { key: b('k') } }],
      ['userGrantRole', { user: 'ann', role: 'reader' }],
      ['authEnable', {}],
    ]
    for (const step of setup) await twins.same(step)
  })
  after(async () => {
    await twins?.stop()
    if (folder) await fs.rm(folder, { recursive: true, force: true })
  })

  const login = async (name: string) => {
    const answers = await twins.both(['authenticate', { name, password: 'pw' }])
    const [theirs, ours] = answers.map((answer) => (answer as { token: string }).token)
    return [theirs ?? '', ours ?? ''] as const
  }

  it('are taken by the one that did not make them', async () => {
    const [theirs, ours] = await login('ann')
    const claims = (token: string) =>
      JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    const { exp, ...rest } = claims(ours)
    const { exp: theirExp, ...expected } = claims(theirs)
    assert.deepEqual(rest, expected)
    assert.ok(Math.abs(exp - theirExp) <= 2)
    for (const token of [theirs, ours]) {
      await twins.same(['range', { key: b('k') }], [token, token])
      await twins.same(['range', { key: b('other') }], [token, token])
      await twins.same(['put', { key: b('k') }], [token, token])
    }
  })

  it('are old once users or roles have changed', async () => {
    const ann = await login('ann')
    const root = await login('root')
    await twins.same(['roleAdd', { name: 'more' }], root)
    const answer = await twins.same(['range', { key: b('k') }], ann)
    assert.deepEqual(answer, { code: 3, message: 'etcdserver: revision of auth store is old' })
    await twins.same(['put', { key: b('k') }], ann)
    await twins.same(['range', { key: b('k') }], await login('ann'))
  })

  it('are refused when they are no tokens of these keys', async () => {
    const [theirs] = await login('root')
    const forged = `${theirs.slice(0, -4)}AAAA`
    for (const bad of ['', 'x', 'a.b.c', forged]) {
      await twins.same(['range', { key: b('k') }], [bad, bad])
    }
  })
})

describe('--auth-token', () => {
  it('says what is wrong with it', () => {
    const cases: [flag: string, message: RegExp][] = [
      ['other', /unknown type "other"/],
      ['jwt', /invalid auth signature method/],
      ['jwt,sign-method=RS256', /missing key data/],
      ['jwt,sign-method', /invalid auth options at "sign-method"/],
      ['jwt,ttl=1m,ttl=2m', /invalid auth options at "ttl"/],
      ['jwt,sign-method=RS256,pub-key=/none', /ENOENT/],
    ]
    for (const [flag, message] of cases) assert.throws(() => readAuthToken(flag), message)
    assert.deepEqual(readAuthToken('simple'), {})
  })
})
