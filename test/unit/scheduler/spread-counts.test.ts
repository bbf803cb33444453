import assert from 'node:assert/strict'
import fc from 'fast-check'
import { SchedulerCache } from '../../../src/master/scheduler/cache/cache.ts'
import type { NodeInfo } from '../../../src/master/scheduler/cache/node-info.ts'
import { NO_LOOKUPS } from '../../../src/master/scheduler/framework/lookups.ts'
import type { PodView, Snapshot } from '../../../src/master/scheduler/framework/types.ts'
import { podTopologySpread } from '../../../src/master/scheduler/plugins/pod-topology-spread.ts'
import {
  countOn,
  hardConstraintsOf,
  hasAllKeys,
  type SpreadConstraint,
} from '../../../src/master/scheduler/plugins/spread-constraints.ts'
import { SpreadCounts } from '../../../src/master/scheduler/plugins/spread-counts.ts'
import { makeNode, makePod } from './objects.ts'

const ZONE = 'topology.kubernetes.io/zone'
const HOSTNAME = 'kubernetes.io/hostname'
const OF = { lookups: NO_LOOKUPS, defaults: [] }
type Constraint = NonNullable<PodView['spec']['topologySpreadConstraints']>[number]

const text = (...values: string[]) => fc.constantFrom(...values)
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined })
const nodeName = text('n1', 'n2', 'n3', 'n4')

const labels = fc.record({ app: text('a', 'b'), revision: text('1', '2') }, { requiredKeys: [] })
const selector = maybe(
  fc.oneof(
    fc.record({ matchLabels: fc.record({ app: text('a', 'b') }, { requiredKeys: [] }) }),
    fc.constant({ matchExpressions: [{ key: 'app', operator: 'Exists' }] }),
  ),
)
const constraint: fc.Arbitrary<Constraint> = fc.record(
  {
    topologyKey: text(ZONE, HOSTNAME, 'rack'),
    maxSkew: fc.integer({ min: 1, max: 2 }),
    whenUnsatisfiable: text('DoNotSchedule', 'ScheduleAnyway'),
    labelSelector: selector,
    minDomains: fc.integer({ min: 1, max: 3 }),
    matchLabelKeys: fc.constant(['revision']),
    nodeAffinityPolicy: text('Honor', 'Ignore'),
    nodeTaintsPolicy: text('Honor', 'Ignore'),
  },
  { requiredKeys: ['topologyKey', 'maxSkew', 'whenUnsatisfiable'] },
)
/** Pods with the same constraints, which yet do not count the same. */
const kinds = fc
  .record({
    constraints: fc.array(constraint, { minLength: 1, maxLength: 3 }),
    asking: fc.array(
      fc.record({
        labels,
        nodeSelector: maybe(fc.record({ rack: text('r1', 'r2') })),
        tolerations: maybe(fc.constant([{ operator: 'Exists' }])),
        namespace: text('default', 'other'),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  })
  .map(({ constraints, asking }) =>
    asking.map(({ labels: own, namespace, ...spec }): PodView => {
      const pod = makePod('asking', { ...spec, topologySpreadConstraints: constraints })
      return { ...pod, metadata: { ...pod.metadata, labels: own, namespace } }
    }),
  )

/** What may happen to a cluster, as its scheduler's cache hears it. */
type Change = (cache: SchedulerCache) => void
const change: fc.Arbitrary<Change> = fc.oneof(
  fc
    .record({
      name: nodeName,
      places: fc.record({ [ZONE]: text('z1', 'z2'), rack: text('r1', 'r2') }, { requiredKeys: [] }),
      taints: maybe(fc.constant([{ key: 'team', effect: 'NoSchedule' }])),
    })
    .map(({ name, places, taints }): Change => {
      return (cache) => cache.setNode(makeNode(name, { labels: places, spec: { taints } }))
    }),
  nodeName.map(
    (name): Change =>
      (cache) =>
        cache.removeNode(name),
  ),
  fc
    .record({
      name: text('p1', 'p2', 'p3', 'p4', 'p5', 'p6'),
      node: nodeName,
      labels,
      namespace: text('default', 'other'),
      deletionTimestamp: maybe(fc.constant('2026-01-01T00:00:00Z')),
    })
    .map(({ name, node, ...metadata }): Change => {
      const pod = makePod(name, { nodeName: node })
      return (cache) => cache.setPod({ ...pod, metadata: { ...pod.metadata, ...metadata } })
    }),
  text('p1', 'p2', 'p3').map(
    (name): Change =>
      (cache) =>
        cache.removePod(`uid-${name}`),
  ),
)
const history = fc.record({
  kinds,
  steps: fc.array(fc.tuple(fc.array(change, { maxLength: 3 }), fc.nat(3)), {
    minLength: 5,
    maxLength: 30,
  }),
})

/** Node by node, from nothing. */
function counted(
  nodes: readonly NodeInfo[],
  constraint: SpreadConstraint,
  within: readonly SpreadConstraint[],
): Record<string, number> {
  const domains: Record<string, number> = {}
  for (const info of nodes) {
    const domain = info.node?.metadata.labels?.[constraint.topologyKey]
    if (!hasAllKeys(info.node, within) || domain === undefined) continue
    if (constraint.includes(info.node)) {
      domains[domain] = (domains[domain] ?? 0) + countOn(info, constraint)
    }
  }
  return domains
}

/** All that the plugin says of the pod. */
function opinions(plugin: ReturnType<typeof podTopologySpread>, pod: PodView, snapshot: Snapshot) {
  const state = new Map<string, unknown>()
  const isHard = plugin.preFilter?.(state, pod, snapshot).kind === 'ok'
  const verdicts = () => snapshot.nodes.map((info) => plugin.filter?.(state, pod, info))
  const before = isHard ? verdicts() : []
  const [first] = snapshot.nodes
  // As preemption does, and does not always take back.
  if (isHard && first) plugin.addPod?.(state, pod, pod, first)
  const after = isHard ? verdicts() : []
  const isSoft = plugin.preScore?.(state, pod, snapshot.nodes, snapshot).kind === 'ok'
  const scores = isSoft ? snapshot.nodes.map((info) => plugin.score?.(state, pod, info)) : []
  return { before, after, scores }
}

describe('SpreadCounts', () => {
  it('counts the same as from nothing, whatever changed since it was last asked', () => {
    fc.assert(
      fc.property(history, ({ kinds: pods, steps }) => {
        const cache = new SchedulerCache()
        const counts = new SpreadCounts()
        const plugin = podTopologySpread(NO_LOOKUPS)
        for (const [changes, kind] of steps) {
          for (const apply of changes) apply(cache)
          const snapshot = cache.snapshot()
          const pod = pods[kind % pods.length] as PodView
          const constraints = hardConstraintsOf(pod, OF)
          for (const within of [constraints, []]) {
            for (const each of counts.count(snapshot.nodes, { constraints, within })) {
              const expected = counted(snapshot.nodes, each.constraint, within)
              assert.equal(each.domains.size, Object.keys(expected).length)
              assert.equal(each.domains.least, Math.min(...Object.values(expected)))
              for (const [domain, count] of Object.entries(expected)) {
                assert.equal(each.domains.of(domain), count)
              }
            }
          }
          const fresh = podTopologySpread(NO_LOOKUPS)
          assert.deepEqual(opinions(plugin, pod, snapshot), opinions(fresh, pod, snapshot))
        }
      }),
      { numRuns: 300 },
    )
  })

  it('looks again only at nodes that changed', () => {
    const cache = new SchedulerCache()
    for (const name of ['n1', 'n2', 'n3']) {
      cache.setNode(makeNode(name, { labels: { [ZONE]: 'z1' } }))
      cache.assume(makePod(`old-${name}`, {}, { labels: { app: 'a' } }), name)
    }
    const looked: string[] = []
    const zone = (asks: string): SpreadConstraint => ({
      topologyKey: ZONE,
      maxSkew: 1,
      minDomains: 1,
      asks,
      countsItself: true,
      counts: ({ metadata }) => looked.push(metadata.name) > 0,
      includes: () => true,
    })
    const counts = new SpreadCounts()
    const ask = (asks = 'app') => {
      looked.length = 0
      const { nodes } = cache.snapshot()
      const [answer] = counts.count(nodes, { constraints: [zone(asks)], within: [] })
      return answer?.domains.of('z1')
    }
    assert.equal(ask(), 3)
    assert.deepEqual(looked, ['old-n1', 'old-n2', 'old-n3'])
    assert.equal(ask(), 3)
    assert.deepEqual(looked, [])
    cache.assume(makePod('new', {}, { labels: { app: 'a' } }), 'n2')
    assert.equal(ask(), 4)
    assert.deepEqual(looked, ['old-n2', 'new'])
    // What has not been asked for long is forgotten.
    for (let i = 0; i < 64; i++) ask(`other-${i}`)
    assert.equal(ask('other-0'), 4)
    assert.deepEqual(looked, [])
    assert.equal(ask(), 4)
    assert.deepEqual(looked, ['old-n1', 'old-n2', 'new', 'old-n3'])
  })
})
