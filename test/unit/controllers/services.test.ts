import assert from 'node:assert/strict'
import {
  deployments,
  endpoints,
  endpointSlices,
  type Pod,
  pods,
  services,
  type ServiceSpec,
} from '../../../src/api/index.ts'
import { deploymentNamed, eventually, isGone, TestCluster } from './cluster.ts'

const LAST_CHANGE = 'endpoints.kubernetes.io/last-change-trigger-time'

describe('endpoints of services, on a whole API server', () => {
  let cluster: TestCluster
  before(async () => {
    cluster = await TestCluster.start()
  })
  after(() => cluster.stop())

  const createService = (name: string, spec: ServiceSpec) =>
    cluster.client
      .for(services)
      .create({ metadata: { name, namespace: 'default', labels: { tier: 'x' } }, spec, status: {} })
  const slicesOf = async (name: string) => {
    const labelSelector = `kubernetes.io/service-name=${name}`
    const list = await cluster.client.for(endpointSlices).list({ labelSelector })
    return list.items
  }
  const readyCount = async (name: string) =>
    (await slicesOf(name))
      .flatMap((slice) => slice.endpoints ?? [])
      .filter((endpoint) => endpoint.conditions?.ready).length
  const pod = (name: string, port: number): Pod => ({
    metadata: { name, namespace: 'default', labels: { app: 'named' } },
    spec: {
      containers: [{ name: 'c', image: 'x', ports: [{ name: 'http', containerPort: port }] }],
    },
    status: {},
  })

  it('follow the pods of a service, in slices and in Endpoints', async () => {
    await createService('web', {
      selector: { app: 'web' },
      ports: [{ port: 80, targetPort: 8080 }],
    })
    await eventually('there is an empty slice', async () => (await slicesOf('web')).length === 1)
    await cluster.client.for(deployments).create(deploymentNamed('web'))
    await eventually('three are ready', async () => (await readyCount('web')) === 3)
    const [slice, ...others] = await slicesOf('web')
    assert(slice)
    assert.deepEqual(others, [])
    assert.deepEqual(slice.ports, [{ name: '', port: 8080, protocol: 'TCP' }])
    assert.equal(slice.addressType, 'IPv4')
    const changed = slice.metadata.annotations?.[LAST_CHANGE]
    assert.match(changed ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    assert.equal(slice.metadata.labels?.['tier'], 'x')
    const manager = slice.metadata.labels?.['endpointslice.kubernetes.io/managed-by']
    assert.equal(manager, 'endpointslice-controller.k8s.io')
    assert.equal(slice.metadata.ownerReferences?.[0]?.kind, 'Service')
    const endpoint = slice.endpoints?.[0]
    assert.deepEqual(endpoint?.conditions, { ready: true, serving: true, terminating: false })
    assert.equal(endpoint?.targetRef?.kind, 'Pod')
    await eventually('Endpoints show them too', async () => {
      const object = await cluster.client.for(endpoints).get({ name: 'web', namespace: 'default' })
      const subset = object.subsets?.[0]
      const changed = object.metadata.annotations?.[LAST_CHANGE]
      return subset?.addresses?.length === 3 && subset.ports?.[0]?.port === 8080 && changed
    })
    const body = { spec: { replicas: 1 } }
    const at = { name: 'web', namespace: 'default' }
    await cluster.client.for(deployments).patch(at, { type: 'merge', body })
    await eventually('one is left', async () => (await readyCount('web')) === 1)
    await cluster.quiet()
    const written = cluster.writes.length
    await cluster.quiet()
    assert.deepEqual(cluster.writes.slice(written), [])
    await cluster.client.for(services).delete(at)
    await eventually('the slices are gone', async () => (await slicesOf('web')).length === 0)
    await eventually('Endpoints are gone', () => isGone(cluster.client.for(endpoints).get(at)))
  })

  it('give pods whose named port differs slices of their own', async () => {
    await createService('named', {
      selector: { app: 'named' },
      ports: [{ name: 'web', port: 80, targetPort: 'http' }],
    })
    await cluster.client.for(pods).create(pod('a', 8080))
    await cluster.client.for(pods).create(pod('b', 9090))
    await eventually('both are there', async () => (await readyCount('named')) === 2)
    const ports = (await slicesOf('named')).map((slice) => slice.ports?.[0]?.port ?? 0)
    assert.deepEqual(
      ports.sort((a, b) => a - b),
      [8080, 9090],
    )
  })

  it('show pods that are not ready only as such, unless told to publish them', async () => {
    cluster.kubelet.broken.add('slow')
    const slow = pod('slow', 80)
    slow.metadata.labels = { app: 'slow' }
    const created = await cluster.client
      .for(pods)
      .create({ ...slow, spec: { containers: [{ name: 'c', image: 'slow' }] } })
    const status = { phase: 'Running', podIP: '10.9.9.9', podIPs: [{ ip: '10.9.9.9' }] }
    await cluster.client.for(pods).updateStatus({ ...created, status })
    for (const publishNotReadyAddresses of [false, true]) {
      const name = publishNotReadyAddresses ? 'published' : 'hidden'
      const spec = { selector: { app: 'slow' }, clusterIP: 'None', publishNotReadyAddresses }
      await createService(name, spec)
      await eventually('the endpoint is there', async () => {
        const [slice] = await slicesOf(name)
        const conditions = slice?.endpoints?.[0]?.conditions
        return conditions?.ready === publishNotReadyAddresses && conditions.serving === false
      })
      const [slice] = await slicesOf(name)
      assert.equal(slice?.metadata.labels?.['service.kubernetes.io/headless'], '')
      await eventually('Endpoints say the same', async () => {
        const at = { name, namespace: 'default' }
        if (await isGone(cluster.client.for(endpoints).get(at))) return false
        const { subsets = [] } = await cluster.client.for(endpoints).get(at)
        const { addresses, notReadyAddresses } = subsets[0] ?? {}
        const there = publishNotReadyAddresses ? addresses : notReadyAddresses
        return there?.[0]?.ip === '10.9.9.9'
      })
    }
  })

  it('leave services without a selector to their users', async () => {
    const at = { name: 'manual', namespace: 'default' }
    await createService('manual', { ports: [{ port: 80 }] })
    await cluster.client.for(endpoints).create({
      metadata: at,
      subsets: [{ addresses: [{ ip: '192.0.2.1' }], ports: [{ port: 80 }] }],
    })
    await cluster.quiet()
    assert.equal((await cluster.client.for(endpoints).get(at)).subsets?.length, 1)
    const slices = await slicesOf('manual')
    const managers = slices.map(
      ({ metadata }) => metadata.labels?.['endpointslice.kubernetes.io/managed-by'],
    )
    assert.deepEqual(managers, ['endpointslicemirroring-controller.k8s.io'])
    for (const { metadata } of slices) assert.match(metadata.name, /^\w+-[a-z0-9]{5}$/)
    await cluster.client.for(services).delete(at)
    await cluster.quiet()
    assert.equal(await isGone(cluster.client.for(endpoints).get(at)), false)
  })
})

describe('endpoints written by hand, on a whole API server', () => {
  let cluster: TestCluster
  before(async () => {
    cluster = await TestCluster.start()
  })
  after(() => cluster.stop())

  const at = { name: 'outside', namespace: 'default' }
  const mirrored = async () => {
    const labelSelector = 'kubernetes.io/service-name=outside'
    const { items } = await cluster.client.for(endpointSlices).list({ labelSelector })
    return items
      .flatMap((slice) =>
        (slice.endpoints ?? []).map(({ addresses, conditions }) => {
          return `${addresses.join()}:${slice.ports?.[0]?.port} ${conditions?.ready}`
        }),
      )
      .sort()
  }
  const are = (...expected: string[]) =>
    eventually(`slices show ${expected.join(' and ') || 'nothing'}`, async () => {
      return (await mirrored()).join() === expected.join()
    })

  it('are shown in slices, follow them, and go with them', async () => {
    await cluster.client
      .for(services)
      .create({ metadata: { ...at }, spec: { ports: [{ port: 80 }] }, status: {} })
    const subsets = [
      { addresses: [{ ip: '192.0.2.1' }, { ip: '2001:db8::1' }], ports: [{ port: 8080 }] },
      { notReadyAddresses: [{ ip: '192.0.2.2' }], ports: [{ port: 9090 }] },
    ]
    await cluster.client.for(endpoints).create({ metadata: { ...at }, subsets })
    await are('192.0.2.1:8080 true', '192.0.2.2:9090 false', '2001:db8::1:8080 true')
    await cluster.quiet(50)
    const before = cluster.writes.length
    await cluster.stopControllers()
    cluster.startControllers()
    await cluster.quiet(80)
    assert.deepEqual(cluster.writes.slice(before), [])
    const body = { subsets: [{ addresses: [{ ip: '192.0.2.9' }], ports: [{ port: 8080 }] }] }
    await cluster.client.for(endpoints).patch(at, { type: 'merge', body })
    await are('192.0.2.9:8080 true')
    await cluster.client.for(endpoints).delete(at)
    await are()
  })
})
