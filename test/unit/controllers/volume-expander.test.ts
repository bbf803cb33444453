import assert from 'node:assert/strict'
import {
  persistentVolumeClaims,
  persistentVolumes,
  storageClasses,
  volumeAttributesClasses,
} from '../../../src/api/index.ts'
import { growsTo } from '../../../src/master/controllers/volume-expander.ts'
import type { ReadClaim } from '../../../src/master/controllers/volume-plan.ts'
import { eventually, isGone, TestCluster } from './cluster.ts'

describe('what a claim grows to', () => {
  const cases: [phase: string, wanted: string, has: string | undefined, string | undefined][] = [
    ['Bound', '2Gi', '1Gi', '2Gi'],
    ['Bound', '1Gi', '1Gi', undefined],
    ['Bound', '1024Mi', '1Gi', undefined],
    ['Bound', '1Gi', '5Gi', undefined],
    ['Pending', '2Gi', '1Gi', undefined],
    ['Bound', '2Gi', undefined, undefined],
  ]
  for (const [phase, storage, has, expected] of cases) {
    it(`${phase}, asks for ${storage}, has ${has ?? 'nothing yet'}`, () => {
      const spec = { resources: { requests: { storage } } }
      const status = { phase, ...(has && { capacity: { storage: has } }) }
      assert.equal(growsTo({ metadata: {}, spec, status } as unknown as ReadClaim), expected)
    })
  }
})

describe('volumes that grow and classes that stay, on a whole API server', () => {
  const at = { name: 'data', namespace: 'default' }
  let cluster: TestCluster
  before(async () => {
    cluster = await TestCluster.start()
  })
  after(() => cluster.stop())

  it('grows a claim of the built-in provisioner, and says so', async () => {
    const { client } = cluster
    await client.for(storageClasses).create({
      metadata: { name: 'standard' },
      provisioner: 'navarch.io/host-path',
      parameters: { folder: '/data' },
      allowVolumeExpansion: true,
    })
    await client.for(persistentVolumeClaims).create({
      metadata: { ...at },
      spec: {
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '1Gi' } },
        storageClassName: 'standard',
      },
      status: {},
    })
    const get = () => client.for(persistentVolumeClaims).get(at)
    await eventually('it is bound', async () => (await get()).status.phase === 'Bound')
    const body = { spec: { resources: { requests: { storage: '3Gi' } } } }
    await client.for(persistentVolumeClaims).patch(at, { type: 'merge', body })
    await eventually(
      'it has grown',
      async () => (await get()).status.capacity?.['storage'] === '3Gi',
    )
    const { spec, status } = await get()
    assert.equal(status.conditions, undefined)
    assert.equal(status.allocatedResourceStatuses, undefined)
    assert.deepEqual(status.allocatedResources, { storage: '3Gi' })
    const volume = await client.for(persistentVolumes).get({ name: spec.volumeName ?? '' })
    assert.equal(volume.spec.capacity?.['storage'], '3Gi')
  })

  it('keeps a class of attributes for as long as a claim names it', async () => {
    const { client } = cluster
    const name = 'gold'
    const gold = { metadata: { name }, driverName: 'd.example.com', parameters: { iops: '9' } }
    await client.for(volumeAttributesClasses).create(gold)
    const get = () => client.for(volumeAttributesClasses).get({ name })
    await eventually('it is protected', async () =>
      (await get()).metadata.finalizers?.includes('kubernetes.io/vac-protection'),
    )
    const claim = await client.for(persistentVolumeClaims).create({
      metadata: { name: 'fast', namespace: 'default' },
      spec: {
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '1Gi' } },
        storageClassName: 'other',
        volumeAttributesClassName: name,
      },
      status: {},
    })
    await cluster.quiet(50)
    await client.for(volumeAttributesClasses).delete({ name })
    await cluster.quiet(80)
    assert((await get()).metadata.deletionTimestamp)
    await client.for(persistentVolumeClaims).delete(claim.metadata)
    await eventually('the class is gone', () => isGone(get()))
  })
})
