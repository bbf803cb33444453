import assert from 'node:assert/strict'
import type { NodeView, PodView } from '../../../src/master/scheduler/framework/types.ts'
import { podTopologySpread } from '../../../src/master/scheduler/plugins/pod-topology-spread.ts'
import { NO_LOOKUPS } from '../../../src/master/scheduler/framework/lookups.ts'
import { makeNode, makePod } from './objects.ts'
import { type Bound, place } from './place.ts'

const ZONE = 'topology.kubernetes.io/zone'
const HOSTNAME = 'kubernetes.io/hostname'
const labels = { foo: 'bar' }
type Constraint = NonNullable<PodView['spec']['topologySpreadConstraints']>[number]

function constraint(topologyKey: string, more: Partial<Constraint> = {}): Constraint {
  const labelSelector = { matchLabels: labels }
  return { topologyKey, maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule', labelSelector, ...more }
}

function spread(...topologySpreadConstraints: Constraint[]): PodView {
  return makePod('mypod', { topologySpreadConstraints }, { labels })
}

function inZone(zone: string, ...names: string[]): NodeView[] {
  return names.map((name) => makeNode(name, { labels: { [ZONE]: zone } }))
}

/** As many pods with the labels as the numbers say. */
function running(counts: Record<string, number>): Bound[] {
  return Object.entries(counts).flatMap(([node, count]) =>
    Array.from({ length: count }, (_, i): Bound => {
      return [makePod(`${node}-${i}`, {}, { labels }), node]
    }),
  )
}

const unmatched = (count: number, of: number, more = '') =>
  `0/${of} nodes are available: ` +
  `${count} node(s) didn't match pod topology spread constraints${more}.`

describe('PodTopologySpread', () => {
  // The examples of kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints.
  const nodes = [...inZone('zoneA', 'node1', 'node2'), ...inZone('zoneB', 'node3', 'node4')]
  const uneven = running({ node1: 1, node2: 1, node3: 1 })

  it('puts a pod into the zone with fewer of its kind', () => {
    assert.match(place(spread(constraint(ZONE)), nodes, uneven), /^node[34]$/)
  })

  it('meets several constraints together', () => {
    const pod = spread(constraint(ZONE), constraint(HOSTNAME))
    assert.equal(place(pod, nodes, uneven), 'node4')
  })

  it('says so when constraints conflict', () => {
    const pod = spread(constraint(ZONE), constraint(HOSTNAME))
    const full = running({ node1: 2, node2: 1, node3: 2 })
    const three = [...inZone('zoneA', 'node1', 'node2'), ...inZone('zoneB', 'node3')]
    assert.equal(place(pod, three, full), unmatched(3, 3))
  })

  it('leaves out zones that node affinity rules out, unless told to count them', () => {
    const five = [...nodes, ...inZone('zoneC', 'node5')]
    const notC = {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: ZONE, operator: 'NotIn', values: ['zoneC'] }] },
          ],
        },
      },
    }
    const pod = (nodeAffinityPolicy: string) =>
      makePod(
        'mypod',
        {
          affinity: notC,
          topologySpreadConstraints: [constraint(ZONE, { nodeAffinityPolicy })],
        },
        { labels },
      )
    assert.match(place(pod('Honor'), five, uneven), /^node[34]$/)
    // Zone C is empty and counts: B would have two more.
    assert.match(place(pod('Ignore'), five, uneven), /4 node\(s\) didn't match pod topology/)
  })

  it('counts nodes with taints by nodeTaintsPolicy', () => {
    const taints = [{ key: 'team', effect: 'NoSchedule' }]
    const tainted = makeNode('node5', { labels: { [ZONE]: 'zoneC' }, spec: { taints } })
    const pod = (nodeTaintsPolicy: string) => spread(constraint(ZONE, { nodeTaintsPolicy }))
    assert.match(place(pod('Honor'), [...nodes, tainted], uneven), /^node[34]$/)
    assert.match(place(pod('Ignore'), [...nodes, tainted], uneven), /4 node\(s\) didn't match/)
  })

  it('turns nodes without the label down for good', () => {
    const why = place(spread(constraint(ZONE)), [makeNode('bare')])
    assert.equal(why, unmatched(1, 1, ' (missing required label)'))
  })

  it('takes too few domains for an empty one (minDomains)', () => {
    const even = running({ node1: 1, node2: 1, node3: 1, node4: 1 })
    assert.match(place(spread(constraint(ZONE, { minDomains: 2 })), nodes, even), /^node/)
    assert.equal(place(spread(constraint(ZONE, { minDomains: 3 })), nodes, even), unmatched(4, 4))
  })

  it('counts only pods of the same revision (matchLabelKeys)', () => {
    const of = (name: string, revision: string, node: string): Bound => [
      makePod(name, {}, { labels: { ...labels, revision } }),
      node,
    ]
    const topologySpreadConstraints = [constraint(ZONE, { matchLabelKeys: ['revision'] })]
    const pod = makePod(
      'mypod',
      { topologySpreadConstraints },
      { labels: { ...labels, revision: '2' } },
    )
    const bound = [of('a', '1', 'node1'), of('b', '1', 'node2'), of('c', '2', 'node3')]
    assert.match(place(pod, nodes, bound), /^node[12]$/)
  })

  it('does not count pods of other namespaces, nor ones on their way out', () => {
    const pods = running({ node1: 1, node2: 1, node3: 1 }).map(([pod, node], i): Bound => {
      const going = i === 2 ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : { namespace: 'other' }
      return [{ ...pod, metadata: { ...pod.metadata, ...going } }, node]
    })
    const blocked = running({ node4: 1 }).map(([pod, node]): Bound => {
      return [{ ...pod, metadata: { ...pod.metadata, uid: 'x' } }, node]
    })
    assert.match(place(spread(constraint(ZONE)), nodes, [...pods, ...blocked]), /^node[12]$/)
  })

  it('prefers the emptier domain with ScheduleAnyway, and goes anywhere', () => {
    const soft = constraint(ZONE, { whenUnsatisfiable: 'ScheduleAnyway' })
    const full = running({ node1: 3, node2: 3 })
    assert.match(place(spread(soft), nodes, full), /^node[34]$/)
    assert.equal(place(spread(soft), inZone('zoneA', 'node1'), full.slice(0, 3)), 'node1')
    assert.equal(place(spread(soft), [makeNode('bare')]), 'bare')
  })

  it('spreads pods of a Service over zones and nodes by default', () => {
    const lookups = { ...NO_LOOKUPS, siblingsOf: () => ({ matchLabels: labels }) }
    const pod = makePod('mypod', {}, { labels })
    // Equal load on all nodes: others that are not of its kind fill up.
    const others: Bound[] = ['node2', 'node3', 'node4'].map((node) => [makePod(`o-${node}`), node])
    const bound = [...running({ node1: 1 }), ...others]
    assert.match(place(pod, nodes, bound, { lookups }), /^node[34]$/)
    // Also where no node is in a zone.
    const bare = ['node1', 'node2', 'node3', 'node4'].map((name) => makeNode(name))
    assert.match(place(pod, bare, bound, { lookups }), /^node[234]$/)
  })

  it('is woken by what changes the counts, and by nothing else', () => {
    const plugin = podTopologySpread(NO_LOOKUPS)
    const pod = spread(constraint(ZONE))
    const interest = plugin.interests.find(({ resource }) => resource === 'assigned-pod')
    const helps = (old: PodView | undefined, now: PodView | undefined) =>
      interest?.mayHelp?.(pod, { resource: 'assigned-pod', action: 'update', old, now })
    const like = makePod('like', {}, { labels })
    const unlike = makePod('unlike')
    assert.equal(helps(undefined, like), true)
    assert.equal(helps(like, undefined), true)
    assert.equal(helps(unlike, like), true)
    assert.equal(helps(like, like), false)
    assert.equal(helps(undefined, unlike), false)
  })
})
