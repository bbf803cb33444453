import assert from 'node:assert/strict'
import {
  findCondition,
  formatTime,
  leases,
  type NodeCondition,
  nodes,
  type Pod,
  pods,
  type Toleration,
} from '../../../src/api/index.ts'
import { eventually, isGone, TestCluster } from './cluster.ts'

const NAMESPACE = 'kube-node-lease'
const NOT_READY = 'node.kubernetes.io/not-ready'
const UNREACHABLE = 'node.kubernetes.io/unreachable'

describe('node lifecycle, on a whole API server', () => {
  let cluster: TestCluster
  const beating = new Set<string>()
  let heart: NodeJS.Timeout
  before(async () => {
    cluster = await TestCluster.start({
      nodeLifecycle: {
        monitorPeriodMs: 20,
        gracePeriodMs: 300,
        startupGracePeriodMs: 300,
        evictionIntervalMs: 0,
      },
      podGc: { periodMs: 30, quarantineMs: 60, terminatedPodThreshold: 2 },
    })
    heart = setInterval(() => {
      for (const name of beating) void beat(name).catch(() => {})
    }, 50)
  })
  after(async () => {
    clearInterval(heart)
    await cluster.stop()
  })

  const beat = (name: string) => {
    const renewTime = new Date().toISOString().replace('Z', '000Z')
    const body = { spec: { renewTime } }
    return cluster.client.for(leases).patch({ name, namespace: NAMESPACE }, { type: 'merge', body })
  }
  const setConditions = (name: string, conditions: NodeCondition[]) => {
    const body = { status: { conditions } }
    const patch = { type: 'strategic', body, subresource: 'status' } as const
    return cluster.client.for(nodes).patch({ name }, patch)
  }
  const register = async (name: string) => {
    const now = formatTime(Date.now())
    const times = { lastHeartbeatTime: now, lastTransitionTime: now }
    const ready = { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'ok', ...times }
    const { client } = cluster
    await client.for(nodes).create({ metadata: { name }, spec: {}, status: {} })
    await setConditions(name, [ready])
    const lease = { metadata: { name, namespace: NAMESPACE }, spec: { holderIdentity: name } }
    await cluster.client.for(leases).create(lease)
    beating.add(name)
  }
  const node = (name: string) => cluster.client.for(nodes).get({ name })
  const taintsOf = async (name: string) =>
    ((await node(name)).spec.taints ?? []).map(({ key, effect }) => `${key}:${effect}`).sort()
  const createPod = async (name: string, nodeName: string, tolerations: Toleration[] = []) => {
    const spec = { nodeName, tolerations, containers: [{ name: 'c', image: 'x' }] }
    const pod: Pod = { metadata: { name, namespace: 'default' }, spec, status: {} }
    await cluster.client.for(pods).create(pod)
  }
  const pod = (name: string) => cluster.client.for(pods).get({ name, namespace: 'default' })
  const noPod = (name: string) => isGone(pod(name))

  it('notices a silent node, taints it, moves its pods, and welcomes it back', async () => {
    await register('good')
    await register('bad')
    await createPod('brief', 'bad', [
      { key: UNREACHABLE, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 1 },
      { key: NOT_READY, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 1 },
    ])
    await createPod('steady', 'bad', [{ operator: 'Exists' }])
    await createPod('elsewhere', 'good')
    await eventually('the node is free of taints', async () => (await taintsOf('bad')).length === 0)
    for (const name of ['brief', 'steady', 'elsewhere']) {
      await eventually(`${name} runs`, async () => (await pod(name)).status.phase === 'Running')
    }
    beating.delete('bad')
    cluster.kubelet.paused = true
    await eventually('it is unknown', async () => {
      const { status } = await node('bad')
      return findCondition(status.conditions, 'Ready')?.status === 'Unknown'
    })
    const ready = findCondition((await node('bad')).status.conditions, 'Ready')
    assert.equal(ready?.reason, 'NodeStatusUnknown')
    assert.equal(ready?.message, 'Kubelet stopped posting node status.')
    const memory = findCondition((await node('bad')).status.conditions, 'MemoryPressure')
    assert.equal(memory?.reason, 'NodeStatusNeverUpdated')
    await eventually('it is tainted', async () => (await taintsOf('bad')).length === 2)
    assert.deepEqual(await taintsOf('bad'), [
      `${UNREACHABLE}:NoExecute`,
      `${UNREACHABLE}:NoSchedule`,
    ])
    await eventually('its pods are not ready', async () => {
      const { conditions } = (await pod('steady')).status
      return findCondition(conditions, 'Ready')?.status === 'False'
    })
    await eventually('the brief one is to go', async () => {
      const { metadata, status } = await pod('brief')
      const target = findCondition(status.conditions, 'DisruptionTarget')
      return metadata.deletionTimestamp && target?.reason === 'DeletionByTaintManager'
    })
    assert.equal((await pod('steady')).metadata.deletionTimestamp, undefined)
    assert.equal((await pod('elsewhere')).metadata.deletionTimestamp, undefined)

    const lastHeartbeatTime = formatTime(Date.now())
    await setConditions('bad', [{ type: 'Ready', status: 'True', lastHeartbeatTime }])
    beating.add('bad')
    await eventually('it is free of taints', async () => (await taintsOf('bad')).length === 0)
    cluster.kubelet.paused = false
    cluster.kubelet.careForAll()
  })

  it('does not evict while every node is silent', async () => {
    await eventually('both are ready', async () => {
      const list = await cluster.client.for(nodes).list()
      const conditions = list.items.map((n) => findCondition(n.status.conditions, 'Ready')?.status)
      return conditions.every((status) => status === 'True')
    })
    cluster.kubelet.paused = true
    beating.clear()
    for (const name of ['good', 'bad']) {
      await eventually('it is not schedulable', async () =>
        (await taintsOf(name)).includes(`${UNREACHABLE}:NoSchedule`),
      )
    }
    await cluster.quiet()
    const evicting = (await Promise.all(['good', 'bad'].map(taintsOf)))
      .flat()
      .filter((taint) => taint.endsWith('NoExecute'))
    assert(evicting.length <= 1, `only who fell silent first may be evicted: ${evicting.join()}`)
    assert.equal((await pod('elsewhere')).metadata.deletionTimestamp, undefined)
    beating.add('good').add('bad')
    cluster.kubelet.paused = false
  })

  it('cordons by taint', async () => {
    await register('cordoned')
    const patch = (unschedulable: boolean | null) =>
      cluster.client
        .for(nodes)
        .patch({ name: 'cordoned' }, { type: 'merge', body: { spec: { unschedulable } } })
    await patch(true)
    await eventually('it is tainted', async () =>
      (await taintsOf('cordoned')).includes('node.kubernetes.io/unschedulable:NoSchedule'),
    )
    await patch(null)
    await eventually('it is free', async () => (await taintsOf('cordoned')).length === 0)
  })

  it('evicts by a taint that bears no time, when what was tolerated of it is over', async () => {
    await register('tainted')
    const key = 'example.com/evict'
    const toleration = { key, operator: 'Exists', effect: 'NoExecute' }
    await createPod('brief', 'tainted', [{ ...toleration, tolerationSeconds: 1 }])
    await createPod('long', 'tainted', [{ ...toleration, tolerationSeconds: 600 }])
    const body = { spec: { taints: [{ key, effect: 'NoExecute' }] } }
    await cluster.client.for(nodes).patch({ name: 'tainted' }, { type: 'strategic', body })
    await eventually('one is evicted', () => noPod('brief'))
    assert.equal((await pod('long')).metadata.deletionTimestamp, undefined)
  })

  it('removes pods whose node is gone, and ended ones beyond the threshold', async () => {
    await register('leaving')
    await createPod('left', 'leaving')
    await cluster.client.for(nodes).delete({ name: 'leaving' })
    await eventually('the pod is gone', () => noPod('left'))
    cluster.kubelet.paused = true
    for (const name of ['one', 'two', 'three', 'four']) {
      await createPod(name, 'good')
      const at = { name, namespace: 'default' }
      const body = { status: { phase: 'Succeeded' } }
      await cluster.client.for(pods).patch(at, { type: 'merge', body, subresource: 'status' })
    }
    await eventually('two are left', async () => {
      const { items } = await cluster.client.for(pods).list({ namespace: 'default' })
      return items.filter((each) => each.status.phase === 'Succeeded').length === 2
    })
    cluster.kubelet.paused = false
  })

  it('ends pods that go and were never placed, for those who hold them', async () => {
    const metadata = { name: 'held', namespace: 'default', finalizers: ['x.io/count'] }
    const spec = { containers: [{ name: 'c', image: 'x' }] }
    await cluster.client.for(pods).create({ metadata, spec, status: {} })
    await cluster.client.for(pods).delete({ name: 'held', namespace: 'default' })
    await eventually('it has failed', async () => (await pod('held')).status.phase === 'Failed')
    assert.equal(
      findCondition((await pod('held')).status.conditions, 'DisruptionTarget'),
      undefined,
    )
    const body = { metadata: { finalizers: null } }
    await cluster.client.for(pods).patch(metadata, { type: 'merge', body })
    await eventually('it is gone', () => noPod('held'))
  })
})
