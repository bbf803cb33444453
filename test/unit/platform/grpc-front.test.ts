import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type ClientHttp2Session } from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import {
  GrpcCode,
  type GrpcMethod,
  type HttpHandler,
  type Listener,
  readBody,
  silentLog,
} from '../../../src/base/index.ts'
import { grpcClient, type GrpcServerOptions, serveGrpc } from '../../../src/platform/index.ts'
import { needProgram } from '../../support/peers.ts'
import { testPki } from './pki.ts'

const run = promisify(execFile)
const MESSAGE_BYTES_MAX = 1000

const methods = new Map<string, GrpcMethod>([
  [
    '/t.T/Echo',
    {
      kind: 'unary',
      handle: (request, { metadata }) =>
        Buffer.concat([request, Buffer.from(metadata['x-bin'] ?? '')]),
    },
  ],
  ['/t.T/Hang', { kind: 'unary', handle: () => new Promise<Uint8Array>(() => {}) }],
  [
    '/t.T/Many',
    {
      kind: 'stream',
      async *handle() {
        for (let i = 0; i < 200; i++) yield Buffer.alloc(50_000, i)
      },
    },
  ],
])

const http: HttpHandler = async ({ method, url, body, identity }) => ({
  status: 200,
  headers: { 'content-type': 'text/plain' },
  body: Buffer.from(
    `${method} ${url} ${identity?.commonName} ${(await readBody(body, 1e7, () => new Error())).length}`,
  ),
})

interface Answer {
  readonly headers: Readonly<Record<string, unknown>>
  readonly trailers: Readonly<Record<string, unknown>>
  readonly body: Buffer
}

function call(
  session: ClientHttp2Session,
  path: string,
  { body, headers = {} }: { body: Buffer; headers?: Record<string, string> },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    })
    const chunks: Buffer[] = []
    let answered: Record<string, unknown> = {}
    let trailers: Record<string, unknown> = {}
    stream.on('response', (received) => (answered = received))
    stream.on('trailers', (received) => (trailers = received))
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('end', () => resolve({ headers: answered, trailers, body: Buffer.concat(chunks) }))
    stream.on('error', reject)
    stream.end(body)
  })
}

function framed(message: Uint8Array, flag = 0): Buffer {
  const prefix = Buffer.from([flag, 0, 0, 0, 0])
  prefix.writeUInt32BE(message.length, 1)
  return Buffer.concat([prefix, message])
}

describe('platform: the gRPC front', () => {
  const pki = testPki()
  let server: Listener
  let session: ClientHttp2Session
  const start = (options: Partial<GrpcServerOptions> = {}) =>
    serveGrpc({
      address: '127.0.0.1',
      port: 0,
      methods,
      http,
      log: silentLog,
      maxReceiveBytes: MESSAGE_BYTES_MAX,
      ...options,
    })
  const url = () => `http://127.0.0.1:${server.port}`

  beforeEach(async () => {
    server = await start()
    session = connect(url())
  })
  afterEach(async () => {
    session.destroy()
    await server.close()
  })

  const statusOf = ({ headers, trailers }: Answer) => {
    const from = headers['grpc-status'] === undefined ? trailers : headers
    return [Number(from['grpc-status']), from['grpc-message']]
  }

  it('answers what is not gRPC, over HTTP/1.1 and HTTP/2, in plain text and TLS', async () => {
    const curl = async (...args: string[]) => (await run('curl', ['-sS', ...args])).stdout
    assert.equal(await curl(`${url()}/health`), 'GET /health undefined 0')
    assert.equal(await curl('--http2-prior-knowledge', `${url()}/x`), 'GET /x undefined 0')
    // A wish for another protocol need not be granted (RFC 9110 §7.8).
    assert.equal(await curl('--http2', `${url()}/x`), 'GET /x undefined 0')
    assert.equal(await curl('-d', 'abc', `${url()}/v3/kv/put`), 'POST /v3/kv/put undefined 3')
    const folder = mkdtempSync(join(tmpdir(), 'navarch-front-'))
    const tls = await start({ tls: pki.server })
    try {
      const file = (name: string, data: string): string => {
        writeFileSync(join(folder, name), data)
        return join(folder, name)
      }
      const { caPem, certPem, keyPem } = pki.client
      const mine = [
        '--cacert',
        file('ca', caPem),
        '--cert',
        file('c', certPem),
        '--key',
        file('k', keyPem),
      ]
      for (const version of ['--http1.1', '--http2', '--no-alpn']) {
        const said = await curl(version, ...mine, `https://127.0.0.1:${tls.port}/version`)
        assert.equal(said, 'GET /version alice 0')
      }
    } finally {
      await tls.close()
      rmSync(folder, { recursive: true, force: true })
    }
  })

  it('says that nothing is there where no handler is', async () => {
    const bare = await serveGrpc({ address: '127.0.0.1', port: 0, methods, log: silentLog })
    const { stdout } = await run('curl', ['-sS', '-i', `http://127.0.0.1:${bare.port}/health`])
    assert.match(stdout, /^HTTP\/1\.1 404 Not Found\r\n[^]*404 page not found/)
    await bare.close()
  })

  it('words its refusals as grpc-go does', async () => {
    const refusal = async (path: string, body: Buffer, headers = {}) =>
      statusOf(await call(session, path, { body, headers }))
    assert.deepEqual(await refusal('/t.T/Echo', framed(Buffer.alloc(1001))), [
      GrpcCode.resourceExhausted,
      'grpc: received message larger than max (1001 vs. 1000)',
    ])
    assert.deepEqual(await refusal('/t.T/None', framed(Buffer.alloc(1))), [
      GrpcCode.unimplemented,
      'unknown method None for service t.T',
    ])
    assert.deepEqual(await refusal('/u.U/None', framed(Buffer.alloc(1))), [
      GrpcCode.unimplemented,
      'unknown service u.U',
    ])
    assert.deepEqual(await refusal('/t.T/Echo', Buffer.alloc(0)), [GrpcCode.internal, 'EOF'])
    assert.deepEqual(await refusal('/t.T/Echo', framed(Buffer.alloc(9)).subarray(0, 10)), [
      GrpcCode.internal,
      'unexpected EOF',
    ])
    assert.deepEqual(
      await refusal('/t.T/Echo', framed(Buffer.alloc(1)), { 'grpc-encoding': 'snappy' }),
      [GrpcCode.unimplemented, 'grpc: Decompressor is not installed for grpc-encoding "snappy"'],
    )
    assert.deepEqual(
      await refusal('/t.T/Hang', framed(Buffer.alloc(1)), { 'grpc-timeout': '20m' }),
      [GrpcCode.deadlineExceeded, 'context deadline exceeded'],
    )
    assert.equal(
      (await refusal('/t.T/Echo', framed(Buffer.alloc(1)), { 'grpc-timeout': '1x' }))[0],
      GrpcCode.internal,
    )
  })

  it('reads compressed messages, as large as they may be unpacked', async () => {
    const headers = { 'grpc-encoding': 'gzip' }
    const small = { body: framed(gzipSync(Buffer.alloc(900, 'z')), 1), headers }
    const answer = await call(session, '/t.T/Echo', small)
    assert.deepEqual(answer.body, framed(Buffer.alloc(900, 'z')))
    const bomb = { body: framed(gzipSync(Buffer.alloc(1_000_000)), 1), headers }
    assert.equal(statusOf(await call(session, '/t.T/Echo', bomb))[0], GrpcCode.resourceExhausted)
    const broken = { body: framed(Buffer.from('no gzip'), 1), headers }
    assert.equal(statusOf(await call(session, '/t.T/Echo', broken))[0], GrpcCode.internal)
    const unsaid = { body: framed(gzipSync(Buffer.from('x')), 1) }
    assert.equal(statusOf(await call(session, '/t.T/Echo', unsaid))[0], GrpcCode.internal)
  })

  it('decodes binary metadata', async () => {
    const headers = { 'x-bin': Buffer.from('ünï').toString('base64') }
    const { body } = await call(session, '/t.T/Echo', { body: framed(Buffer.from('a')), headers })
    assert.equal(body.subarray(5).toString(), 'aünï')
  })

  it('streams under back-pressure to a client with small windows', async () => {
    const { body, trailers } = await call(session, '/t.T/Many', { body: Buffer.alloc(0) })
    assert.equal(body.length, 200 * 50_005)
    assert.equal(trailers['grpc-status'], '0')
  })

  it('serves an honest load of h2load and nghttp', async function () {
    for (const name of ['h2load', 'nghttp']) needProgram(this, name)
    const folder = mkdtempSync(join(tmpdir(), 'navarch-front-'))
    try {
      const message = join(folder, 'message')
      writeFileSync(message, framed(Buffer.alloc(300, 'm')))
      const args = ['-n', '5000', '-c', '4', '-m', '64', '-d', message]
      const grpc = ['-H', 'content-type: application/grpc', '-H', 'te: trailers']
      const { stdout } = await run('h2load', [...args, ...grpc, `${url()}/t.T/Echo`])
      assert.match(stdout, /5000 succeeded, 0 failed, 0 errored/)
      const said = await run('nghttp', [`${url()}/hello`])
      assert.equal(said.stdout, 'GET /hello undefined 0')
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  it('serves by grpc-js when asked to', async () => {
    const other = await start({ implementation: 'grpc-js' })
    const client = grpcClient({ endpoints: [`http://127.0.0.1:${other.port}`] })
    assert.equal(Buffer.from(await client.unary('/t.T/Echo', Buffer.from('hi'))).toString(), 'hi')
    await client.close()
    await other.close()
  })
})
