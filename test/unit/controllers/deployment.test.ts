import assert from 'node:assert/strict'
import {
  deployments,
  events,
  findCondition,
  isPodActive,
  isPodReady,
  pods,
  replicaSets,
} from '../../../src/api/index.ts'
import { deploymentNamed, eventually, isGone, TestCluster } from './cluster.ts'

const at = { name: 'web', namespace: 'default' }
const REVISION = 'deployment.kubernetes.io/revision'

describe('deployment, on a whole API server', () => {
  let cluster: TestCluster
  before(async () => {
    cluster = await TestCluster.start()
  })
  after(() => cluster.stop())
  afterEach(async () => {
    for (const { metadata } of (await cluster.client.for(deployments).list()).items) {
      await cluster.client.for(deployments).delete(metadata)
    }
    await eventually('all pods are gone', async () => {
      const list = await cluster.client.for(pods).list({ namespace: 'default' })
      const sets = await cluster.client.for(replicaSets).list({ namespace: 'default' })
      return list.items.length + sets.items.length === 0
    })
  })

  const create = (more: Parameters<typeof deploymentNamed>[1] = {}) =>
    cluster.client.for(deployments).create(deploymentNamed('web', more))
  const setImage = (image: string) =>
    cluster.client.for(deployments).patch(at, {
      type: 'strategic',
      body: { spec: { template: { spec: { containers: [{ name: 'web', image }] } } } },
    })
  const images = async () => {
    const { items } = await cluster.client.for(pods).list({ namespace: 'default' })
    return items.filter(isPodActive).map((pod) => pod.spec.containers[0]?.image)
  }

  it('becomes ready, says so in conditions and events, and then writes nothing more', async () => {
    await create({ annotations: { 'kubernetes.io/change-cause': 'first' } })
    const deployment = await cluster.rolledOut('web')
    const [set] = await cluster.setsOf('web')
    assert(set)
    const hash = set.metadata.labels?.['pod-template-hash'] ?? ''
    assert.match(hash, /^[bcdfghjklmnpqrstvwxz2456789]{6,10}$/)
    assert.equal(set.metadata.name, `web-${hash}`)
    assert.equal(set.spec.selector.matchLabels?.['pod-template-hash'], hash)
    const annotations = set.metadata.annotations ?? {}
    assert.equal(annotations['kubernetes.io/change-cause'], 'first')
    assert.equal(annotations['deployment.kubernetes.io/desired-replicas'], '3')
    assert.equal(annotations['deployment.kubernetes.io/max-replicas'], '4')
    assert.equal(deployment.metadata.annotations?.[REVISION], '1')
    await eventually('it is told to be complete', async () => {
      const { conditions } = (await cluster.deployment('web')).status
      const progressing = findCondition(conditions, 'Progressing')
      return progressing?.reason === 'NewReplicaSetAvailable'
    })
    const { conditions } = (await cluster.deployment('web')).status
    assert.equal(
      findCondition(conditions, 'Progressing')?.message,
      `ReplicaSet "web-${hash}" has successfully progressed.`,
    )
    assert.equal(findCondition(conditions, 'Available')?.reason, 'MinimumReplicasAvailable')
    await eventually('the events are there', async () => {
      const list = await cluster.client.for(events).list({ namespace: 'default' })
      const told = list.items.map((e) => `${e.source?.component} ${e.reason}: ${e.message}`)
      return (
        told.includes(
          `deployment-controller ScalingReplicaSet: Scaled up replica set web-${hash} from 0 to 3`,
        ) &&
        told.some((text) =>
          text.startsWith('replicaset-controller SuccessfulCreate: Created pod: web-'),
        )
      )
    })
    await cluster.quiet()
    const written = cluster.writes.length
    // A change that concerns nobody: every controller looks, nobody writes.
    await cluster.client.for(deployments).patch(at, {
      type: 'merge',
      body: { metadata: { labels: { touched: 'yes' } } },
    })
    await cluster.quiet()
    assert.deepEqual(cluster.writes.slice(written), [])
  })

  for (const [maxSurge, maxUnavailable, low, high] of [
    ['25%', '25%', 3, 5],
    [1, 0, 4, 5],
    [0, 1, 3, 4],
    ['100%', 0, 4, 8],
  ] as const) {
    it(`rolls with surge ${maxSurge} and unavailable ${maxUnavailable} within ${low}..${high}`, async () => {
      await create({
        spec: {
          replicas: 4,
          strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } },
        },
      })
      await cluster.rolledOut('web')
      const seen: [number, number][] = []
      const informer = cluster.informers.for(pods)
      const leave = informer.addHandler(() => {
        const active = [...informer.inNamespace('default')].filter(isPodActive)
        seen.push([active.filter(isPodReady).length, active.length])
      })
      seen.length = 0
      await setImage('web:2')
      await cluster.rolledOut('web')
      leave()
      assert.deepEqual(await images(), Array(4).fill('web:2'))
      assert(seen.length > 8, 'the rollout was watched')
      assert(Math.min(...seen.map(([ready]) => ready)) >= low, `too few ready: ${String(seen)}`)
      assert(Math.max(...seen.map(([, all]) => all)) <= high, `too many: ${String(seen)}`)
    })
  }

  it('stops at a broken version, says when the deadline has passed, and rolls back', async () => {
    await create({ spec: { progressDeadlineSeconds: 1, minReadySeconds: 0 } })
    await cluster.rolledOut('web')
    cluster.kubelet.broken.add('web:broken')
    await setImage('web:broken')
    await eventually('the deadline has passed', async () => {
      const { conditions } = (await cluster.deployment('web')).status
      return findCondition(conditions, 'Progressing')?.reason === 'ProgressDeadlineExceeded'
    })
    const stuck = await cluster.deployment('web')
    const progressing = findCondition(stuck.status.conditions, 'Progressing')
    assert.equal(progressing?.status, 'False')
    assert.match(progressing?.message ?? '', /^ReplicaSet "web-\w+" has timed out progressing\.$/)
    assert.equal(findCondition(stuck.status.conditions, 'Available')?.status, 'True')
    assert.equal(stuck.status.availableReplicas, 3)
    await setImage('web:1')
    const back = await cluster.rolledOut('web')
    assert.deepEqual(await images(), Array(3).fill('web:1'))
    assert.equal(back.metadata.annotations?.[REVISION], '3')
    const sets = await cluster.setsOf('web')
    assert.equal(sets.length, 2, 'the old set was taken up again')
    const revisions = sets.map((set) => Number(set.metadata.annotations?.[REVISION]))
    assert.deepEqual(
      revisions.sort((a, b) => a - b),
      [2, 3],
    )
    const newest = sets.find((set) => set.metadata.annotations?.[REVISION] === '3')
    assert.equal(newest?.metadata.annotations?.['deployment.kubernetes.io/revision-history'], '1')
  })

  it('recreates: no pod of the new version while one of the old is left', async () => {
    await create({ spec: { strategy: { type: 'Recreate' } } })
    await cluster.rolledOut('web')
    const informer = cluster.informers.for(pods)
    let mixed = false
    const leave = informer.addHandler(() => {
      const all = [...informer.inNamespace('default')]
      mixed ||= new Set(all.map((pod) => pod.spec.containers[0]?.image)).size > 1
    })
    await setImage('web:2')
    await cluster.rolledOut('web')
    leave()
    assert.deepEqual(await images(), Array(3).fill('web:2'))
    assert.equal(mixed, false)
  })

  it('scales up and down, to nothing and back', async () => {
    await create()
    await cluster.rolledOut('web')
    for (const replicas of [6, 2, 0, 1]) {
      const body = { spec: { replicas } }
      await cluster.client.for(deployments).patch(at, { type: 'merge', body })
      await eventually(`there are ${replicas}`, async () => (await images()).length === replicas)
    }
    assert.equal((await cluster.setsOf('web')).length, 1)
  })

  it('rolls nothing out while paused, but scales', async () => {
    await create()
    await cluster.rolledOut('web')
    const patch = (body: object) =>
      cluster.client.for(deployments).patch(at, { type: 'merge', body })
    await patch({ spec: { paused: true } })
    await setImage('web:2')
    await patch({ spec: { replicas: 4 } })
    await eventually('it is scaled', async () => (await images()).length === 4)
    await cluster.quiet()
    assert.deepEqual(await images(), Array(4).fill('web:1'))
    const { conditions } = (await cluster.deployment('web')).status
    assert.equal(findCondition(conditions, 'Progressing')?.reason, 'DeploymentPaused')
    await patch({ spec: { paused: false } })
    await cluster.rolledOut('web')
    assert.deepEqual(await images(), Array(4).fill('web:2'))
  })

  it('keeps as much history as it is asked to', async () => {
    await create({ spec: { revisionHistoryLimit: 2, replicas: 1 } })
    for (const version of [2, 3, 4, 5]) {
      await cluster.rolledOut('web')
      await setImage(`web:${version}`)
    }
    await cluster.rolledOut('web')
    await eventually('old sets are gone', async () => (await cluster.setsOf('web')).length === 3)
    const revisions = (await cluster.setsOf('web')).map((set) =>
      Number(set.metadata.annotations?.[REVISION]),
    )
    assert.deepEqual(
      revisions.sort((a, b) => a - b),
      [3, 4, 5],
    )
  })

  it('counts revisions on from any that an adopted set bears', async () => {
    const { metadata, spec } = deploymentNamed('web', { spec: { replicas: 1 } })
    const { template, selector } = spec
    const annotations = { [REVISION]: '3546343826724305832' }
    const old = {
      ...metadata,
      name: 'web-old',
      labels: template.metadata.labels ?? {},
      annotations,
    }
    await cluster.client.for(replicaSets).create({
      metadata: old,
      spec: { replicas: 1, selector, template },
      status: { replicas: 0 },
    })
    await create({ spec: { replicas: 1 } })
    await cluster.rolledOut('web')
    await setImage('web:2')
    const deployment = await cluster.rolledOut('web')
    assert.equal(deployment.metadata.annotations?.[REVISION], '3546343826724305833')
  })

  it('adopts a replica set that matches, and its pods', async () => {
    await create({ spec: { replicas: 2 } })
    await cluster.rolledOut('web')
    const [set] = await cluster.setsOf('web')
    await cluster.client.for(deployments).delete(at, { propagationPolicy: 'Orphan' })
    await eventually('it is gone', () => isGone(cluster.deployment('web')))
    const orphan = await cluster.client.for(replicaSets).get(set?.metadata ?? at)
    assert.equal(orphan.metadata.ownerReferences, undefined)
    assert.equal((await images()).length, 2)
    await create({ spec: { replicas: 2 } })
    await cluster.rolledOut('web')
    const adopted = await cluster.setsOf('web')
    assert.deepEqual(
      adopted.map((each) => each.metadata.uid),
      [set?.metadata.uid],
    )
  })

  it('goes on where another left off when the controllers’ leader changes', async () => {
    await create({ spec: { replicas: 5 } })
    await cluster.rolledOut('web')
    await setImage('web:2')
    await eventually('the rollout has begun', async () => (await images()).includes('web:2'))
    await cluster.stopControllers()
    await new Promise((resolve) => setTimeout(resolve, 30))
    cluster.startControllers()
    await cluster.rolledOut('web')
    assert.deepEqual(await images(), Array(5).fill('web:2'))
  })
})
