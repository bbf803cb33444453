import assert from 'node:assert/strict'
import { ConnectionError, type HttpsCall, type HttpsTarget } from '../../../../src/base/index.ts'
import { tokenWebhook } from '../../../../src/master/apiserver/authn/token-webhook.ts'
import type { Attributes } from '../../../../src/master/apiserver/authz/attributes.ts'
import { authorizationWebhook } from '../../../../src/master/apiserver/authz/webhook.ts'
import { ManualClock } from '../../../contract/manual-clock.ts'
import { Harness, type Json } from '../harness.ts'

const { signal } = new AbortController()
const URL = 'https://judge.example/ask?x=1'

/** A server that judges, behind the port through which the API server reaches others. */
class JudgeServer {
  readonly asked: Json[] = []
  readonly headers: Readonly<Record<string, string>>[] = []
  target: HttpsTarget | undefined
  status: object = {}
  /** What happens first, one after the other: a status of HTTP, or no connection. */
  troubles: (number | 'refused' | 'lost')[] = []

  readonly call: HttpsCall = (target, { body, headers, url }) => {
    this.target = target
    this.headers.push({ ...headers, url })
    this.asked.push(JSON.parse(Buffer.from(body as Uint8Array).toString('utf8')))
    const trouble = this.troubles.shift()
    if (typeof trouble === 'string') {
      return Promise.reject(new ConnectionError(trouble, { sent: trouble === 'lost' }))
    }
    const answer = Buffer.from(JSON.stringify({ status: this.status }))
    return Promise.resolve({ status: trouble ?? 200, headers: {}, body: answer })
  }
}

/** Lets time pass until the work is done. */
async function passing<T>(clock: ManualClock, work: Promise<T>): Promise<T> {
  let isDone = false
  const end = () => {
    isDone = true
  }
  work.then(end, end)
  while (!isDone) {
    await new Promise((resolve) => setImmediate(resolve))
    if (!isDone) clock.advance(100)
  }
  return work
}

describe('a webhook that knows tokens', () => {
  let server: JudgeServer
  let clock: ManualClock
  const opened = (options: object = {}) =>
    tokenWebhook(
      { url: URL, version: 'v1', authorization: 'Bearer us', ...options },
      { call: server.call, clock, audiences: ['api'] },
    )
  const ann = { username: 'ann', uid: '7', groups: ['dev'], extra: { scope: ['a', 'b'] } }

  beforeEach(() => {
    server = new JudgeServer()
    clock = new ManualClock()
  })

  it('is asked with a TokenReview, and says who it is', async () => {
    server.status = { authenticated: true, user: ann }
    const owner = await opened().authenticate('abc', { audiences: ['api'], signal })
    assert.deepEqual(owner, {
      user: { name: 'ann', uid: '7', groups: ['dev'], extra: { scope: ['a', 'b'] } },
      audiences: ['api'],
    })
    const [review] = server.asked
    assert.equal(review.apiVersion, 'authentication.k8s.io/v1')
    assert.equal(review.kind, 'TokenReview')
    assert.deepEqual(review.spec, { token: 'abc', audiences: ['api'] })
    assert.equal(server.headers[0]?.['authorization'], 'Bearer us')
    assert.equal(server.headers[0]?.['url'], '/ask?x=1')
  })

  it('audiences: those that it names, else this API’s own', async () => {
    const ask = async (said: string[] | undefined, wanted: string[]) => {
      server.status = { authenticated: true, user: ann, ...(said && { audiences: said }) }
      return (await opened().authenticate('abc', { audiences: wanted, signal }))?.audiences
    }
    assert.deepEqual(await ask(['x', 'y'], ['y', 'z']), ['y'])
    assert.deepEqual(await ask(['x'], ['y']), undefined)
    assert.deepEqual(await ask(undefined, ['api', 'y']), ['api'])
    assert.deepEqual(await ask(undefined, ['y']), undefined)
  })

  it('each answer is good for its time, and asked for once', async () => {
    const tokens = opened({ ttlMs: 1000 })
    const ask = () => tokens.authenticate('abc', { audiences: [], signal })
    assert.deepEqual(await Promise.all([ask(), ask()]), [undefined, undefined])
    server.status = { authenticated: true, user: ann }
    clock.advance(999)
    assert.equal(await ask(), undefined)
    assert.equal(server.asked.length, 1)
    clock.advance(1)
    assert.equal((await ask())?.user.name, 'ann')
    assert.ok(await tokens.authenticate('other', { audiences: [], signal }))
    assert.equal(server.asked.length, 3)
  })

  it('what it says of an error is told, and not kept', async () => {
    server.status = { authenticated: false, error: 'no database' }
    const tokens = opened()
    const ask = () => tokens.authenticate('abc', { audiences: [], signal })
    await assert.rejects(ask(), { name: 'TokenError', message: 'no database' })
    server.status = { authenticated: true, user: ann }
    assert.ok(await ask())
  })

  it('one in trouble is asked again, one that is not there or does not know us is not', async () => {
    server.status = { authenticated: true, user: ann }
    const ask = () => passing(clock, opened().authenticate('abc', { audiences: [], signal }))
    server.troubles = [500, 429, 'lost']
    assert.ok(await ask())
    assert.equal(server.asked.length, 4)
    server.troubles = ['refused']
    await assert.rejects(ask(), { name: 'TokenError', message: `Post "${URL}": refused` })
    server.troubles = [403]
    await assert.rejects(ask(), /status 403/)
    assert.equal(server.asked.length, 6)
    server.troubles = [503, 503, 503, 503, 503]
    await assert.rejects(ask(), /status 503/)
    assert.equal(server.asked.length, 11)
  })
})

describe('a webhook that judges requests', () => {
  let server: JudgeServer
  let clock: ManualClock
  const opened = (options: object = {}) =>
    authorizationWebhook({ url: URL, version: 'v1', ...options }, { call: server.call, clock })
  const user = { name: 'ann', groups: ['dev'] }
  const about: Attributes = {
    kind: 'resource',
    user,
    verb: 'list',
    group: 'apps',
    version: 'v1',
    resource: 'deployments',
    subresource: '',
    namespace: 'x',
    name: '',
    fields: [{ field: 'metadata.name', operator: '=', value: 'a' }],
  }

  beforeEach(() => {
    server = new JudgeServer()
    clock = new ManualClock()
  })

  it('is asked with a SubjectAccessReview, of either version', async () => {
    await opened().authorize(about, { signal })
    const path: Attributes = { kind: 'path', user, verb: 'get', path: '/logs' }
    await opened({ version: 'v1beta1' }).authorize(path, { signal })
    const [first, second] = server.asked
    assert.equal(first.apiVersion, 'authorization.k8s.io/v1')
    assert.deepEqual(first.spec, {
      resourceAttributes: {
        namespace: 'x',
        verb: 'list',
        group: 'apps',
        version: 'v1',
        resource: 'deployments',
        fieldSelector: {
          requirements: [{ key: 'metadata.name', operator: 'In', values: ['a'] }],
        },
      },
      user: 'ann',
      groups: ['dev'],
    })
    assert.equal(second.apiVersion, 'authorization.k8s.io/v1beta1')
    assert.deepEqual(second.spec, {
      nonResourceAttributes: { path: '/logs', verb: 'get' },
      user: 'ann',
      group: ['dev'],
    })
  })

  it('yes, no, and no opinion', async () => {
    const ask = async (status: object) => {
      server.status = status
      return opened().authorize(about, { signal })
    }
    assert.deepEqual(await ask({ allowed: true, reason: 'r' }), { kind: 'allow', reason: 'r' })
    assert.deepEqual(await ask({ denied: true }), { kind: 'deny', reason: '' })
    assert.deepEqual(await ask({ allowed: false }), { kind: 'none', reason: '' })
    assert.equal((await ask({ allowed: true, denied: true })).kind, 'deny')
    assert.equal((await ask({ allowed: 'true' })).kind, 'none')
  })

  it('a yes is good longer than a no; without an answer others decide', async () => {
    const webhook = opened()
    const ask = async (name: string) =>
      (await webhook.authorize({ ...about, name }, { signal })).kind
    assert.equal(await ask('no'), 'none')
    server.status = { allowed: true }
    assert.equal(await ask('yes'), 'allow')
    clock.advance(29_999)
    assert.equal(await ask('no'), 'none')
    clock.advance(1)
    assert.equal(await ask('no'), 'allow')
    server.status = {}
    clock.advance(269_999)
    assert.equal(await ask('yes'), 'allow')
    clock.advance(1)
    server.troubles = ['refused']
    assert.deepEqual(await webhook.authorize({ ...about, name: 'yes' }, { signal }), {
      kind: 'none',
      reason: '',
      error: `Post "${URL}": refused`,
    })
  })
})

describe('an API that others judge for', () => {
  it('lets in whom they know, to what they allow', async () => {
    const tokens = new JudgeServer()
    tokens.status = { authenticated: true, user: { username: 'ann' } }
    const rights = new JudgeServer()
    const call: HttpsCall = (target, request) =>
      (target.host === 'tokens' ? tokens : rights).call(target, request)
    const h = await Harness.start({
      outbound: call,
      security: {
        authorization: ['RBAC', 'Webhook'],
        tokenWebhook: { url: 'https://tokens/', version: 'v1', caPem: 'PEM' },
        authorizationWebhook: {
          url: 'https://rights/',
          version: 'v1',
          allowedTtlMs: 0,
          refusedTtlMs: 0,
        },
      },
    })
    try {
      const ask = () =>
        h.call('GET /api/v1/namespaces/default/configmaps', {
          anonymous: true,
          headers: { authorization: 'Bearer abc' },
        })
      rights.status = { allowed: true }
      assert.equal((await ask()).status, 200)
      assert.equal(tokens.target?.caPem, 'PEM')
      rights.status = { allowed: false, reason: 'not today' }
      const refused = await ask()
      assert.equal(refused.status, 403)
      assert.match(
        refused.json.message,
        /User "ann" cannot list resource "configmaps".*: not today$/,
      )
    } finally {
      await h.stop()
    }
  })
})
