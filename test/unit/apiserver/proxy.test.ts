import assert from 'node:assert/strict'
import http from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import net, { type AddressInfo } from 'node:net'
import { gunzipSync, gzipSync } from 'node:zlib'
import { type HttpRequest, type Listener, silentLog } from '../../../src/base/index.ts'
import {
  issueAuthority,
  issueLeaf,
  type OutboundHttps,
  outboundHttps,
  serveHttps,
} from '../../../src/platform/index.ts'
import { testPki } from '../platform/pki.ts'
import { Harness, type Json, MERGE, pod } from './harness.ts'

/** Where pods of local clusters live. */
const POD_IP = '127.77.1.9'
const NAMESPACE = '/api/v1/namespaces/default'

const PAGE = `<!DOCTYPE html><!-- <a href="/no"> -->
<html><body><a class=x href="/page?a=1&amp;b=2#f">in</a><A HREF='rel/page'>rel</A>
<img src=/logo.png alt="a > b"><a href="http://elsewhere.example/x">out</a>
<a href="http://SELF/own">own</a><script src="/app.js">if (a < b) document.write('<a href="/raw">')
</script></body></html>`

describe('proxy sub-resources', () => {
  const validity = { nowMs: Date.now() }
  let harness: Harness
  let outbound: OutboundHttps
  let server: http.Server
  let secure: https.Server
  let port = 0
  let securePort = 0
  const seen: { method: string; url: string; headers: http.IncomingHttpHeaders; body: string }[] =
    []
  const kubeletRequests: HttpRequest[] = []

  before(async () => {
    server = http.createServer((request, response) => void answer(request, response))
    server.on('upgrade', (_request, socket) => {
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: echo\r\n\r\n',
      )
      socket.on('error', () => socket.destroy())
      socket.pipe(socket)
    })
    const anybody = issueAuthority({ commonName: 'anybody' }, validity)
    const leaf = { commonName: 'pod', ipAddresses: ['127.0.0.1'], usages: ['server'] as const }
    const { certPem, keyPem } = issueLeaf(anybody, { ...leaf, usages: ['server'] }, validity)
    secure = https.createServer({ cert: certPem, key: keyPem }, (_, response) => {
      response.end('secret')
    })
    for (const each of [server, secure]) {
      await new Promise<void>((resolve) => each.listen(0, POD_IP, resolve))
    }
    port = (server.address() as AddressInfo).port
    securePort = (secure.address() as AddressInfo).port
    outbound = outboundHttps()
    harness = await Harness.start({
      outbound: outbound.call,
      kubelet: () => (request) => {
        kubeletRequests.push(request)
        return Promise.resolve({ status: 200, headers: {}, body: Buffer.from('of the agent') })
      },
    })
    await makeObjects()
  })

  after(async () => {
    await harness?.stop()
    outbound?.close()
    for (const each of [server, secure]) {
      each.closeAllConnections()
      await new Promise((resolve) => each.close(resolve))
    }
  })

  async function answer(request: http.IncomingMessage, response: http.ServerResponse) {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const { method = '', url = '', headers } = request
    seen.push({ method, url, headers, body })
    const page = PAGE.replace('SELF', `${POD_IP}:${port}`)
    if (url === '/page') {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
      response.end(page)
    } else if (url === '/zipped') {
      response.writeHead(200, { 'content-type': 'text/html', 'content-encoding': 'gzip' })
      response.end(gzipSync(page))
    } else if (url.startsWith('/moved')) {
      response.writeHead(302, { location: '/there/?x=1' })
      response.end()
    } else {
      response.setHeader('set-cookie', ['a=1; Expires=Thu, 01 Jan 2037 00:00:00 GMT', 'b=2'])
      response.writeHead(203, { 'x-own': 'yes', 'access-control-allow-origin': '*' })
      response.end(`${method} ${url}`)
    }
  }

  async function makeObjects(): Promise<void> {
    const make = async (path: string, body: object) => {
      const { status } = await harness.call(`POST ${path}`, { body })
      assert.equal(status, 201, path)
    }
    await make(`${NAMESPACE}/serviceaccounts`, { metadata: { name: 'default' } })
    for (const [name, ip] of [
      ['web', POD_IP],
      ['evil', '127.0.0.1'],
    ] as const) {
      const containers = [{ name: 'c', image: 'x', ports: [{ containerPort: port }] }]
      await make(`${NAMESPACE}/pods`, pod(name, { containers }))
      const status = { podIP: ip, podIPs: [{ ip }] }
      await harness.call(`PATCH ${NAMESPACE}/pods/${name}/status`, {
        headers: MERGE,
        body: { status },
      })
    }
    const ports = [
      { name: 'http', port: 80, targetPort: port },
      { name: 'https', port: 443, targetPort: securePort },
      { name: 'idle', port: 81 },
    ]
    await make(`${NAMESPACE}/services`, { metadata: { name: 'web' }, spec: { ports } })
    await make('/apis/discovery.k8s.io/v1/namespaces/default/endpointslices', {
      metadata: { name: 'web-1', labels: { 'kubernetes.io/service-name': 'web' } },
      addressType: 'IPv4',
      endpoints: [
        { addresses: ['127.77.1.10'], conditions: { ready: true } },
        {
          addresses: [POD_IP],
          conditions: { ready: true },
          targetRef: { kind: 'Pod', name: 'web', namespace: 'default' },
        },
      ],
      ports: [
        { name: 'http', port },
        { name: 'https', port: securePort },
      ],
    })
    await make('/api/v1/nodes', { metadata: { name: 'n' } })
    const status = {
      addresses: [{ type: 'InternalIP', address: POD_IP }],
      daemonEndpoints: { kubeletEndpoint: { Port: 10_250 } },
    }
    await harness.call('PATCH /api/v1/nodes/n/status', { headers: MERGE, body: { status } })
  }

  const text = async (call: string, options: Parameters<Harness['call']>[1] = {}) => {
    const answered = await harness.call(call, options)
    return { ...answered, text: answered.bytes.toString() }
  }

  it('hands every verb on with path, query, headers and body', async () => {
    const base = `${NAMESPACE}/pods/web/proxy`
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      const body = method === 'GET' ? {} : { body: 'hello' }
      const {
        status,
        text: told,
        headers,
      } = await text(`${method} ${base}/a%2Fb/?c=d%20e`, {
        ...body,
      })
      assert.equal(status, 203)
      assert.equal(told, `${method} /a%2Fb/?c=d%20e`)
      assert.equal(headers['x-own'], 'yes')
      assert.equal(headers['access-control-allow-origin'], undefined)
    }
  })

  it('says nothing of who asks', async () => {
    const headers = { 'x-mine': 'm', host: 'api:6443', connection: 'x-hop', 'x-hop': '1' }
    const { status } = await text(`POST ${NAMESPACE}/pods/web:${port}/proxy/p`, {
      headers: { ...headers, 'x-remote-user': 'eve', accept: 'text/html' },
      body: 'hello',
    })
    assert.equal(status, 203)
    const last = seen.at(-1)
    assert.equal(last?.body, 'hello')
    assert.equal(last.headers['x-mine'], 'm')
    assert.equal(last.headers['x-hop'], undefined)
    assert.equal(last.headers['x-remote-user'], undefined)
    assert.equal(last.headers.host, 'api:6443')
    assert.equal(last.headers['x-forwarded-uri'], `${NAMESPACE}/pods/web:${port}/proxy/p`)
  })

  it('leads links and redirects through itself', async () => {
    const base = `${NAMESPACE}/pods/web/proxy`
    const bare = await text(`GET ${base}?x=1`)
    assert.deepEqual([bare.status, bare.headers['location']], [301, `${base}/?x=1`])
    const moved = await text(`GET ${base}/moved`)
    assert.deepEqual([moved.status, moved.headers['location']], [302, `${base}/there/?x=1`])
    const expected = PAGE.replace('href="/page?a=1&amp;b=2#f"', `href="${base}/page?a=1&amp;b=2#f"`)
      .replace('src=/logo.png', `src="${base}/logo.png"`)
      .replace('http://SELF/own', `${base}/own`)
      .replace('src="/app.js"', `src="${base}/app.js"`)
    assert.equal((await text(`GET ${base}/page`)).text, expected)
    const { bytes } = await text(`GET ${base}/zipped`)
    assert.equal(gunzipSync(bytes).toString(), expected)
  })

  it('finds services by port, name and scheme, and only their pods', async () => {
    const of = (name: string) => text(`GET ${NAMESPACE}/services/${name}/proxy/s`)
    for (const name of ['web:80', 'web:http', 'http:web:80', ':web:http']) {
      assert.equal((await of(name)).text, 'GET /s', name)
    }
    assert.equal((await of('https:web:443')).text, 'secret')
    const failures = [
      ['web:82', 503, 'no service port 82 found for service "web"'],
      ['web:81', 503, 'no endpoints available for service "web:81"'],
      ['ftp:web:80', 400, 'invalid service request "ftp:web:80"'],
      ['none:80', 404, 'services "none" not found'],
    ] as const
    for (const [name, status, message] of failures) {
      const answered = await of(name)
      assert.deepEqual([answered.status, answered.json.message], [status, message])
    }
  })

  it('leads nobody to the machine itself, nor to what does not listen', async () => {
    const evil = await text(`GET ${NAMESPACE}/pods/evil/proxy/`)
    assert.deepEqual([evil.status, evil.json.message], [400, 'address not allowed'])
    const closed = await freePort()
    const { status, json } = await text(`GET ${NAMESPACE}/pods/web:${closed}/proxy/`)
    const why = `dial tcp ${POD_IP}:${closed}: connect: connection refused`
    const { message, reason, code } = json as Json
    assert.deepEqual(
      [status, message, reason, code],
      [503, `error trying to reach service: ${why}`, 'ServiceUnavailable', 503],
    )
  })

  it('asks the agent of a node, or another port of it', async () => {
    const own = await text('GET /api/v1/nodes/n/proxy/stats/summary?x=1')
    assert.equal(own.text, 'of the agent')
    assert.equal(kubeletRequests.at(-1)?.url, '/stats/summary?x=1')
    assert.equal((await text('GET /api/v1/nodes/n:10250/proxy/healthz')).text, 'of the agent')
    assert.equal((await text(`GET /api/v1/nodes/n:${port}/proxy/x`)).text, 'GET /x')
    assert.equal((await text('GET /api/v1/nodes/none/proxy/x')).status, 404)
  })

  it('asks for the right of the verb', async () => {
    const as = { commonName: 'bob', organizations: [] }
    const role = {
      metadata: { name: 'r' },
      rules: [{ apiGroups: [''], resources: ['pods/proxy'], verbs: ['get'] }],
    }
    const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/default'
    await harness.call(`POST ${rbac}/roles`, { body: role })
    await harness.call(`POST ${rbac}/rolebindings`, {
      body: {
        metadata: { name: 'r' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' },
        subjects: [{ kind: 'User', name: 'bob', apiGroup: 'rbac.authorization.k8s.io' }],
      },
    })
    const path = `${NAMESPACE}/pods/web/proxy/x`
    assert.equal((await text(`GET ${path}`, { as })).status, 203)
    for (const method of ['POST', 'DELETE', 'OPTIONS']) {
      assert.equal((await text(`${method} ${path}`, { as })).status, 403, method)
    }
    assert.equal((await text(`BREW ${path}`)).status, 405)
    assert.equal((await text(`GET ${NAMESPACE}/services/web:80/proxy/x`, { as })).status, 403)
  })

  it('keeps cookies apart, over both versions of HTTP', async () => {
    const pki = testPki()
    const { server: tls, client } = pki
    const handler = harness.server.handler
    const at = { address: '127.0.0.1', port: 0 }
    const listener = await serveHttps({ ...at, tls, handler, log: silentLog })
    const { caPem: ca, certPem: cert, keyPem: key } = client
    const path = `${NAMESPACE}/pods/web/proxy/cookies`
    const wanted = ['a=1; Expires=Thu, 01 Jan 2037 00:00:00 GMT', 'b=2']
    try {
      const first = await new Promise<unknown>((resolve, reject) => {
        const options = { host: at.address, port: listener.port, path, ca, cert, key }
        https
          .get(options, (response) => resolve(response.headers['set-cookie']))
          .on('error', reject)
      })
      assert.deepEqual(first, wanted)
      const session = http2.connect(`https://127.0.0.1:${listener.port}`, { ca, cert, key })
      const second = await new Promise<unknown>((resolve, reject) => {
        session.on('error', reject)
        const stream = session.request({ ':path': path })
        stream.on('response', (headers) => resolve(headers['set-cookie']))
        stream.on('error', reject)
        stream.resume()
      })
      session.destroy()
      assert.deepEqual(second, wanted)
    } finally {
      await listener.close()
    }
  })

  it('hands a change of protocol on', async () => {
    const pki = testPki()
    const listener: Listener = await serveHttps({
      address: '127.0.0.1',
      port: 0,
      tls: pki.server,
      handler: harness.server.handler,
      log: silentLog,
    })
    try {
      const echoed = await new Promise<string>((resolve, reject) => {
        const asking = https.request({
          host: '127.0.0.1',
          port: listener.port,
          path: `${NAMESPACE}/pods/web/proxy/socket`,
          headers: { connection: 'Upgrade', upgrade: 'echo' },
          ca: pki.client.caPem,
          cert: pki.client.certPem,
          key: pki.client.keyPem,
        })
        asking.on('upgrade', (_, socket) => {
          socket.once('data', (data: Buffer) => {
            socket.destroy()
            resolve(data.toString())
          })
          socket.write('hello')
        })
        asking.on('response', ({ statusCode }) => reject(new Error(`status ${statusCode}`)))
        asking.on('error', reject)
        asking.end()
      })
      assert.equal(echoed, 'hello')
    } finally {
      await listener.close()
    }
  })
})

async function freePort(): Promise<number> {
  const server = net.createServer()
  await new Promise<void>((resolve) => server.listen(0, POD_IP, resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
