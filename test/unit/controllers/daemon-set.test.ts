import assert from 'node:assert/strict'
import {
  type DaemonSet,
  daemonSets,
  isPodReady,
  type Node,
  nodes,
  type NodeSpec,
  type Pod,
  pods,
  type Stored,
} from '../../../src/api/index.ts'
import { placesOf, targetNode } from '../../../src/master/controllers/daemon-set-pods.ts'
import { FailedPodBackoff } from '../../../src/master/controllers/daemon-set-backoff.ts'
import { eventually, TestCluster } from './cluster.ts'

const at = { name: 'agent', namespace: 'default' }
const labels = { app: 'agent' }

function daemonSet(podSpec: object = {}, spec: object = {}): DaemonSet {
  const containers = [{ name: 'c', image: 'agent:1' }]
  const template = { metadata: { labels }, spec: { containers, ...podSpec } }
  return {
    metadata: { ...at },
    spec: { selector: { matchLabels: labels }, template, ...spec },
    status: {
      currentNumberScheduled: 0,
      desiredNumberScheduled: 0,
      numberMisscheduled: 0,
      numberReady: 0,
    },
  } as DaemonSet
}

function node(name: string, more: { labels?: Record<string, string>; spec?: NodeSpec } = {}): Node {
  return { metadata: { name, labels: more.labels ?? {} }, spec: more.spec ?? {}, status: {} }
}

describe('where a daemon runs', () => {
  const taint = (effect: string, key = 'dedicated') => [{ key, value: 'gpu', effect }]
  const tolerations = [{ key: 'dedicated', operator: 'Exists' }]
  const required = (key: string) => ({
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key, operator: 'Exists' }] }],
        },
      },
    },
  })
  const cases: [what: string, podSpec: object, on: Node, runs: boolean, stays: boolean][] = [
    ['a plain node', {}, node('a'), true, true],
    ['the node that is named', { nodeName: 'a' }, node('a'), true, true],
    ['another than that', { nodeName: 'b' }, node('a'), false, false],
    [
      'a node with the labels',
      { nodeSelector: { x: 'y' } },
      node('a', { labels: { x: 'y' } }),
      true,
      true,
    ],
    ['a node without', { nodeSelector: { x: 'y' } }, node('a'), false, false],
    [
      'a node that fits the affinity',
      required('ssd'),
      node('a', { labels: { ssd: '' } }),
      true,
      true,
    ],
    ['a node that does not', required('ssd'), node('a'), false, false],
    [
      'a taint against new pods',
      {},
      node('a', { spec: { taints: taint('NoSchedule') } }),
      false,
      true,
    ],
    ['a taint against all', {}, node('a', { spec: { taints: taint('NoExecute') } }), false, false],
    [
      'a taint that it tolerates',
      { tolerations },
      node('a', { spec: { taints: taint('NoExecute') } }),
      true,
      true,
    ],
    [
      'a node that is cordoned',
      {},
      node('a', { spec: { taints: taint('NoSchedule', 'node.kubernetes.io/unschedulable') } }),
      true,
      true,
    ],
    [
      'a node that does not answer',
      {},
      node('a', { spec: { taints: taint('NoExecute', 'node.kubernetes.io/unreachable') } }),
      true,
      true,
    ],
  ]
  for (const [what, podSpec, on, runs, stays] of cases) {
    it(`${what}: ${runs ? 'runs' : stays ? 'stays' : 'leaves'}`, () => {
      const set = daemonSet(podSpec) as Stored<DaemonSet>
      const places = placesOf(set, [on as Stored<Node>])
      assert.deepEqual(places.get('a'), { shouldRun: runs, mayStay: stays })
    })
  }
})

describe('failed pods of a daemon set', () => {
  it('are replaced after delays that double, each node for itself', () => {
    const backoff = new FailedPodBackoff()
    assert.equal(backoff.take('ds/a', 0), 0)
    assert.equal(backoff.take('ds/a', 400), 600)
    assert.equal(backoff.take('ds/b', 400), 0)
    assert.equal(backoff.take('ds/a', 1000), 0)
    assert.equal(backoff.take('ds/a', 1500), 1500)
    assert.equal(backoff.take('ds/a', 3000), 0)
    assert.equal(backoff.take('ds/a', 3000), 4000)
    const hourMs = 3_600_000
    assert.equal(backoff.take('ds/a', hourMs), 0)
    assert.equal(backoff.take('ds/a', hourMs), 1000)
  })
})

describe('daemon set, on a whole API server', () => {
  let cluster: TestCluster
  beforeEach(async () => {
    cluster = await TestCluster.start({
      only: ['daemonset-controller', 'serviceaccount-controller'],
    })
    for (const name of ['n1', 'n2', 'n3']) await addNode(name)
  })
  afterEach(() => cluster.stop())

  /** A node that is ready: new ones are tainted until they say so. */
  const addNode = async (name: string) => {
    await cluster.client.for(nodes).create(node(name))
    const body = { spec: { taints: null } }
    await cluster.client.for(nodes).patch({ name }, { type: 'merge', body })
  }
  const list = async (): Promise<Stored<Pod>[]> =>
    (await cluster.client.for(pods).list(at)).items.filter(
      (pod) => pod.metadata.deletionTimestamp === undefined,
    )
  const placed = async () => (await list()).map((pod) => targetNode(pod) ?? '').sort()
  const image = (name: string) => ({
    template: { spec: { containers: [{ name: 'c', image: name }] } },
  })
  const patch = (spec: object) =>
    cluster.client.for(daemonSets).patch(at, { type: 'merge', body: { spec } })
  const settled = (count: number, expected = 'agent:1') =>
    eventually(`${count} are ready with ${expected}`, async () => {
      const all = await list()
      const { status, metadata } = await cluster.client.for(daemonSets).get(at)
      return (
        all.length === count &&
        all.every((pod) => isPodReady(pod) && pod.spec.containers[0]?.image === expected) &&
        status.numberAvailable === count &&
        status.updatedNumberScheduled === count &&
        status.observedGeneration === metadata.generation
      )
    })

  it('puts one pod on each node, also on one that comes later', async () => {
    await cluster.client.for(daemonSets).create(daemonSet())
    await settled(3)
    assert.deepEqual(await placed(), ['n1', 'n2', 'n3'])
    await addNode('n4')
    await settled(4)
    const { status } = await cluster.client.for(daemonSets).get(at)
    assert.equal(status.desiredNumberScheduled, 4)
    assert.equal(status.numberMisscheduled, 0)
    const [pod] = await list()
    assert(pod?.metadata.labels?.['controller-revision-hash'])
    assert.equal(pod.metadata.labels['pod-template-generation'], '1')
  })

  it('leaves nodes that no longer fit', async () => {
    await cluster.client.for(daemonSets).create(daemonSet())
    await settled(3)
    const body = { spec: { taints: [{ key: 'x', effect: 'NoExecute' }] } }
    await cluster.client.for(nodes).patch({ name: 'n2' }, { type: 'merge', body })
    await settled(2)
    assert.deepEqual(await placed(), ['n1', 'n3'])
  })

  it('replaces a pod that has ended', async () => {
    await cluster.client.for(daemonSets).create(daemonSet())
    await settled(3)
    const [pod] = await list()
    assert(pod)
    const status = { ...pod.status, phase: 'Failed' }
    const fresh = await cluster.client.for(pods).get(pod.metadata)
    await cluster.client.for(pods).updateStatus({ ...fresh, status })
    await eventually('another is there', async () =>
      (await list()).every(({ metadata }) => metadata.uid !== pod.metadata.uid),
    )
    await settled(3)
  })

  it('updates with as many missing as it may', async () => {
    await cluster.client.for(daemonSets).create(daemonSet())
    await settled(3)
    let least = 3
    const leave = cluster.informers.for(pods).addHandler(() => {
      const serving = [...cluster.informers.for(pods).list()].filter(
        (pod) => isPodReady(pod) && pod.metadata.deletionTimestamp === undefined,
      )
      least = Math.min(least, serving.length)
    })
    await patch(image('agent:2'))
    await settled(3, 'agent:2')
    leave()
    assert.equal(least, 2)
  })

  it('updates with new pods beside the old ones', async () => {
    const updateStrategy = {
      type: 'RollingUpdate',
      rollingUpdate: { maxSurge: 1, maxUnavailable: 0 },
    }
    await cluster.client.for(daemonSets).create(daemonSet({}, { updateStrategy }))
    await settled(3)
    const counts = new Set<number>()
    let least = 3
    const informer = cluster.informers.for(pods)
    const leave = informer.addHandler(() => {
      const there = [...informer.list()].filter((p) => p.metadata.deletionTimestamp === undefined)
      counts.add(there.length)
      least = Math.min(least, there.filter(isPodReady).length)
    })
    await patch(image('agent:2'))
    await settled(3, 'agent:2')
    leave()
    assert.equal(least, 3)
    assert.equal(Math.max(...counts), 4)
  })

  it('waits for pods to be deleted when told to, and writes nothing at rest', async () => {
    await cluster.client
      .for(daemonSets)
      .create(daemonSet({}, { updateStrategy: { type: 'OnDelete' } }))
    await settled(3)
    await patch(image('agent:2'))
    await cluster.quiet(80)
    const before = cluster.writes.length
    await cluster.stopControllers()
    cluster.startControllers()
    await cluster.quiet(80)
    assert.deepEqual(cluster.writes.slice(before), [])
    const [pod] = await list()
    assert(pod)
    await cluster.client.for(pods).delete(pod.metadata)
    await eventually('one is new', async () => {
      const images = (await list()).map((each) => each.spec.containers[0]?.image)
      return images.length === 3 && images.filter((each) => each === 'agent:2').length === 1
    })
  })
})
