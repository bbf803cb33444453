import assert from 'node:assert/strict'
import { NO_LOOKUPS } from '../../../src/master/scheduler/framework/lookups.ts'
import type { NodeView, PodView } from '../../../src/master/scheduler/framework/types.ts'
import { interPodAffinity } from '../../../src/master/scheduler/plugins/inter-pod-affinity.ts'
import { makeNode, makePod } from './objects.ts'
import { type Bound, place } from './place.ts'

const ZONE = 'topology.kubernetes.io/zone'
const HOSTNAME = 'kubernetes.io/hostname'
type Affinity = NonNullable<PodView['spec']['affinity']>
type Term = NonNullable<
  NonNullable<Affinity['podAffinity']>['requiredDuringSchedulingIgnoredDuringExecution']
>[number]

function term(app: string, topologyKey: string, more: Partial<Term> = {}): Term {
  return { labelSelector: { matchLabels: { app } }, topologyKey, ...more }
}

const near = (...terms: Term[]): Affinity => ({
  podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms },
})
const far = (...terms: Term[]): Affinity => ({
  podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms },
})
const prefers = (weight: number, podAffinityTerm: Term): Affinity => ({
  podAffinity: {
    preferredDuringSchedulingIgnoredDuringExecution: [{ weight, podAffinityTerm }],
  },
})
const avoids = (weight: number, podAffinityTerm: Term): Affinity => ({
  podAntiAffinity: {
    preferredDuringSchedulingIgnoredDuringExecution: [{ weight, podAffinityTerm }],
  },
})

function app(name: string, affinity?: Affinity, more: { namespace?: string; rev?: string } = {}) {
  const labels = { app: name, ...(more.rev && { rev: more.rev }) }
  const pod = makePod(`${name}${more.rev ?? ''}`, { ...(affinity && { affinity }) }, { labels })
  const namespace = more.namespace ?? 'default'
  return { ...pod, metadata: { ...pod.metadata, namespace } }
}

function inZone(zone: string, ...names: string[]): NodeView[] {
  return names.map((name) => makeNode(name, { labels: { [ZONE]: zone } }))
}

describe('InterPodAffinity', () => {
  const nodes = [...inZone('a', 'a1', 'a2'), ...inZone('b', 'b1')]
  const store: Bound = [app('store'), 'a1']

  const cases: {
    title: string
    pod: PodView
    bound?: Bound[]
    expected: string | RegExp
  }[] = [
    {
      title: 'goes where the pods are that it needs: the node',
      pod: app('web', near(term('store', HOSTNAME))),
      expected: 'a1',
    },
    {
      title: 'keeps away from the whole zone',
      pod: app('web', far(term('store', ZONE))),
      expected: 'b1',
    },
    {
      title: 'finds nobody that it needs',
      pod: app('web', near(term('cache', ZONE))),
      expected: "0/3 nodes are available: 3 node(s) didn't match pod affinity rules.",
    },
    {
      title: 'is the first of its group, and goes anywhere',
      pod: app('web', near(term('web', ZONE))),
      expected: /^(a1|a2|b1)$/,
    },
    {
      title: 'needs the label that names the place',
      pod: app('web', near(term('web', 'rack'))),
      expected: "0/3 nodes are available: 3 node(s) didn't match pod affinity rules.",
    },
    {
      title: 'needs all terms met by the same pods',
      pod: app('web', near(term('store', ZONE), term('cache', ZONE))),
      bound: [store, [app('cache'), 'a2']],
      expected: "0/3 nodes are available: 3 node(s) didn't match pod affinity rules.",
    },
    {
      title: 'finds every place taken',
      pod: app('web', far(term('store', ZONE))),
      bound: [store, [app('store', undefined, { rev: '2' }), 'b1']],
      expected: "0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules.",
    },
    {
      title: 'respects the anti-affinity of those who are there',
      pod: app('web'),
      bound: [[app('store', far(term('web', ZONE))), 'a1']],
      expected: 'b1',
    },
    {
      title: 'says that those who are there want no company',
      pod: app('web'),
      bound: [
        [app('store', far(term('web', ZONE))), 'a1'],
        [app('cache', far(term('web', HOSTNAME))), 'b1'],
      ],
      expected:
        '0/3 nodes are available: ' + "3 node(s) didn't satisfy existing pods anti-affinity rules.",
    },
    {
      title: 'means only pods of its own namespace by default',
      pod: app('web', near(term('store', ZONE)), { namespace: 'other' }),
      expected: /didn't match pod affinity rules/,
    },
    {
      title: 'means pods of the namespaces that it names',
      pod: app('web', near(term('store', ZONE, { namespaces: ['default'] })), {
        namespace: 'other',
      }),
      expected: /^a[12]$/,
    },
    {
      title: 'means pods of namespaces with labels',
      pod: app(
        'web',
        near(term('store', HOSTNAME, { namespaceSelector: { matchLabels: { team: 'shop' } } })),
        { namespace: 'other' },
      ),
      expected: 'a1',
    },
    {
      title: 'means pods of all namespaces with an empty selector',
      pod: app('web', far(term('store', ZONE, { namespaceSelector: {} })), { namespace: 'other' }),
      expected: 'b1',
    },
    {
      title: 'means only pods of its revision (matchLabelKeys)',
      pod: app('web', far(term('web', ZONE, { matchLabelKeys: ['rev'] })), { rev: '2' }),
      bound: [
        [app('web', undefined, { rev: '1' }), 'a1'],
        [{ ...app('web', undefined, { rev: '2' }), metadata: other('web', '2') }, 'b1'],
      ],
      expected: /^a[12]$/,
    },
    {
      title: 'means only pods of others (mismatchLabelKeys)',
      pod: app('web', far(term('web', ZONE, { mismatchLabelKeys: ['rev'] })), { rev: '2' }),
      bound: [
        [app('web', undefined, { rev: '1' }), 'a1'],
        [{ ...app('web', undefined, { rev: '2' }), metadata: other('web', '2') }, 'b1'],
      ],
      expected: 'b1',
    },
    {
      title: 'prefers company',
      pod: app('web', prefers(100, term('store', HOSTNAME))),
      expected: 'a1',
    },
    {
      title: 'prefers to be alone',
      pod: app('web', avoids(100, term('store', ZONE))),
      expected: 'b1',
    },
    {
      title: 'is drawn by those who prefer its company',
      pod: app('web'),
      bound: [[app('store', prefers(50, term('web', HOSTNAME))), 'a1']],
      expected: 'a1',
    },
    {
      title: 'is drawn a little by those who need it',
      pod: app('web'),
      bound: [[app('store', near(term('web', HOSTNAME))), 'a1']],
      expected: 'a1',
    },
    {
      title: 'shuns those who prefer to be without it',
      pod: app('web'),
      bound: [
        [app('store', avoids(50, term('web', ZONE))), 'a1'],
        [app('x'), 'b1'],
      ],
      expected: 'b1',
    },
  ]

  function other(name: string, rev: string) {
    return { ...makePod(`${name}-other`).metadata, labels: { app: name, rev } }
  }

  const lookups = {
    ...NO_LOOKUPS,
    namespaceLabels: (name: string): Record<string, string> =>
      name === 'default' ? { team: 'shop' } : {},
  }
  for (const { title, pod, bound = [store], expected } of cases) {
    it(title, () => {
      const where = place(pod, nodes, bound, { lookups })
      if (typeof expected === 'string') assert.equal(where, expected)
      else assert.match(where, expected)
    })
  }

  it('is woken by who comes that it needs, and by who goes that was in the way', () => {
    const [interest] = interPodAffinity(NO_LOOKUPS).interests
    const helps = (pod: PodView, change: { old?: PodView; now?: PodView }) => {
      const { old, now } = change
      return interest?.mayHelp?.(pod, { resource: 'assigned-pod', action: 'update', old, now })
    }
    const needs = app('web', near(term('store', ZONE)))
    const hates = app('web', far(term('store', ZONE)))
    const hated = app('store', far(term('web', ZONE)))
    assert.equal(helps(needs, { now: app('store') }), true)
    assert.equal(helps(needs, { now: app('cache') }), false)
    assert.equal(helps(needs, { old: app('store'), now: app('store') }), false)
    assert.equal(helps(hates, { old: app('store') }), true)
    assert.equal(helps(hates, { now: app('store') }), false)
    assert.equal(helps(app('web'), { old: hated }), true)
  })
})
