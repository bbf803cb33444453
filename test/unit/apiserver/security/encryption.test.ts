import assert from 'node:assert/strict'
import { createMemoryKv, type Kv } from '../../../../src/kv/index.ts'
import { parseEncryption } from '../../../../src/master/apiserver/index.ts'
import { systemClock } from '../../../../src/platform/index.ts'
import { configMap, Harness } from '../harness.ts'

const NS = '/api/v1/namespaces/default'
const secret = (byte: string) => Buffer.from(byte.repeat(32)).toString('base64')

const configuration = (...providers: string[]) =>
  parseEncryption(`kind: EncryptionConfiguration
apiVersion: apiserver.config.k8s.io/v1
resources:
- resources: [secrets]
  providers:
${providers.map((provider) => `  - ${provider}`).join('\n')}
`)
const key = (kind: string, name: string) =>
  `${kind}: {keys: [{name: ${name}, secret: ${secret(name)}}]}`

describe('encryption at rest', () => {
  let kv: Kv
  const stored = async (name: string) => {
    const { kv: found } = await kv.get(`/registry/secrets/default/${name}`)
    return Buffer.from(found?.value ?? []).toString('latin1')
  }
  const body = (name: string) => ({ metadata: { name }, data: { password: 'aGVsbG8=' } })
  const run = async (
    encryption: ReturnType<typeof configuration>,
    work: (h: Harness) => Promise<void>,
  ) => {
    const h = await Harness.start({ kv, encryption: () => encryption })
    try {
      await work(h)
    } finally {
      // The server goes, what is in the store stays.
      await h.server.stop()
    }
  }
  beforeEach(() => {
    kv = createMemoryKv({ clock: systemClock })
  })
  afterEach(() => kv.close())

  for (const kind of ['aesgcm', 'aescbc', 'secretbox']) {
    it(`${kind}: secrets are sealed in the store, and open to clients, watches and lists`, async () => {
      await run(configuration(key(kind, 'a'), 'identity: {}'), async (h) => {
        assert.equal((await h.call(`POST ${NS}/secrets`, { body: body('s') })).status, 201)
        assert.equal((await h.call(`POST ${NS}/configmaps`, { body: configMap('c') })).status, 201)
        assert.match(await stored('s'), new RegExp(`^k8s:enc:${kind}:v1:a:`))
        assert.doesNotMatch(await stored('s'), /aGVsbG8=/)
        const { json } = await h.call(`GET ${NS}/secrets/s`)
        assert.deepEqual(json.data, { password: 'aGVsbG8=' })
        const { kv: open } = await kv.get('/registry/configmaps/default/c')
        assert.equal(open?.value[0], '{'.charCodeAt(0))
      })
      // Another server reads it from the store.
      await run(configuration(key(kind, 'a')), async (h) => {
        const { json } = await h.call(`GET ${NS}/secrets`)
        assert.deepEqual(json.items[0].data, { password: 'aGVsbG8=' })
      })
    })
  }

  it('keys are changed: the old one is read, and any write seals with the new one', async () => {
    await run(configuration(key('aescbc', 'a')), async (h) => {
      await h.call(`POST ${NS}/secrets`, { body: body('s') })
    })
    await run(configuration(key('aesgcm', 'b'), key('aescbc', 'a')), async (h) => {
      const { json } = await h.call(`GET ${NS}/secrets/s`)
      assert.match(await stored('s'), /^k8s:enc:aescbc:v1:a:/)
      // As `kubectl get secrets -o json | kubectl replace -f -`: nothing in it changes.
      assert.equal((await h.call(`PUT ${NS}/secrets/s`, { body: json })).status, 200)
      assert.match(await stored('s'), /^k8s:enc:aesgcm:v1:b:/)
    })
    await run(configuration(key('aesgcm', 'b')), async (h) => {
      assert.equal((await h.call(`GET ${NS}/secrets/s`)).status, 200)
    })
  })

  it('a value that was moved, changed or sealed by nobody we know is not handed out', async () => {
    const rules = configuration(key('aesgcm', 'a'))
    await run(rules, async (h) => {
      await h.call(`POST ${NS}/secrets`, { body: body('s') })
      await h.call(`POST ${NS}/secrets`, { body: body('fine') })
    })
    const { kv: found } = await kv.get('/registry/secrets/default/s')
    assert(found)
    await kv.create('/registry/secrets/default/moved', found.value)
    const changed = Buffer.from(found.value)
    changed.writeUInt8(changed.readUInt8(changed.length - 20) ^ 1, changed.length - 20)
    await kv.update('/registry/secrets/default/s', changed, found.modRevision)
    await kv.create('/registry/secrets/default/open', Buffer.from('{"kind":"Secret"}'))
    await run(rules, async (h) => {
      for (const name of ['moved', 's', 'open']) {
        assert.equal((await h.call(`GET ${NS}/secrets/${name}`)).status, 500, name)
      }
      assert.equal((await h.call(`GET ${NS}/secrets/fine`)).status, 200)
    })
  })

  it('configurations that cannot be meant are refused', () => {
    const refused = (why: RegExp, ...providers: string[]) =>
      assert.throws(() => configuration(...providers), why)
    const pod = 'kind: Pod\napiVersion: v1'
    assert.throws(() => parseEncryption(pod), /no kind "Pod" is registered for version "v1"/)
    refused(
      /strict decoding error: unknown field "resources\[0\]\.providers\[0\]\.rot13"/,
      'rot13: {}',
    )
    refused(
      /keys\[0\]\.secret: Invalid value: "REDACTED": secret is not of the expected length, got 3, expected one of \[16 24 32\]/,
      'aesgcm: {keys: [{name: a, secret: YWJj}]}',
    )
    refused(/expected one of \[32\]/, 'secretbox: {keys: [{name: a, secret: YWJj}]}')
    refused(
      /"REDACTED": secrets must be base64 encoded/,
      'aesgcm: {keys: [{name: a, secret: "!!"}]}',
    )
    refused(/aesgcm\.keys: Required value: at least one resources\[0\]/, 'aesgcm: {}')
    refused(/more than one provider specified in a single element/, 'identity: {}\n    aesgcm: {}')
    refused(
      /unsupported scheme "https" for KMS/,
      'kms: {apiVersion: v2, name: a, endpoint: "https://a"}',
    )
    refused(/only v1 and v2 are supported/, 'kms: {apiVersion: v3, name: a, endpoint: "unix:///a"}')
    const overlap = `kind: EncryptionConfiguration
apiVersion: apiserver.config.k8s.io/v1
resources: [{resources: [secrets, '*.'], providers: [{identity: {}}]}]`
    assert.throws(() => parseEncryption(overlap), /allowed as they will be masked/)
  })
})
