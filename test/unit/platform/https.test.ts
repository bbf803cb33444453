import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { promisify } from 'node:util'
import {
  ConnectionError,
  type HttpHandler,
  type HttpRequest,
  type HttpResponse,
  type Listener,
  readBody,
  silentLog,
} from '../../../src/base/index.ts'
import { type HttpsClient, httpsClient, serveHttps } from '../../../src/platform/index.ts'
import { testPki } from './pki.ts'

const pki = testPki()
const run = promisify(execFile)
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString()
const tooLarge = () => new Error('too large')

async function read(response: Awaited<ReturnType<HttpHandler>>): Promise<string> {
  return text(await readBody(response.body, 1e9, tooLarge))
}

function request(method: string, url: string, rest: Partial<HttpRequest> = {}): HttpRequest {
  return {
    method,
    url,
    headers: {},
    body: undefined,
    signal: new AbortController().signal,
    ...rest,
  }
}

/** Echoes what it got; `/stream` never ends, `/count?n=` sends n lines, `/break` fails half way. */
function echoServer(seen: { aborted: number }): HttpHandler {
  return async (incoming): Promise<HttpResponse> => {
    if (incoming.url === '/throw') throw new Error('a bug')
    if (incoming.url.startsWith('/big')) {
      const chunk = new Uint8Array(256 * 1024)
      const chunks = (async function* () {
        for (let i = 0; i < 64; i++) yield chunk
      })()
      return { status: 200, headers: {}, body: chunks }
    }
    if (incoming.url === '/stream' || incoming.url === '/break') {
      incoming.signal.addEventListener('abort', () => seen.aborted++)
      const lines = (async function* () {
        yield Buffer.from('first\n')
        if (incoming.url === '/break') throw new Error('broken')
        await new Promise((resolve) => incoming.signal.addEventListener('abort', resolve))
      })()
      return { status: 200, headers: { 'content-type': 'text/plain' }, body: lines }
    }
    const body = text(await readBody(incoming.body, 1e6, tooLarge))
    const answer = { method: incoming.method, url: incoming.url, who: incoming.identity, body }
    return { status: 200, headers: { 'x-a': '1' }, body: Buffer.from(JSON.stringify(answer)) }
  }
}

describe('platform: https', () => {
  const seen = { aborted: 0 }
  let server: Listener
  let client: HttpsClient
  const start = (port = 0) =>
    serveHttps({
      address: '127.0.0.1',
      port,
      tls: pki.server,
      handler: echoServer(seen),
      log: silentLog,
    })
  const url = () => `https://127.0.0.1:${server.port}`

  beforeEach(async () => {
    server = await start()
    client = httpsClient({ endpoints: [url()], tls: pki.client })
  })
  afterEach(async () => {
    await client.close()
    await server.close()
  })

  it('hands over method, path, body and the identity of the client', async () => {
    const response = await client.handle(
      request('POST', '/a%20b?x=1', { body: Buffer.from('hello') }),
    )
    assert.equal(response.headers['x-a'], '1')
    const { who, ...rest } = JSON.parse(await read(response))
    assert.deepEqual(rest, { method: 'POST', url: '/a%20b?x=1', body: 'hello' })
    const { certificate, ...named } = who
    assert.deepEqual(named, { commonName: 'alice', organizations: ['system:masters', 'staff'] })
    assert.ok(certificate.data.length > 0)
  })

  it('closes a connection when it cannot find out who that is, and serves on', async () => {
    const refuse = () => Promise.reject(new Error('no DNS'))
    const judging = await serveHttps({
      address: '127.0.0.1',
      port: 0,
      tls: { ...pki.server, refuse },
      handler: echoServer(seen),
      log: silentLog,
    })
    const { caPem: ca, certPem: cert, keyPem: key } = pki.client
    const socket = connect({ host: '127.0.0.1', port: judging.port, ca, cert, key })
    socket.on('error', () => undefined)
    await once(socket, 'close')
    await judging.close()
  })

  it('speaks HTTP/1.1 and HTTP/2 with curl, with and without certificate', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'navarch-https-'))
    try {
      const file = (name: string, data: string): string => {
        writeFileSync(join(folder, name), data)
        return join(folder, name)
      }
      const base = ['-sS', '--cacert', file('ca', pki.client.caPem), '-d', 'q', `${url()}/x`]
      const mine = [
        '--cert',
        file('cert', pki.client.certPem),
        '--key',
        file('k', pki.client.keyPem),
      ]
      for (const version of ['--http1.1', '--http2']) {
        const anonymous = JSON.parse((await run('curl', [version, ...base])).stdout)
        assert.deepEqual([anonymous.body, anonymous.who], ['q', undefined])
        const known = JSON.parse((await run('curl', [version, ...mine, ...base])).stdout)
        assert.equal(known.who.commonName, 'alice')
      }
      const head = await run('curl', ['--http1.1', '-I', ...base.slice(0, 3), `${url()}/x`])
      assert.match(head.stdout, /^HTTP\/1\.1 200 OK/)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  it('takes a certificate of another authority for none', async () => {
    const stranger = testPki().client
    const other = httpsClient({
      endpoints: [url()],
      tls: { ...stranger, caPem: pki.client.caPem },
    })
    const response = await other.handle(request('GET', '/'))
    assert.equal(JSON.parse(await read(response)).who, undefined)
    await other.close()
  })

  it('streams, and tells the handler that the client has gone', async () => {
    const before = seen.aborted
    const response = await client.handle(request('GET', '/stream'))
    assert(response.body && !(response.body instanceof Uint8Array))
    for await (const chunk of response.body) {
      assert.equal(text(chunk), 'first\n')
      break
    }
    while (seen.aborted === before) await new Promise((resolve) => setTimeout(resolve, 2))
  })

  it('carries large bodies under back-pressure', async () => {
    const response = await client.handle(request('GET', '/big'))
    assert.equal((await read(response)).length, 64 * 256 * 1024)
  })

  it('never passes off a body that was cut as whole', async () => {
    await assert.rejects(client.handle(request('GET', '/break')).then(read), ConnectionError)
    const response = await client.handle(request('GET', '/stream'))
    const reading = read(response)
    reading.catch(() => undefined)
    await server.close()
    // The server stops in order here: its streams end. A killed one is tried by the end-to-end tests.
    await reading.catch((error: unknown) => assert(error instanceof ConnectionError))
    server = await start()
  })

  it('answers a failing handler with 500', async () => {
    const response = await client.handle(request('GET', '/throw'))
    assert.equal(response.status, 500)
    assert.equal(await read(response), 'internal server error\n')
  })

  it('aborts the wait for a response with the signal', async () => {
    const controller = new AbortController()
    const never = client.handle(request('GET', '/stream', { signal: controller.signal }))
    const response = await never
    controller.abort(new Error('enough'))
    await assert.rejects(read(response))
  })

  it('fails over at once, and says what it knows when all are gone', async () => {
    const second = await start()
    const both = httpsClient({
      endpoints: [url(), `https://127.0.0.1:${second.port}`],
      tls: pki.client,
    })
    await read(await both.handle(request('GET', '/one')))
    await server.close()
    await read(await both.handle(request('POST', '/two', { body: Buffer.from('x') })))
    assert.equal(both.endpoint(), `https://127.0.0.1:${second.port}`)
    await second.close()
    await assert.rejects(both.handle(request('POST', '/three')), (error: unknown) => {
      assert(error instanceof ConnectionError)
      assert.equal(error.sent, false)
      assert.match(error.message, /connection refused/)
      return true
    })
    await both.close()
    server = await start()
  })

  it('names the port that is in use', async () => {
    await assert.rejects(start(server.port), {
      code: 'in-use',
      message: `127.0.0.1:${server.port} is already in use by another process: stop it or choose another port`,
    })
  })
})
