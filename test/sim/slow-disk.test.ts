import assert from 'node:assert/strict'
import { KvError, sleep } from '../../src/base/index.ts'
import { startGroup } from './store/small-group.ts'

const NAMES = ['m1', 'm2', 'm3']
/** Of the simulation; its election timeout is 200. */
const RUN_MS = 5000
const SLOW = 200

interface Run {
  /** Who led, one after another, from when its disk became slow. */
  readonly leaders: readonly string[]
  /** How long the writes of the second half took, sorted. */
  readonly writesMs: readonly number[]
}

/** Three members under a steady load; after a while the disks that are chosen become slow. */
async function run(seed: string, isSlow: (leader: string, name: string) => boolean): Promise<Run> {
  const group = startGroup(seed)
  const { nodes, own, lifetime, leaders, failures } = group
  const writesMs: number[] = []
  let isMeasured = false
  const write = async (at: number) => {
    for (let i = 0; lifetime.alive; i++) {
      await sleep(own, 10)
      const store = nodes[(i + at) % nodes.length]?.node.open?.store
      if (!store) continue
      const startMs = own.monotonicMs()
      try {
        const put = { key: Buffer.from(`${at}`), value: Buffer.from(`${i}`) }
        await store.put(put, { signal: new AbortController().signal })
        if (isMeasured) writesMs.push(own.monotonicMs() - startMs)
      } catch (error) {
        if (!(error instanceof KvError)) throw error
      }
    }
  }
  for (let at = 0; at < 3; at++) write(at).catch((error: unknown) => failures.push(error))
  await group.run(RUN_MS)
  const leader = nodes.find(({ node }) => node.isLeader)?.name ?? ''
  leaders.splice(0, Infinity, leader)
  for (const { name, machine } of nodes) if (isSlow(leader, name)) machine.disk.slowness = SLOW
  await group.run(RUN_MS)
  isMeasured = true
  await group.run(RUN_MS)
  group.close()
  assert.deepEqual(failures, [])
  return { leaders, writesMs: writesMs.sort((a, b) => a - b) }
}

describe('simulation: a slow disk', function () {
  this.timeout(60_000)

  for (const seed of ['a', 'b', 'c']) {
    it(`under the leader moves leadership, once: seed ${seed}`, async () => {
      const { leaders, writesMs } = await run(seed, (leader, name) => name === leader)
      assert.equal(leaders.length, 2, leaders.join(' '))
      const median = writesMs[Math.floor(writesMs.length / 2)] ?? Infinity
      assert(median < 20, `writes take ${median} ms`)
    })

    it(`under a follower changes nothing: seed ${seed}`, async () => {
      const { leaders } = await run(seed, (leader, name) => {
        const [follower] = NAMES.filter((each) => each !== leader)
        return name === follower
      })
      assert.equal(leaders.length, 1, leaders.join(' '))
    })

    it(`under all members alike moves leadership at most now and then: seed ${seed}`, async () => {
      const { leaders } = await run(seed, () => true)
      assert(leaders.length <= 3, leaders.join(' '))
    })
  }

  it('is minded in the same way every time', async () => {
    const first = await run('d', (leader, name) => name === leader)
    const again = await run('d', (leader, name) => name === leader)
    assert.deepEqual(again, first)
  })
})
