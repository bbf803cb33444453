import assert from 'node:assert/strict'
import {
  type GrpcCall,
  type GrpcClient,
  GrpcCode,
  GrpcError,
  type GrpcMethod,
  type Listener,
  silentLog,
} from '../../../src/base/index.ts'
import { grpcClient, serveGrpc } from '../../../src/platform/index.ts'
import { testPki } from './pki.ts'

const pki = testPki()
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString()
const bytes = (value: string): Uint8Array => new TextEncoder().encode(value)
let cancelled = 0

const methods = new Map<string, GrpcMethod>([
  [
    '/t.T/Echo',
    {
      kind: 'unary',
      handle(request: Uint8Array, call: GrpcCall) {
        const said = text(request)
        if (said === 'fail') throw new GrpcError(GrpcCode.outOfRange, 'etcdserver: no such thing')
        if (said === 'bug') throw new TypeError('secret detail')
        if (said === 'hang') {
          return new Promise<Uint8Array>(() =>
            call.signal.addEventListener('abort', () => cancelled++),
          )
        }
        return bytes(`${said} ${call.identity?.commonName} ${call.metadata['token']}`)
      },
    },
  ],
  [
    '/t.T/Chat',
    {
      kind: 'stream',
      async *handle(requests: AsyncIterable<Uint8Array>, call: GrpcCall) {
        call.signal.addEventListener('abort', () => cancelled++)
        for await (const request of requests) {
          if (text(request) === 'fail') throw new GrpcError(GrpcCode.aborted, 'as asked')
          if (text(request) === 'many') for (let i = 0; i < 3000; i++) yield new Uint8Array(10_000)
          yield request
        }
        yield bytes('bye')
      },
    },
  ],
])

async function* from(...items: string[]): AsyncGenerator<Uint8Array> {
  for (const item of items) yield bytes(item)
}

async function* openEnded(...items: string[]): AsyncGenerator<Uint8Array> {
  yield* from(...items)
  await new Promise(() => {})
}

async function all(stream: AsyncIterable<Uint8Array>): Promise<string[]> {
  const seen: string[] = []
  for await (const item of stream) seen.push(text(item))
  return seen
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2))
}

describe('platform: grpc', () => {
  let server: Listener
  let client: GrpcClient
  const start = (port = 0) =>
    serveGrpc({ address: '127.0.0.1', port, tls: pki.server, methods, log: silentLog })
  const url = (of: Listener) => `https://127.0.0.1:${of.port}`

  beforeEach(async () => {
    server = await start()
    client = grpcClient({ endpoints: [url(server)], tls: pki.client })
    cancelled = 0
  })
  afterEach(async () => {
    await client.close()
    await server.close()
  })

  it('carries bytes, metadata and the identity of the client', async () => {
    const answer = await client.unary('/t.T/Echo', bytes('hi'), { metadata: { token: 'T' } })
    assert.equal(text(answer), 'hi alice T')
  })

  it('carries codes and texts, and keeps bugs to itself', async () => {
    const failing = (request: string) => client.unary('/t.T/Echo', bytes(request))
    await assert.rejects(failing('fail'), {
      code: GrpcCode.outOfRange,
      message: 'etcdserver: no such thing',
    })
    await assert.rejects(failing('bug'), { code: GrpcCode.internal, message: 'internal error' })
    await assert.rejects(client.unary('/t.T/None', bytes('')), { code: GrpcCode.unimplemented })
    const huge = client.unary('/t.T/Echo', new Uint8Array(3_000_000))
    await assert.rejects(huge, { code: GrpcCode.resourceExhausted })
  })

  it('streams both ways, to the end or to an error', async () => {
    assert.deepEqual(await all(client.stream('/t.T/Chat', from('a', '', 'b'))), [
      'a',
      '',
      'b',
      'bye',
    ])
    await assert.rejects(all(client.stream('/t.T/Chat', from('a', 'fail'))), {
      code: GrpcCode.aborted,
      message: 'as asked',
    })
    assert.equal((await all(client.stream('/t.T/Chat', from('many')))).length, 3002)
  })

  it('tells the handler that the client has gone', async () => {
    const controller = new AbortController()
    const { signal } = controller
    const hanging = client.unary('/t.T/Echo', bytes('hang'), { signal })
    const chat = client.stream('/t.T/Chat', openEnded('x'), { signal })[Symbol.asyncIterator]()
    await chat.next()
    controller.abort(new Error('enough'))
    await assert.rejects(hanging, /enough/)
    await assert.rejects(chat.next(), /enough/)
    await until(() => cancelled === 2)
    for await (const _ of client.stream('/t.T/Chat', openEnded('x'))) break
    await until(() => cancelled === 3)
  })

  it('wants a certificate of our authority', async () => {
    const { caPem } = pki.client
    for (const tls of [
      { ...testPki().client, caPem },
      { caPem, certPem: '', keyPem: '' },
    ]) {
      const stranger = grpcClient({ endpoints: [url(server)], tls })
      await assert.rejects(stranger.unary('/t.T/Echo', bytes('x')), { code: GrpcCode.unavailable })
      await stranger.close()
    }
  })

  it('fails over to the next server', async () => {
    const second = await start()
    const both = grpcClient({ endpoints: [url(server), url(second)], tls: pki.client })
    await both.unary('/t.T/Echo', bytes('one'))
    const chat = both.stream('/t.T/Chat', openEnded('x'))[Symbol.asyncIterator]()
    await chat.next()
    await server.close()
    await assert.rejects(chat.next(), { code: GrpcCode.unavailable })
    assert.equal(text(await both.unary('/t.T/Echo', bytes('two'))), 'two alice undefined')
    assert.deepEqual(await all(both.stream('/t.T/Chat', from('c'))), ['c', 'bye'])
    await second.close()
    await both.close()
    server = await start()
  })

  it('names the port that is in use', async () => {
    await assert.rejects(start(server.port), { code: 'in-use' })
  })
})
