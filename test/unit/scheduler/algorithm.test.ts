import assert from 'node:assert/strict'
import type { PodView } from '../../../src/master/scheduler/framework/types.ts'
import { makeNode, makePod, requesting } from './objects.ts'
import { place } from './place.ts'

const taint = (key: string, value: string, effect: string) => ({ key, value, effect })

describe('scheduling one pod', () => {
  it('says that there are no nodes', () => {
    assert.equal(place(makePod('p'), []), 'no nodes available to schedule pods')
  })

  it('counts what is requested, also by pods that are only assumed', () => {
    const half = requesting({ cpu: '2500m' })
    const why = place(
      makePod('p', half),
      [makeNode('a'), makeNode('b')],
      [
        [makePod('q', half), 'a'],
        [makePod('r', half), 'b'],
      ],
    )
    assert.equal(why, '0/2 nodes are available: 2 Insufficient cpu.')
  })

  it('names each lack, sorted as text', () => {
    const pod = makePod('p', requesting({ cpu: '9', memory: '1Gi', 'example.com/gpu': '1' }))
    const nodes = [makeNode('a'), makeNode('b', { spec: { unschedulable: true } })]
    assert.equal(
      place(pod, nodes),
      '0/2 nodes are available: 1 Insufficient cpu, 1 Insufficient example.com/gpu, ' +
        '1 node(s) were unschedulable.',
    )
  })

  it('counts init containers by their peak and sidecars in the sum (KEP-753)', () => {
    const requests = (cpu: string) => ({ resources: { requests: { cpu } } })
    const pod = makePod('p', {
      containers: [{ name: 'main', image: 'x', ...requests('1') }],
      initContainers: [
        { name: 'side', image: 'x', restartPolicy: 'Always', ...requests('1') },
        { name: 'init', image: 'x', ...requests('3') },
      ],
    })
    assert.equal(place(pod, [makeNode('a')]), 'a') // max(1 + 1, 1 + 3) = 4 of 4
    assert.equal(
      place(pod, [makeNode('a', { allocatable: { cpu: '3900m' } })]),
      '0/1 nodes are available: 1 Insufficient cpu.',
    )
  })

  it('limits the number of pods on a node', () => {
    const node = makeNode('a', { allocatable: { pods: '1' } })
    const why = place(makePod('p'), [node], [[makePod('q'), 'a']])
    assert.equal(why, '0/1 nodes are available: 1 Too many pods.')
  })

  it('honours nodeSelector and required affinity together', () => {
    const nodes = [
      makeNode('a', { labels: { disk: 'ssd' } }),
      makeNode('b', { labels: { cpus: '8' } }),
    ]
    assert.equal(place(makePod('p', { nodeSelector: { disk: 'ssd' } }), nodes), 'a')
    const affinity = {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: 'cpus', operator: 'Gt', values: ['4'] }] },
          ],
        },
      },
    }
    assert.equal(place(makePod('p', { affinity }), nodes), 'b')
    assert.equal(
      place(makePod('p', { affinity, nodeSelector: { disk: 'ssd' } }), nodes),
      "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector.",
    )
  })

  it('weighs preferred affinity above even load', () => {
    const preferred = [
      {
        weight: 100,
        preference: { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['b'] }] },
      },
    ]
    const affinity = {
      nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: preferred },
    }
    const busy: [PodView, string] = [makePod('q', requesting({ cpu: '1' })), 'b']
    assert.equal(place(makePod('p', { affinity }), [makeNode('a'), makeNode('b')], [busy]), 'b')
  })

  it('keeps off taints that are not tolerated', () => {
    const nodes = [makeNode('a', { spec: { taints: [taint('team', 'x', 'NoSchedule')] } })]
    assert.equal(
      place(makePod('p'), nodes),
      '0/1 nodes are available: 1 node(s) had untolerated taint {team: x}.',
    )
    const tolerations = [{ key: 'team', operator: 'Exists' }]
    assert.equal(place(makePod('p', { tolerations }), nodes), 'a')
    const wrong = [{ key: 'team', value: 'y' }]
    assert.match(place(makePod('p', { tolerations: wrong }), nodes), /untolerated/)
  })

  it('prefers nodes without soft taints', () => {
    const soft = makeNode('a', { spec: { taints: [taint('k', '', 'PreferNoSchedule')] } })
    const busy: [PodView, string] = [makePod('q', requesting({ cpu: '1' })), 'b']
    assert.equal(place(makePod('p'), [soft, makeNode('b')], [busy]), 'b')
  })

  it('does not give a host port twice, unless on other addresses', () => {
    const onPort = (name: string, hostIP?: string) =>
      makePod(name, {
        containers: [
          {
            name: 'main',
            image: 'x',
            ports: [{ containerPort: 80, hostPort: 80, ...(hostIP && { hostIP }) }],
          },
        ],
      })
    assert.equal(
      place(onPort('p'), [makeNode('a')], [[onPort('q', '127.0.0.1'), 'a']]),
      "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.",
    )
    assert.equal(
      place(onPort('p', '127.0.0.2'), [makeNode('a')], [[onPort('q', '127.0.0.1'), 'a']]),
      'a',
    )
  })

  it('spreads pods that request nothing', () => {
    const busy: [PodView, string] = [makePod('q'), 'a']
    assert.equal(place(makePod('p'), [makeNode('a'), makeNode('b')], [busy]), 'b')
  })
})
