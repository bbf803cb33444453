import assert from 'node:assert/strict'
import type { PersistentVolumeClaim, Pod, StatefulSet, Stored } from '../../../src/api/index.ts'
import { planStatefulSet } from '../../../src/master/controllers/stateful-set-plan.ts'
import { claimOwners, isClaimStale } from '../../../src/master/controllers/stateful-set-pods.ts'

const NOW_MS = Date.parse('2024-01-10T00:00:00Z')
const since = '2024-01-09T00:00:00Z'
const revisions = { current: 'db-1', update: 'db-2' }

const metadata = (name: string, uid = name) => ({
  name,
  namespace: 'ns',
  uid,
  resourceVersion: '1',
  creationTimestamp: since,
})

function setOf(replicas: number, spec: object = {}): Stored<StatefulSet> {
  return {
    metadata: metadata('db', 'set'),
    spec: {
      replicas,
      selector: {},
      template: { metadata: {}, spec: { containers: [] } },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      ...spec,
    },
    status: { replicas },
  } as StatefulSet as Stored<StatefulSet>
}

/** `old`: of the former template. The rest says how it is; by default it serves. */
function podOf(ordinal: number, how: string): Stored<Pod> {
  const has = (word: string) => how.split(' ').includes(word)
  const phase = has('failed') ? 'Failed' : has('pending') ? 'Pending' : 'Running'
  const status = phase === 'Running' && !has('sick') ? 'True' : 'False'
  const labels = {
    'statefulset.kubernetes.io/pod-name': `db-${ordinal}`,
    'apps.kubernetes.io/pod-index': String(ordinal),
    'controller-revision-hash': has('old') ? revisions.current : revisions.update,
  }
  return {
    metadata: {
      ...metadata(`db-${ordinal}`),
      labels,
      ...(has('going') && { deletionTimestamp: since }),
    },
    spec: { containers: [] },
    status: { phase, conditions: [{ type: 'Ready', status, lastTransitionTime: since }] },
  } as Pod as Stored<Pod>
}

const parallel = { podManagementPolicy: 'Parallel' }
const rolling = (rollingUpdate: object) => ({
  ...parallel,
  updateStrategy: { type: 'RollingUpdate', rollingUpdate },
})
const claims = { volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: {} }] }

describe('the next steps of a stateful set', () => {
  const cases: [what: string, replicas: number, spec: object, pods: string[], steps: string][] = [
    ['in order, one at a time', 3, {}, ['ok'], 'create db-1'],
    ['in order, not past what is not ready', 3, {}, ['ok', 'sick'], ''],
    ['in parallel, all at once', 3, parallel, [], 'create db-0, create db-1, create db-2'],
    [
      'in parallel, what is too much goes beside',
      2,
      parallel,
      ['-', 'ok', 'ok'],
      'create db-0, delete db-2',
    ],
    [
      'in parallel, what has failed holds up nothing',
      1,
      parallel,
      ['failed going', 'ok'],
      'delete db-1',
    ],
    ['an update: the highest first', 3, {}, ['old', 'old', 'old'], 'delete db-2'],
    ['an update: down to the partition', 3, rolling({ partition: 2 }), ['old', 'old', 'ok'], ''],
    ['an update waits for what it made', 3, parallel, ['old', 'old', 'sick'], ''],
    ['an update waits for what is missing', 3, parallel, ['old', 'old', '-'], 'create db-2'],
    ['an update waits for what goes', 3, parallel, ['old', 'old', 'old going'], ''],
    [
      'an update goes past a broken old pod below',
      3,
      parallel,
      ['old sick', 'old', 'old'],
      'delete db-2',
    ],
    ['an update replaces a broken old pod', 2, parallel, ['old sick', 'ok'], 'delete db-0'],
    [
      'several may be missing',
      4,
      rolling({ maxUnavailable: 2 }),
      ['old', 'old', 'old', 'old'],
      'delete db-3, delete db-2',
    ],
    [
      'several, less those that are missing',
      4,
      rolling({ maxUnavailable: 2 }),
      ['old', 'old', 'old', 'sick'],
      'delete db-2',
    ],
    [
      'several, of which a broken old one is one',
      3,
      rolling({ maxUnavailable: 1 }),
      ['old sick', 'old', 'old'],
      'delete db-0',
    ],
    [
      'a share of five is rounded down',
      5,
      rolling({ maxUnavailable: '50%' }),
      Array(5).fill('old'),
      'delete db-4, delete db-3',
    ],
    [
      'a small share is one at least',
      5,
      rolling({ maxUnavailable: '10%' }),
      Array(5).fill('old'),
      'delete db-4',
    ],
    ['who waits may have lost a claim', 2, claims, ['ok', 'pending'], 'claims db-1'],
    ['who waits without claims lost none', 2, {}, ['ok', 'pending'], ''],
  ]
  for (const [what, replicas, spec, pods, steps] of cases) {
    it(what, () => {
      const there = pods.flatMap((how, i) => (how === '-' ? [] : [podOf(i, how)]))
      const actions = planStatefulSet(setOf(replicas, spec), {
        pods: there,
        revisions,
        nowMs: NOW_MS,
      })
      const words = actions.map((action) =>
        action.kind === 'delete'
          ? `delete ${action.pod.metadata.name}`
          : `${action.kind} db-${action.ordinal}`,
      )
      assert.equal(words.join(', '), steps)
    })
  }
})

const set = (name: string, uid: string, controller = true) => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  name,
  uid,
  ...(controller && { controller }),
})
const pod = (name: string, uid: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  name,
  uid,
  controller: true,
})
const other = { apiVersion: 'x/v1', kind: 'Backup', name: 'b', uid: 'b', controller: true }
const bystander = { apiVersion: 'x/v1', kind: 'Backup', name: 'b', uid: 'b' }

const claimWith = (ownerReferences: object[]) =>
  ({
    metadata: { ...metadata('data-db-1'), ownerReferences },
    spec: {},
  }) as Stored<PersistentVolumeClaim>
const keeping = (whenScaled: string, whenDeleted: string) =>
  setOf(1, { persistentVolumeClaimRetentionPolicy: { whenScaled, whenDeleted } })

describe('the owners of a claim of a stateful set', () => {
  const mine = set('db', 'set')
  const its = pod('db-1', 'db-1')
  const cases: [
    what: string,
    policy: [string, string],
    condemned: boolean,
    before: object[],
    after: string,
  ][] = [
    ['kept for ever: none', ['Retain', 'Retain'], false, [mine], ''],
    ['kept for ever: others may stay', ['Retain', 'Retain'], false, [other], 'same'],
    ['deleted with the set', ['Retain', 'Delete'], false, [], 'set'],
    ['deleted with the set: is so', ['Retain', 'Delete'], true, [mine], 'same'],
    ['deleted with the set, beside a bystander', ['Retain', 'Delete'], false, [bystander], 'b,set'],
    [
      'no controller yet: becomes one',
      ['Retain', 'Delete'],
      false,
      [set('db', 'set', false)],
      'set',
    ],
    ['deleted with its pod, which stays', ['Delete', 'Retain'], false, [], 'same'],
    ['deleted with its pod, which goes', ['Delete', 'Retain'], true, [], 'db-1'],
    ['deleted with either: the set', ['Delete', 'Delete'], false, [its], 'set'],
    ['deleted with either: the pod', ['Delete', 'Delete'], true, [mine], 'db-1'],
    [
      'of a former set of the name: not touched',
      ['Retain', 'Delete'],
      false,
      [set('db', 'gone')],
      'same',
    ],
    [
      'of a former pod of the name: not touched',
      ['Delete', 'Delete'],
      true,
      [pod('db-1', 'gone')],
      'same',
    ],
    ['managed by another: left to it', ['Delete', 'Delete'], false, [other], 'same'],
    ['managed by another, too: given up', ['Delete', 'Delete'], false, [other, mine], 'b'],
  ]
  for (const [what, [scaled, deleted], condemned, before, after] of cases) {
    it(what, () => {
      const owners = claimOwners(keeping(scaled, deleted), claimWith(before), {
        pod: podOf(1, 'ok'),
        condemned,
      })
      assert.equal(owners ? owners.map(({ uid }) => uid).join() : 'same', after)
    })
  }

  it('is stale when it goes with a former pod', () => {
    const claim = claimWith([pod('db-1', 'gone')])
    assert.equal(isClaimStale(keeping('Delete', 'Retain'), claim, 'db-1'), true)
    assert.equal(isClaimStale(keeping('Delete', 'Retain'), claim, 'db-2'), false)
    assert.equal(isClaimStale(keeping('Retain', 'Retain'), claim, 'db-1'), false)
  })
})
