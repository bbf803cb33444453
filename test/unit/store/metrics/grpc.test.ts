import assert from 'node:assert/strict'
import type { GrpcMethods } from '../../../../src/base/index.ts'
import { countedMethods, Registry } from '../../../../src/store/metrics/index.ts'

const PATH = '/etcdserverpb.KV/Range'

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
})
