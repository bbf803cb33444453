import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import { pods, type ResourceQuota, resourceQuotas, configMaps } from '../../../src/api/index.ts'
import { eventually, TestCluster } from './cluster.ts'

describe('resource quota, on a whole API server', () => {
  let cluster: TestCluster
  beforeEach(async () => {
    cluster = await TestCluster.start()
  })
  afterEach(() => cluster.stop())

  const namespace = 'default'
  const used = async (name: string) => {
    const quota: ResourceQuota = await cluster.client.for(resourceQuotas).get({ name, namespace })
    return quota.status?.used
  }
  const becomes = (read: () => Promise<unknown>, want: object) =>
    eventually(JSON.stringify(want), async () => isDeepStrictEqual(await read(), want))
  const quota = (name: string, spec: ResourceQuota['spec']): ResourceQuota => ({
    metadata: { name, namespace },
    spec,
    status: {},
  })
  const pod = (name: string, cpu: string) => ({
    metadata: { name, namespace },
    spec: { containers: [{ name: 'c', image: 'x', resources: { requests: { cpu } } }] },
  })

  it('counts what is there, refuses what is too much, and gives back what is deleted', async () => {
    const client = cluster.client.for(pods)
    await client.create(pod('a', '300m') as never)
    const spec = { hard: { pods: '2', 'requests.cpu': '1', 'count/configmaps': '9' } }
    await cluster.client.for(resourceQuotas).create(quota('q', spec))
    await becomes(() => used('q'), {
      pods: '1',
      'requests.cpu': '300m',
      'count/configmaps': '0',
    })
    await assert.rejects(client.create(pod('b', '800m') as never), {
      message:
        'pods "b" is forbidden: exceeded quota: q, requested: requests.cpu=800m, ' +
        'used: requests.cpu=300m, limited: requests.cpu=1',
    })
    await client.create(pod('b', '700m') as never)
    assert.deepEqual((await used('q'))?.['requests.cpu'], '1')
    await client.delete({ name: 'a', namespace }, { gracePeriodSeconds: 0 })
    await becomes(() => used('q'), {
      pods: '1',
      'requests.cpu': '700m',
      'count/configmaps': '0',
    })
    const map = { metadata: { name: 'm', namespace }, data: {} }
    await cluster.client.for(configMaps).create(map)
    assert.equal((await used('q'))?.['count/configmaps'], '1')
  })

  it('leaves alone what admission reserved for objects still to come', async () => {
    const client = cluster.client.for(resourceQuotas)
    await client.create(quota('q', { hard: { pods: '2' } }))
    await becomes(() => used('q'), { pods: '0' })
    const set = await client.get({ name: 'q', namespace })
    await client.updateStatus({ ...set, status: { hard: { pods: '2' }, used: { pods: '2' } } })
    await cluster.quiet()
    assert.deepEqual(await used('q'), { pods: '2' })
    await client.update({
      ...(await client.get({ name: 'q', namespace })),
      spec: { hard: { pods: '3' } },
    })
    await becomes(() => used('q'), { pods: '0' })
  })

  it('counts by scope', async () => {
    const client = cluster.client.for(resourceQuotas)
    await client.create(quota('best', { hard: { pods: '5' }, scopes: ['BestEffort'] }))
    await client.create(quota('rest', { hard: { pods: '5' }, scopes: ['NotBestEffort'] }))
    await cluster.client.for(pods).create(pod('a', '1') as never)
    await becomes(
      async () => [await used('best'), await used('rest')],
      [{ pods: '0' }, { pods: '1' }],
    )
  })
})
