import assert from 'node:assert/strict'
import { startGroup } from './store/small-group.ts'

const TTL_SECONDS = 420
/** What a lease has to have run for until the time that it has left is noted, as in etcd. */
const NOTED_MS = 300_000
const KEY = Buffer.from('key')
const SOON_MS = 3000

describe('simulation: leases over the lives of members', function () {
  this.timeout(120_000)

  it('keep the time that they have left when everybody was started anew, one after another', async () => {
    const group = startGroup('leases')
    const { nodes, failures, own } = group
    const { signal } = new AbortController()
    await group.run(SOON_MS)
    const ask = async <T>(work: Promise<T> | undefined): Promise<T> => {
      let answer: T | undefined
      work?.then((given) => {
        answer = given
      }, failures.push.bind(failures))
      await group.clock.run({
        forMs: SOON_MS,
        until: () => answer !== undefined || failures.length > 0,
      })
      assert.deepEqual(failures, [])
      assert(answer !== undefined, 'nobody answers')
      return answer
    }
    const store = () => nodes.find(({ node }) => node.isLeader)?.node.open?.store
    const startMs = own.monotonicMs()
    const { id } = await ask(store()?.leaseGrant({ TTL: TTL_SECONDS }, { signal }))
    await ask(store()?.put({ key: KEY, lease: id }, { signal }))
    const isThere = async () => (await ask(store()?.range({ key: KEY }, { signal }))).kvs.length > 0
    const untilMs = async (atMs: number) => group.run(startMs + atMs - own.monotonicMs())
    await untilMs(NOTED_MS + SOON_MS)
    const left = await ask(store()?.leaseTimeToLive({ id, keys: false }, { signal }))
    assert(left.ttlSeconds <= TTL_SECONDS - NOTED_MS / 1000)
    // Nobody remembers when it was granted. The leader goes last, and others lead in between.
    for (const isLeading of [false, true]) {
      for (const { node } of nodes.filter((each) => each.node.isLeader === isLeading)) {
        node.kill()
        node.start()
        await group.run(SOON_MS)
      }
    }
    await untilMs((TTL_SECONDS - 1) * 1000)
    assert(await isThere(), 'it lives as long as it was granted for')
    await untilMs(TTL_SECONDS * 1000 + 10 * SOON_MS)
    assert(!(await isThere()), 'it lives no longer because its members were started anew')
    group.close()
    assert.deepEqual(failures, [])
  })
})
