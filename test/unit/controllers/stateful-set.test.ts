import assert from 'node:assert/strict'
import {
  controllerRevisions,
  events,
  isPodReady,
  persistentVolumeClaims,
  type Pod,
  pods,
  type StatefulSet,
  statefulSets,
  type Stored,
} from '../../../src/api/index.ts'
import { eventually, TestCluster } from './cluster.ts'

const at = { name: 'db', namespace: 'default' }
const labels = { app: 'db' }

function statefulSet(replicas: number, spec: object = {}): StatefulSet {
  const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'db:1' }] } }
  return {
    metadata: { ...at },
    spec: { replicas, serviceName: 'db', selector: { matchLabels: labels }, template, ...spec },
    status: { replicas: 0 },
  }
}

const claimTemplate = {
  metadata: { name: 'data' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
}

describe('stateful set, on a whole API server', () => {
  let cluster: TestCluster
  beforeEach(async () => {
    cluster = await TestCluster.start()
  })
  afterEach(() => cluster.stop())

  const list = async (): Promise<Stored<Pod>[]> => {
    const { items } = await cluster.client.for(pods).list({ namespace: 'default' })
    return items.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
  }
  const names = async () => (await list()).map((pod) => pod.metadata.name)
  const images = async () => (await list()).map((pod) => pod.spec.containers[0]?.image)
  const patch = (spec: object) =>
    cluster.client.for(statefulSets).patch(at, { type: 'merge', body: { spec } })
  const image = (name: string) => ({
    template: { spec: { containers: [{ name: 'c', image: name }] } },
  })
  const settled = (what: string, expected: readonly string[]) =>
    eventually(what, async () => {
      const all = await list()
      const { status, metadata } = await cluster.client.for(statefulSets).get(at)
      return (
        all.every(isPodReady) &&
        all.map((pod) => pod.metadata.name).join() === expected.join() &&
        status.readyReplicas === expected.length &&
        status.observedGeneration === metadata.generation
      )
    })
  const updated = (count: number) =>
    eventually(`${count} are updated`, async () => {
      const { status } = await cluster.client.for(statefulSets).get(at)
      return status.updatedReplicas === count && status.readyReplicas === status.replicas
    })

  it('starts its pods in order, each when the one before is ready', async () => {
    cluster.kubelet.paused = true
    await cluster.client.for(statefulSets).create(statefulSet(3))
    await eventually('db-0 is there', async () => (await names()).length === 1)
    await cluster.quiet(60)
    assert.deepEqual(await names(), ['db-0'])
    cluster.kubelet.paused = false
    cluster.kubelet.careForAll()
    await settled('three are ready', ['db-0', 'db-1', 'db-2'])
    const [first] = await list()
    assert.equal(first?.spec.hostname, 'db-0')
    assert.equal(first?.metadata.generateName, 'db-')
    assert.equal(first?.spec.subdomain, 'db')
    assert.equal(first?.metadata.labels?.['statefulset.kubernetes.io/pod-name'], 'db-0')
    assert.equal(first?.metadata.labels?.['apps.kubernetes.io/pod-index'], '0')
    const { status } = await cluster.client.for(statefulSets).get(at)
    assert.equal(status.currentRevision, status.updateRevision)
    assert.equal(first?.metadata.labels?.['controller-revision-hash'], status.currentRevision)
    const told = (await cluster.client.for(events).list({ namespace: 'default' })).items
    const messages = told.map((event) => event.message)
    assert(messages.includes('create Pod db-0 in StatefulSet db successful'), messages.join())
  })

  it('shrinks from the highest ordinal, and names pods from the start it is given', async () => {
    await cluster.client.for(statefulSets).create(statefulSet(3, { ordinals: { start: 5 } }))
    await settled('three are ready', ['db-5', 'db-6', 'db-7'])
    await patch({ replicas: 1 })
    await settled('one is left', ['db-5'])
  })

  it('starts all at once in parallel', async () => {
    cluster.kubelet.paused = true
    const set = statefulSet(3, { podManagementPolicy: 'Parallel' })
    await cluster.client.for(statefulSets).create(set)
    await eventually('all are there', async () => (await names()).length === 3)
  })

  it('replaces a pod that is deleted or fails under the same name', async () => {
    await cluster.client.for(statefulSets).create(statefulSet(2))
    await settled('two are ready', ['db-0', 'db-1'])
    const [first] = await list()
    assert(first)
    const fresh = await cluster.client.for(pods).get(first.metadata)
    await cluster.client
      .for(pods)
      .updateStatus({ ...fresh, status: { ...fresh.status, phase: 'Failed' } })
    await eventually('it is another', async () => {
      const [now] = await list()
      return now && now.metadata.uid !== first.metadata.uid
    })
    await settled('two are ready', ['db-0', 'db-1'])
  })

  it('updates from the highest ordinal down to the partition', async () => {
    const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { partition: 2 } }
    await cluster.client.for(statefulSets).create(statefulSet(3, { updateStrategy }))
    await settled('three are ready', ['db-0', 'db-1', 'db-2'])
    await patch(image('db:2'))
    await updated(1)
    assert.deepEqual(await images(), ['db:1', 'db:1', 'db:2'])
    const before = (await cluster.client.for(statefulSets).get(at)).status
    assert.notEqual(before.currentRevision, before.updateRevision)
    // A pod below the partition comes back as it was.
    await cluster.client.for(pods).delete({ name: 'db-0', namespace: 'default' })
    await settled('three are ready', ['db-0', 'db-1', 'db-2'])
    assert.deepEqual(await images(), ['db:1', 'db:1', 'db:2'])
    await patch({ updateStrategy: { rollingUpdate: { partition: 0 } } })
    await updated(3)
    const { status } = await cluster.client.for(statefulSets).get(at)
    assert.equal(status.currentRevision, status.updateRevision)
    assert.equal(status.currentReplicas, 3)
  })

  it('goes back to a former revision, and keeps as many as it is told', async () => {
    await cluster.client.for(statefulSets).create(statefulSet(1, { revisionHistoryLimit: 1 }))
    await settled('one is ready', ['db-0'])
    for (const next of ['db:2', 'db:3', 'db:2']) {
      await patch(image(next))
      await eventually(`${next} runs`, async () => (await images()).join() === next)
      await updated(1)
    }
    await eventually('two revisions are left', async () => {
      const { items } = await cluster.client.for(controllerRevisions).list(at)
      const numbers = items.map((item) => item.revision).sort((a, b) => a - b)
      return numbers.join() === '3,4'
    })
  })

  it('waits for the pods to be deleted when told to', async () => {
    const updateStrategy = { type: 'OnDelete' }
    await cluster.client.for(statefulSets).create(statefulSet(2, { updateStrategy }))
    await settled('two are ready', ['db-0', 'db-1'])
    await patch(image('db:2'))
    await cluster.quiet(60)
    assert.deepEqual(await images(), ['db:1', 'db:1'])
    await cluster.client.for(pods).delete({ name: 'db-0', namespace: 'default' })
    await settled('two are ready', ['db-0', 'db-1'])
    assert.deepEqual(await images(), ['db:2', 'db:1'])
  })

  it('keeps the claims of pods, unless they are to go with the pod or the set', async () => {
    const policy = { whenScaled: 'Delete', whenDeleted: 'Retain' }
    const mounted = { name: 'c', image: 'db:1', volumeMounts: [{ name: 'data', mountPath: '/d' }] }
    const spec = {
      template: { metadata: { labels }, spec: { containers: [mounted] } },
      volumeClaimTemplates: [claimTemplate],
      persistentVolumeClaimRetentionPolicy: policy,
    }
    await cluster.client.for(statefulSets).create(statefulSet(2, spec))
    await settled('two are ready', ['db-0', 'db-1'])
    const claims = async () => {
      const { items } = await cluster.client.for(persistentVolumeClaims).list(at)
      return items.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    }
    const [first] = await claims()
    assert.equal(first?.metadata.name, 'data-db-0')
    assert.deepEqual(first?.metadata.labels, labels)
    const [pod] = await list()
    const volume = pod?.spec.volumes?.find(({ name }) => name === 'data')
    assert.equal(volume?.persistentVolumeClaim?.claimName, 'data-db-0')
    await patch({ replicas: 1 })
    await settled('one is left', ['db-0'])
    await eventually('its claim is gone or going', async () => {
      const [, second] = await claims()
      return !second || second.metadata.deletionTimestamp !== undefined
    })
    await patch({ persistentVolumeClaimRetentionPolicy: { ...policy, whenDeleted: 'Delete' } })
    await eventually('the claim belongs to the set', async () => {
      const [claim] = await claims()
      return claim?.metadata.ownerReferences?.[0]?.kind === 'StatefulSet'
    })
  })

  it('writes nothing when nothing changes', async () => {
    await cluster.client.for(statefulSets).create(statefulSet(2))
    await settled('two are ready', ['db-0', 'db-1'])
    await cluster.quiet()
    const before = cluster.writes.length
    await cluster.stopControllers()
    cluster.startControllers()
    await cluster.quiet()
    assert.deepEqual(cluster.writes.slice(before), [])
  })
})
