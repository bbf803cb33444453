import assert from 'node:assert/strict'
import { NO_LOOKUPS } from '../../../src/master/scheduler/framework/lookups.ts'
import type { PodView } from '../../../src/master/scheduler/framework/types.ts'
import { makeNode, makePod, requesting } from './objects.ts'
import { type Bound, makeRoom, place } from './place.ts'

interface Running {
  readonly name: string
  readonly cpu: string
  readonly priority?: number
  readonly startTime?: string
  readonly going?: boolean
}

function pod({ name, cpu, priority = 0, startTime, going }: Running): PodView {
  const condition = { type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler' }
  const made = makePod(
    name,
    { ...requesting({ cpu }), priority },
    {
      status: { ...(startTime && { startTime }), ...(going && { conditions: [condition] }) },
    },
  )
  if (!going) return made
  return { ...made, metadata: { ...made.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } }
}

const on = (node: string, ...running: Running[]): Bound[] =>
  running.map((one): Bound => [pod(one), node])

/** Node and victims, or why none. */
function told(result: ReturnType<typeof makeRoom>): string {
  if (result?.kind !== 'nominated') return result?.message ?? ''
  return `${result.nodeName}: ${result.victims.map(({ metadata }) => metadata.name).join(' ')}`
}

const nodes = [makeNode('a'), makeNode('b')] // 4 CPU each
const high = pod({ name: 'high', cpu: '3', priority: 1000 })

describe('DefaultPreemption', () => {
  const cases: { title: string; bound: Bound[]; preemptor?: PodView; expected: string }[] = [
    {
      title: 'takes no more victims than it needs, the least important',
      bound: [
        ...on('a', { name: 'a1', cpu: '2', priority: 5 }, { name: 'a2', cpu: '1', priority: 9 }),
        ...on('b', { name: 'b1', cpu: '4', priority: 1000 }),
      ],
      expected: 'a: a1',
    },
    {
      title: 'prefers the node whose most important victim is the least important',
      bound: [
        ...on('a', { name: 'a1', cpu: '4', priority: 10 }),
        ...on('b', { name: 'b1', cpu: '4', priority: 9 }),
      ],
      expected: 'b: b1',
    },
    {
      title: 'then the lowest sum of priorities',
      bound: [
        ...on('a', { name: 'a1', cpu: '2', priority: 9 }, { name: 'a2', cpu: '2', priority: 9 }),
        ...on('b', { name: 'b1', cpu: '2', priority: 9 }, { name: 'b2', cpu: '2', priority: 1 }),
      ],
      expected: 'b: b1 b2',
    },
    {
      title: 'then the fewest victims, for each counts, also of negative priority',
      bound: [
        ...on('a', { name: 'a1', cpu: '2', priority: -9 }, { name: 'a2', cpu: '2', priority: -9 }),
        ...on('b', { name: 'b1', cpu: '4', priority: -9 }),
      ],
      expected: 'b: b1',
    },
    {
      title: 'then the victim that started last',
      bound: [
        ...on('a', { name: 'a1', cpu: '4', startTime: '2026-01-01T00:00:00Z' }),
        ...on('b', { name: 'b1', cpu: '4', startTime: '2026-01-02T00:00:00Z' }),
      ],
      expected: 'b: b1',
    },
    {
      title: 'lets those stay that have run longest',
      bound: [
        ...on('a', { name: 'b1', cpu: '4', priority: 1000 }),
        ...on(
          'b',
          { name: 'new', cpu: '1', startTime: '2026-01-03T00:00:00Z' },
          { name: 'old', cpu: '1', startTime: '2026-01-01T00:00:00Z' },
          { name: 'mid', cpu: '2', startTime: '2026-01-02T00:00:00Z' },
        ),
      ],
      expected: 'b: mid new',
    },
    {
      title: 'does not touch pods of the same priority',
      bound: [
        ...on('a', { name: 'a1', cpu: '4', priority: 1000 }),
        ...on('b', { name: 'b1', cpu: '4', priority: 2000 }),
      ],
      expected:
        'preemption: 0/2 nodes are available: ' + '2 No preemption victims found for incoming pod.',
    },
    {
      title: 'says what is lacking even without the victims',
      bound: [
        ...on('a', { name: 'a1', cpu: '1' }),
        ...on('b', { name: 'b1', cpu: '1', priority: 1000 }, { name: 'b2', cpu: '1' }),
      ],
      preemptor: pod({ name: 'huge', cpu: '5', priority: 1000 }),
      expected: 'preemption: 0/2 nodes are available: 2 Insufficient cpu.',
    },
    {
      title: 'does not preempt if its policy is Never',
      bound: [...on('a', { name: 'a1', cpu: '4' }), ...on('b', { name: 'b1', cpu: '4' })],
      preemptor: { ...high, spec: { ...high.spec, preemptionPolicy: 'Never' } },
      expected: 'preemption: not eligible due to preemptionPolicy=Never.',
    },
    {
      title: 'does not help against what pods do not cause',
      bound: [],
      preemptor: { ...high, spec: { ...high.spec, nodeSelector: { disk: 'ssd' } } },
      expected: 'preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.',
    },
  ]
  for (const { title, bound, preemptor = high, expected } of cases) {
    it(title, () => assert.equal(told(makeRoom(preemptor, nodes, bound)), expected))
  }

  it('waits for victims on the nominated node to go', () => {
    const bound = [
      ...on('a', { name: 'a1', cpu: '4', going: true }),
      ...on('b', { name: 'b1', cpu: '4' }),
    ]
    const result = makeRoom(high, nodes, bound, { nominated: [[high, 'a']] })
    assert.deepEqual(result, {
      kind: 'helpless',
      message: 'preemption: not eligible due to a terminating pod on the nominated node.',
      keepsNomination: true,
    })
  })

  it('keeps the room for the pod for which it was made', () => {
    const around = { nominated: [[high, 'a']] as Bound[] }
    const bound = on('b', { name: 'b1', cpu: '4' })
    const small = pod({ name: 'small', cpu: '2', priority: 10 })
    assert.equal(place(small, nodes, bound, around), '0/2 nodes are available: 2 Insufficient cpu.')
    // Whoever is more important may have it; and the pod itself goes there.
    assert.equal(place(pod({ name: 'top', cpu: '2', priority: 2000 }), nodes, bound, around), 'a')
    assert.equal(place(high, nodes, [], around), 'a')
  })

  it('removes whom anti-affinity objects to, and counts spreading without victims', () => {
    const term = {
      labelSelector: { matchLabels: { app: 'db' } },
      topologyKey: 'kubernetes.io/hostname',
    }
    const terms = { requiredDuringSchedulingIgnoredDuringExecution: [term] }
    const shy = makePod('shy', { priority: 10, affinity: { podAntiAffinity: terms } })
    const db = (name: string, priority: number) =>
      makePod(name, { priority }, { labels: { app: 'db' } })
    const bound: Bound[] = [
      [db('a1', 5), 'a'],
      [makePod('a2'), 'a'],
      [db('b1', 50), 'b'],
    ]
    assert.equal(told(makeRoom(shy, nodes, bound)), 'a: a1')
    const spread = makePod(
      'spread',
      {
        priority: 10,
        nodeSelector: { 'kubernetes.io/hostname': 'a' },
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: 'kubernetes.io/hostname',
            whenUnsatisfiable: 'DoNotSchedule',
            labelSelector: { matchLabels: { app: 'db' } },
            nodeAffinityPolicy: 'Ignore',
          },
        ],
      },
      { labels: { app: 'db' } },
    )
    const two: Bound[] = [
      [db('a1', 5), 'a'],
      [db('b1', 5), 'b'],
      [db('a3', 4), 'a'],
    ]
    assert.equal(told(makeRoom(spread, nodes, two)), 'a: a3')
  })

  describe('with PodDisruptionBudgets', () => {
    const budget = (disruptionsAllowed: number) => ({
      metadata: { name: 'budget', namespace: 'default' },
      spec: { selector: { matchLabels: { app: 'kept' } } },
      status: { currentHealthy: 2, desiredHealthy: 1, disruptionsAllowed, expectedPods: 2 },
    })
    const kept = (one: Running): PodView => {
      const made = pod(one)
      return { ...made, metadata: { ...made.metadata, labels: { app: 'kept' } } }
    }
    const bound: Bound[] = [
      [kept({ name: 'a1', cpu: '4', priority: 1 }), 'a'],
      [pod({ name: 'b1', cpu: '4', priority: 9 }), 'b'],
    ]
    const room = (disruptionsAllowed: number, of: readonly Bound[] = bound) =>
      told(
        makeRoom(high, nodes, of, {
          lookups: { ...NO_LOOKUPS, disruptionBudgets: () => [budget(disruptionsAllowed)] },
        }),
      )

    it('violates none if it can', () => {
      assert.equal(room(1), 'a: a1')
      assert.equal(room(0), 'b: b1')
    })

    it('violates as few as possible, and lets those back first that a budget keeps', () => {
      const crowded: Bound[] = [
        [kept({ name: 'a1', cpu: '2', priority: 1 }), 'a'],
        [pod({ name: 'a2', cpu: '2', priority: 9 }), 'a'],
        [pod({ name: 'b1', cpu: '4', priority: 1000 }), 'b'],
      ]
      const two = { ...pod({ name: 'two', cpu: '2', priority: 1000 }) }
      const lookups = { ...NO_LOOKUPS, disruptionBudgets: () => [budget(0)] }
      assert.equal(told(makeRoom(two, nodes, crowded, { lookups })), 'a: a2')
      assert.equal(told(makeRoom(two, nodes, crowded)), 'a: a1')
    })
  })
})
