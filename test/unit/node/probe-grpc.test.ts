import assert from 'node:assert/strict'
import { status as codes, Server, ServerCredentials } from '@grpc/grpc-js'
import { check, type CheckResult } from '../../../src/node/kubelet/probes/check.ts'
import { grpcClient, systemClock, systemNet } from '../../../src/platform/index.ts'

const asIs = (bytes: Buffer) => bytes
const HEALTH = {
  Check: {
    path: '/grpc.health.v1.Health/Check',
    requestStream: false,
    responseStream: false,
    requestSerialize: asIs,
    requestDeserialize: asIs,
    responseSerialize: asIs,
    responseDeserialize: asIs,
  },
}

/** Against a server of the gRPC library's own, with messages in bytes as the protocol has them. */
describe('gRPC probes', () => {
  let server: Server
  let port: number
  const asked: string[] = []
  before(async () => {
    server = new Server()
    server.addService(HEALTH, {
      Check(call: { request: Buffer }, answer: (error: object | null, value?: Buffer) => void) {
        // `1: string service`
        const service = call.request.subarray(2).toString()
        asked.push(service)
        if (service === 'silent') return
        if (service === 'unknown') answer({ code: codes.NOT_FOUND, details: 'unknown service' })
        else answer(null, Buffer.from([0x08, service === 'ill' ? 2 : 1]))
      },
    })
    port = await new Promise<number>((resolve, reject) => {
      const credentials = ServerCredentials.createInsecure()
      server.bindAsync('127.0.0.1:0', credentials, (error, at) =>
        error ? reject(error) : resolve(at),
      )
    })
  })
  after(() => server.forceShutdown())

  const probe = (service: string, at = port): Promise<CheckResult> =>
    check(
      { grpc: { port: at, service }, timeoutSeconds: 1 },
      {
        container: { name: 'c' },
        podIp: '127.0.0.1',
        exec: () => Promise.reject(new Error('not used here')),
      },
      {
        net: systemNet,
        clock: systemClock,
        signal: new AbortController().signal,
        dialGrpc: (endpoint) => Promise.resolve(grpcClient({ endpoints: [endpoint] })),
      },
    )
  const failure = (message: string) => ({ kind: 'failure', message })

  it('succeed with a server that serves, which hears the service', async () => {
    assert.deepEqual(await probe(''), { kind: 'success' })
    assert.deepEqual(await probe('readiness'), { kind: 'success' })
    assert.deepEqual(asked.slice(-2), ['', 'readiness'])
  })
  it('fail in the words of the kubelet', async () => {
    const ill = failure('service unhealthy (responded with "NOT_SERVING")')
    assert.deepEqual(await probe('ill'), ill)
    const unknown = failure('error: health rpc probe failed: unknown service')
    assert.deepEqual(await probe('unknown'), unknown)
    const silent = failure('timeout: health rpc did not complete within 1s')
    assert.deepEqual(await probe('silent'), silent)
    const nobody = await probe('', 1)
    const words =
      'timeout: failed to connect service "127.0.0.1:1" within 1s: context deadline exceeded'
    assert.deepEqual(nobody, failure(words))
  })
})
