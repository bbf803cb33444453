import assert from 'node:assert/strict'
import { connect } from 'node:tls'
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
const BIG_BYTES = 4 * 1024 * 1024

function asking(url: string, signal = new AbortController().signal): HttpRequest {
  const headers = { upgrade: 'echo', connection: 'Upgrade' }
  return { method: 'POST', url, headers, body: undefined, signal }
}

/** Speaks "echo": hands every byte back, ends when the client does. */
const echo: HttpHandler = async (request): Promise<HttpResponse> => {
  if (request.url === '/no') {
    return { status: 403, headers: { 'x-why': 'not you' }, body: Buffer.from('refused') }
  }
  return {
    status: 101,
    headers: {
      upgrade: 'echo',
      connection: 'Upgrade',
      'x-who': request.identity?.commonName ?? '',
    },
    body: undefined,
    async upgrade(connection) {
      for await (const bytes of connection.incoming) await connection.write(bytes)
      connection.end()
    },
  }
}

describe('platform: upgrades', () => {
  let back: Listener
  let front: Listener
  let toBack: HttpsClient

  beforeEach(async () => {
    const shared = { address: '127.0.0.1', port: 0, tls: pki.server, log: silentLog }
    back = await serveHttps({ ...shared, handler: echo })
    const endpoints = [`https://127.0.0.1:${back.port}`]
    toBack = httpsClient({ endpoints, tls: pki.client })
    // A proxy hands on what it got.
    front = await serveHttps({
      ...shared,
      handler: (request) => toBack.handle(asking(request.url, request.signal)),
    })
  })
  afterEach(async () => {
    await toBack.close()
    await Promise.all([front.close(), back.close()])
  })

  /** A client that nobody here wrote: sends raw bytes, reads to the end. */
  function exchange(port: number, path: string, payload: Uint8Array): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const parts: Buffer[] = []
      const socket = connect({ host: '127.0.0.1', port, ca: pki.client.caPem }, () => {
        const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n`
        // The first bytes of the new protocol come with the request.
        socket.write(Buffer.concat([Buffer.from(head), payload]))
      })
      let size = 0
      socket.on('data', (part: Buffer) => {
        parts.push(part)
        size += part.length
        const headBytes = (parts[0]?.indexOf('\r\n\r\n') ?? 0) + 4
        // Only one that speaks on is ours to end.
        if (payload.length > 0 && size === headBytes + payload.length) socket.end()
      })
      socket.on('error', reject)
      socket.on('close', () => resolve(Buffer.concat(parts)))
    })
  }

  it('carries bytes both ways, through a proxy, and loses none', async () => {
    const payload = Buffer.alloc(BIG_BYTES, 'navarch ')
    for (const { port } of [back, front]) {
      const all = await exchange(port, '/', payload)
      const split = all.indexOf('\r\n\r\n') + 4
      const head = all.subarray(0, split).toString()
      assert.match(head, /^HTTP\/1\.1 101 Switching Protocols\r\n/)
      assert.match(head, /upgrade: echo\r\n/i)
      const echoed = all.subarray(split)
      assert.ok(payload.equals(echoed), `${echoed.length} bytes came back`)
    }
  })

  it('answers a request that it refuses as any other', async () => {
    for (const { port } of [back, front]) {
      const answer = (await exchange(port, '/no', Buffer.alloc(0))).toString()
      assert.match(answer, /^HTTP\/1\.1 403 Forbidden\r\n/)
      assert.match(answer, /x-why: not you\r\n/)
      assert.match(answer, /refused/)
    }
    const response = await toBack.handle(asking('/no'))
    assert.equal(response.status, 403)
    const body = await readBody(response.body, 100, () => new Error('too long'))
    assert.equal(Buffer.from(body).toString(), 'refused')
  })

  it('knows who asks', async () => {
    const gone = new AbortController()
    const response = await toBack.handle(asking('/', gone.signal))
    assert.equal(response.status, 101)
    assert.notEqual(response.headers['x-who'], '')
    gone.abort()
  })

  it('says that nobody answers', async () => {
    await back.close()
    await assert.rejects(toBack.handle(asking('/')), (error) => {
      return error instanceof ConnectionError && !error.sent
    })
  })
})
