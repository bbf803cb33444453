import assert from 'node:assert/strict'
import { nodes } from '../../../src/api/index.ts'
import { BlockAllocator } from '../../../src/master/controllers/node-ipam-plan.ts'
import { ttlStep } from '../../../src/master/controllers/ttl.ts'
import { eventually, TestCluster } from './cluster.ts'

describe('blocks of addresses for nodes', () => {
  const take = (allocator: BlockAllocator, count: number) =>
    Array.from({ length: count }, () => allocator.take())

  it('come one after the other, and again only when all others are taken', () => {
    const allocator = new BlockAllocator({ cluster: '10.244.0.0/22', bits: 24 }, [])
    assert.deepEqual(take(allocator, 2), ['10.244.0.0/24', '10.244.1.0/24'])
    allocator.release('10.244.0.0/24')
    const rest = ['10.244.2.0/24', '10.244.3.0/24', '10.244.0.0/24', undefined]
    assert.deepEqual(take(allocator, 4), rest)
  })
  it('leave out what services have and what nodes have already', () => {
    const allocator = new BlockAllocator({ cluster: '10.0.0.0/14', bits: 16 }, ['10.1.128.0/20'])
    allocator.occupy('10.2.0.0/16')
    assert.deepEqual(take(allocator, 3), ['10.0.0.0/16', '10.3.0.0/16', undefined])
  })
  it('of IPv6', () => {
    const allocator = new BlockAllocator({ cluster: 'fd00:10::/62', bits: 64 }, ['10.0.0.0/8'])
    assert.deepEqual(take(allocator, 3), ['fd00:10::/64', 'fd00:10:0:1::/64', 'fd00:10:0:2::/64'])
  })
})

describe('how long node agents may believe what they read', () => {
  const cases: [step: number, count: number, expected: number][] = [
    [0, 100, 0],
    [0, 101, 1],
    [1, 90, 1],
    [1, 89, 0],
    [0, 5000, 4],
    [4, 10, 0],
    [4, 10_001, 5],
  ]
  for (const [step, count, expected] of cases) {
    it(`from step ${step} with ${count} nodes`, () => assert.equal(ttlStep(step, count), expected))
  }
})

describe('blocks for nodes, on a whole API server', () => {
  it('every node has its own, also under another leader', async () => {
    const nodeIpam = { blocks: [{ cluster: '10.244.0.0/22', bits: 24 }] }
    const cluster = await TestCluster.start({ nodeIpam })
    const create = async (name: string) => {
      await cluster.client.for(nodes).create({ metadata: { name }, spec: {}, status: {} })
    }
    const cidrs = async () => {
      const { items } = await cluster.client.for(nodes).list()
      return items.flatMap(({ spec }) => spec.podCIDRs ?? []).sort()
    }
    const have = (count: number) =>
      eventually(`${count} nodes have a block`, async () => (await cidrs()).length === count)
    try {
      await create('a')
      await create('b')
      await have(2)
      await cluster.stopControllers()
      await create('c')
      await create('d')
      cluster.startControllers()
      await have(4)
      const all = ['10.244.0.0/24', '10.244.1.0/24', '10.244.2.0/24', '10.244.3.0/24']
      assert.deepEqual(await cidrs(), all)
      await create('e')
      await cluster.quiet()
      assert.equal((await cidrs()).length, 4)
      const { metadata, spec } = await cluster.client.for(nodes).get({ name: 'a' })
      assert.equal(spec.podCIDR, spec.podCIDRs?.[0])
      assert.equal(metadata.annotations?.['node.alpha.kubernetes.io/ttl'], '0')
    } finally {
      await cluster.stop()
    }
  })
})
