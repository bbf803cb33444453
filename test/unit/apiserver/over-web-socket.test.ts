import assert from 'node:assert/strict'
import { type HttpResponse, silentLog } from '../../../src/base/index.ts'
import { FakeConnection } from '../../support/fake-connection.ts'
import { serverMessages, webSocketHeaders } from '../../support/web-socket-frames.ts'
import { Harness } from './harness.ts'

const NS = '/api/v1/namespaces/default'

describe('over WebSockets', () => {
  let h: Harness
  before(async () => {
    const kubelet = () => async () => ({ status: 200, headers: {}, body: Buffer.from('hello\n') })
    h = await Harness.start({ kubelet, log: silentLog })
    await h.call(`POST ${NS}/serviceaccounts`, { body: { metadata: { name: 'default' } } })
    await h.call('POST /api/v1/nodes', { body: { metadata: { name: 'n1' } } })
    const status = {
      addresses: [{ type: 'InternalIP', address: '127.3.0.1' }],
      daemonEndpoints: { kubeletEndpoint: { Port: 10_250 } },
    }
    await h.call('PUT /api/v1/nodes/n1/status', { body: { metadata: { name: 'n1' }, status } })
    const spec = { nodeName: 'n1', containers: [{ name: 'c', image: 'x:1' }] }
    await h.call(`POST ${NS}/pods`, { body: { metadata: { name: 'p' }, spec } })
  })
  after(() => h.stop())

  async function told(response: HttpResponse): Promise<{ text: boolean; data: string }[]> {
    assert.equal(response.status, 101)
    const connection = new FakeConnection(new Uint8Array(0))
    await response.upgrade?.(connection)
    return serverMessages(connection.sent).map(({ text, data }) => ({ text, data: String(data) }))
  }
  const log = (...protocols: string[]) =>
    h.send(`GET ${NS}/pods/p/log`, { headers: webSocketHeaders(...protocols) })

  it('a log comes as bytes, or as base64', async () => {
    const token = 'base64url.bearer.authorization.k8s.io.eA'
    const binary = await log(token, 'binary.k8s.io')
    assert.equal(binary.headers['sec-websocket-protocol'], 'binary.k8s.io')
    const bytes = [
      { text: false, data: '' },
      { text: false, data: 'hello\n' },
    ]
    assert.deepEqual(await told(binary), bytes)
    const unnamed = await log()
    assert.equal(unnamed.headers['sec-websocket-protocol'], undefined)
    assert.deepEqual(await told(unnamed), bytes)
    assert.deepEqual(await told(await log('base64.binary.k8s.io')), [
      { text: true, data: '' },
      { text: true, data: 'aGVsbG8K' },
    ])
    assert.equal((await log('chat')).status, 400)
  })

  it('a client that breaks the rules and stays is left', async () => {
    const unmasked = Buffer.of(0x81, 1, 0x61)
    const watch = await h.send(`GET ${NS}/pods?watch=1`, { headers: webSocketHeaders() })
    const connection = new FakeConnection(unmasked)
    await watch.upgrade?.(connection)
    assert.match(connection.sent.toString('latin1'), /must be masked/)
  })

  it('a watch tells each event by itself', async () => {
    await h.call(`POST ${NS}/configmaps`, { body: { metadata: { name: 'a' } } })
    await h.call(`POST ${NS}/configmaps`, { body: { metadata: { name: 'b' } } })
    const url = `GET ${NS}/configmaps?watch=1&timeoutSeconds=1`
    const events = await told(await h.send(url, { headers: webSocketHeaders() }))
    assert.deepEqual(
      events.map(({ text, data }) => {
        const { type, object } = JSON.parse(data)
        return [text, type, object.metadata.name]
      }),
      [
        [true, 'ADDED', 'a'],
        [true, 'ADDED', 'b'],
      ],
    )
  })
})
