import assert from 'node:assert/strict'
import type { Clock } from '../../../src/base/index.ts'
import { DEFAULT_CONFIG } from '../../../src/master/scheduler/config/index.ts'
import { NO_LOOKUPS } from '../../../src/master/scheduler/framework/lookups.ts'
import { Nominations } from '../../../src/master/scheduler/framework/nominations.ts'
import { Profiles } from '../../../src/master/scheduler/profiles.ts'
import { systemRandom } from '../../../src/platform/index.ts'
import { KeyedHeap } from '../../../src/master/scheduler/queue/heap.ts'
import { SchedulingQueue } from '../../../src/master/scheduler/queue/queue.ts'
import { pods } from '../../../src/api/index.ts'
import type { Informers } from '../../../src/client/index.ts'
import { SchedulerCache } from '../../../src/master/scheduler/cache/cache.ts'
import type { PodView } from '../../../src/master/scheduler/framework/types.ts'
import { watchCluster } from '../../../src/master/scheduler/watch-cluster.ts'
import { makeNode, makePod } from './objects.ts'

/** A clock that a test turns by hand. */
function handClock(): Clock & { turn(byMs: number): void } {
  let nowMs = 1_000_000
  let timers: { atMs: number; fire: () => void; everyMs?: number }[] = []
  const add = (timer: { atMs: number; fire: () => void; everyMs?: number }) => {
    timers.push(timer)
    return { cancel: () => (timers = timers.filter((t) => t !== timer)) }
  }
  return {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    after: (delayMs, fire) => add({ atMs: nowMs + delayMs, fire }),
    every: (everyMs, fire) => add({ atMs: nowMs + everyMs, fire, everyMs }),
    turn(byMs) {
      const endMs = nowMs + byMs
      for (;;) {
        const next = timers.filter((t) => t.atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0]
        if (!next) break
        nowMs = next.atMs
        if (next.everyMs) next.atMs += next.everyMs
        else timers = timers.filter((t) => t !== next)
        next.fire()
      }
      nowMs = endMs
    },
  }
}

function setUp() {
  const clock = handClock()
  const parts = { lookups: NO_LOOKUPS, random: systemRandom(), nominations: new Nominations() }
  const profiles = new Profiles(DEFAULT_CONFIG, parts)
  const queue = new SchedulingQueue({
    clock,
    frameworkOf: (pod) => profiles.of(pod).framework,
    backoff: DEFAULT_CONFIG,
  })
  const popName = async () => (await queue.pop())?.pod.metadata.name
  return { clock, queue, popName }
}

const nodeAdded = { resource: 'node', action: 'add', old: undefined, now: makeNode('n') } as const

describe('scheduling queue', () => {
  it('gives the highest priority first, then the oldest', async () => {
    const { clock, queue, popName } = setUp()
    queue.set(makePod('old'))
    clock.turn(1)
    queue.set(makePod('new'))
    queue.set(makePod('vip', { priority: 10 }))
    assert.deepEqual([await popName(), await popName(), await popName()], ['vip', 'old', 'new'])
    queue.close()
  })

  it('keeps a pod that fits nowhere until a change that its plugins care for', async () => {
    const { clock, queue } = setUp()
    queue.set(makePod('p'))
    const tried = await queue.pop()
    assert.ok(tried)
    queue.retry(tried, new Set(['NodeResourcesFit']))
    assert.deepEqual(queue.sizes, { active: 0, backoff: 0, unschedulable: 1 })
    const unrelated = {
      ...nodeAdded,
      action: 'delete',
      old: makeNode('n'),
      now: undefined,
    } as const
    queue.onEvent(unrelated)
    assert.equal(queue.sizes.unschedulable, 1)
    queue.onEvent(nodeAdded)
    assert.deepEqual(queue.sizes, { active: 0, backoff: 1, unschedulable: 0 })
    clock.turn(999)
    assert.equal(queue.sizes.backoff, 1)
    clock.turn(1)
    assert.equal(queue.sizes.active, 1)
    queue.close()
  })

  it('does not miss a change that came while the pod was being tried', async () => {
    const { queue } = setUp()
    queue.set(makePod('p'))
    const tried = await queue.pop()
    assert.ok(tried)
    queue.onEvent(nodeAdded)
    queue.retry(tried, new Set(['NodeResourcesFit']))
    assert.equal(queue.sizes.backoff, 1)
    queue.close()
  })

  it('does not try a pod again that was deleted while it was being tried', async () => {
    const { queue } = setUp()
    queue.set(makePod('p'))
    const tried = await queue.pop()
    assert.ok(tried)
    queue.delete(tried.pod.metadata.uid)
    queue.retry(tried, new Set())
    assert.deepEqual(queue.sizes, { active: 0, backoff: 0, unschedulable: 0 })
    queue.close()
  })

  it('lets go of a pod that is being deleted, though its finalizers keep it', () => {
    const { queue } = setUp()
    const tellers: ((change: { old: PodView | undefined; now: PodView }) => void)[] = []
    const ofPods = { addHandler: (tell: (typeof tellers)[0]) => tellers.push(tell) }
    const ofOthers = { addHandler: () => () => {} }
    const informers = { for: (of: object) => (of === pods ? ofPods : ofOthers) }
    watchCluster({
      informers: informers as object as Informers,
      cache: new SchedulerCache(),
      queue,
      nominations: new Nominations(),
      isOurs: () => true,
    })
    const pod = makePod('p')
    const metadata = { ...pod.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' }
    for (const tell of tellers) tell({ old: undefined, now: pod })
    assert.equal(queue.sizes.active, 1)
    for (const tell of tellers) tell({ old: pod, now: { ...pod, metadata } })
    assert.equal(queue.sizes.active, 0)
    queue.close()
  })

  it('doubles the back-off up to ten seconds', async () => {
    const { clock, queue } = setUp()
    queue.set(makePod('p'))
    for (const waitMs of [1000, 2000, 4000, 8000, 10_000, 10_000]) {
      const tried = await queue.pop()
      assert.ok(tried)
      queue.retry(tried, new Set())
      clock.turn(waitMs - 1)
      assert.equal(queue.sizes.backoff, 1, `still backing off before ${waitMs} ms`)
      clock.turn(1)
      assert.equal(queue.sizes.active, 1, `ready after ${waitMs} ms`)
    }
    queue.close()
  })

  it('holds gated pods back until the gates are gone', async () => {
    const { queue, popName } = setUp()
    queue.set(makePod('p', { schedulingGates: [{ name: 'example.com/wait' }] }))
    assert.equal(queue.sizes.unschedulable, 1)
    queue.onEvent(nodeAdded)
    assert.equal(queue.sizes.unschedulable, 1)
    queue.set(makePod('p'))
    assert.equal(await popName(), 'p')
    queue.close()
  })

  it('tries a forgotten pod again after five minutes', async () => {
    const { clock, queue } = setUp()
    queue.set(makePod('p'))
    const tried = await queue.pop()
    assert.ok(tried)
    queue.retry(tried, new Set(['NodeAffinity']))
    clock.turn(5 * 60_000 + 30_000)
    assert.equal(queue.sizes.unschedulable, 0)
    queue.close()
  })

  it('hands a new pod to whoever waits, and ends the wait when closed', async () => {
    const { queue, popName } = setUp()
    const waiting = popName()
    queue.set(makePod('p'))
    assert.equal(await waiting, 'p')
    const ended = queue.pop()
    queue.close()
    assert.equal(await ended, undefined)
  })
})

describe('keyed heap', () => {
  it('sorts, replaces and removes', () => {
    const heap = new KeyedHeap<{ key: string; rank: number }>({
      before: (a, b) => a.rank < b.rank,
      keyOf: (item) => item.key,
    })
    const ranks = Array.from({ length: 200 }, (_, i) => (i * 7919) % 211)
    ranks.forEach((rank, i) => heap.push({ key: `k${i}`, rank }))
    heap.push({ key: 'k0', rank: 500 })
    for (let i = 1; i < 200; i += 3) heap.remove(`k${i}`)
    const kept = [500, ...ranks.filter((_, i) => i !== 0 && i % 3 !== 1)].sort((a, b) => a - b)
    const out: number[] = []
    for (let item = heap.pop(); item; item = heap.pop()) out.push(item.rank)
    assert.deepEqual(out, kept)
  })
})
