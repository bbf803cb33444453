import assert from 'node:assert/strict'
import { unsettled } from './cluster/end-state.ts'
import { Observer } from './cluster/observer.ts'
import { Violation } from './world.ts'

// The rules of the cluster's world find what is planted here, and nothing in what is right.

type Fields = Record<string, unknown>

const LATER_MS = 60_000

/** What is stored, change by change, under the eyes of every rule. */
class Cluster {
  readonly #observer: Observer
  #elapsedMs = 0

  constructor() {
    this.#observer = new Observer({ elapsedMs: () => this.#elapsedMs, onChange: () => {} })
  }

  put(kind: string, metadata: Fields & { name: string }, rest: Fields = {}): void {
    const whole = { namespace: 'default', uid: `uid-${kind}-${metadata.name}`, ...metadata }
    const object = { kind, metadata: whole, ...rest }
    this.#observer.take('put', keyOf(kind, whole), Buffer.from(JSON.stringify(object)))
  }

  remove(kind: string, name: string): void {
    const key = keyOf(kind, { namespace: 'default', name })
    this.#observer.take('delete', key, Buffer.alloc(0))
  }

  unsettled(): string[] {
    return unsettled(this.#observer)
  }

  /** A controller asks for it, before it happens. */
  asks(by: string, pod: string): void {
    this.#observer.deletions.noted(by, `/api/v1/namespaces/default/pods/${pod}`)
  }

  /** What was is old enough for everybody to know better. */
  pass(): void {
    this.#elapsedMs += LATER_MS
  }
}

const keyOf = (kind: string, of: { namespace: string; name: string }) =>
  `/registry/${kind.toLowerCase()}/${of.namespace}/${of.name}`

const owned = (kind: string, name: string) => ({
  ownerReferences: [{ kind, name, uid: `uid-${kind}-${name}`, controller: true }],
})
const onNode = (name: string) => ({
  nodeName: name,
  affinity: { key: 'metadata.name', operator: 'In', values: [name] },
})
const daemon = (name: string) => ({ ...owned('DaemonSet', 'd'), name })
const READY = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }

function daemonSet(rollingUpdate: Fields): Cluster {
  const cluster = new Cluster()
  cluster.put('DaemonSet', { name: 'd' }, { spec: { updateStrategy: { rollingUpdate } } })
  for (const node of ['n1', 'n2', 'n3']) {
    cluster.put('Node', { name: node }, { spec: {} })
    cluster.put('Pod', daemon(`d-${node}`), { spec: placed(node), status: READY })
  }
  cluster.pass()
  return cluster
}

function placed(node: string): Fields {
  const { nodeName, affinity } = onNode(node)
  return { nodeName, affinity: { required: [affinity] } }
}

function takeAway(cluster: Cluster, node: string): void {
  cluster.asks('daemon-set-controller', `d-${node}`)
  cluster.remove('Pod', `d-${node}`)
}

const indexed = (name: string, index: string) => ({
  ...owned('Job', 'j'),
  name,
  annotations: { 'batch.kubernetes.io/job-completion-index': index },
})

function jobOf(parallelism: number): Cluster {
  const cluster = new Cluster()
  cluster.put('Job', { name: 'j' }, { spec: { parallelism, completions: 3 }, status: {} })
  return cluster
}

function taintedNode(taint: Fields): Cluster {
  const cluster = new Cluster()
  cluster.put('Node', { name: 'n1' }, { spec: { taints: [taint] } })
  cluster.put('Pod', { name: 'p' }, { spec: {} })
  return cluster
}

const TAINT = { key: 'k', effect: 'NoSchedule' }

describe('simulation: the rules of the cluster', () => {
  it('have DaemonSets take no more than may be missing', () => {
    const cluster = daemonSet({ maxUnavailable: 1, maxSurge: 0 })
    takeAway(cluster, 'n1')
    assert.throws(() => takeAway(cluster, 'n2'), Violation)
  })

  it('have DaemonSets that surge wait for the new pod', () => {
    const cluster = daemonSet({ maxUnavailable: 0, maxSurge: 1 })
    cluster.put('Pod', daemon('e-n1'), { spec: placed('n1'), status: READY })
    takeAway(cluster, 'n1')
    assert.throws(() => takeAway(cluster, 'n2'), Violation)
  })

  it('do not blame DaemonSets for what others took', () => {
    const cluster = daemonSet({ maxUnavailable: 1, maxSurge: 0 })
    cluster.remove('Pod', 'd-n1')
    takeAway(cluster, 'n2')
  })

  it('have one pod of an index', () => {
    const cluster = jobOf(3)
    cluster.put('Pod', indexed('j-0-a', '0'))
    cluster.put('Pod', indexed('j-1-a', '1'))
    assert.throws(() => cluster.put('Pod', indexed('j-0-b', '0')), Violation)
  })

  it('have no pod of an index that succeeded', () => {
    const cluster = jobOf(3)
    cluster.put('Pod', indexed('j-0-a', '0'))
    cluster.put('Pod', indexed('j-0-a', '0'), { status: { phase: 'Succeeded' } })
    assert.throws(() => cluster.put('Pod', indexed('j-0-b', '0')), Violation)
  })

  it('have no more pods of a job than it may have at once', () => {
    const cluster = jobOf(1)
    cluster.put('Pod', { ...owned('Job', 'j'), name: 'j-a' })
    assert.throws(() => cluster.put('Pod', { ...owned('Job', 'j'), name: 'j-b' }), Violation)
  })

  it('have no pod come to a node that has long had a taint', () => {
    const bind = (cluster: Cluster, spec: Fields) =>
      cluster.put('Pod', { name: 'p' }, { spec: { nodeName: 'n1', ...spec } })
    assert.throws(() => bind(taintedNode(TAINT), {}), Violation)
    bind(taintedNode(TAINT), { tolerations: [{ operator: 'Exists' }] })
    bind(taintedNode({ ...TAINT, effect: 'PreferNoSchedule' }), {})
    const fresh = new Cluster()
    fresh.put('Node', { name: 'n1' }, { spec: {} })
    fresh.put('Node', { name: 'n1' }, { spec: { taints: [TAINT] } })
    fresh.put('Pod', { name: 'p' }, { spec: {} })
    bind(fresh, {})
  })

  it('have a volume of one claim', () => {
    const cluster = new Cluster()
    const claimed = (uid: string) => ({ spec: { claimRef: { uid } } })
    cluster.put('PersistentVolume', { name: 'v' }, claimed('a'))
    assert.throws(() => cluster.put('PersistentVolume', { name: 'v' }, claimed('b')), Violation)
    cluster.put('PersistentVolumeClaim', { name: 'a' }, { spec: { volumeName: 'v' } })
    const second = () =>
      cluster.put('PersistentVolumeClaim', { name: 'b' }, { spec: { volumeName: 'v' } })
    assert.throws(second, Violation)
  })

  it('are evicted no further than their budget says, those not that did not serve and stay', () => {
    const cluster = new Cluster()
    const labels = { app: 'a' }
    const spec = { minAvailable: 1, selector: { matchLabels: labels } }
    cluster.put('PodDisruptionBudget', { name: 'a' }, { spec })
    const marked = { type: 'DisruptionTarget', reason: 'EvictionByEvictionAPI' }
    const evicted = { ...READY, conditions: [...READY.conditions, marked] }
    const pod = (name: string, status: Fields) => cluster.put('Pod', { name, labels }, { status })
    for (const name of ['a', 'b']) pod(name, READY)
    pod('c', { phase: 'Pending' })
    pod('c', { phase: 'Pending', conditions: [marked] })
    pod('a', evicted)
    pod('c', evicted)
    pod('b', evicted)
    const last = new Cluster()
    last.put('PodDisruptionBudget', { name: 'a' }, { spec })
    last.put('Pod', { name: 'a', labels }, { status: READY })
    assert.throws(() => last.put('Pod', { name: 'a', labels }, { status: evicted }), Violation)
  })

  it('have autoscalers stay within their bounds', () => {
    const asks = (desiredReplicas: number) => {
      const spec = { minReplicas: 2, maxReplicas: 3 }
      const status = { desiredReplicas }
      new Cluster().put('HorizontalPodAutoscaler', { name: 'h' }, { spec, status })
    }
    asks(2)
    asks(3)
    assert.throws(() => asks(1), Violation)
    assert.throws(() => asks(4), Violation)
  })

  it('are not at rest before an autoscaler tells what there is, also of nothing', () => {
    const cluster = new Cluster()
    const none = { spec: { replicas: 0 } }
    cluster.put('Deployment', { name: 'h' }, none)
    cluster.put('HorizontalPodAutoscaler', { name: 'h' }, { status: { currentReplicas: 2 } })
    const [why] = cluster.unsettled()
    assert.equal(why, 'HorizontalPodAutoscaler h tells of 2 pods, not of 0')
    cluster.put('HorizontalPodAutoscaler', { name: 'h' }, { status: { currentReplicas: 0 } })
    assert.deepEqual(cluster.unsettled(), [])
  })

  it('have namespaces stay within their quotas, of counts and of resources', () => {
    const cluster = new Cluster()
    const hard = { services: '1', 'requests.cpu': '300m' }
    cluster.put('ResourceQuota', { name: 'q' }, { spec: { hard }, status: { hard } })
    const pod = (name: string, cpu: string) =>
      cluster.put('Pod', { name }, { spec: { containers: [{ resources: { requests: { cpu } } }] } })
    cluster.put('Service', { name: 'a' })
    assert.throws(() => cluster.put('Service', { name: 'b' }), Violation)
    pod('a', '200m')
    assert.throws(() => pod('b', '0.2'), Violation)
  })
})
