import assert from 'node:assert/strict'
import type { GrpcClient } from '../../../../src/base/index.ts'
import { createMemoryKv, type Kv } from '../../../../src/kv/index.ts'
import { openBox, sealBox } from '../../../../src/master/apiserver/encryption/secretbox.ts'
import { type KmsParts, parseEncryption } from '../../../../src/master/apiserver/index.ts'
import { grpcClient, systemClock, systemRandom } from '../../../../src/platform/index.ts'
import { ManualClock } from '../../../contract/manual-clock.ts'
import { Harness } from '../harness.ts'
import { KmsPlugin } from './kms-plugin.ts'

const NS = '/api/v1/namespaces/default'

describe('keys that a plugin keeps (KMS v2)', () => {
  let plugin: KmsPlugin
  let kv: Kv
  let clock: ManualClock
  const clients: GrpcClient[] = []
  const rules = () => {
    const parts: KmsParts = {
      clock,
      random: systemRandom(),
      connect(endpoint) {
        const client = grpcClient({ endpoints: [endpoint] })
        clients.push(client)
        return client
      },
    }
    const text = `kind: EncryptionConfiguration
apiVersion: apiserver.config.k8s.io/v1
resources:
- resources: [secrets]
  providers:
  - kms: {apiVersion: v2, name: mine, endpoint: "${plugin.endpoint}", timeout: 1s}
`
    return parseEncryption(text, parts)
  }
  const start = () => {
    const current = rules()
    return Harness.start({ kv, encryption: () => current })
  }
  const stored = async (name: string) => {
    const { kv: found } = await kv.get(`/registry/secrets/default/${name}`)
    return Buffer.from(found?.value ?? []).toString('latin1')
  }
  const body = (name: string) => ({ metadata: { name }, data: { password: 'aGVsbG8=' } })

  beforeEach(async () => {
    plugin = await KmsPlugin.start()
    kv = createMemoryKv({ clock: systemClock })
    clock = new ManualClock()
  })
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close()
    plugin.stop()
    await kv.close()
  })

  it('seal a seed once, whatever is written; another server opens it with the plugin', async () => {
    const h = await start()
    for (const name of ['a', 'b', 'c']) {
      assert.equal((await h.call(`POST ${NS}/secrets`, { body: body(name) })).status, 201)
    }
    assert.match(await stored('a'), /^k8s:enc:kms:v2:mine:/)
    assert.doesNotMatch(await stored('a'), /aGVsbG8=/)
    assert.notEqual(await stored('a'), await stored('b'))
    assert.deepEqual(plugin.calls, ['Status', 'Encrypt'])
    await h.server.stop()
    const other = await start()
    const { json } = await other.call(`GET ${NS}/secrets`)
    assert.deepEqual(json.items[2].data, { password: 'aGVsbG8=' })
    // All three are opened at once: the one seed is asked for once.
    assert.equal(plugin.calls.filter((call) => call === 'Decrypt').length, 1)
    await other.server.stop()
  })

  it('a new key seals what is written next, and anything that is written again', async () => {
    const h = await start()
    await h.call(`POST ${NS}/secrets`, { body: body('a') })
    plugin.keyId = 'key-2'
    const before = await stored('a')
    assert.match(before, /key-1/)
    clock.advance(4 * 60_000)
    const { json } = await h.call(`GET ${NS}/secrets/a`)
    // It is asked beside the reads, which go by what is known.
    while (!(await stored('a')).includes('key-2')) {
      assert.equal((await h.call(`PUT ${NS}/secrets/a`, { body: json })).status, 200)
      await new Promise((resolve) => setImmediate(resolve))
    }
    await h.server.stop()
  })

  it('while the plugin hangs, what is known is read at once', async () => {
    const h = await start()
    await h.call(`POST ${NS}/secrets`, { body: body('a') })
    plugin.isHung = true
    // The clock stands still from here on: whoever waits for the plugin waits for ever.
    clock.advance(4 * 60_000)
    const { json } = await h.call(`GET ${NS}/secrets/a`)
    // What changes nothing is only read, from the store.
    assert.equal((await h.call(`PUT ${NS}/secrets/a`, { body: json })).status, 200)
    await h.server.stop()
  })

  it('while the plugin is ill, nothing is written, and what is known is read', async () => {
    const h = await start()
    await h.call(`POST ${NS}/secrets`, { body: body('a') })
    plugin.healthz = 'no'
    clock.advance(4 * 60_000)
    const { status } = await h.call(`POST ${NS}/secrets`, { body: body('b') })
    assert.equal(status >= 500, true, String(status))
    assert.equal((await h.call(`GET ${NS}/secrets/a`)).status, 200)
    plugin.healthz = 'ok'
    assert.equal((await h.call(`POST ${NS}/secrets`, { body: body('b') })).status, 201)
    await h.server.stop()
  })
})

describe('secretbox', () => {
  const hex = (text: string) => Buffer.from(text, 'hex')
  // NaCl, tests/secretbox.c
  const key = hex('1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389')
  const nonce = hex('69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37')
  const text = hex(
    'be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffce5ecbaaf33bd751a1ac728d45e6c' +
      '61296cdc3c01233561f41db66cce314adb310e3be8250c46f06dceea3a7fa1348057e2f6556ad6b1318a024a83' +
      '8f21af1fde048977eb48f59ffd4924ca1c60902e52f0a089bc76897040e082f937763848645e0705',
  )
  const box = hex(
    'f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce48332ea7164d96a4476fb8c531a1' +
      '186ac0dfc17c98dce87b4da7f011ec48c97271d2c20f9b928fe2270d6fb863d51738b48eeee314a7cc8ab93216' +
      '4548e526ae90224368517acfeabd6bb3732bc0e9da99832b61ca01b6de56244a9e88d5f9b37973f622a43d14a6' +
      '599b1f654cb45a74e355a5',
  )

  it('is NaCl’s, byte for byte, and opens nothing that was changed', () => {
    assert.deepEqual(Buffer.from(sealBox(text, { nonce, key })), box)
    assert.deepEqual(Buffer.from(openBox(box, { nonce, key })), text)
    for (const at of [0, 20, box.length - 1]) {
      const changed = Buffer.from(box)
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at)
      assert.throws(() => openBox(changed, { nonce, key }), /changed/)
    }
    for (const length of [0, 1, 31, 32, 33, 64, 65, 1000]) {
      const some = Buffer.alloc(length, length)
      const sealed = sealBox(some, { nonce, key })
      assert.deepEqual(Buffer.from(openBox(sealed, { nonce, key })), some)
    }
  })
})
