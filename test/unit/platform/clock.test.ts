import assert from 'node:assert/strict'
import { systemClock, systemRandom } from '../../../src/platform/index.ts'

describe('platform: clock and random', () => {
  it('fires once, repeats, and can be cancelled', async () => {
    let ticks = 0
    const cancelled = systemClock.after(1, () => assert.fail('was cancelled'))
    cancelled.cancel()
    await new Promise<void>((resolve) => {
      const timer = systemClock.every(1, () => {
        if (++ticks < 3) return
        timer.cancel()
        resolve()
      })
    })
    assert.equal(ticks, 3)
  })

  it('draws within its bounds, over the whole range', () => {
    const random = systemRandom()
    const seen = new Set<number>()
    for (let i = 0; i < 500; i++) {
      seen.add(random.int(5))
      const float = random.float()
      assert(float >= 0 && float < 1)
    }
    assert.deepEqual(
      [...seen].sort((a, b) => a - b),
      [0, 1, 2, 3, 4],
    )
    assert(Number.isSafeInteger(random.int(2 ** 53 - 1)))
    assert.equal(random.bytes(9).length, 9)
    assert.match(random.fork('x').uuid(), /^[0-9a-f-]{36}$/)
  })
})
