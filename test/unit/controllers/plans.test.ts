import assert from 'node:assert/strict'
import {
  type Deployment,
  type Pod,
  type ReplicaSet,
  type Stored,
  tolerates,
} from '../../../src/api/index.ts'
// The plans are the inside of the folder: tested by themselves, they have no face of their own.
import { fenceposts, scaledValue } from '../../../src/master/controllers/deployment-arithmetic.ts'
import {
  sameTemplate,
  setsToCleanUp,
} from '../../../src/master/controllers/deployment-revisions.ts'
import { planRollingUpdate } from '../../../src/master/controllers/deployment-rolling.ts'
import { isScalingEvent, planScale } from '../../../src/master/controllers/deployment-scale.ts'
import { evictionTimeMs } from '../../../src/master/controllers/taint-eviction.ts'
import { podsToDelete } from '../../../src/master/controllers/replica-set-plan.ts'

const NOW_MS = Date.parse('2024-01-10T00:00:00Z')

const metadata = (name: string) => ({
  name,
  namespace: 'ns',
  uid: name,
  resourceVersion: '1',
  creationTimestamp: '2024-01-01T00:00:00Z',
})

function deployment(
  replicas: number,
  rolling: { maxSurge?: number | string; maxUnavailable?: number | string } = {},
  spec: object = {},
): Stored<Deployment> {
  return {
    metadata: metadata('web'),
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      strategy: { type: 'RollingUpdate', rollingUpdate: rolling },
      template: { metadata: {}, spec: { containers: [] } },
      ...spec,
    },
    status: {},
  }
}

function set(
  name: string,
  replicas: number,
  of: { available?: number; desired?: number; max?: number; age?: number; revision?: number } = {},
): Stored<ReplicaSet> {
  const { available = replicas, desired, max, age = 0, revision } = of
  const annotations = {
    ...(desired !== undefined && { 'deployment.kubernetes.io/desired-replicas': String(desired) }),
    ...(max !== undefined && { 'deployment.kubernetes.io/max-replicas': String(max) }),
    ...(revision !== undefined && { 'deployment.kubernetes.io/revision': String(revision) }),
  }
  const creationTimestamp = new Date(NOW_MS - age * 1000).toISOString()
  return {
    metadata: { ...metadata(name), annotations, creationTimestamp },
    spec: { replicas, selector: {} },
    status: { replicas, availableReplicas: available },
  }
}

const sizes = (plan: readonly { set: { metadata: { name: string } }; replicas: number }[]) =>
  Object.fromEntries(plan.map((scaling) => [scaling.set.metadata.name, scaling.replicas]))

describe('arithmetic of rolling updates', () => {
  it('rounds surge up and unavailability down', () => {
    assert.equal(scaledValue('25%', 10, 'up'), 3)
    assert.equal(scaledValue('25%', 10, 'down'), 2)
    assert.equal(scaledValue(7, 10, 'up'), 7)
    assert.equal(scaledValue(undefined, 10, 'up'), 0)
  })

  for (const [replicas, maxSurge, maxUnavailable, expected] of [
    [10, '25%', '25%', { maxSurge: 3, maxUnavailable: 2 }],
    [1, '25%', '25%', { maxSurge: 1, maxUnavailable: 0 }],
    [10, 0, 0, { maxSurge: 0, maxUnavailable: 1 }],
    [3, 0, '10%', { maxSurge: 0, maxUnavailable: 1 }],
    [2, 5, 5, { maxSurge: 5, maxUnavailable: 2 }],
    [0, '25%', '25%', { maxSurge: 0, maxUnavailable: 0 }],
  ] as const) {
    it(`of ${replicas} with ${maxSurge} and ${maxUnavailable}`, () => {
      assert.deepEqual(fenceposts(deployment(replicas, { maxSurge, maxUnavailable })), expected)
    })
  }

  // [replicas, surge, unavailable, new size, new available, old sizes, old available, plan]
  for (const [what, d, fresh, old, expected] of [
    [
      'begins with the surge',
      deployment(10, { maxSurge: 3, maxUnavailable: 2 }),
      set('new', 0),
      [set('old', 10)],
      { new: 3 },
    ],
    [
      'then takes what may be missing from the old',
      deployment(10, { maxSurge: 3, maxUnavailable: 2 }),
      set('new', 3, { available: 0 }),
      [set('old', 10)],
      { old: 8 },
    ],
    [
      'waits while nothing new is available',
      deployment(10, { maxSurge: 3, maxUnavailable: 2 }),
      set('new', 5, { available: 0 }),
      [set('old', 8)],
      {},
    ],
    [
      'moves as far as new pods are available',
      deployment(10, { maxSurge: 3, maxUnavailable: 2 }),
      set('new', 5, { available: 4 }),
      [set('old', 8)],
      { old: 4 },
    ],
    [
      'removes unavailable old pods first',
      deployment(10, { maxSurge: 0, maxUnavailable: 2 }),
      set('new', 0),
      [set('sick', 4, { available: 0, age: 1 }), set('old', 6, { age: 2 })],
      { sick: 2 },
    ],
    [
      'shrinks a new set that is too large',
      deployment(2, { maxSurge: 1 }),
      set('new', 5),
      [],
      { new: 2 },
    ],
    ['rests when all is done', deployment(3), set('new', 3), [set('old', 0)], {}],
    [
      'never goes below with no unavailability',
      deployment(3, { maxSurge: 1, maxUnavailable: 0 }),
      set('new', 1, { available: 0 }),
      [set('old', 3)],
      {},
    ],
    [
      'takes one old for one new',
      deployment(3, { maxSurge: 1, maxUnavailable: 0 }),
      set('new', 1),
      [set('old', 3)],
      { old: 2 },
    ],
    [
      'takes pods that are to go already for gone',
      deployment(2, { maxSurge: 0, maxUnavailable: 1 }),
      set('new', 0),
      [set('old', 2, { available: 3 })],
      { old: 1 },
    ],
    [
      'oldest sets first',
      deployment(4, { maxSurge: 0, maxUnavailable: 2 }),
      set('new', 2, { available: 2 }),
      [set('b', 1, { age: 10 }), set('a', 1, { age: 20 })],
      { a: 0, b: 0 },
    ],
  ] as const) {
    it(what, () => assert.deepEqual(sizes(planRollingUpdate(d, fresh, old)), expected))
  }
})

describe('scaling of deployments', () => {
  it('is noticed by what active sets were told', () => {
    const told = set('a', 3, { desired: 3 })
    assert.equal(isScalingEvent(deployment(3), [told]), false)
    assert.equal(isScalingEvent(deployment(5), [told]), true)
    assert.equal(isScalingEvent(deployment(5), [set('a', 0, { desired: 3 })]), false)
    assert.equal(isScalingEvent(deployment(5), [set('a', 3)]), false)
  })

  it('goes to the only active set', () => {
    assert.deepEqual(sizes(planScale(deployment(5), set('new', 0), [set('old', 3)])), { old: 5 })
    assert.deepEqual(sizes(planScale(deployment(5), set('new', 0), [set('old', 0)])), { new: 5 })
    const idle = [set('r1', 0, { revision: 1 }), set('r2', 0, { revision: 2 })]
    assert.deepEqual(sizes(planScale(deployment(5), undefined, idle)), { r2: 5 })
  })

  it('lets go of old sets once the new one is whole', () => {
    const plan = planScale(deployment(5), set('new', 5, { desired: 5 }), [set('old', 2)])
    assert.deepEqual(sizes(plan), { old: 0 })
  })

  // Cases of the Kubernetes documentation on proportional scaling, and of its rounding.
  for (const [what, replicas, surge, fresh, old, expected] of [
    [
      'the documented case: 10 to 15 with surge 3',
      15,
      3,
      set('new', 5, { max: 13 }),
      [set('old', 8, { max: 13 })],
      { new: 7, old: 11 },
    ],
    [
      'up, in equal shares',
      10,
      0,
      set('new', 5, { max: 5 }),
      [set('old', 0, { max: 5 })],
      { new: 10 },
    ],
    [
      'down in proportion',
      5,
      0,
      set('new', 4, { max: 10 }),
      [set('old', 6, { max: 10 })],
      { new: 2, old: 3 },
    ],
    [
      'to nothing',
      0,
      0,
      set('new', 4, { max: 10 }),
      [set('old', 6, { max: 10 })],
      { new: 0, old: 0 },
    ],
  ] as const) {
    it(what, () => {
      const plan = planScale(
        deployment(replicas, { maxSurge: surge, maxUnavailable: 1 }),
        fresh,
        old,
      )
      assert.deepEqual(sizes(plan), expected)
    })
  }
})

describe('revisions of deployments', () => {
  it('compare templates without their hash', () => {
    const spec = { containers: [{ name: 'c', image: 'x' }] }
    const plain = { metadata: { labels: { app: 'web' } }, spec }
    const hashed = { metadata: { labels: { app: 'web', 'pod-template-hash': 'x' } }, spec }
    assert(sameTemplate(plain, hashed))
    const other = { ...plain, spec: { containers: [{ name: 'c', image: 'y' }] } }
    assert(!sameTemplate(plain, other))
  })

  it('are cleaned up oldest first, and only when idle', () => {
    const old = [1, 2, 3, 4].map((revision) =>
      set(`r${revision}`, revision === 1 ? 1 : 0, { revision }),
    )
    const limited = deployment(1, {}, { revisionHistoryLimit: 2 })
    assert.deepEqual(
      setsToCleanUp(limited, old).map((each) => each.metadata.name),
      ['r2'],
    )
  })
})

describe('choice of pods to delete', () => {
  const container = { name: 'c', image: 'x', imageID: '', ready: true }
  const pod = (
    name: string,
    of: {
      node?: string
      phase?: string
      readySeconds?: number
      ageSeconds?: number
      restarts?: number
      cost?: string
    } = {},
  ): Stored<Pod> => {
    const {
      node = 'n1',
      phase = 'Running',
      readySeconds = 100,
      ageSeconds = 200,
      restarts = 0,
    } = of
    const before = (seconds: number) => new Date(NOW_MS - seconds * 1000).toISOString()
    const ready = readySeconds >= 0
    const condition = {
      type: 'Ready',
      status: ready ? 'True' : 'False',
      lastTransitionTime: before(readySeconds),
    }
    return {
      metadata: {
        ...metadata(name),
        creationTimestamp: before(ageSeconds),
        ...(of.cost !== undefined && {
          annotations: { 'controller.kubernetes.io/pod-deletion-cost': of.cost },
        }),
      },
      spec: { containers: [], ...(node && { nodeName: node }) },
      status: {
        phase,
        conditions: [condition],
        containerStatuses: [{ ...container, restartCount: restarts }],
      },
    }
  }
  const first = (...pods: Stored<Pod>[]) =>
    podsToDelete(pods, pods, { count: 1, nowMs: NOW_MS })[0]?.metadata.name

  for (const [what, a, b] of [
    ['unassigned before assigned', pod('z', { node: '' }), pod('a')],
    ['pending before running', pod('z', { phase: 'Pending' }), pod('a')],
    ['not ready before ready', pod('z', { readySeconds: -1 }), pod('a')],
    ['cheap before dear', pod('z', { cost: '-5' }), pod('a')],
    ['ready for less time first', pod('z', { readySeconds: 10 }), pod('a', { readySeconds: 5000 })],
    ['more restarts first', pod('z', { restarts: 3 }), pod('a')],
    ['younger first', pod('z', { ageSeconds: 150 }), pod('a', { ageSeconds: 9000 })],
  ] as const) {
    it(what, () => {
      assert.equal(first(a, b), 'z')
      assert.equal(first(b, a), 'z')
    })
  }

  it('takes from the node that has most of them', () => {
    assert.equal(
      first(pod('a', { node: 'n1' }), pod('x', { node: 'n2' }), pod('z', { node: 'n2' })),
      'x',
    )
  })

  it('does not look at small differences of age', () => {
    const [x, y] = [pod('a', { readySeconds: 1000 }), pod('b', { readySeconds: 999 })]
    assert.equal(first(x, y), 'a', 'by UID, not by a second more or less')
  })
})

describe('tolerations', () => {
  const taint = { key: 'k', value: 'v', effect: 'NoExecute', timeAdded: '2024-01-10T00:00:00Z' }
  for (const [toleration, expected] of [
    [{ key: 'k', operator: 'Equal', value: 'v' }, true],
    [{ key: 'k', value: 'v', effect: 'NoExecute' }, true],
    [{ key: 'k', operator: 'Exists' }, true],
    [{ operator: 'Exists' }, true],
    [{ key: 'k', value: 'w' }, false],
    [{ key: 'j', operator: 'Exists' }, false],
    [{ key: 'k', operator: 'Exists', effect: 'NoSchedule' }, false],
  ] as const) {
    it(`${JSON.stringify(toleration)}: ${expected}`, () => {
      assert.equal(tolerates(toleration, taint), expected)
    })
  }

  it('count from the time of the taint, the shortest of all', () => {
    const node = (...taints: object[]) => ({ metadata: {}, spec: { taints }, status: {} }) as never
    const podWith = (...tolerations: object[]) =>
      ({ metadata: {}, spec: { containers: [], tolerations }, status: {} }) as never
    const later = NOW_MS + 5000
    const at = { nowMs: later, sinceMs: NOW_MS + 1000 }
    assert.equal(evictionTimeMs(podWith(), node(), at), undefined)
    assert.equal(evictionTimeMs(podWith(), node(taint), at), later)
    assert.equal(evictionTimeMs(podWith({ operator: 'Exists' }), node(taint), at), undefined)
    const brief = { key: 'k', operator: 'Exists', tolerationSeconds: 300 }
    assert.equal(evictionTimeMs(podWith(brief), node(taint), at), NOW_MS + 300_000)
    const both = podWith(brief, { operator: 'Exists', tolerationSeconds: 60 })
    assert.equal(evictionTimeMs(both, node(taint), at), NOW_MS + 60_000)
    assert.equal(evictionTimeMs(podWith(), node({ ...taint, effect: 'NoSchedule' }), at), undefined)
    const undated = node({ ...taint, timeAdded: undefined })
    assert.equal(evictionTimeMs(podWith(brief), undated, at), NOW_MS + 301_000)
  })
})
