import assert from 'node:assert/strict'
import type { DaemonSet, Node, Pod, Stored } from '../../../src/api/index.ts'
import {
  daemonSetStatus,
  type DaemonWorld,
  heldBack,
  planPlacement,
  planUpdate,
} from '../../../src/master/controllers/daemon-set-plan.ts'
import { placesOf } from '../../../src/master/controllers/daemon-set-pods.ts'

const NOW_MS = Date.parse('2024-01-10T00:00:00Z')
const since = '2024-01-09T00:00:00Z'

const metadata = (name: string) => ({
  name,
  namespace: 'ns',
  uid: name,
  resourceVersion: '1',
  creationTimestamp: since,
})

/** `node how`; `waits`: not on its node yet. By default a pod serves and is of the new template. */
function podOf(text: string, i: number): Stored<Pod> {
  const [node = '', ...words] = text.split(' ')
  const has = (word: string) => words.includes(word)
  const status = has('sick') || has('failed') ? 'False' : 'True'
  const affinity = {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [
          { matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] },
        ],
      },
    },
  }
  return {
    metadata: {
      ...metadata(`${i}`),
      labels: { 'controller-revision-hash': has('old') ? 'h1' : 'h2' },
      ...(has('going') && { deletionTimestamp: since }),
    },
    spec: { containers: [], ...(has('waits') ? { affinity } : { nodeName: node }) },
    status: {
      phase: has('failed') ? 'Failed' : 'Running',
      conditions: [{ type: 'Ready', status, lastTransitionTime: since }],
    },
  } as Pod as Stored<Pod>
}

/** Nodes a, b, c; one named with `!` takes no new pods. */
function worldOf(pods: string[], rollingUpdate: object, nodes = ['a', 'b', 'c']): DaemonWorld {
  const set = {
    metadata: metadata('agent'),
    spec: {
      selector: {},
      template: { metadata: {}, spec: { containers: [] } },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate },
    },
    status: {},
  } as unknown as Stored<DaemonSet>
  const all = nodes.map((name) => {
    const taints = name.endsWith('!') ? [{ key: 'x', effect: 'NoSchedule' }] : []
    return { metadata: metadata(name.replace('!', '')), spec: { taints } } as Node as Stored<Node>
  })
  return {
    set,
    nodes: all,
    places: placesOf(set, all),
    pods: pods.map(podOf),
    hash: 'h2',
    nowMs: NOW_MS,
  }
}

type Plan = ReturnType<typeof planUpdate>
const wordsOf = (plan: Plan) => [
  ...plan.create.map((node) => `+${node}`),
  ...plan.delete.map((pod) => `-${pod.metadata.name}`),
]
const replace = { maxUnavailable: 1, maxSurge: 0 }
const surge = { maxUnavailable: 0, maxSurge: 1 }

describe('where daemons are missing or too many', () => {
  const cases: [what: string, strategy: object, pods: string[], plan: string[]][] = [
    ['one on each node', replace, ['a'], ['+b', '+c']],
    ['one that goes keeps its place', replace, ['a going', 'b', 'c'], []],
    ['unless others may come beside it', surge, ['a going', 'b', 'c'], ['+a']],
    [
      'one that ended and is held by a finalizer keeps no place',
      replace,
      ['a failed going', 'b', 'c'],
      ['+a'],
    ],
    ['one on its node before one that waits for it', replace, ['a waits', 'a', 'b', 'c'], ['-0']],
    ['what failed goes first', replace, ['a failed', 'b', 'c'], ['-0']],
    ['beside what failed another may come', surge, ['a failed', 'b', 'c'], ['+a', '-0']],
    [
      'old and new are both there while the new does not serve',
      surge,
      ['a old', 'a sick', 'b', 'c'],
      [],
    ],
    ['not when the old does not', surge, ['a old sick', 'a sick', 'b', 'c'], ['-0']],
    ['nor when the new does', surge, ['a old', 'a', 'b', 'c'], ['-0']],
  ]
  for (const [what, strategy, pods, plan] of cases) {
    it(what, () => assert.deepEqual(wordsOf(planPlacement(worldOf(pods, strategy))), plan))
  }
})

describe('daemons that failed and are in back-off', () => {
  const left = (...ms: number[]) => {
    const world = worldOf(['a failed', 'b failed', 'b'], surge)
    return heldBack(planPlacement(world), (pod) => ms[Number(pod.metadata.name)] ?? 0)
  }

  it('are not replaced, nor does another come beside them', () => {
    const { plan, waitMs } = left(700, 300)
    assert.deepEqual(wordsOf(plan), ['+c'])
    assert.equal(waitMs, 300)
  })

  it('make way when it is over', () => {
    const { plan, waitMs } = left(0, 0)
    assert.deepEqual(wordsOf(plan), ['+a', '+c', '-0', '-1'])
    assert.equal(waitMs, undefined)
  })
})

describe('the next steps of the update of daemons', () => {
  const olds = ['a old', 'b old', 'c old']
  const tainted = ['a!', 'b', 'c']
  const cases: [
    what: string,
    strategy: object,
    pods: string[],
    plan: string[],
    nodes?: string[],
  ][] = [
    ['one by one', replace, olds, ['-0']],
    ['as many as may be missing', { maxUnavailable: 2, maxSurge: 0 }, olds, ['-0', '-1']],
    ['a share of three is rounded up', { maxUnavailable: '34%', maxSurge: 0 }, olds, ['-0', '-1']],
    ['what is new and does not serve counts', replace, ['a sick', 'b old', 'c old'], []],
    [
      'what is old and does not serve goes, whatever is missing',
      replace,
      ['a sick', 'b old sick', 'c old'],
      ['-1'],
    ],
    ['new ones beside the old', surge, olds, ['+a']],
    ['until they serve', surge, ['a old', 'a sick', 'b old', 'c old'], []],
    ['then the old goes and the next comes', surge, ['a old', 'a', 'b old', 'c old'], ['+b', '-0']],
    ['beside what does not serve at once', surge, ['a old sick', 'b old', 'c'], ['+a', '+b']],
    ['nothing new comes where none may be', surge, ['a old', 'b', 'c'], ['-0'], tainted],
    ['there the old serves on until the others do', surge, ['a old', 'b', 'c sick'], [], tainted],
    ['unless it does not serve', surge, ['a old sick', 'b', 'c sick'], ['-0'], tainted],
  ]
  for (const [what, strategy, pods, plan, nodes] of cases) {
    it(what, () => assert.deepEqual(wordsOf(planUpdate(worldOf(pods, strategy, nodes))), plan))
  }
})

describe('the status of a daemon set', () => {
  it('counts by node, and says what was acted on', () => {
    const pods = ['a old', 'b', 'b old', 'c failed going']
    const status = daemonSetStatus(worldOf(pods, replace, ['a', 'b!', 'c', 'd']), 7)
    assert.deepEqual(status, {
      currentNumberScheduled: 1,
      numberMisscheduled: 1,
      desiredNumberScheduled: 3,
      numberReady: 1,
      numberAvailable: 1,
      numberUnavailable: 2,
      observedGeneration: 7,
    })
  })
})
