import assert from 'node:assert/strict'
import { WorkQueue } from '../../../src/client/index.ts'
import { ManualClock } from '../../contract/manual-clock.ts'

describe('work queue', () => {
  let clock: ManualClock
  let queue: WorkQueue
  beforeEach(() => {
    clock = new ManualClock()
    queue = new WorkQueue({ clock })
  })

  it('hands out a key once, in order, however often it was added', async () => {
    for (const key of ['a', 'b', 'a', 'a']) queue.add(key)
    assert.equal(await queue.take(), 'a')
    assert.equal(await queue.take(), 'b')
    assert.equal(queue.length, 0)
  })

  it('does not hand out a key that is worked on, and remembers it', async () => {
    queue.add('a')
    assert.equal(await queue.take(), 'a')
    queue.add('a')
    assert.equal(queue.length, 0)
    queue.done('a')
    assert.equal(await queue.take(), 'a')
    queue.done('a')
    assert.equal(queue.length, 0)
  })

  it('wakes one taker for each key', async () => {
    const taken = Promise.all([queue.take(), queue.take()])
    queue.add('a')
    queue.add('b')
    assert.deepEqual(await taken, ['a', 'b'])
    queue.add('a')
    assert.equal(queue.length, 0, 'a key handed straight to a taker is worked on')
  })

  it('adds later, at the earliest of several times', async () => {
    queue.addAfter('a', 100)
    queue.addAfter('a', 50)
    queue.addAfter('a', 200)
    clock.advance(49)
    assert.equal(queue.length, 0)
    clock.advance(1)
    assert.equal(queue.length, 1)
    clock.advance(1000)
    assert.equal(queue.length, 1)
    assert.equal(queue.delayed, 0)
  })

  it('backs off from 5 ms to 1000 s for each key, until forgotten', () => {
    const delays: number[] = []
    for (let i = 0; i < 20; i++) {
      const startMs = clock.nowMs()
      queue.addRateLimited('a')
      while (queue.length === 0) clock.advance(5)
      delays.push(clock.nowMs() - startMs)
      void queue.take()
      queue.done('a')
    }
    assert.deepEqual(delays.slice(0, 5), [5, 10, 20, 40, 80])
    assert.equal(delays.at(-1), 1_000_000)
    queue.forget('a')
    queue.addRateLimited('a')
    clock.advance(5)
    assert.equal(queue.length, 1)
  })

  it('ends takers and takes nothing more once closed', async () => {
    const taken = queue.take()
    queue.addAfter('a', 10)
    queue.close()
    queue.add('b')
    clock.advance(100)
    assert.equal(await taken, undefined)
    assert.equal(await queue.take(), undefined)
    assert.equal(queue.length, 0)
  })
})
