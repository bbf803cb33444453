import assert from 'node:assert/strict'
import {
  findCondition,
  type IPAddress,
  ipAddresses,
  type ServiceCIDR,
  serviceCidrs,
  type Stored,
} from '../../../src/api/index.ts'
import { systemClock } from '../../../src/platform/index.ts'
import { canGo } from '../../../src/master/controllers/service-cidr.ts'
import { eventually, isGone, TestCluster } from './cluster.ts'

const FINALIZER = 'networking.k8s.io/service-cidr-finalizer'
const address = (name: string): IPAddress => ({
  metadata: { name },
  spec: { parentRef: { resource: 'services', namespace: 'default', name: 'web' } },
})
const block = (name: string, ...cidrs: string[]): ServiceCIDR => ({
  metadata: { name },
  spec: { cidrs },
  status: {},
})

describe('whether a block of service addresses may go', () => {
  const cases: [string, { others: string[]; ips: string[]; expected: boolean }][] = [
    ['without addresses', { others: [], ips: [], expected: true }],
    ['with addresses of others', { others: [], ips: ['10.9.0.1'], expected: true }],
    ['with an address', { others: [], ips: ['10.1.0.7'], expected: false }],
    ['another block has it, too', { others: ['10.0.0.0/8'], ips: ['10.1.0.7'], expected: true }],
    ['another has not', { others: ['10.1.1.0/24'], ips: ['10.1.0.7'], expected: false }],
  ]
  for (const [what, { others, ips, expected }] of cases) {
    it(what, () => {
      const own = block('own', '10.1.0.0/16') as Stored<ServiceCIDR>
      const blocks = [own, ...others.map((cidr) => block(cidr, cidr) as Stored<ServiceCIDR>)]
      const addresses = ips.map((ip) => address(ip) as Stored<IPAddress>)
      assert.equal(canGo(own, { blocks, addresses }), expected)
    })
  }
})

describe('blocks of service addresses, on a whole API server', () => {
  it('are ready, and stay while an address is taken', async () => {
    // Its own time runs ahead, so that the grace after the deletion is over.
    const clock = { ...systemClock, nowMs: () => systemClock.nowMs() + 20_000 }
    const cluster = await TestCluster.start({ clock })
    const client = cluster.client.for(serviceCidrs)
    const get = () => client.get({ name: 'more' })
    const ready = async () => findCondition((await get()).status?.conditions, 'Ready')
    try {
      await client.create(block('more', '10.200.0.0/24'))
      await eventually('it is ready', async () => (await ready())?.status === 'True')
      assert.equal((await ready())?.message, 'Kubernetes Service CIDR is ready')
      assert.deepEqual((await get()).metadata.finalizers, [FINALIZER])
      await cluster.client.for(ipAddresses).create(address('10.200.0.9'))
      await client.delete({ name: 'more' })
      await eventually('it says why it stays', async () => (await ready())?.status === 'False')
      assert.equal((await ready())?.reason, 'Terminating')
      await cluster.client.for(ipAddresses).delete({ name: '10.200.0.9' })
      await eventually('it is gone', () => isGone(get()))
    } finally {
      await cluster.stop()
    }
  })
})
