import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readFlags } from '../../../src/cmd/parts/flags.ts'
import { JUDGE_FLAGS, judgesOf } from '../../../src/cmd/parts/judge-flags.ts'

const read = (...args: string[]) =>
  judgesOf(readFlags(args, { ...JUDGE_FLAGS, 'authorization-mode': 'RBAC' }))

describe('cmd: webhooks that judge', () => {
  let folder: string
  const write = (cluster: object, user: object): string => {
    const path = join(folder, 'config')
    const config = {
      clusters: [{ name: 'c', cluster }],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    }
    writeFileSync(path, JSON.stringify(config))
    return path
  }
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'judges-'))
    writeFileSync(join(folder, 'ca.crt'), 'CA')
    writeFileSync(join(folder, 'token'), 'secret\n')
  })
  after(() => rmSync(folder, { recursive: true }))

  it('stand in a kubeconfig, with files beside it', () => {
    assert.deepEqual(read(), {})
    const server = 'https://judge/authenticate'
    const path = write({ server, 'certificate-authority': 'ca.crt' }, { tokenFile: 'token' })
    assert.deepEqual(read(`--authentication-token-webhook-config-file=${path}`).tokenWebhook, {
      url: server,
      caPem: 'CA',
      authorization: 'Bearer secret',
      version: 'v1beta1',
      ttlMs: 120_000,
    })
    const requests = read(
      '--authorization-mode=Node,Webhook',
      `--authorization-webhook-config-file=${path}`,
      '--authorization-webhook-version=v1',
      '--authorization-webhook-cache-authorized-ttl=0',
      '--authorization-webhook-cache-unauthorized-ttl=1m30s',
    ).authorizationWebhook
    assert.equal(requests?.version, 'v1')
    assert.deepEqual([requests?.allowedTtlMs, requests?.refusedTtlMs], [0, 90_000])
  })

  it('name and password, and a certificate that is not looked at', () => {
    const cluster = { server: 'https://judge', 'insecure-skip-tls-verify': true }
    const path = write(cluster, { username: 'us', password: 'pw' })
    const found = read(`--authentication-token-webhook-config-file=${path}`).tokenWebhook
    assert.equal(found?.insecure, true)
    assert.equal(found?.authorization, `Basic ${Buffer.from('us:pw').toString('base64')}`)
  })

  it('what makes no sense is told', () => {
    const plain = write({ server: 'http://judge' }, {})
    const tokens = `--authentication-token-webhook-config-file=${plain}`
    assert.throws(() => read(tokens), /-config-file: .*begins with https/)
    assert.throws(() => read(tokens, '--authentication-token-webhook-version=v2'), /neither v1/)
    assert.throws(() => read('--authorization-mode=Webhook'), /go together/)
  })
})
