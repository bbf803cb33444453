import assert from 'node:assert/strict'
import {
  deployments,
  events,
  findCondition,
  type HorizontalPodAutoscaler,
  type HorizontalPodAutoscalerBehavior,
  horizontalPodAutoscalers,
  type HorizontalPodAutoscalerSpec,
  type MetricSpec,
  type Pod,
  pods,
  type Stored,
} from '../../../src/api/index.ts'
import {
  limitReplicas,
  NO_HISTORY,
  remember,
} from '../../../src/master/controllers/autoscaler-limits.ts'
import {
  replicasForPods,
  replicasForTotal,
  replicasForValue,
} from '../../../src/master/controllers/autoscaler-replicas.ts'
import { deploymentNamed, eventually, TestCluster } from './cluster.ts'

const tolerances = { up: 0.1, down: 0.1 }
const nowMs = Date.parse('2024-07-09T10:00:00Z')

function pod(name: string, phase = 'Running'): Stored<Pod> {
  const started = '2024-07-09T09:00:00Z'
  const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: started }]
  return {
    metadata: { name },
    spec: { containers: [] },
    status: { phase, startTime: started, conditions },
  } as Pod as Stored<Pod>
}

describe('replicas by the average of pods', () => {
  /** `use`: per pod, in the unit of the target; undefined: no sample, `-`: still pending. */
  const replicas = (use: (number | undefined | '-')[], target: number) => {
    const all = use.map((value, i) => pod(`p${i}`, value === '-' ? 'Pending' : 'Running'))
    const samples = new Map<string, { value: number; atMs: number; windowMs: number }>()
    for (const [i, value] of use.entries()) {
      if (typeof value === 'number') samples.set(`p${i}`, { value, atMs: nowMs, windowMs: 60_000 })
    }
    const goal = { kind: 'average', target, shareOf: () => 1, fallbackOf: () => target } as const
    return replicasForPods(all, samples, {
      current: use.length,
      goal,
      isCpu: true,
      tolerances,
      nowMs,
    }).replicas
  }
  // Values of upstream's documentation and tables: desired = ceil(current × value ÷ target).
  it('grows with the ratio', () => assert.equal(replicas([200, 200], 100), 4))
  it('shrinks with it', () => assert.equal(replicas([50, 50, 50, 50], 100), 2))
  it('stays within the tolerance', () => {
    assert.equal(replicas([105, 105, 105], 100), 3)
    assert.equal(replicas([91, 91, 91], 100), 3)
  })
  it('takes pods without a sample for idle when it grows', () => {
    assert.equal(replicas([300, 300, undefined], 100), 6)
    assert.equal(replicas([150, undefined], 100), 2)
  })
  it('takes them for busy when it shrinks', () => {
    assert.equal(replicas([10, 10, undefined, undefined], 100), 3)
    assert.equal(replicas([40, undefined], 100), 2)
  })
  it('takes pods that start for idle when it grows, and ignores them when it shrinks', () => {
    assert.equal(replicas([300, 300, '-'], 100), 6)
    assert.equal(replicas([10, 10, 10, '-'], 100), 1)
  })
  it('leaves a set alone whose known pods are where they should be', () => {
    assert.equal(replicas([100, 100, undefined, undefined], 100), 4)
    assert.equal(replicas([100, '-', '-', '-'], 100), 4)
  })
  it('fails without any pod', () => {
    assert.throws(() => replicas([], 100), /no pods returned by selector/)
  })
  it('fails without any sample', () => {
    assert.throws(() => replicas([undefined, '-'], 100), /did not receive metrics/)
  })
})

describe('replicas by one value', () => {
  it('that all pods share', () => {
    assert.equal(replicasForTotal(900, { current: 2, target: 100, tolerances }), 9)
    assert.equal(replicasForTotal(205, { current: 2, target: 100, tolerances }), 2)
    assert.equal(replicasForTotal(300, { current: 0, target: 100, tolerances }), 3)
  })
  it('that falls with their number', () => {
    assert.equal(replicasForValue(200, { current: 3, ready: 3, target: 100, tolerances }), 6)
    assert.equal(replicasForValue(100, { current: 3, ready: 3, target: 100, tolerances }), 3)
  })
})

describe('limits of an autoscaler', () => {
  const limit = (
    wanted: number,
    current: number,
    more: {
      behavior?: HorizontalPodAutoscalerBehavior
      before?: [secondsAgo: number, n: number][]
    } = {},
    bounds = { minReplicas: 1, maxReplicas: 100 },
  ) => {
    const { behavior, before = [] } = more
    let history = NO_HISTORY
    for (const [secondsAgo, n] of before) {
      const at = { wanted: n, before: n, after: n, nowMs: nowMs - secondsAgo * 1000 }
      history = remember(history, at)
    }
    const spec = {
      scaleTargetRef: { kind: 'D', name: 'd' },
      ...bounds,
      ...(behavior && { behavior }),
    }
    const { replicas, limited, able } = limitReplicas(wanted, { spec, current, history, nowMs })
    return `${replicas} ${limited.reason} ${able.reason}`
  }
  it('by default at most double, or four', () => {
    assert.equal(limit(90, 10), '20 ScaleUpLimit ReadyForNewScale')
    assert.equal(limit(90, 1), '4 ScaleUpLimit ReadyForNewScale')
  })
  it('the bounds', () => {
    assert.equal(
      limit(15, 10, {}, { minReplicas: 1, maxReplicas: 12 }),
      '12 TooManyReplicas ReadyForNewScale',
    )
    assert.equal(
      limit(1, 10, {}, { minReplicas: 2, maxReplicas: 12 }),
      '2 TooFewReplicas ReadyForNewScale',
    )
    assert.equal(limit(11, 10), '11 DesiredWithinRange ReadyForNewScale')
  })
  it('down only to the highest of the last five minutes', () => {
    const before: [number, number][] = [
      [400, 10],
      [200, 7],
      [10, 5],
    ]
    assert.equal(limit(4, 10, { before }), '7 DesiredWithinRange ScaleDownStabilized')
  })
  it('policies: the greatest change, or the least, or none', () => {
    const policies = [
      { type: 'Pods', value: 4, periodSeconds: 60 },
      { type: 'Percent', value: 10, periodSeconds: 60 },
    ]
    const down = (selectPolicy: string) => ({
      behavior: { scaleDown: { policies, selectPolicy, stabilizationWindowSeconds: 0 } },
    })
    assert.equal(limit(1, 80, down('Max')), '72 ScaleDownLimit ReadyForNewScale')
    assert.equal(limit(1, 80, down('Min')), '76 ScaleDownLimit ReadyForNewScale')
    assert.equal(limit(1, 80, down('Disabled')), '80 ScaleDownLimit ReadyForNewScale')
    const up = { behavior: { scaleUp: { policies, selectPolicy: 'Max' } } }
    assert.equal(limit(99, 10, up), '14 ScaleUpLimit ReadyForNewScale')
    assert.equal(limit(99, 80, up), '88 ScaleUpLimit ReadyForNewScale')
  })
  it('policies count what was done in their period', () => {
    const policies = [{ type: 'Pods', value: 4, periodSeconds: 60 }]
    const spec: HorizontalPodAutoscalerSpec = {
      scaleTargetRef: { kind: 'D', name: 'd' },
      maxReplicas: 100,
      behavior: { scaleUp: { policies, selectPolicy: 'Max' } },
    }
    const added = { wanted: 13, before: 10, after: 13, nowMs: nowMs - 30_000 }
    const history = remember(NO_HISTORY, added)
    assert.equal(limitReplicas(50, { spec, current: 13, history, nowMs }).replicas, 14)
    const later = nowMs + 40_000
    assert.equal(limitReplicas(50, { spec, current: 14, history, nowMs: later }).replicas, 18)
  })
})

describe('autoscaler, on a whole API server', () => {
  let cluster: TestCluster
  beforeEach(async () => {
    cluster = await TestCluster.start({ autoscaler: { periodMs: 20 } })
  })
  afterEach(() => cluster.stop())

  const at = { name: 'web', namespace: 'default' }
  const resources = { requests: { cpu: '100m' } }
  const template = {
    metadata: { labels: { app: 'web' } },
    spec: { containers: [{ name: 'web', image: 'web:1', resources }] },
  }
  const autoscaler = (metrics?: MetricSpec[]): HorizontalPodAutoscaler => ({
    metadata: { ...at },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas: 1,
      maxReplicas: 5,
      ...(metrics && { metrics }),
    },
    status: { desiredReplicas: 0 },
  })
  /** Every pod has been running for long and uses so much. */
  const serveUse = (cpu: string) =>
    cluster.others.set('/apis/metrics.k8s.io', () => {
      const timestamp = new Date().toISOString()
      const items = [...cluster.informers.for(pods).list()].map(({ metadata }) => ({
        metadata: { name: metadata.name },
        timestamp,
        window: '0s',
        containers: [{ name: 'web', usage: { cpu, memory: '1Mi' } }],
      }))
      return { items }
    })
  const start = async (replicas: number) => {
    const deployment = deploymentNamed('web', { spec: { replicas, template } })
    await cluster.client.for(deployments).create(deployment)
    await cluster.rolledOut('web')
    for (const each of (await cluster.client.for(pods).list(at)).items) {
      const status = { ...each.status, startTime: '2024-07-09T09:00:00Z' }
      await cluster.client.for(pods).updateStatus({ ...each, status })
    }
  }
  const scaledTo = (replicas: number) =>
    eventually(`it is scaled to ${replicas}`, async () => {
      const { spec } = await cluster.deployment('web')
      return spec.replicas === replicas
    })
  const condition = async (type: string) =>
    findCondition(
      (await cluster.client.for(horizontalPodAutoscalers).get(at)).status.conditions,
      type,
    )

  it('scales by the use of CPU', async () => {
    await start(2)
    serveUse('160m')
    await cluster.client.for(horizontalPodAutoscalers).create(autoscaler())
    await scaledTo(4)
    await eventually('it says so', async () => {
      const { items } = await cluster.client.for(events).list(at)
      const what = 'cpu resource utilization (percentage of request) above target'
      return items.some(({ message }) => message === `New size: 4; reason: ${what}`)
    })
    const { status } = await cluster.client.for(horizontalPodAutoscalers).get(at)
    assert.equal(status.currentMetrics?.[0]?.resource?.current.averageUtilization, 160)
    assert.equal(status.currentMetrics[0].resource.current.averageValue, '160m')
    assert.equal((await condition('ScalingActive'))?.reason, 'ValidMetricFound')
  })

  it('finds its target by group and kind, whatever version it names', async () => {
    await start(2)
    serveUse('160m')
    const old = autoscaler()
    old.spec.scaleTargetRef.apiVersion = 'apps/v1beta2'
    await cluster.client.for(horizontalPodAutoscalers).create(old)
    await scaledTo(4)
    const body = { spec: { scaleTargetRef: { apiVersion: 'no.such.group/v1' } } }
    await cluster.client.for(horizontalPodAutoscalers).patch(at, { type: 'merge', body })
    await eventually('it is missed', async () => {
      return (await condition('AbleToScale'))?.message?.includes('no matches for kind')
    })
  })

  it('does not shrink at first sight, but when that has been asked for a while', async () => {
    await start(4)
    serveUse('10m')
    await cluster.client.for(horizontalPodAutoscalers).create(autoscaler())
    await eventually('it is held back', async () => {
      return (await condition('AbleToScale'))?.reason === 'ScaleDownStabilized'
    })
    assert.equal((await cluster.deployment('web')).spec.replicas, 4)
    const behavior = { scaleDown: { stabilizationWindowSeconds: 0 } }
    const patch = { type: 'merge', body: { spec: { behavior } } } as const
    await cluster.client.for(horizontalPodAutoscalers).patch(at, patch)
    await scaledTo(1)
  })

  it('scales nothing that another autoscaler scales, too', async () => {
    await start(2)
    serveUse('160m')
    const rival = autoscaler()
    rival.metadata.name = 'rival'
    await cluster.client.for(horizontalPodAutoscalers).create(autoscaler())
    await cluster.client.for(horizontalPodAutoscalers).create(rival)
    await eventually('both say so', async () => {
      const { items } = await cluster.client.for(horizontalPodAutoscalers).list(at)
      const reasons = items.map(
        ({ status }) => findCondition(status.conditions, 'ScalingActive')?.reason,
      )
      return reasons.length === 2 && reasons.every((reason) => reason === 'AmbiguousSelector')
    })
    const words = 'pods by selector app=web are controlled by multiple HPAs: '
    assert.equal(
      (await condition('ScalingActive'))?.message,
      `${words}[{rival default} {web default}]`,
    )
  })

  it('brings a size outside its bounds back', async () => {
    serveUse('80m')
    await start(7)
    await cluster.client.for(horizontalPodAutoscalers).create(autoscaler())
    await scaledTo(5)
  })

  it('scales by external and custom metrics', async () => {
    await start(1)
    cluster.others.set('/apis/external.metrics.k8s.io', () => ({
      items: [
        { value: '30', timestamp: '' },
        { value: '10', timestamp: '' },
      ],
    }))
    cluster.others.set('/apis/custom.metrics.k8s.io', (url) => {
      assert.match(url, /namespaces\/default\/services\/front\/rate$/)
      return { items: [{ value: '1', timestamp: '' }] }
    })
    const metrics: MetricSpec[] = [
      {
        type: 'External',
        external: {
          metric: { name: 'queue' },
          target: { type: 'AverageValue', averageValue: '10' },
        },
      },
      {
        type: 'Object',
        object: {
          describedObject: { apiVersion: 'v1', kind: 'Service', name: 'front' },
          metric: { name: 'rate' },
          target: { type: 'Value', value: '1' },
        },
      },
    ]
    await cluster.client.for(horizontalPodAutoscalers).create(autoscaler(metrics))
    await scaledTo(4)
  })

  it('says why it cannot scale, and then moves nothing', async () => {
    await start(2)
    cluster.others.set('/apis/metrics.k8s.io', () => ({ items: [] }))
    await cluster.client.for(horizontalPodAutoscalers).create(autoscaler())
    await eventually(
      'it says so',
      async () => (await condition('ScalingActive'))?.status === 'False',
    )
    const active = await condition('ScalingActive')
    assert.equal(active?.reason, 'FailedGetResourceMetric')
    const missing =
      'failed to get cpu utilization: unable to get metrics for resource cpu: ' +
      'no metrics returned from resource metrics API'
    assert.equal(active.message, `the HPA was unable to compute the replica count: ${missing}`)
    const told = await cluster.client.for(events).list({ namespace: 'default' })
    const failed = told.items.find(({ reason }) => reason === 'FailedComputeMetricsReplicas')
    assert.equal(
      failed?.message,
      'invalid metrics (1 invalid out of 1), first error is: ' +
        `failed to get cpu resource metric value: ${missing}`,
    )
    assert.equal(failed?.source?.component, 'horizontal-pod-autoscaler')
    assert.equal((await cluster.deployment('web')).spec.replicas, 2)
    const body = {
      spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'no' } },
    }
    await cluster.client.for(horizontalPodAutoscalers).patch(at, { type: 'merge', body })
    await eventually('the target is missed', async () => {
      return (await condition('AbleToScale'))?.reason === 'FailedGetScale'
    })
  })
})
