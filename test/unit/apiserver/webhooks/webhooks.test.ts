import assert from 'node:assert/strict'
import type { HttpHandler } from '../../../../src/base/index.ts'
import {
  issueAuthority,
  issueLeaf,
  outboundHttps,
  serveHttps,
} from '../../../../src/platform/index.ts'
import { readBody, silentLog } from '../../../../src/base/index.ts'
import { Harness, type Json } from '../harness.ts'

const CONFIGURATIONS = '/apis/admissionregistration.k8s.io/v1'
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps'

/** A webhook of somebody's, over TLS, that answers as it is told to. */
class Hook {
  readonly reviews: Json[] = []
  readonly urls: string[] = []
  answer: (request: Json) => Json = () => ({ allowed: true })
  /** Answers with just this. */
  raw: object | undefined
  readonly port: number
  readonly caBundle: string
  readonly close: () => Promise<void>

  private constructor(port: number, caPem: string, close: () => Promise<void>) {
    this.port = port
    this.caBundle = Buffer.from(caPem).toString('base64')
    this.close = close
  }

  static async start(): Promise<Hook> {
    const validity = { nowMs: Date.now() }
    const authority = issueAuthority({ commonName: 'hooks' }, validity)
    const names = ['localhost', 'hook.default.svc']
    const leaf = { commonName: 'hook', dnsNames: names, ipAddresses: ['127.0.0.1'] }
    const { certPem, keyPem } = issueLeaf(authority, { ...leaf, usages: ['server'] }, validity)
    const tls = { caPem: authority.certPem, certPem, keyPem }
    const holder: { hook?: Hook } = {}
    const handler: HttpHandler = async (request) => {
      const bytes = await readBody(request.body, 1 << 20, () => new Error('too large'))
      const review: Json = JSON.parse(Buffer.from(bytes).toString())
      holder.hook?.reviews.push(review)
      holder.hook?.urls.push(request.url)
      const { uid } = review.request
      const answer = holder.hook?.raw ?? {
        apiVersion: review.apiVersion,
        kind: 'AdmissionReview',
        response: { uid, ...holder.hook?.answer(review.request) },
      }
      const body = Buffer.from(JSON.stringify(answer))
      return { status: 200, headers: { 'content-type': 'application/json' }, body }
    }
    const server = await serveHttps({ address: '127.0.0.1', port: 0, tls, handler, log: silentLog })
    const hook = new Hook(server.port, authority.certPem, () => server.close())
    holder.hook = hook
    return hook
  }

  webhook(more: object = {}): object {
    return {
      name: 'check.example.com',
      clientConfig: { url: `https://127.0.0.1:${this.port}/check`, caBundle: this.caBundle },
      rules: [
        {
          operations: ['CREATE', 'UPDATE'],
          apiGroups: [''],
          apiVersions: ['v1'],
          resources: ['configmaps'],
        },
      ],
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
      ...more,
    }
  }
}

const encoded = (patch: object[]) => Buffer.from(JSON.stringify(patch)).toString('base64')

describe('webhooks', () => {
  let harness: Harness
  let hook: Hook
  const outbound = outboundHttps()

  before(async () => {
    hook = await Hook.start()
  })
  beforeEach(async () => {
    harness = await Harness.start({ outbound: outbound.call })
    hook.answer = () => ({ allowed: true })
    hook.raw = undefined
    hook.reviews.length = 0
    hook.urls.length = 0
  })
  afterEach(() => harness.stop())
  after(async () => {
    outbound.close()
    await hook.close()
  })

  async function configure(kind: 'Validating' | 'Mutating', ...webhooks: object[]): Promise<void> {
    const plural = `${kind.toLowerCase()}webhookconfigurations`
    const body = { metadata: { name: 'hooks' }, webhooks }
    const made = await harness.call(`POST ${CONFIGURATIONS}/${plural}`, { body })
    assert.equal(made.status, 201, JSON.stringify(made.json))
  }
  const create = (name: string, more: object = {}, query = '') =>
    harness.call(`POST ${CONFIG_MAPS}${query}`, { body: { metadata: { name }, ...more } })

  it('send the request as an AdmissionReview, and let it pass', async () => {
    await configure('Validating', hook.webhook())
    assert.equal((await create('a', { data: { x: '1' } })).status, 201)
    const [review] = hook.reviews
    assert.equal(review.apiVersion, 'admission.k8s.io/v1')
    const { request } = review
    assert.deepEqual(request.resource, { group: '', version: 'v1', resource: 'configmaps' })
    assert.deepEqual(request.kind, { group: '', version: 'v1', kind: 'ConfigMap' })
    assert.equal(request.operation, 'CREATE')
    assert.equal(request.namespace, 'default')
    assert.equal(request.object.kind, 'ConfigMap')
    assert.deepEqual(request.object.data, { x: '1' })
    assert.equal(request.oldObject, null)
    assert.equal(request.userInfo.username, 'admin')
    assert.deepEqual(hook.urls, ['/check?timeout=10s'])
  })

  it('refuse with what they say, and warn', async () => {
    await configure('Validating', hook.webhook())
    hook.answer = () => ({
      allowed: false,
      warnings: ['look out'],
      status: { code: 418, message: 'no tea' },
    })
    const refused = await create('a')
    assert.equal(refused.status, 418)
    assert.equal(
      refused.json.message,
      'admission webhook "check.example.com" denied the request: no tea',
    )
    assert.match(refused.headers['warning'] ?? '', /look out/)
    hook.answer = () => ({ allowed: false })
    const silent = await create('a')
    assert.equal(silent.status, 400)
    assert.match(silent.json.message, /denied the request without explanation$/)
  })

  it('change what is created, and are asked again when another changed it since', async () => {
    const first = hook.webhook({ name: 'one.example.com', reinvocationPolicy: 'IfNeeded' })
    const second = hook.webhook({ name: 'two.example.com' })
    await configure('Mutating', first, second)
    let count = 0
    hook.answer = () => {
      count++
      const patch = [{ op: 'add', path: '/data', value: { [`n${count}`]: String(count) } }]
      return { allowed: true, patchType: 'JSONPatch', patch: encoded(patch) }
    }
    const made = await create('a')
    assert.equal(made.status, 201)
    // The first sees what the second made, and speaks last.
    assert.equal(count, 3)
    assert.deepEqual(made.json.data, { n3: '3' })
  })

  it('are chosen by rules, selectors and conditions', async () => {
    await configure(
      'Validating',
      hook.webhook({
        objectSelector: { matchLabels: { judged: 'yes' } },
        matchConditions: [{ name: 'big', expression: 'size(object.data) > 1' }],
      }),
    )
    hook.answer = () => ({ allowed: false })
    const labels = { judged: 'yes' }
    assert.equal((await create('a', { data: { a: '1', b: '2' } })).status, 201)
    const small = { metadata: { name: 'b', labels }, data: { a: '1' } }
    assert.equal((await create('b', small)).status, 201)
    const big = { metadata: { name: 'c', labels }, data: { a: '1', b: '2' } }
    assert.equal((await create('c', big)).status, 400)
  })

  it('that cannot be reached fail the request, or are passed over', async () => {
    const clientConfig = { url: 'https://127.0.0.1:1/gone' }
    await configure('Validating', hook.webhook({ clientConfig }))
    const failed = await create('a')
    assert.equal(failed.status, 500)
    assert.match(
      failed.json.message,
      /^Internal error occurred: failed calling webhook "check.example.com": failed to call webhook: Post "https:\/\/127.0.0.1:1\/gone\?timeout=10s": connect ECONNREFUSED/,
    )
    await harness.call(`DELETE ${CONFIGURATIONS}/validatingwebhookconfigurations/hooks`)
    await configure('Validating', hook.webhook({ clientConfig, failurePolicy: 'Ignore' }))
    assert.equal((await create('a')).status, 201)
  })

  it('whose certificate another authority signed are not trusted', async () => {
    const other = issueAuthority({ commonName: 'others' }, { nowMs: Date.now() })
    const caBundle = Buffer.from(other.certPem).toString('base64')
    const clientConfig = { url: `https://127.0.0.1:${hook.port}/check`, caBundle }
    await configure('Validating', hook.webhook({ clientConfig }))
    assert.equal((await create('a')).status, 500)
    assert.equal(hook.reviews.length, 0)
  })

  it('must answer what they were asked', async () => {
    await configure('Validating', hook.webhook())
    hook.raw = {
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      response: { uid: 'x' },
    }
    const failed = await create('a')
    assert.equal(failed.status, 500)
    assert.match(failed.json.message, /expected response.uid="[0-9a-f-]+", got "x"$/)
  })

  it('of a Service are found where it is', async () => {
    const service = { namespace: 'default', name: 'hook', path: '/in', port: hook.port }
    const clientConfig = { service, caBundle: hook.caBundle }
    await configure('Validating', hook.webhook({ clientConfig }))
    const missing = await create('a')
    assert.match(
      missing.json.message,
      /Post "https:\/\/hook.default.svc:\d+\/in\?timeout=10s": service "hook" not found$/,
    )
    const spec = { type: 'ExternalName', externalName: 'localhost' }
    await harness.call('POST /api/v1/namespaces/default/services', {
      body: { metadata: { name: 'hook' }, spec },
    })
    // The server hears of it through its watch of the store.
    let made = await create('a')
    for (let i = 0; made.status !== 201 && i < 100; i++) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      made = await create('a')
    }
    assert.equal(made.status, 201, JSON.stringify(made.json))
    assert.deepEqual(hook.urls, ['/in?timeout=10s'])
  })
})
