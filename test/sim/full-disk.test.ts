import assert from 'node:assert/strict'
import { KvError, sleep } from '../../src/base/index.ts'
import { startGroup } from './store/small-group.ts'

/** Of the simulation; its election timeout is 200. */
const RUN_MS = 5000
const DISK_BYTES = 16 * 2 ** 20
/** Less than members keep free for what they have begun, and more than that takes. */
const LEFT_BYTES = 600_000
const NO_SPACE = 'etcdserver: mvcc: database space exceeded'

const call = () => ({ signal: new AbortController().signal })
const bytes = (text: string) => Buffer.from(text)

describe('simulation: full disks', function () {
  this.timeout(60_000)

  for (const seed of ['a', 'b', 'c']) {
    it(`of all members stop writes alone, which come back with space: seed ${seed}`, async () => {
      const group = startGroup(seed, { diskBytes: DISK_BYTES })
      const { nodes, own, lifetime, failures } = group
      const acknowledged = new Set<string>()
      let [refused, missed, reads] = [0, 0, 0]
      const storeAt = (i: number) => nodes[i % nodes.length]?.node.open?.store
      const write = async () => {
        for (let i = 0; lifetime.alive; i++) {
          await sleep(own, 10)
          const store = storeAt(i)
          if (!store) continue
          const key = `key-${String(i).padStart(6, '0')}`
          try {
            await store.put({ key: bytes(key), value: bytes(key.repeat(20)) }, call())
            acknowledged.add(key)
          } catch (error) {
            if (!(error instanceof KvError)) throw error
            if (error.message === NO_SPACE) refused++
          }
        }
      }
      const read = async () => {
        for (let i = 0; lifetime.alive; i++) {
          await sleep(own, 50)
          const store = storeAt(i)
          if (!store) continue
          const before = acknowledged.size
          const all = { key: bytes('key-'), rangeEnd: bytes('key.'), countOnly: true }
          const { count } = await store.range(all, call())
          reads++
          if (count < before) missed++
        }
      }
      for (const work of [write, read]) work().catch((error: unknown) => failures.push(error))
      await group.run(RUN_MS)
      for (const { machine } of nodes) machine.medium.fill(LEFT_BYTES)
      await group.run(RUN_MS)
      assert.ok(refused > 0, 'nothing was refused')
      const [written, looked] = [acknowledged.size, reads]
      await group.run(RUN_MS)
      assert.equal(acknowledged.size, written, 'writes went on')
      assert.ok(reads > looked + 50, 'reads did not go on')
      for (const { node } of nodes) assert.ok(node.open, 'a member has ended')
      for (const { machine } of nodes) machine.medium.empty()
      await group.run(RUN_MS)
      assert.ok(acknowledged.size > written + 50, 'writes did not come back')
      assert.deepEqual(
        nodes.map(({ node }) => node.isOutOfSpace),
        [false, false, false],
      )
      group.close()
      assert.equal(missed, 0, 'a read missed what was acknowledged')
      assert.deepEqual(failures, [])
    })
  }
})
