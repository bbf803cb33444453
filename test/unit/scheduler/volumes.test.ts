import assert from 'node:assert/strict'
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
} from '../../../src/api/index.ts'
import { type ClusterLookups, NO_LOOKUPS } from '../../../src/master/scheduler/framework/lookups.ts'
import { VolumeBinder } from '../../../src/master/scheduler/plugins/index.ts'
import { BIND_COMPLETED, SELECTED_NODE } from '../../../src/master/scheduler/plugins/pod-claims.ts'
import { systemClock } from '../../../src/platform/index.ts'
import { makeNode, makePod } from './objects.ts'
import { type Bound, place } from './place.ts'

const ZONE = 'topology.kubernetes.io/zone'
const nodes = ['a', 'b'].map((zone) => makeNode(`node-${zone}`, { labels: { [ZONE]: zone } }))
const uses = (...names: string[]) => ({
  volumes: names.map((claimName, i) => ({ name: `v${i}`, persistentVolumeClaim: { claimName } })),
})

function claim(name: string, spec: PersistentVolumeClaim['spec'] = {}): PersistentVolumeClaim {
  const annotations: Record<string, string> = spec.volumeName ? { [BIND_COMPLETED]: 'yes' } : {}
  const resources = { requests: { storage: '1Gi' } }
  return {
    metadata: { name, namespace: 'default', uid: `uid-${name}`, annotations },
    spec: { accessModes: ['ReadWriteOnce'], resources, ...spec },
    status: {},
  }
}

function volume(
  name: string,
  of: { zone?: string; size?: string; storageClassName?: string; labels?: Record<string, string> },
): PersistentVolume {
  const { zone, size = '1Gi', labels = {}, storageClassName } = of
  const expression = { key: ZONE, operator: 'In', values: [zone ?? ''] }
  const required = { nodeSelectorTerms: [{ matchExpressions: [expression] }] }
  return {
    metadata: { name, labels },
    spec: {
      accessModes: ['ReadWriteOnce'],
      capacity: { storage: size },
      ...(storageClassName && { storageClassName }),
      ...(zone && { nodeAffinity: { required } }),
    },
    status: { phase: 'Available' },
  }
}

function late(name: string, more: Partial<StorageClass> = {}): StorageClass {
  const volumeBindingMode = 'WaitForFirstConsumer'
  const provisioner = 'kubernetes.io/no-provisioner'
  return { metadata: { name }, provisioner, volumeBindingMode, ...more }
}

function cluster(objects: {
  claims?: PersistentVolumeClaim[]
  volumes?: PersistentVolume[]
  classes?: StorageClass[]
  limits?: Record<string, number>
}): ClusterLookups {
  const { claims = [], volumes = [], classes = [], limits = {} } = objects
  return {
    ...NO_LOOKUPS,
    claim: ({ name }) => claims.find(({ metadata }) => metadata.name === name),
    volume: (name) => volumes.find(({ metadata }) => metadata.name === name),
    volumesOf: (name) => volumes.filter(({ spec }) => (spec?.storageClassName ?? '') === name),
    storageClass: (name) => classes.find(({ metadata }) => metadata.name === name),
    csiNode: (name) => {
      const drivers = Object.entries(limits).map(([driver, count]) => {
        return { name: driver, nodeID: name, allocatable: { count } }
      })
      return { metadata: { name }, spec: { drivers } }
    },
  }
}

const placed = (names: string[], lookups: ClusterLookups, bound: readonly Bound[] = []) =>
  place(makePod('p', uses(...names)), nodes, bound, { lookups })

describe('scheduling with volumes', () => {
  it('goes where the claims are bound, and says what is missing', () => {
    const lookups = cluster({
      claims: [
        claim('in-b', { volumeName: 'pv-b' }),
        claim('nowhere', { volumeName: 'gone' }),
        claim('open'),
        claim('in-a', { volumeName: 'pv-a' }),
      ],
      volumes: [volume('pv-b', { zone: 'b' }), volume('pv-a', { zone: 'a' })],
    })
    assert.equal(placed(['in-b'], lookups), 'node-b')
    assert.match(placed(['absent'], lookups), /persistentvolumeclaim "absent" not found\.$/)
    assert.match(placed(['open'], lookups), /pod has unbound immediate PersistentVolumeClaims/)
    assert.match(placed(['nowhere'], lookups), /2 node\(s\) unavailable due to one or more pvc/)
    assert.match(placed(['in-a', 'in-b'], lookups), /2 node\(s\) had volume node affinity conflict/)
  })

  it('chooses volume and node together where the class waits for the pod', () => {
    const spec = { storageClassName: 'late' }
    const lookups = cluster({
      claims: [claim('c', spec), claim('d', spec)],
      volumes: [
        volume('small', { zone: 'a', size: '100Mi', ...spec }),
        volume('x', { zone: 'b', ...spec }),
      ],
      classes: [late('late')],
    })
    assert.equal(placed(['c'], lookups), 'node-b')
    assert.match(
      placed(['c', 'd'], lookups),
      /2 node\(s\) didn't find available persistent volumes to bind/,
    )
  })

  it('has volumes made, where the class allows it', () => {
    const allowedTopologies = [{ matchLabelExpressions: [{ key: ZONE, values: ['a'] }] }]
    const lookups = cluster({
      claims: [claim('c', { storageClassName: 'made' })],
      classes: [late('made', { provisioner: 'example.com/disk', allowedTopologies })],
    })
    assert.equal(placed(['c'], lookups), 'node-a')
  })

  it('keeps to the zone labels of volumes, and to the limits of drivers', () => {
    const csi = (handle: string) => ({ driver: 'csi.example.com', volumeHandle: handle })
    const volumes = ['1', '2'].map((n) => {
      const made = volume(`pv-${n}`, { labels: { [ZONE]: 'b' } })
      return { ...made, spec: { ...made.spec, csi: csi(n) } }
    })
    const claims = ['1', '2'].map((n) => claim(`c${n}`, { volumeName: `pv-${n}` }))
    assert.equal(placed(['c1'], cluster({ claims, volumes })), 'node-b')
    const lookups = cluster({ claims, volumes, limits: { 'csi.example.com': 1 } })
    const other = makePod('other', uses('c2'))
    assert.match(
      placed(['c1'], lookups, [[other, 'node-b']]),
      /1 node\(s\) exceed max volume count, 1 node\(s\) had no available volume zone/,
    )
    // The same volume counts once.
    assert.equal(placed(['c1'], lookups, [[makePod('same', uses('c1')), 'node-b']]), 'node-b')
  })

  it('gives a ReadWriteOncePod claim to one pod alone', () => {
    const spec = { volumeName: 'pv', accessModes: ['ReadWriteOncePod'] }
    const lookups = cluster({ claims: [claim('one', spec)], volumes: [volume('pv', {})] })
    const other = makePod('other', uses('one'))
    assert.match(
      placed(['one'], lookups, [[other, 'node-a']]),
      /2 node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod/,
    )
  })

  it('binds before the pod: writes the choice and waits for the claims', async () => {
    const claims = [claim('match'), claim('make')]
    const writes: string[] = []
    let isMade = true
    const [match, make] = claims
    assert.ok(match && make)
    const binder = new VolumeBinder({
      lookups: cluster({ claims }),
      clock: systemClock,
      writes: {
        claimVolume: (name, { metadata }) => {
          writes.push(`${name} for ${metadata.name}`)
          Object.assign(match, claim('match', { volumeName: name }))
          return Promise.resolve()
        },
        selectNode: ({ name }, nodeName) => {
          writes.push(`${name} on ${nodeName}`)
          make.metadata.annotations = { [SELECTED_NODE]: nodeName }
          const done = claim('make', isMade ? { volumeName: 'new' } : {})
          setTimeout(() => Object.assign(make, done), 5)
          return Promise.resolve()
        },
      },
    })
    const pod = makePod('p', uses('match', 'make'))
    const matched = new Map([['default/match', 'pv']])
    binder.reserve(pod.metadata.uid, { matched, provisioned: [make] }, 'node-a')
    assert.deepEqual([...binder.taken], [['pv', 'default/match']])
    const { signal } = new AbortController()
    await binder.bind(pod, { signal })
    assert.deepEqual(writes, ['pv for match', 'make on node-a'])
    assert.equal(binder.taken.size, 0)
    // A request that the provisioner takes back.
    isMade = false
    Object.assign(make, claim('make'))
    binder.reserve(pod.metadata.uid, { matched: new Map(), provisioned: [make] }, 'node-a')
    await assert.rejects(binder.bind(pod, { signal }), /no volume for claim make on node-a/)
  })
})
