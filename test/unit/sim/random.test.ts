import assert from 'node:assert/strict'
import { SeededRandom } from '../../../src/sim/index.ts'

const draw = (random: SeededRandom, count = 20) =>
  Array.from({ length: count }, () => random.int(1_000_000))

describe('sim: seeded randomness', () => {
  it('repeats itself for a seed, and differs between seeds', () => {
    assert.deepEqual(draw(new SeededRandom(7)), draw(new SeededRandom(7)))
    assert.notDeepEqual(draw(new SeededRandom(7)), draw(new SeededRandom(8)))
  })

  it('forks streams that do not depend on what else was drawn', () => {
    const fresh = new SeededRandom(7)
    const used = new SeededRandom(7)
    draw(used)
    draw(used.fork('disk'))
    assert.deepEqual(draw(used.fork('network')), draw(fresh.fork('network')))
    assert.notDeepEqual(draw(fresh.fork('disk')), draw(fresh.fork('network')))
  })

  it('spreads evenly', () => {
    const random = new SeededRandom(1)
    const counts = Array.from({ length: 10 }, () => 0)
    for (let i = 0; i < 20_000; i++) counts[random.int(10)]!++
    for (const count of counts) assert.ok(Math.abs(count - 2000) < 200, `${count}`)
    for (let i = 0; i < 1000; i++) {
      const float = random.float()
      assert.ok(float >= 0 && float < 1)
    }
  })

  it('makes version 4 UUIDs', () => {
    const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
    assert.match(new SeededRandom(1).uuid(), pattern)
  })
})
