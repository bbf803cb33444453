import assert from 'node:assert/strict'
import {
  type PersistentVolume,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  persistentVolumes,
  pods,
  type Stored,
  storageClasses,
} from '../../../src/api/index.ts'
import { planClaim, type ReadClaim } from '../../../src/master/controllers/volume-plan.ts'
import { eventually, isGone, TestCluster } from './cluster.ts'

const at = { name: 'data', namespace: 'default' }

function claim(spec: object = {}): PersistentVolumeClaim {
  const resources = { requests: { storage: '1Gi' } }
  return {
    metadata: { ...at },
    spec: { accessModes: ['ReadWriteOnce'], resources, ...spec },
    status: {},
  }
}

function volume(name: string, storage: string, spec: object = {}): PersistentVolume {
  return {
    metadata: { name },
    spec: {
      capacity: { storage },
      accessModes: ['ReadWriteOnce'],
      hostPath: { path: `/srv/data/${name}` },
      ...spec,
    },
    status: { phase: 'Available' },
  } as PersistentVolume
}

describe('which volume a claim gets', () => {
  const plan = (of: PersistentVolumeClaim, volumes: PersistentVolume[]) => {
    const there = volumes as Stored<PersistentVolume>[]
    const made = planClaim({ ...of, metadata: { ...of.metadata, uid: 'u' } } as ReadClaim, {
      volumes: there,
      volume: (name) => there.find(({ metadata }) => metadata.name === name),
      storageClass: () => undefined,
      waitingPods: () => [],
    })
    return made.kind === 'bind' ? made.volume.metadata.name : made.kind
  }
  it('the smallest that is large enough', () => {
    assert.equal(plan(claim(), [volume('a', '5Gi'), volume('b', '2Gi'), volume('c', '500Mi')]), 'b')
  })
  it('one that was promised to it', () => {
    const claimRef = { ...at }
    assert.equal(plan(claim(), [volume('b', '2Gi'), volume('p', '9Gi', { claimRef })]), 'p')
  })
  it('none of another class, mode or claim', () => {
    const others = [
      volume('a', '2Gi', { storageClassName: 'fast' }),
      volume('b', '2Gi', { accessModes: ['ReadOnlyMany'] }),
      volume('c', '2Gi', { claimRef: { name: 'other', namespace: 'default' } }),
      volume('d', '2Gi', { volumeMode: 'Block' }),
    ]
    assert.equal(plan(claim(), others), 'wait')
  })
  it('none yet, where it is chosen with the node, and says for whom it waits', () => {
    const waiting = claim({ storageClassName: 'late' })
    const plan = (...names: string[]) =>
      planClaim({ ...waiting, metadata: { ...waiting.metadata, uid: 'u' } } as ReadClaim, {
        volumes: [],
        volume: () => undefined,
        storageClass: () => ({
          metadata: { name: 'late' },
          provisioner: 'x',
          volumeBindingMode: 'WaitForFirstConsumer',
        }),
        waitingPods: () => names,
      })
    assert.deepEqual(plan(), {
      kind: 'wait',
      reason: 'WaitForFirstConsumer',
      message: 'waiting for first consumer to be created before binding',
    })
    assert.deepEqual(plan('a', 'b'), {
      kind: 'wait',
      reason: 'WaitForPodScheduled',
      message: 'waiting for pods a,b to be scheduled',
    })
  })
  it('none that does not have the labels', () => {
    const selector = { matchLabels: { tier: 'a' } }
    assert.equal(plan(claim({ selector }), [volume('a', '2Gi')]), 'wait')
  })
})

describe('volumes, on a whole API server', () => {
  const removed: string[] = []
  let cluster: TestCluster
  beforeEach(async () => {
    removed.length = 0
    const removeFolder = async (path: string) => void removed.push(path)
    cluster = await TestCluster.start({ volumes: { removeFolder } })
  })
  afterEach(() => cluster.stop())

  const get = () => cluster.client.for(persistentVolumeClaims).get(at)
  const bound = async () => {
    await eventually('the claim is bound', async () => (await get()).status.phase === 'Bound')
    return get()
  }
  const phase = (name: string, expected: string) =>
    eventually(`${name} is ${expected}`, async () => {
      const { status } = await cluster.client.for(persistentVolumes).get({ name, namespace: '' })
      return status.phase === expected
    })
  const standard = () =>
    cluster.client.for(storageClasses).create({
      metadata: { name: 'standard' },
      provisioner: 'navarch.io/host-path',
      parameters: { folder: '/data/volumes' },
    })

  it('binds a claim to a volume that is there, and keeps that when the claim goes', async () => {
    await cluster.client.for(persistentVolumes).create(volume('disk', '2Gi'))
    await phase('disk', 'Available')
    await cluster.client.for(persistentVolumeClaims).create(claim({ storageClassName: '' }))
    const { spec, status } = await bound()
    assert.equal(spec.volumeName, 'disk')
    assert.deepEqual(status.capacity, { storage: '2Gi' })
    await phase('disk', 'Bound')
    await cluster.client.for(persistentVolumeClaims).delete(at)
    await phase('disk', 'Released')
    assert.deepEqual(removed, [])
  })

  it('releases a volume that is deleted while it is bound', async () => {
    const held = volume('disk', '2Gi')
    held.metadata.finalizers = ['example.com/hold']
    await cluster.client.for(persistentVolumes).create(held)
    await phase('disk', 'Available')
    await cluster.client.for(persistentVolumeClaims).create(claim({ storageClassName: '' }))
    await bound()
    await phase('disk', 'Bound')
    await cluster.client.for(persistentVolumes).delete({ name: 'disk', namespace: '' })
    await cluster.client.for(persistentVolumeClaims).delete(at)
    await phase('disk', 'Released')
  })

  it('makes a volume for a claim of the class, and removes it with the claim', async () => {
    await standard()
    const wanted = claim({ storageClassName: 'standard' })
    await cluster.client.for(persistentVolumeClaims).create(wanted)
    const { metadata, spec } = await bound()
    const name = `pvc-${metadata.uid}`
    assert.equal(spec.volumeName, name)
    const made = await cluster.client.for(persistentVolumes).get({ name, namespace: '' })
    assert.equal(made.spec.hostPath?.path, `/data/volumes/${name}`)
    assert.equal(made.spec.persistentVolumeReclaimPolicy, 'Delete')
    await cluster.client.for(persistentVolumeClaims).delete(at)
    await eventually('the volume is gone', () =>
      isGone(cluster.client.for(persistentVolumes).get({ name, namespace: '' })),
    )
    // Once more, perhaps, while the volume goes: nothing is lost by it.
    assert.deepEqual(new Set(removed), new Set([`/data/volumes/${name}`]))
  })

  it('keeps a claim that a pod uses until that is over', async () => {
    await standard()
    const wanted = claim({ storageClassName: 'standard' })
    await cluster.client.for(persistentVolumeClaims).create(wanted)
    await bound()
    cluster.kubelet.paused = true
    const pod = await cluster.client.for(pods).create({
      metadata: { name: 'user', namespace: 'default' },
      spec: {
        nodeName: 'n1',
        containers: [{ name: 'c', image: 'x' }],
        volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }],
      },
      status: {},
    })
    await cluster.quiet(50)
    await cluster.client.for(persistentVolumeClaims).delete(at)
    await cluster.quiet(80)
    assert((await get()).metadata.deletionTimestamp)
    await cluster.client.for(pods).delete(pod.metadata, { gracePeriodSeconds: 0 })
    await eventually('the claim is gone', () => isGone(get()))
  })

  it('makes the claims of ephemeral volumes, which go with their pod', async () => {
    await standard()
    const volumeClaimTemplate = { metadata: {}, spec: claim({ storageClassName: 'standard' }).spec }
    const pod = await cluster.client.for(pods).create({
      metadata: { name: 'user', namespace: 'default' },
      spec: {
        containers: [{ name: 'c', image: 'x' }],
        volumes: [{ name: 'tmp', ephemeral: { volumeClaimTemplate } }],
      },
      status: {},
    })
    const own = { name: 'user-tmp', namespace: 'default' }
    await eventually('its claim is bound', async () => {
      const found = await isGone(cluster.client.for(persistentVolumeClaims).get(own))
      if (found) return false
      const made = await cluster.client.for(persistentVolumeClaims).get(own)
      assert.equal(made.metadata.ownerReferences?.[0]?.name, 'user')
      return made.status.phase === 'Bound'
    })
    await cluster.client.for(pods).delete(pod.metadata, { gracePeriodSeconds: 0 })
    await eventually('its claim is gone', () =>
      isGone(cluster.client.for(persistentVolumeClaims).get(own)),
    )
  })
})
