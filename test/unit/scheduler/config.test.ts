import assert from 'node:assert/strict'
import { readSchedulerConfig } from '../../../src/master/scheduler/config/index.ts'
import { NO_LOOKUPS } from '../../../src/master/scheduler/framework/lookups.ts'
import { Nominations } from '../../../src/master/scheduler/framework/nominations.ts'
import { Profiles } from '../../../src/master/scheduler/profiles.ts'
import { systemRandom } from '../../../src/platform/index.ts'
import { makeNode, makePod, requesting } from './objects.ts'
import { place } from './place.ts'

const HEAD = { apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration' }
const read = (fields: object) => readSchedulerConfig({ ...HEAD, ...fields })
const withArgs = (name: string, args: object) =>
  read({ profiles: [{ pluginConfig: [{ name, args }] }] })
const profilesOf = (fields: object) =>
  new Profiles(read(fields), {
    lookups: NO_LOOKUPS,
    random: systemRandom(),
    nominations: new Nominations(),
  })

describe('the scheduler configuration', () => {
  it('is the default where it says nothing', () => {
    const [profile] = read({}).profiles
    const weights = profile?.plugins.flatMap(({ name, weight }) => (weight ? [[name, weight]] : []))
    assert.deepEqual(Object.fromEntries(weights ?? []), {
      TaintToleration: 3,
      NodeAffinity: 2,
      NodeResourcesFit: 1,
      PodTopologySpread: 2,
      InterPodAffinity: 2,
      NodeResourcesBalancedAllocation: 1,
      ImageLocality: 1,
    })
  })

  it('takes plugins away and weighs them anew, at one point or at all', () => {
    const multiPoint = {
      disabled: [{ name: 'NodePorts' }],
      enabled: [{ name: 'ImageLocality', weight: 7 }],
    }
    const score = { disabled: [{ name: '*' }], enabled: [{ name: 'NodeAffinity', weight: 5 }] }
    const [profile] = read({ profiles: [{ plugins: { multiPoint, score } }] }).profiles
    const of = (name: string) => profile?.plugins.find((plugin) => plugin.name === name)
    assert.equal(of('NodePorts'), undefined)
    assert.equal(of('ImageLocality')?.weight, 7)
    assert.equal(of('ImageLocality')?.points.has('score'), false)
    assert.equal(of('NodeAffinity')?.weight, 5)
    assert.equal(of('NodeAffinity')?.points.has('score'), true)
    assert.equal(of('NodeResourcesFit')?.points.has('filter'), true)
    assert.equal(of('NodeResourcesFit')?.points.has('score'), false)
  })

  it('has several profiles, each for the pods that ask for it', () => {
    const profiles = profilesOf({
      profiles: [
        {},
        { schedulerName: 'other', plugins: { filter: { disabled: [{ name: '*' }] } } },
      ],
    })
    assert.equal(profiles.has(makePod('p')), true)
    assert.equal(profiles.has(makePod('p', { schedulerName: 'other' })), true)
    assert.equal(profiles.has(makePod('p', { schedulerName: 'third' })), false)
    const config = read({ profiles: [{ plugins: { filter: { disabled: [{ name: '*' }] } } }] })
    const cordoned = makeNode('n', { spec: { unschedulable: true } })
    assert.match(place(makePod('p'), [cordoned]), /were unschedulable/)
    assert.equal(place(makePod('p'), [cordoned], [], { config }), 'n')
  })

  it('names what is wrong', () => {
    const wrong: [fields: object, message: RegExp][] = [
      [{ kind: 'Other' }, /no kind "KubeSchedulerConfiguration"/],
      [
        { profiles: [{}, {}] },
        /profiles\[1\]\.schedulerName: Duplicate value: "default-scheduler"/,
      ],
      [{ percentageOfNodesToScore: 101 }, /percentageOfNodesToScore: Invalid value: 101/],
      [{ podInitialBackoffSeconds: 20 }, /podMaxBackoffSeconds: Invalid value: 10/],
      [{ extenders: [{}] }, /extenders\[0\]\.urlPrefix: Invalid value: ""/],
      [
        { extenders: [{ urlPrefix: 'http://e', prioritizeVerb: 'p' }] },
        /extenders\[0\]\.weight: Invalid value: 0: must have a positive weight applied to it/,
      ],
      [
        { extenders: ['a', 'b'].map((host) => ({ urlPrefix: `http://${host}`, bindVerb: 'b' })) },
        /found 2 extenders implementing bind/,
      ],
      [
        { profiles: [{ plugins: { filter: { enabled: [{}] } } }] },
        /filter\.enabled\[0\]\.name: Req/,
      ],
    ]
    for (const [fields, message] of wrong) assert.throws(() => read(fields), { message })
    const unknown = { profiles: [{ plugins: { multiPoint: { enabled: [{ name: 'Nope' }] } } }] }
    assert.throws(() => profilesOf(unknown), /plugin "Nope" does not exist/)
    const args = [
      ['NodeResourcesFit', { scoringStrategy: { type: 'Best' } }, /Unsupported value: "Best"/],
      [
        'NodeResourcesFit',
        { scoringStrategy: { resources: [{ name: 'cpu', weight: 101 }] } },
        /resource weight of cpu not in valid range \[1, 100\]/,
      ],
      ['InterPodAffinity', { hardPodAffinityWeight: 101 }, /not in valid range \[0-100\]/],
      ['PodTopologySpread', { defaultingType: 'Best' }, /defaultingType: Unsupported value/],
      ['DefaultPreemption', { minCandidateNodesPercentage: 101 }, /minCandidateNodesPercentage/],
    ] as const
    for (const [name, given, message] of args) {
      const profiles = [{ pluginConfig: [{ name, args: given }] }]
      assert.throws(() => profilesOf({ profiles }), { message })
    }
  })

  it('packs nodes, or fills them along a line, if told so', () => {
    const nodes = [makeNode('empty'), makeNode('half')]
    const bound = [[makePod('b', requesting({ cpu: '2', memory: '4Gi' })), 'half']] as const
    const pod = makePod('p', requesting({ cpu: '1', memory: '1Gi' }))
    const where = (scoringStrategy: object) =>
      place(pod, nodes, bound, { config: withArgs('NodeResourcesFit', { scoringStrategy }) })
    assert.equal(place(pod, nodes, bound), 'empty')
    assert.equal(where({ type: 'MostAllocated' }), 'half')
    const line = (...scores: [number, number]) => ({
      type: 'RequestedToCapacityRatio',
      requestedToCapacityRatio: {
        shape: scores.map((score, i) => ({ utilization: i * 100, score })),
      },
    })
    assert.equal(where(line(0, 10)), 'half')
    assert.equal(where(line(10, 0)), 'empty')
  })

  it('adds node affinity for a whole profile', () => {
    const term = { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] }
    const addedAffinity = {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] },
    }
    const config = withArgs('NodeAffinity', { addedAffinity })
    const nodes = [makeNode('a'), makeNode('b', { labels: { disk: 'ssd' } })]
    assert.equal(place(makePod('p'), nodes, [], { config }), 'b')
    assert.match(
      place(makePod('p'), nodes.slice(0, 1), [], { config }),
      /1 node\(s\) didn't match scheduler-enforced node affinity/,
    )
  })

  it('leaves extended resources to others', () => {
    const pod = makePod('p', requesting({ 'example.com/gpu': '1' }))
    const config = withArgs('NodeResourcesFit', { ignoredResourceGroups: ['example.com'] })
    assert.match(place(pod, [makeNode('n')]), /Insufficient example\.com\/gpu/)
    assert.equal(place(pod, [makeNode('n')], [], { config }), 'n')
  })
})
