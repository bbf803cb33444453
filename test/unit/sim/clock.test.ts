import assert from 'node:assert/strict'
import { sleep } from '../../../src/base/index.ts'
import { Lifetime, SimClock } from '../../../src/sim/index.ts'

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

function start() {
  const clock = new SimClock({ startMs: 1_000_000, turn })
  const lifetime = new Lifetime()
  const wall = { offsetMs: 0 }
  return { clock, lifetime, wall, process: clock.of(lifetime, wall) }
}

describe('sim: the clock', () => {
  it('fires in the order of time, then of asking', async () => {
    const { clock, process } = start()
    const fired: string[] = []
    process.after(2, () => fired.push('b'))
    process.after(1, () => fired.push('a'))
    process.after(2, () => fired.push('c'))
    process.after(3, () => fired.push('late'))
    await clock.run({ forMs: 2 })
    assert.deepEqual(fired, ['a', 'b', 'c'])
    assert.equal(clock.elapsedMs, 2)
  })

  it('lets promise code come to rest before the next event', async () => {
    const { clock, process } = start()
    const seen: string[] = []
    process.after(1, () => {
      void (async () => {
        for (let i = 0; i < 20; i++) await Promise.resolve()
        seen.push('rest')
      })()
    })
    process.after(1, () => seen.push('next'))
    await clock.run({ forMs: 5 })
    assert.deepEqual(seen, ['rest', 'next'])
  })

  it('takes no real time', async () => {
    const { clock, process } = start()
    let days = 0
    const timer = process.every(86_400_000, () => days++)
    await clock.run({ forMs: 365 * 86_400_000 })
    timer.cancel()
    await clock.run({ forMs: 365 * 86_400_000 })
    assert.equal(days, 365)
  })

  it('a killed process has no timers, and what it awaits never comes', async () => {
    const { clock, lifetime, process } = start()
    let woke = false
    void sleep(process, 10).then(() => {
      woke = true
    })
    lifetime.end()
    await clock.run({ forMs: 100 })
    assert.equal(woke, false)
  })

  it("a machine's wall clock jumps, durations do not", async () => {
    const { clock, wall, process } = start()
    await clock.run({ forMs: 10 })
    wall.offsetMs = -5000
    assert.equal(process.nowMs(), 1_000_000 + 10 - 5000)
    assert.equal(process.monotonicMs(), 10)
  })
})
