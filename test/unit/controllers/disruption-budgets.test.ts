import assert from 'node:assert/strict'
import { StatusError } from '../../../src/base/index.ts'
import {
  deployments,
  events,
  findCondition,
  type Pod,
  type PodDisruptionBudget,
  podDisruptionBudgets,
  type PodDisruptionBudgetSpec,
  pods,
  type Stored,
} from '../../../src/api/index.ts'
import {
  demandOf,
  planBudget,
  type ReadBudget,
} from '../../../src/master/controllers/disruption-plan.ts'
import { staleInMs } from '../../../src/master/controllers/disruption.ts'
import { deploymentNamed, eventually, TestCluster } from './cluster.ts'

const at = { name: 'budget', namespace: 'default' }

function budgetOf(spec: PodDisruptionBudgetSpec, status: object = {}): PodDisruptionBudget {
  return { metadata: { ...at }, spec, status } as PodDisruptionBudget
}

describe('what a disruption budget asks for', () => {
  const cases: [spec: PodDisruptionBudgetSpec, pods: number, scale: number, text: string][] = [
    [{ minAvailable: 2 }, 5, 0, '2 of 5'],
    [{ minAvailable: '50%' }, 4, 5, '3 of 5'],
    [{ minAvailable: '100%' }, 4, 5, '5 of 5'],
    [{ maxUnavailable: 1 }, 4, 5, '4 of 5'],
    [{ maxUnavailable: '30%' }, 4, 5, '3 of 5'],
    [{ maxUnavailable: 9 }, 4, 5, '0 of 5'],
    [{}, 4, 0, '0 of 4'],
  ]
  for (const [spec, count, scale, text] of cases) {
    it(`${JSON.stringify(spec)} with ${count} pods, scale ${scale}: ${text}`, () => {
      const { desired, expected } = demandOf(budgetOf(spec) as ReadBudget, count, scale)
      assert.equal(`${desired} of ${expected}`, text)
    })
  }

  it('an evicted pod does not count until it is late', () => {
    const pod = (name: string) =>
      ({
        metadata: { name },
        status: { conditions: [{ type: 'Ready', status: 'True' }] },
      }) as Stored<Pod>
    const nowMs = Date.parse('2024-07-09T10:00:00Z')
    const disruptedPods = { a: '2024-07-09T09:59:00Z', b: '2024-07-09T09:50:00Z' }
    const budget = budgetOf({ minAvailable: 1 }, { disruptedPods }) as ReadBudget
    const demand = { expected: 3, desired: 1 }
    const all = [pod('a'), pod('b'), pod('c')]
    const plan = planBudget(budget, { pods: all, demand, nowMs, time: '2024-07-09T10:00:00Z' })
    assert.equal(plan.status.currentHealthy, 2)
    assert.equal(plan.status.disruptionsAllowed, 1)
    assert.deepEqual(plan.status.disruptedPods, { a: disruptedPods.a })
    assert.deepEqual(
      plan.notDeleted.map(({ metadata }) => metadata.name),
      ['b'],
    )
    assert.equal(plan.recheckMs, 60_001)
  })
})

describe('the word that a pod goes', () => {
  const nowMs = Date.parse('2024-07-09T10:02:00Z')
  const lastTransitionTime = '2024-07-09T10:00:30Z'
  const pod = (condition: object, status: object = {}, metadata: object = {}) =>
    ({
      metadata,
      status: {
        phase: 'Running',
        conditions: [{ type: 'DisruptionTarget', lastTransitionTime, ...condition }],
        ...status,
      },
    }) as Stored<Pod>
  const evicted = { status: 'True', reason: 'EvictionByEvictionAPI' }
  const cases: [what: string, pod: Stored<Pod>, leftMs: number | undefined][] = [
    ['holds for two minutes', pod(evicted), 30_000],
    ['is stale then', pod({ ...evicted, lastTransitionTime: '2024-07-09T09:00:00Z' }), 0],
    ['was taken back', pod({ status: 'False' }), undefined],
    [
      'is kept while the pod goes',
      pod(evicted, {}, { deletionTimestamp: lastTransitionTime }),
      undefined,
    ],
    ['is kept of a pod that ended', pod(evicted, { phase: 'Failed' }), undefined],
    [
      'does not age when the node said it',
      pod({ status: 'True', reason: 'TerminationByKubelet' }),
      undefined,
    ],
    ['was never said', pod({}, { conditions: [] }), undefined],
  ]
  for (const [what, of, leftMs] of cases) {
    it(what, () => assert.equal(staleInMs(of, nowMs), leftMs))
  }
})

describe('disruption budget, on a whole API server', () => {
  let cluster: TestCluster
  beforeEach(async () => {
    cluster = await TestCluster.start()
  })
  afterEach(() => cluster.stop())

  const status = async () => (await cluster.client.for(podDisruptionBudgets).get(at)).status
  const allows = (count: number) =>
    eventually(`${count} may go`, async () => {
      const now = await status()
      return now.observedGeneration === 1 && now.disruptionsAllowed === count
    })
  const selector = { matchLabels: { app: 'web' } }
  const evict = (pod: Stored<Pod>, dryRun?: string[]) => {
    const { name, namespace } = pod.metadata
    return cluster.client.request({
      method: 'POST',
      path: `/api/v1/namespaces/${namespace}/pods/${name}/eviction`,
      body: {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { name },
        ...(dryRun && { deleteOptions: { dryRun } }),
      },
    })
  }
  const list = async () =>
    (await cluster.client.for(pods).list(at)).items.filter(
      (pod) => pod.metadata.labels?.['app'] === 'web',
    )

  it('lets pods go one by one, as others take their place', async () => {
    await cluster.client.for(deployments).create(deploymentNamed('web'))
    await cluster.rolledOut('web')
    const budget = budgetOf({ maxUnavailable: 1, selector })
    await cluster.client.for(podDisruptionBudgets).create(budget)
    await allows(1)
    assert.equal((await status()).expectedPods, 3)
    assert.equal((await status()).desiredHealthy, 2)
    cluster.kubelet.paused = true
    const [first, second] = await list()
    assert(first && second)
    await evict(first, ['All'])
    assert.equal((await status()).disruptedPods, undefined)
    await evict(first)
    await allows(0)
    await assert.rejects(evict(second), (error: unknown) => {
      assert(error instanceof StatusError)
      assert.equal(error.code, 429)
      assert.equal(
        error.message,
        "Cannot evict pod as it would violate the pod's disruption budget.",
      )
      const [cause] = error.details?.causes ?? []
      assert.equal(cause?.reason, 'DisruptionBudget')
      const why = 'The disruption budget budget needs 2 healthy pods and has 2 currently'
      assert.equal(cause.message, why)
      return true
    })
    const condition = findCondition((await status()).conditions, 'DisruptionAllowed')
    assert.equal(condition?.reason, 'InsufficientPods')
    cluster.kubelet.paused = false
    cluster.kubelet.careForAll()
    await allows(1)
    await evict(second)
  })

  it('lets pods that do not serve go when told to', async () => {
    cluster.kubelet.broken.add('web:1')
    await cluster.client.for(deployments).create(deploymentNamed('web', { spec: { replicas: 1 } }))
    await eventually('a pod is there', async () => (await list()).length === 1)
    const [pod] = await list()
    assert(pod)
    const running = { ...pod, status: { ...pod.status, phase: 'Running' } }
    await cluster.client.for(pods).updateStatus(running)
    const budget = budgetOf({ minAvailable: 1, selector })
    const created = await cluster.client.for(podDisruptionBudgets).create(budget)
    await eventually('it is reckoned', async () => (await status()).observedGeneration === 1)
    await assert.rejects(evict(pod), /disruption budget/)
    const body = { spec: { unhealthyPodEvictionPolicy: 'AlwaysAllow' } }
    await cluster.client.for(podDisruptionBudgets).patch(created.metadata, { type: 'merge', body })
    await evict(pod)
  })

  it('takes back that a pod goes that is still there', async () => {
    cluster.kubelet.paused = true
    const metadata = { name: 'lone', namespace: 'default' }
    const spec = { containers: [{ name: 'c', image: 'x' }] }
    const pod = await cluster.client.for(pods).create({ metadata, spec, status: {} })
    const condition = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'PreemptionByScheduler',
      message: 'makes room',
      lastTransitionTime: '2024-07-09T10:00:00Z',
    }
    const status = { ...pod.status, phase: 'Running', conditions: [condition] }
    await cluster.client.for(pods).updateStatus({ ...pod, status })
    await eventually('it is taken back', async () => {
      const now = await cluster.client.for(pods).get(pod.metadata)
      const known = findCondition(now.status.conditions, 'DisruptionTarget')
      return known?.status === 'False' && known.reason === undefined
    })
  })

  it('says that it cannot reckon pods that nobody scales', async () => {
    await cluster.client.for(pods).create({
      metadata: { name: 'lone', namespace: 'default', labels: selector.matchLabels },
      spec: { containers: [{ name: 'c', image: 'x' }] },
      status: {},
    })
    const budget = budgetOf({ maxUnavailable: 1, selector })
    await cluster.client.for(podDisruptionBudgets).create(budget)
    await eventually('it says so', async () => {
      const { items } = await cluster.client.for(events).list(at)
      return items.some(({ reason }) => reason === 'UnmanagedPods')
    })
    assert.equal((await status()).disruptionsAllowed, 0)
  })
})
