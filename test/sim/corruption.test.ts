import assert from 'node:assert/strict'
import { AlarmType } from '../../src/store/alarms/index.ts'
import { alter } from './store/corruption.ts'
import { type SmallGroup, startGroup } from './store/small-group.ts'

const RUN_MS = 3000
/** More than a member waits before it compares again. */
const AGAIN_MS = 70_000

describe('simulation: a member that starts among others', function () {
  this.timeout(60_000)
  let group: SmallGroup
  beforeEach(async () => {
    group = startGroup('rot')
    await group.run(RUN_MS)
    await done(storeOf(0).put({ key: Buffer.from('key'), value: Buffer.from('value') }, call()))
    // Everybody has it, and nothing else comes.
    await group.run(RUN_MS)
  })
  afterEach(() => {
    group.close()
    assert.deepEqual(group.failures, [])
  })

  const call = () => ({ signal: new AbortController().signal })
  const openOf = (at: number) => {
    const open = group.nodes[at]?.node.open
    assert.ok(open, `member ${at} is not open`)
    return open
  }
  const storeOf = (at: number) => openOf(at).store
  const isAccused = (at: number) =>
    openOf(0).state.alarms.has({ memberId: BigInt(openOf(at).id), alarm: AlarmType.corrupt })

  const done = async <T>(work: Promise<T>): Promise<T> => {
    let isDone = false
    const end = () => {
      isDone = true
    }
    work.then(end, end)
    await group.clock.run({ forMs: AGAIN_MS, until: () => isDone })
    assert.ok(isDone, 'it has not come to an end')
    return work
  }
  const rot = async (at: number) => {
    const { ports } = group.nodes[at]?.node ?? {}
    assert.ok(ports)
    assert.ok(await done(alter(openOf(at).state, ports)))
  }

  it('stays, and accuses the one that holds other data than most', async () => {
    await rot(1)
    for (const sound of [0, 2]) {
      assert.equal(await done(storeOf(sound).corruption.mayStay(call())), true)
    }
    await group.run(RUN_MS)
    assert.deepEqual([0, 1, 2].map(isAccused), [false, true, false])
  })

  it('ends when it is the odd one itself', async () => {
    await rot(1)
    assert.equal(await done(storeOf(1).corruption.mayStay(call())), false)
  })

  it('judges nobody while too few answer, and does when the others are there', async () => {
    await rot(1)
    const third = group.nodes[2]?.node
    third?.kill()
    const mayStay = storeOf(0).corruption.mayStay(call())
    let isJudged = false
    const judged = () => {
      isJudged = true
    }
    mayStay.then(judged, judged)
    await group.run(2 * RUN_MS)
    assert.equal(isJudged, false)
    assert.equal(isAccused(1), false)
    third?.start()
    assert.equal(await done(mayStay), true)
    assert.equal(isAccused(1), true)
  })
})
