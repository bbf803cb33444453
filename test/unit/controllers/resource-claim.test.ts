import assert from 'node:assert/strict'
import {
  pods,
  type ResourceClaim,
  resourceClaims,
  resourceClaimTemplates,
  type Stored,
} from '../../../src/api/index.ts'
import { eventually, isGone, TestCluster } from './cluster.ts'

const FINALIZER = 'resource.kubernetes.io/delete-protection'
const DEVICES = { requests: [{ name: 'gpu', exactly: { deviceClassName: 'gpus' } }] }
const ALLOCATION = {
  devices: {
    results: [{ request: 'gpu', driver: 'gpu.example.com', pool: 'n1', device: 'gpu-0' }],
  },
}

describe('claims for devices, on a whole API server', () => {
  let cluster: TestCluster
  beforeEach(async () => {
    cluster = await TestCluster.start()
    cluster.kubelet.paused = true
  })
  afterEach(() => cluster.stop())

  const namespace = 'default'
  const claims = () => cluster.client.for(resourceClaims)
  const createPod = (name: string, claim: object) =>
    cluster.client.for(pods).create({
      metadata: { name, namespace },
      spec: {
        nodeName: 'n1',
        containers: [{ name: 'c', image: 'x' }],
        resourceClaims: [{ name: 'gpu', ...claim }],
      },
      status: {},
    })
  const end = async (name: string) => {
    const pod = await cluster.client.for(pods).get({ name, namespace })
    await cluster.client
      .for(pods)
      .updateStatus({ ...pod, status: { ...pod.status, phase: 'Succeeded' } })
  }
  /** As the scheduler would. */
  const allocate = async (claim: Stored<ResourceClaim>, names: string[]) => {
    const finalizers = [...(claim.metadata.finalizers ?? []), FINALIZER]
    const held = await claims().update({
      ...claim,
      metadata: { ...claim.metadata, finalizers },
    })
    const reservedFor = await Promise.all(
      names.map(async (name) => {
        const { metadata } = await cluster.client.for(pods).get({ name, namespace })
        return { resource: 'pods', name, uid: metadata.uid }
      }),
    )
    await claims().updateStatus({ ...held, status: { allocation: ALLOCATION, reservedFor } })
  }

  it('makes one of the template, tells the pod its name, and deletes it after the pod', async () => {
    await createPod('user', { resourceClaimTemplateName: 'one-gpu' })
    await cluster.quiet(50)
    await cluster.client.for(resourceClaimTemplates).create({
      metadata: { name: 'one-gpu', namespace },
      spec: { metadata: { labels: { of: 'template' } }, spec: { devices: DEVICES } },
    })
    const status = async () => {
      const pod = await cluster.client.for(pods).get({ name: 'user', namespace })
      return pod.status.resourceClaimStatuses?.[0]
    }
    await eventually('the pod knows its claim', async () => (await status()) !== undefined)
    const { name = '', resourceClaimName = '' } = (await status()) ?? {}
    assert.equal(name, 'gpu')
    assert.match(resourceClaimName, /^user-gpu-[a-z0-9]{5}$/)
    const claim = await claims().get({ name: resourceClaimName, namespace })
    assert.equal(claim.metadata.annotations?.['resource.kubernetes.io/pod-claim-name'], 'gpu')
    assert.deepEqual(claim.metadata.labels, { of: 'template' })
    assert.equal(claim.metadata.ownerReferences?.[0]?.name, 'user')
    assert.equal(claim.spec.devices?.requests?.[0]?.name, 'gpu')
    await allocate(claim, ['user'])
    await cluster.quiet(80)
    assert.equal((await claims().list({ namespace })).items.length, 1)
    await end('user')
    await eventually('the claim is gone', () =>
      isGone(claims().get({ name: resourceClaimName, namespace })),
    )
  })

  it('gives devices back once the last pod that used them is over', async () => {
    const at = { name: 'shared', namespace }
    const claim = await claims().create({ metadata: at, spec: { devices: DEVICES }, status: {} })
    await createPod('a', { resourceClaimName: 'shared' })
    await createPod('b', { resourceClaimName: 'shared' })
    await allocate(claim, ['a', 'b'])
    await end('a')
    const get = () => claims().get(at)
    await eventually(
      'one user is left',
      async () => (await get()).status?.reservedFor?.length === 1,
    )
    assert.equal((await get()).status?.reservedFor?.[0]?.name, 'b')
    assert((await get()).status?.allocation)
    await cluster.client.for(pods).delete({ name: 'b', namespace }, { gracePeriodSeconds: 0 })
    await eventually('it has no devices', async () => !(await get()).status?.allocation)
    await eventually('it may go', async () => !(await get()).metadata.finalizers?.length)
    assert.equal((await get()).status?.reservedFor, undefined)
  })
})
