import assert from 'node:assert/strict'
import {
  configMaps,
  type CustomResourceDefinition,
  customResourceDefinitions,
  customResources,
  type KubeObject,
  namespaces,
  type Resource,
} from '../../../src/api/index.ts'
import { eventually, isGone, TestCluster } from './cluster.ts'

const SHIPS = { name: 'ships.fleet.example.com' }

const definition: CustomResourceDefinition = {
  status: {},
  metadata: SHIPS,
  spec: {
    group: 'fleet.example.com',
    scope: 'Namespaced',
    names: { plural: 'ships', kind: 'Ship' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        },
      },
    ],
  },
}

describe('custom resources among the controllers', () => {
  let cluster: TestCluster
  let ships: Resource

  before(async () => {
    cluster = await TestCluster.start()
    const client = cluster.client.for(customResourceDefinitions)
    await client.create(definition)
    await eventually('ships are served', async () => {
      const now = await client.get(SHIPS)
      const served = customResources(now)?.served ?? []
      if (served[0]) ships = served[0]
      return (now.status.conditions ?? []).some((c) => c.type === 'Established')
    })
  })
  after(() => cluster.stop())

  const launch = (name: string, namespace = 'default', finalizers: string[] = []) => {
    const metadata = { name, namespace, ...(finalizers.length > 0 && { finalizers }) }
    const ship: KubeObject = { apiVersion: 'fleet.example.com/v1', kind: 'Ship', metadata }
    return cluster.client.for(ships).create(ship)
  }

  it('own objects, which go when they go', async () => {
    const ship = await launch('argo')
    const { name, uid } = ship.metadata
    const ownerReferences = [{ apiVersion: 'fleet.example.com/v1', kind: 'Ship', name, uid }]
    const cargo = { name: 'cargo', namespace: 'default' }
    await cluster.client.for(configMaps).create({ metadata: { ...cargo, ownerReferences } })
    await cluster.quiet()
    await cluster.client.for(configMaps).get(cargo)
    await cluster.client.for(ships).delete({ name, namespace: 'default' })
    const isDone = () => isGone(cluster.client.for(configMaps).get(cargo))
    await eventually('what it owned is gone', isDone)
  })

  it('go with their namespace', async () => {
    await cluster.client.for(namespaces).create({ metadata: { name: 'sea' }, spec: {}, status: {} })
    await launch('drake', 'sea')
    await cluster.client.for(namespaces).delete({ name: 'sea' })
    const isDone = () => isGone(cluster.client.for(namespaces).get({ name: 'sea' }))
    await eventually('the namespace is gone', isDone)
    const left = await cluster.client.for(ships).list({ namespace: 'sea' })
    assert.deepEqual(left.items, [])
  })

  it('go before their definition, which waits for the last of them', async () => {
    await launch('held', 'default', ['example.com/hold'])
    const client = cluster.client.for(customResourceDefinitions)
    await client.delete(SHIPS)
    const place = { name: 'held', namespace: 'default' }
    await eventually('it is being deleted', async () => {
      const held = await cluster.client.for(ships).get(place)
      return held.metadata.deletionTimestamp !== undefined
    })
    await client.get(SHIPS)
    const body = { metadata: { finalizers: [] } }
    await cluster.client.for(ships).patch(place, { type: 'merge', body })
    await eventually('the definition is gone', () => isGone(client.get(SHIPS)))
    await eventually('nobody serves ships', () => isGone(cluster.client.for(ships).get(place)))
  })
})
