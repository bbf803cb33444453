import assert from 'node:assert/strict'
import { compareKeys, createMemoryKv } from '../../../src/kv/index.ts'
import { ManualClock } from '../../contract/manual-clock.ts'

describe('kv in memory', () => {
  it('ends a watch that is not read, behind what it holds', async () => {
    const kv = createMemoryKv({ clock: new ManualClock(), watchBatchesMax: 3 })
    const { signal } = new AbortController()
    const watch = kv.watch('/', { signal })[Symbol.asyncIterator]()
    for (let i = 0; i < 5; i++) await kv.create(`/${i}`, new Uint8Array(1))
    for (let i = 0; i < 3; i++) assert.equal((await watch.next()).value?.revision, i + 2)
    await assert.rejects(watch.next(), /not read fast enough/)
  })

  it('does not count the history that a watch starts with', async () => {
    const kv = createMemoryKv({ clock: new ManualClock(), watchBatchesMax: 3 })
    for (let i = 0; i < 10; i++) await kv.create(`/${i}`, new Uint8Array(1))
    const { signal } = new AbortController()
    const watch = kv.watch('/', { startRevision: 2, signal })[Symbol.asyncIterator]()
    await kv.create('/live', new Uint8Array(1))
    for (let i = 0; i < 11; i++) assert.equal((await watch.next()).value?.revision, i + 2)
  })

  it('lets leases expire by its clock alone, however long they are', async () => {
    const clock = new ManualClock()
    const kv = createMemoryKv({ clock })
    // Longer than one timer can wait.
    const lease = await kv.leaseGrant(30 * 24 * 3600)
    await kv.create('/a', new Uint8Array(1), { lease })
    clock.advance(29 * 24 * 3600 * 1000)
    assert.equal(await kv.count('/'), 1)
    clock.advance(2 * 24 * 3600 * 1000)
    assert.equal(await kv.count('/'), 0)
  })

  it('ends everything with its close', async () => {
    const kv = createMemoryKv({ clock: new ManualClock() })
    const { signal } = new AbortController()
    const watch = kv.watch('/', { signal })[Symbol.asyncIterator]()
    await kv.close()
    await assert.rejects(watch.next(), /etcdserver: server stopped/)
    await assert.rejects(kv.get('/a'), /etcdserver: server stopped/)
  })

  it('orders keys as their UTF-8 bytes', () => {
    const keys = [
      '',
      'a',
      'a/',
      'aa',
      'b',
      'é',
      '\ud7ff',
      '\ue000',
      '\uffff',
      '\u{10000}',
      '\u{1f600}',
    ]
    const byBytes = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    assert.deepEqual(keys.toReversed().toSorted(compareKeys), byBytes)
  })
})
