import assert from 'node:assert/strict'
import { type HttpRequest, silentLog } from '../../../src/base/index.ts'
import { readShared } from '../api/facts.ts'
import { configMap, Harness, pod } from './harness.ts'

const NS = '/api/v1/namespaces/default'

describe('the chain', () => {
  let h: Harness
  before(async () => {
    h = await Harness.start()
  })
  after(() => h.stop())

  it('lets nobody in without a certificate, but to health and version', async () => {
    for (const path of ['/api', '/api/v1/pods', '/openapi/v2', '/nope', '/']) {
      const { status, json } = await h.call(`GET ${path}`, { anonymous: true })
      assert.equal(status, 403, path)
      assert.match(json.message, /User "system:anonymous" cannot (?:get|list) /)
    }
    for (const path of ['/healthz', '/livez', '/readyz', '/version']) {
      assert.equal((await h.call(`GET ${path}`, { anonymous: true })).status, 200, path)
    }
    const headers = { authorization: 'Bearer x' }
    assert.equal((await h.call('GET /version', { anonymous: true, headers })).status, 401)
  })

  it('lists each check of its health at the root', async () => {
    const { paths } = (await h.call('GET /')).json
    for (const group of ['healthz', 'livez', 'readyz']) {
      for (const path of [
        `/${group}`,
        `/${group}/ping`,
        `/${group}/poststarthook/rbac/bootstrap-roles`,
      ]) {
        assert.ok(paths.includes(path), path)
        assert.equal((await h.call(`GET ${path}`)).bytes.toString(), 'ok', path)
      }
    }
  })

  it('tells of its start by the names of kube-apiserver', async function () {
    const linesOf = (text: string) => text.split('\n').filter((line) => line.startsWith('['))
    const verbose = async (server: Pick<Harness, 'call'>) =>
      linesOf((await server.call('GET /readyz?verbose')).bytes.toString())
    const own = await verbose(h)
    const names = own.map((line) => /^\[\+\](\S+) ok$/.exec(line)?.[1] ?? line)
    for (const name of ['rbac/bootstrap-roles', 'crd-informer-synced', 'bootstrap-controller']) {
      assert.ok(names.includes(`poststarthook/${name}`), name)
    }
    const recorded = linesOf(readShared(this, 'defaults/readyz-verbose.txt').toString())
    const theirs = recorded.flatMap((line) => /^\[\+\](\S+) ok$/.exec(line)?.[1] ?? [])
    assert.deepEqual(
      names.filter((name) => !name.startsWith('etcd')),
      theirs.filter((name) => names.includes(name)),
    )
    const early = await Harness.start({ start: false })
    assert.ok(
      (await verbose(early)).includes(
        '[-]poststarthook/rbac/bootstrap-roles failed: reason withheld',
      ),
    )
    assert.equal((await early.call('GET /livez')).status, 500)
    await early.stop()
  })

  it('asks the authorizers that it is given, but not about masters', async () => {
    const strict = await Harness.start({
      security: {
        authorization: [],
        authorizers: [
          {
            authorize: (asked) =>
              asked.kind === 'resource' && asked.resource === 'secrets'
                ? { kind: 'deny', reason: `${asked.user.name} may not` }
                : { kind: 'allow', reason: '' },
          },
        ],
      },
    })
    const eve = { as: { commonName: 'eve', organizations: [] } }
    assert.equal((await strict.call(`GET ${NS}/configmaps`, eve)).status, 200)
    const { status, json } = await strict.call(`GET ${NS}/secrets`, eve)
    assert.equal(status, 403)
    assert.match(json.message, /: eve may not$/)
    assert.equal((await strict.call(`GET ${NS}/secrets`)).status, 200)
    await strict.stop()
  })

  it('refuses bodies over 3 MiB, streamed ones before they are whole', async () => {
    const data = { x: 'y'.repeat(3 * 1024 * 1024) }
    const { status, json } = await h.call(`POST ${NS}/configmaps`, {
      body: configMap('a', { data }),
    })
    assert.equal(status, 413)
    assert.equal(json.message, 'Request entity too large: limit is 3145728')
    let sent = 0
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) yield Buffer.alloc(65_536, ++sent)
    }
    const request: HttpRequest = {
      method: 'POST',
      url: `${NS}/configmaps`,
      headers: { 'content-type': 'application/json' },
      body: endless(),
      identity: { commonName: 'a', organizations: ['system:masters'] },
      signal: new AbortController().signal,
    }
    assert.equal((await h.server.handler(request)).status, 413)
    assert.ok(sent < 60)
  })

  it('answers wrong URLs plainly, and never with a stack', async () => {
    assert.equal((await h.call('GET /api/v1/pods/%zz')).status, 400)
    assert.equal((await h.call(`GET /${'x'.repeat(20_000)}`)).status, 400)
    assert.equal((await h.call('GET /apis/nope.example.com/v1/things')).status, 404)
    assert.equal((await h.call('TRACE /version')).status, 405)
    assert.equal((await h.call(`PUT ${NS}/pods`, { body: pod('p') })).status, 405)
  })

  it('answers HEAD without a body', async () => {
    const { status, bytes } = await h.call('HEAD /apis')
    assert.equal(status, 200)
    assert.equal(bytes.length, 0)
  })

  it('tells a client that has it already that nothing changed', async () => {
    const headers = {
      accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
    }
    for (const path of ['/apis', '/api', '/openapi/v2', '/openapi/v3/api/v1']) {
      const first = await h.call(`GET ${path}`, {
        headers: path.startsWith('/open') ? {} : headers,
      })
      assert.equal(first.status, 200)
      const etag = first.headers['etag'] ?? ''
      const again = { ...(path.startsWith('/open') ? {} : headers), 'if-none-match': etag }
      assert.equal((await h.call(`GET ${path}`, { headers: again })).status, 304)
    }
    const json = JSON.parse((await h.call('GET /openapi/v3')).bytes.toString())
    const { serverRelativeURL } = json.paths['apis/apps/v1']
    assert.equal((await h.call(`GET ${serverRelativeURL}`)).status, 200)
    const moved = await h.call('GET /openapi/v3/apis/apps/v1?hash=00')
    assert.equal(moved.status, 301)
    assert.equal(moved.headers['location'], serverRelativeURL)
  })
})

describe('logs', () => {
  const requests: string[] = []
  let h: Harness
  before(async () => {
    const kubelet = (baseUrl: string) => async (request: HttpRequest) => {
      requests.push(baseUrl + request.url)
      const waiting = request.url.includes('previous')
      const text = 'container "c" in pod "p" is waiting to start: ContainerCreating'
      return waiting
        ? { status: 400, headers: {}, body: Buffer.from(text) }
        : { status: 200, headers: {}, body: Buffer.from('hello\n') }
    }
    h = await Harness.start({ kubelet, log: silentLog })
    await h.call(`POST ${NS}/serviceaccounts`, { body: { metadata: { name: 'default' } } })
    await h.call('POST /api/v1/nodes', { body: { metadata: { name: 'n1' } } })
    const status = {
      addresses: [{ type: 'InternalIP', address: '127.3.0.1' }],
      daemonEndpoints: { kubeletEndpoint: { Port: 10_250 } },
    }
    await h.call('PUT /api/v1/nodes/n1/status', { body: { metadata: { name: 'n1' }, status } })
    await h.call(`POST ${NS}/pods`, { body: pod('p', { nodeName: 'n1' }) })
    const containers = ['a', 'b'].map((name) => ({ name, image: 'x:1' }))
    await h.call(`POST ${NS}/pods`, { body: pod('two', { nodeName: 'n1', containers }) })
    await h.call(`POST ${NS}/pods`, { body: pod('nowhere') })
  })
  after(() => h.stop())

  it('come from the node’s kubelet', async () => {
    const { status, bytes, headers } = await h.call(`GET ${NS}/pods/p/log?tailLines=5&follow=true`)
    assert.equal(status, 200)
    assert.equal(headers['content-type'], 'text/plain')
    assert.equal(bytes.toString(), 'hello\n')
    const url = 'https://127.3.0.1:10250/containerLogs/default/p/c?follow=true&tailLines=5'
    assert.equal(requests.at(-1), url)
  })

  it('are refused in Kubernetes’ words', async () => {
    const messages = async (url: string) => (await h.call(`GET ${NS}/pods/${url}`)).json.message
    assert.equal(
      await messages('two/log'),
      'a container name must be specified for pod two, choose one of: [a b]',
    )
    assert.equal(await messages('two/log?container=z'), 'container z is not valid for pod two')
    assert.equal(
      await messages('p/log?previous=true'),
      'container "c" in pod "p" is waiting to start: ContainerCreating',
    )
    assert.equal(await messages('none/log'), 'pods "none" not found')
  })

  it('are empty for a pod that no node runs', async () => {
    const { status, bytes } = await h.call(`GET ${NS}/pods/nowhere/log`)
    assert.equal(status, 200)
    assert.equal(bytes.length, 0)
  })
})
