import assert from 'node:assert/strict'
import type { HttpHandler } from '../../../src/base/index.ts'
import { ScaleClient } from '../../../src/master/controllers/scale-client.ts'
import { clientOf, failure, json } from '../client/fakes.ts'

const target = { apiVersion: 'x.io/v1', kind: 'Toy', name: 'a', namespace: 'ns' }
const { signal } = new AbortController()

describe('scales of custom resources', () => {
  let served: string[]
  let asked: string[]
  let scales: ScaleClient
  const handler: HttpHandler = async (request) => {
    const url = request.url.split('?')[0] ?? ''
    asked.push(`${request.method} ${url}`)
    const versions = served.map((version) => ({ groupVersion: `x.io/${version}` }))
    if (url === '/apis/x.io') return json(200, { preferredVersion: versions[0], versions })
    const version = url.split('/')[3] ?? ''
    if (!served.includes(version)) return failure(404, 'NotFound', 'no such path')
    if (url === `/apis/x.io/${version}`) {
      return json(200, { resources: [{ name: 'toys', kind: 'Toy' }] })
    }
    if (!url.endsWith('/toys/a/scale')) return failure(404, 'NotFound', 'no such toy')
    return json(200, { spec: { replicas: 3 }, from: version })
  }
  beforeEach(() => {
    served = ['v1', 'v2']
    asked = []
    scales = new ScaleClient(clientOf(handler))
  })

  it('are found where they are served once their version is served no more', async () => {
    const from = async () => Reflect.get((await scales.get(target, { signal })) ?? {}, 'from')
    assert.equal(await from(), 'v1')
    served = ['v2']
    assert.equal(await from(), 'v2')
    asked = []
    assert.equal(await from(), 'v2')
    assert.deepEqual(asked, ['GET /apis/x.io/v2/namespaces/ns/toys/a/scale'])
    served = []
    await assert.rejects(scales.get({ ...target, kind: 'Other' }, { signal }))
  })

  it('are looked up once more, not for ever, where there are none', async () => {
    const missing = { ...target, name: 'b' }
    await assert.rejects(scales.get(missing, { signal }), /no such toy/)
    assert.deepEqual(asked, [
      'GET /apis/x.io/v1',
      'GET /apis/x.io/v1/namespaces/ns/toys/b/scale',
      'GET /apis/x.io/v1',
    ])
  })
})
