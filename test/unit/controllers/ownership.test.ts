import assert from 'node:assert/strict'
import {
  configMaps,
  deployments,
  endpoints,
  endpointSlices,
  namespaces,
  type OwnerReference,
  pods,
  replicaSets,
  serviceAccounts,
  services,
} from '../../../src/api/index.ts'
import { deploymentNamed, eventually, isGone, TestCluster } from './cluster.ts'

describe('garbage collector, on a whole API server', () => {
  let cluster: TestCluster
  before(async () => {
    cluster = await TestCluster.start()
  })
  after(() => cluster.stop())

  const web = { name: 'web', namespace: 'default' }
  const podCount = async () => {
    const list = await cluster.client.for(pods).list({ namespace: 'default' })
    return list.items.length
  }
  const create = async () => {
    await cluster.client.for(deployments).create(deploymentNamed('web'))
    await cluster.rolledOut('web')
  }
  const configMap = (name: string, ...ownerReferences: OwnerReference[]) =>
    cluster.client
      .for(configMaps)
      .create({ metadata: { name, namespace: 'default', ownerReferences } })
  const ownedBy = (owner: { metadata: { name: string; uid: string } }): OwnerReference => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name: owner.metadata.name,
    uid: owner.metadata.uid,
  })
  const mapIsGone = (name: string) =>
    isGone(cluster.client.for(configMaps).get({ name, namespace: 'default' }))

  it('deletes in the background what lost its owner', async () => {
    await create()
    await cluster.client.for(deployments).delete(web)
    assert(await isGone(cluster.deployment('web')), 'the owner goes at once')
    await eventually('its pods are gone', async () => (await podCount()) === 0)
    assert.deepEqual(await cluster.setsOf('web'), [])
  })

  it('deletes in the foreground: the owner stays until its dependents are gone', async () => {
    await create()
    cluster.kubelet.paused = true
    // A finalizer stands for a pod that takes its time.
    const [first] = (await cluster.client.for(pods).list({ namespace: 'default' })).items
    assert(first)
    const hold = { metadata: { finalizers: ['example.com/hold'] } }
    await cluster.client.for(pods).patch(first.metadata, { type: 'merge', body: hold })
    await cluster.client.for(deployments).delete(web, { propagationPolicy: 'Foreground' })
    await eventually('one pod is left', async () => (await podCount()) === 1)
    await cluster.quiet()
    const owner = await cluster.deployment('web')
    assert.deepEqual(owner.metadata.finalizers, ['foregroundDeletion'])
    assert.equal((await cluster.setsOf('web')).length, 1)
    const release = { metadata: { finalizers: [] } }
    await cluster.client.for(pods).patch(first.metadata, { type: 'merge', body: release })
    await eventually('all is gone', () => isGone(cluster.deployment('web')))
    assert.equal(await podCount(), 0)
    cluster.kubelet.paused = false
  })

  it('orphans when asked to', async () => {
    await create()
    const [set] = await cluster.setsOf('web')
    assert(set)
    await cluster.client.for(replicaSets).delete(set.metadata, { propagationPolicy: 'Orphan' })
    await cluster.client.for(deployments).delete(web, { propagationPolicy: 'Orphan' })
    await eventually('the owners are gone', () => isGone(cluster.deployment('web')))
    await eventually('the set is gone', () =>
      isGone(cluster.client.for(replicaSets).get(set.metadata)),
    )
    await cluster.quiet()
    const { items } = await cluster.client.for(pods).list({ namespace: 'default' })
    assert.equal(items.length, 3)
    for (const pod of items) {
      assert.equal(pod.metadata.ownerReferences, undefined)
      await cluster.client.for(pods).delete(pod.metadata, { gracePeriodSeconds: 0 })
    }
  })

  it('keeps an object as long as one owner lives', async () => {
    const [one, two] = [await configMap('one'), await configMap('two')]
    await configMap('owned', ownedBy(one), ownedBy(two))
    await cluster.client.for(configMaps).delete(one.metadata)
    await eventually('the lost owner is taken out', async () => {
      const owned = await cluster.client
        .for(configMaps)
        .get({ name: 'owned', namespace: 'default' })
      return owned.metadata.ownerReferences?.length === 1
    })
    await cluster.client.for(configMaps).delete(two.metadata)
    await eventually('it is gone', () => mapIsGone('owned'))
  })

  it('judges owners by UID, and not those of kinds that it does not know', async () => {
    const owner = await configMap('again')
    await configMap('of-another', { ...ownedBy(owner), uid: 'somebody-else' })
    await configMap('of-unknown', { ...ownedBy(owner), kind: 'Widget', apiVersion: 'x.io/v1' })
    await configMap('of-owner', ownedBy(owner))
    await eventually('the false one is gone', () => mapIsGone('of-another'))
    await cluster.quiet()
    assert.equal(await mapIsGone('of-unknown'), false)
    assert.equal(await mapIsGone('of-owner'), false)
  })

  it('empties a namespace and lets it go', async () => {
    await cluster.client
      .for(namespaces)
      .create({ metadata: { name: 'team' }, spec: {}, status: {} })
    const account = { name: 'default', namespace: 'team' }
    await eventually(
      'the default service account is there',
      async () => !(await isGone(cluster.client.for(serviceAccounts).get(account))),
    )
    await cluster.client.for(deployments).create(deploymentNamed('web', { namespace: 'team' }))
    await cluster.rolledOut('web', 'team')
    const spec = { selector: { app: 'web' }, ports: [{ port: 80 }] }
    const service = { metadata: { name: 'web', namespace: 'team' }, spec, status: {} }
    await cluster.client.for(services).create(service)
    await cluster.client.for(namespaces).delete({ name: 'team' })
    await eventually('it is gone', () =>
      isGone(cluster.client.for(namespaces).get({ name: 'team' })),
    )
    for (const resource of [pods, replicaSets, services, endpoints, endpointSlices, configMaps]) {
      const { items } = await cluster.client
        .for(resource as typeof pods)
        .list({ namespace: 'team' })
      assert.deepEqual(items, [], resource.plural)
    }
  })

  it('says what keeps a namespace', async () => {
    await cluster.client
      .for(namespaces)
      .create({ metadata: { name: 'stuck' }, spec: {}, status: {} })
    const finalizers = ['example.com/wait']
    const held = { metadata: { name: 'held', namespace: 'stuck', finalizers } }
    await cluster.client.for(configMaps).create(held)
    await cluster.client.for(namespaces).delete({ name: 'stuck' })
    await eventually('it says so', async () => {
      const { status } = await cluster.client.for(namespaces).get({ name: 'stuck' })
      return status.conditions?.some(
        ({ type, message }) =>
          type === 'NamespaceFinalizersRemaining' &&
          message ===
            'Some content in the namespace has finalizers remaining: example.com/wait in 1 resource instances',
      )
    })
    const body = { metadata: { finalizers: [] } }
    await cluster.client.for(configMaps).patch(held.metadata, { type: 'merge', body })
    await eventually('it is gone', () =>
      isGone(cluster.client.for(namespaces).get({ name: 'stuck' })),
    )
  })

  it('empties a namespace of its pods first, and of the rest when they are gone', async () => {
    await cluster.client
      .for(namespaces)
      .create({ metadata: { name: 'order' }, spec: {}, status: {} })
    const at = { name: 'kept', namespace: 'order' }
    await cluster.client.for(configMaps).create({ metadata: at })
    const metadata = { ...at, finalizers: ['example.com/wait'] }
    const spec = { containers: [{ name: 'c', image: 'c' }] }
    await cluster.client.for(pods).create({ metadata, spec, status: {} })
    await cluster.client.for(namespaces).delete({ name: 'order' })
    await eventually('it waits for the pod', async () => {
      const { status } = await cluster.client.for(namespaces).get({ name: 'order' })
      return status.conditions?.some(({ message }) =>
        message?.endsWith('remaining: pods has 1 resource instances'),
      )
    })
    await cluster.client.for(configMaps).get(at)
    const body = { metadata: { finalizers: [] } }
    await cluster.client.for(pods).patch(at, { type: 'merge', body })
    await eventually('it is gone', () =>
      isGone(cluster.client.for(namespaces).get({ name: 'order' })),
    )
  })

  it('gives a default service account back', async () => {
    const at = { name: 'default', namespace: 'default' }
    const client = cluster.client.for(serviceAccounts)
    await eventually('it is there', async () => !(await isGone(client.get(at))))
    const { uid } = (await client.get(at)).metadata
    await client.delete(at)
    await eventually('another one is there', async () => {
      const { items } = await client.list({ namespace: 'default' })
      return items.some((each) => each.metadata.name === 'default' && each.metadata.uid !== uid)
    })
  })
})
