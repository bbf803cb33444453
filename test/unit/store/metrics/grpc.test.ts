import assert from 'node:assert/strict'
import {
  GrpcCode,
  GrpcError,
  type GrpcMethod,
  type GrpcMethods,
} from '../../../../src/base/index.ts'
import { countedMethods, Registry } from '../../../../src/store/metrics/index.ts'

const PATH = '/etcdserverpb.KV/Range'
const WATCH = '/etcdserverpb.Watch/Watch'

describe('metrics of calls', () => {
  it('keep a bounded number of versions that clients claim to have', async () => {
    const registry = new Registry()
    const methods: GrpcMethods = new Map([
      [PATH, { kind: 'unary', handle: (request: Uint8Array) => Promise.resolve(request) }],
    ])
    const method = countedMethods(methods, registry).get(PATH)
    assert(method?.kind === 'unary')
    const { signal } = new AbortController()
    for (let i = 0; i < 1000; i++) {
      const metadata = { 'client-api-version': `3.6.${i}` }
      await method.handle(new Uint8Array(0), { metadata, signal })
    }
    const told = await registry.expose()
    const lines = told.match(/^etcd_server_client_requests_total\{.*$/gm) ?? []
    assert.equal(lines.length, 100)
    assert(lines.some((line) => line.includes('client_api_version="3.6.0"')))
    const sum = lines.reduce((all, line) => all + Number(line.split(' ').at(-1)), 0)
    assert.equal(sum, 1000)
  })

  it('tell calls that ended from those that were given up', async () => {
    const registry = new Registry()
    const forever: GrpcMethod = {
      kind: 'stream',
      async *handle(_requests, { signal }) {
        yield new Uint8Array(1)
        if (!signal.aborted)
          await new Promise((resolve) => signal.addEventListener('abort', resolve))
      },
    }
    const methods = countedMethods(new Map([[WATCH, forever]]), registry)
    const method = methods.get(WATCH)
    assert(method?.kind === 'stream')
    const watch = (signal: AbortSignal) =>
      method.handle((async function* () {})(), { metadata: {}, signal })[Symbol.asyncIterator]()
    // Gone while an answer was on its way, gone while waiting, out of time.
    const first = watch(new AbortController().signal)
    await first.next()
    await first.return?.()
    const late = new GrpcError(GrpcCode.deadlineExceeded, 'late')
    for (const reason of [new Error('gone'), late]) {
      const aborter = new AbortController()
      const one = watch(aborter.signal)
      await one.next()
      const end = one.next()
      aborter.abort(reason)
      await end
    }
    const told = await registry.expose()
    const handled = told.match(/^grpc_server_handled_total\{.*Watch.*$/gm) ?? []
    assert.deepEqual(handled.map((line) => line.replace(/.*grpc_code="(\w+)"\} /, '$1 ')).sort(), [
      'Canceled 2',
      'DeadlineExceeded 1',
      'OK 0',
    ])
  })
})
