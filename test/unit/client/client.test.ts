import assert from 'node:assert/strict'
import { ConnectionError, StatusError } from '../../../src/base/index.ts'
import { leases, type Pod, pods } from '../../../src/api/index.ts'
import { listAll, resourcePath, type WatchEvent } from '../../../src/client/index.ts'
import { clientOf, failure, json, scripted, streamed } from './fakes.ts'

const pod = (name: string, rv = '1') => ({
  metadata: { name, namespace: 'default', uid: `uid-${name}`, resourceVersion: rv },
  spec: { containers: [] },
  status: {},
})
const at = { name: 'web', namespace: 'default' }

describe('client', () => {
  it('names resources as Kubernetes does', () => {
    assert.equal(resourcePath(pods), '/api/v1/pods')
    const status = { namespace: 'a', name: 'b', subresource: 'status' }
    assert.equal(resourcePath(pods, status), '/api/v1/namespaces/a/pods/b/status')
    const lease = resourcePath(leases, { namespace: 'kube-system', name: 'x' })
    assert.equal(lease, '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/x')
  })

  it('throws the server’s own words', async () => {
    const { handler } = scripted(() => failure(404, 'NotFound', 'pods "web" not found'))
    await assert.rejects(clientOf(handler).for(pods).get(at), (error) => {
      assert(error instanceof StatusError)
      assert.deepEqual([error.code, error.reason], [404, 'NotFound'])
      assert.equal(error.message, 'pods "web" not found')
      return true
    })
  })

  it('says something for an answer without a Status', async () => {
    const page = { status: 403, headers: {}, body: Buffer.from('<html>') }
    const { handler } = scripted(() => page)
    await assert.rejects(clientOf(handler).for(pods).get(at), { code: 403, reason: 'Forbidden' })
  })

  it('sends again what no master received', async () => {
    const refuse = () => Promise.reject(new ConnectionError('refused', { sent: false }))
    const { handler, requests } = scripted(refuse, refuse, () => json(201, pod('web')))
    const created = await clientOf(handler).for(pods).create(pod('web'))
    assert.equal(created.metadata.name, 'web')
    assert.equal(requests.length, 3)
  })

  it('never sends a write twice that may have acted', async () => {
    const { handler, requests } = scripted(() => {
      throw new ConnectionError('reset', { sent: true })
    })
    await assert.rejects(clientOf(handler).for(pods).create(pod('web')), ConnectionError)
    assert.equal(requests.length, 1)
  })

  it('reads again when an answer broke off', async () => {
    const broken = () => ({
      status: 200,
      headers: {},
      // oxlint-disable-next-line require-yield
      body: (async function* (): AsyncGenerator<Uint8Array> {
        throw new ConnectionError('reset', { sent: true })
      })(),
    })
    const { handler, requests } = scripted(broken, () => json(200, pod('web')))
    await clientOf(handler).for(pods).get(at)
    assert.equal(requests.length, 2)
  })

  it('comes back when told to, also with a write', async () => {
    const { handler, requests } = scripted(
      () => failure(429, 'TooManyRequests', 'later', { 'retry-after': '0' }),
      () => json(200, pod('web')),
    )
    await clientOf(handler).for(pods).update(pod('web'))
    assert.equal(requests.length, 2)
  })

  it('does not insist on a write that was refused without a time', async () => {
    const { handler, requests } = scripted(() => failure(503, 'ServiceUnavailable', 'no leader'))
    await assert.rejects(clientOf(handler).for(pods).update(pod('web')), { code: 503 })
    assert.equal(requests.length, 1)
  })

  it('gives up at once when the caller does', async () => {
    const stop = new AbortController()
    const { handler } = scripted(() => {
      stop.abort(new Error('enough'))
      throw new ConnectionError('refused', { sent: false })
    })
    const call = clientOf(handler).for(pods).get(at, { signal: stop.signal })
    await assert.rejects(call, { message: 'enough' })
  })

  it('names each patch’s media type', async () => {
    const { handler, requests } = scripted(...Array(4).fill(() => json(200, pod('web'))))
    for (const type of ['json', 'merge', 'strategic', 'apply'] as const) {
      await clientOf(handler).for(pods).patch(at, { type, body: {}, fieldManager: 'me' })
    }
    assert.deepEqual(
      requests.map((request) => request.headers['content-type']),
      [
        'application/json-patch+json',
        'application/merge-patch+json',
        'application/strategic-merge-patch+json',
        'application/apply-patch+yaml',
      ],
    )
    assert.equal(requests[0]?.url, '/api/v1/namespaces/default/pods/web?fieldManager=me')
  })
})

describe('client lists', () => {
  const page = (names: string[], next: string) =>
    json(200, {
      kind: 'PodList',
      metadata: { resourceVersion: '7', ...(next && { continue: next }) },
      items: names.map((name) => pod(name)),
    })

  it('reads page after page, and gives items their kind', async () => {
    const { handler, requests } = scripted(
      () => page(['a', 'b'], 'more'),
      () => page(['c'], ''),
    )
    const list = await listAll(clientOf(handler).for(pods), { namespace: 'default' })
    assert.deepEqual(
      list.items.map(({ metadata, kind, apiVersion }) => [metadata.name, kind, apiVersion]),
      ['a', 'b', 'c'].map((name) => [name, 'Pod', 'v1']),
    )
    assert.equal(list.metadata.resourceVersion, '7')
    assert.equal(requests[0]?.url, '/api/v1/namespaces/default/pods?limit=500')
    assert.equal(requests[1]?.url, '/api/v1/namespaces/default/pods?limit=500&continue=more')
  })

  it('reads in one piece when a page’s revision is gone', async () => {
    const { handler, requests } = scripted(
      () => page(['a'], 'more'),
      () => failure(410, 'Expired', 'too old'),
      () => page(['x', 'y'], ''),
    )
    const list = await listAll(clientOf(handler).for(pods))
    assert.deepEqual(
      list.items.map((item) => item.metadata.name),
      ['x', 'y'],
    )
    assert.equal(requests[2]?.url, '/api/v1/pods')
  })
})

describe('client watches', () => {
  async function collect(chunks: Iterable<string | Uint8Array>): Promise<WatchEvent<Pod>[]> {
    const { handler } = scripted(() => streamed(chunks))
    const events: WatchEvent<Pod>[] = []
    const { signal } = new AbortController()
    for await (const event of clientOf(handler).for(pods).watch({ signal })) events.push(event)
    return events
  }
  const frame = (type: string, object: unknown) => `${JSON.stringify({ type, object })}\n`

  it('puts frames together, wherever the bytes were cut', async () => {
    const text =
      frame('ADDED', pod('grüße')) +
      frame('MODIFIED', pod('b', '2')) +
      frame('DELETED', pod('b', '3'))
    const bytes = Buffer.from(text)
    for (const size of [1, 2, 3, 7, 50, bytes.length]) {
      const chunks: Buffer[] = []
      for (let i = 0; i < bytes.length; i += size) chunks.push(bytes.subarray(i, i + size))
      const events = await collect(chunks)
      assert.deepEqual(
        events.map((event) => [event.type, 'object' in event ? event.object.metadata.name : '']),
        [
          ['ADDED', 'grüße'],
          ['MODIFIED', 'b'],
          ['DELETED', 'b'],
        ],
      )
    }
  })

  it('tells bookmarks by their version', async () => {
    const events = await collect([
      frame('BOOKMARK', { kind: 'Pod', metadata: { resourceVersion: '99' } }),
    ])
    assert.deepEqual(events, [{ type: 'BOOKMARK', resourceVersion: '99' }])
  })

  it('throws what an ERROR event says', async () => {
    const status = {
      kind: 'Status',
      code: 410,
      reason: 'Expired',
      message: 'too old resource version',
    }
    await assert.rejects(collect([frame('ERROR', status)]), { code: 410, reason: 'Expired' })
  })

  it('drops a last frame that is cut short, and refuses what is no JSON', async () => {
    assert.equal((await collect([frame('ADDED', pod('a')), '{"type":"ADD'])).length, 1)
    await assert.rejects(collect(['<html>\n']), ConnectionError)
  })
})
