import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { WatchResponse, WatchStream } from '../../../../src/store/index.ts'
import { ManualClock } from '../../../contract/manual-clock.ts'
import { bytes, call, openEtcd, type TestEtcd, text } from '../../../support/store/etcd.ts'
import { op } from '../mvcc/model.ts'
import { ALL, Pair } from '../mvcc/pair.ts'

/** Lets everything that is ready to run, run. */
async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve))
}

/** Reads a stream as a test wants: everything that is there, or a few responses. */
class Reader {
  readonly responses: WatchResponse[] = []
  readonly stream: WatchStream
  readonly #iterator: AsyncIterator<WatchResponse>
  #next: Promise<IteratorResult<WatchResponse>> | undefined

  constructor(stream: WatchStream) {
    this.stream = stream
    this.#iterator = stream[Symbol.asyncIterator]()
  }

  /** Takes what is there, at most `limit` responses. */
  async take(limit = Infinity): Promise<WatchResponse[]> {
    const taken: WatchResponse[] = []
    while (taken.length < limit) {
      this.#next ??= this.#iterator.next()
      const result = await Promise.race([this.#next, settle()])
      if (!result) break
      this.#next = undefined
      if (result.done) break
      taken.push(result.value)
    }
    this.responses.push(...taken)
    return taken
  }

  get events(): string[] {
    return this.responses.flatMap(({ events }) =>
      events.map(({ type, kv }) => {
        const value = type === 'put' ? `=${text(kv.value)}` : ''
        return `${kv.modRevision} ${type} ${text(kv.key)}${value}`
      }),
    )
  }
}

function open(etcd: TestEtcd, request: Parameters<WatchStream['create']>[0] = ALL): Reader {
  const reader = new Reader(etcd.store.watch())
  reader.stream.create(request)
  return reader
}

async function put(etcd: TestEtcd, key: string, value = ''): Promise<number> {
  const { revision } = await etcd.store.put({ key: bytes(key), value: bytes(value) }, call)
  return revision
}

describe('A watch', () => {
  it('misses, repeats and reorders nothing, from any revision, at any pace', async () => {
    const watcher = fc.record({
      at: fc.nat(30),
      back: fc.integer({ min: -2, max: 8 }),
      pace: fc.nat(3),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(op, { minLength: 5, maxLength: 40 }),
        fc.array(watcher, { minLength: 1, maxLength: 4 }),
        async (ops, watchers) => {
          const pair = await Pair.open()
          const readers: { reader: Reader; start: number; pace: number }[] = []
          for (const [at, operation] of ops.entries()) {
            for (const { back, pace } of watchers.filter((one) => one.at === at)) {
              const start = Math.max(1, pair.model.revision - back, pair.model.compacted)
              const reader = open(pair.etcd, { ...ALL, startRevision: start })
              readers.push({ reader, start, pace })
            }
            // Compacting would cancel a watcher that is behind: its own test.
            if (operation.kind === 'compact' || operation.kind === 'restart') continue
            await pair.run(operation)
            for (const { reader, pace } of readers) await reader.take(pace)
          }
          await settle()
          for (const { reader, start } of readers) {
            await reader.take()
            assert.deepEqual(reader.events, pair.model.events(start))
          }
        },
      ),
      { numRuns: 60 },
    )
  })

  it('starts after the newest revision unless told otherwise, and says so', async () => {
    const etcd = await openEtcd()
    await put(etcd, 'a')
    const reader = open(etcd)
    await put(etcd, 'b')
    const [created, response] = await reader.take()
    assert.equal(created?.created, true)
    assert.equal(created.header.revision, 2)
    assert.deepEqual(reader.events, ['3 put b='])
    assert.equal(response?.header.revision, 3)
  })

  it('waits for a revision in the future', async () => {
    const etcd = await openEtcd()
    const reader = open(etcd, { ...ALL, startRevision: 4 })
    for (const key of ['a', 'b', 'c', 'd']) await put(etcd, key)
    await reader.take()
    assert.deepEqual(reader.events, ['4 put c=', '5 put d='])
  })

  it('sees one key, a range, or what its filters let through', async () => {
    const etcd = await openEtcd()
    const one = open(etcd, { key: bytes('b') })
    const range = open(etcd, { key: bytes('b'), rangeEnd: bytes('c') })
    const noPut = open(etcd, { ...ALL, filters: [0] })
    const noDelete = open(etcd, { ...ALL, filters: [1] })
    for (const key of ['a', 'b', 'bb', 'c']) await put(etcd, key)
    await etcd.store.deleteRange({ key: bytes('b') }, call)
    for (const reader of [one, range, noPut, noDelete]) await reader.take()
    assert.deepEqual(one.events, ['3 put b=', '6 delete b'])
    assert.deepEqual(range.events, ['3 put b=', '4 put bb=', '6 delete b'])
    assert.deepEqual(noPut.events, ['6 delete b'])
    assert.equal(noDelete.events.length, 4)
  })

  it('tells the value before, unless the key is new', async () => {
    const etcd = await openEtcd()
    const live = open(etcd, { ...ALL, prevKv: true })
    await put(etcd, 'a', '1')
    await put(etcd, 'a', '2')
    await etcd.store.deleteRange({ key: bytes('a') }, call)
    const late = open(etcd, { ...ALL, prevKv: true, startRevision: 1 })
    for (const reader of [live, late]) {
      await reader.take()
      const previous = reader.responses.flatMap(({ events }) =>
        events.map(({ prevKv }) => prevKv && text(prevKv.value)),
      )
      assert.deepEqual(previous, [undefined, '1', '2'])
    }
  })

  it('never splits a revision, and gives all watchers the same encoding', async () => {
    const etcd = await openEtcd()
    const readers = [open(etcd), open(etcd)]
    const success = ['a', 'b', 'c'].map((key) => ({ requestPut: { key: bytes(key) } }))
    await etcd.store.txn({ success }, call)
    for (const reader of readers) await reader.take()
    const [one, other] = readers.map((reader) => reader.responses.at(-1))
    assert.equal(one?.events.length, 3)
    assert.equal(one.events, other?.events)
  })

  it('is cancelled with the compacted revision when its start is gone', async () => {
    const etcd = await openEtcd()
    for (let i = 0; i < 5; i++) await put(etcd, 'a')
    await etcd.store.compact({ revision: 4 }, call)
    const gone = open(etcd, { ...ALL, startRevision: 3 })
    const kept = open(etcd, { ...ALL, startRevision: 4 })
    const [created, canceled] = await gone.take()
    assert.equal(created?.created, true)
    assert.equal(canceled?.canceled, true)
    assert.equal(canceled.compactRevision, 4)
    await kept.take()
    assert.deepEqual(kept.events, ['4 put a=', '5 put a=', '6 put a='])
  })

  it('still sees a removal at the compacted revision', async () => {
    const clock = new ManualClock()
    const etcd = await openEtcd({ clock })
    await put(etcd, 'a')
    await etcd.store.deleteRange({ key: bytes('a') }, call)
    await etcd.store.compact({ revision: 3 }, call)
    clock.advance(10)
    await etcd.state.flush()
    const reader = open(etcd, { ...ALL, startRevision: 3 })
    await reader.take()
    assert.deepEqual(reader.events, ['3 delete a'])
  })

  it('still sees it when the key has come back since', async () => {
    const clock = new ManualClock()
    const etcd = await openEtcd({ clock })
    await put(etcd, 'a')
    await etcd.store.deleteRange({ key: bytes('a') }, call)
    await put(etcd, 'a')
    await etcd.store.compact({ revision: 3 }, call)
    clock.advance(10)
    await etcd.state.flush()
    const reader = open(etcd, { ...ALL, startRevision: 3 })
    await reader.take()
    assert.deepEqual(reader.events, ['3 delete a', '4 put a='])
  })

  it('never splits a revision of history, where many are read piece by piece', async () => {
    const etcd = await openEtcd()
    const success = ['a', 'b', 'c'].map((key) => ({ requestPut: { key: bytes(key) } }))
    for (let i = 0; i < 700; i++) await etcd.store.txn({ success }, call)
    const reader = open(etcd, { ...ALL, startRevision: 1 })
    await reader.take()
    assert.equal(reader.events.length, 2100)
    for (const { events } of reader.responses) assert.equal(events.length % 3, 0)
  })

  it('refuses with the reason in the stream', async () => {
    const etcd = await openEtcd()
    const reader = new Reader(etcd.store.watch())
    reader.stream.create({ ...ALL, startRevision: -1 })
    reader.stream.create({ key: bytes('b'), rangeEnd: bytes('a') })
    reader.stream.create({ ...ALL, watchId: 5 })
    reader.stream.create({ ...ALL, watchId: 5 })
    const responses = await reader.take()
    assert.deepEqual(
      responses.map(({ watchId, created, canceled, cancelReason }) => ({
        watchId,
        created,
        canceled,
        cancelReason,
      })),
      [
        refused('etcdserver: mvcc: required revision has been compacted'),
        refused('mvcc: watcher range is empty'),
        { watchId: 5, created: true, canceled: false, cancelReason: '' },
        refused('mvcc: duplicate watch ID provided on the WatchStream'),
      ],
    )
  })

  it('ends when cancelled, and its id is not given again', async () => {
    const etcd = await openEtcd()
    const reader = open(etcd)
    await put(etcd, 'a')
    reader.stream.cancel(0)
    await put(etcd, 'b')
    reader.stream.create(ALL)
    await put(etcd, 'c')
    const kinds = (await reader.take()).map((r) =>
      r.created ? 'created' : r.canceled ? 'canceled' : 'events',
    )
    assert.deepEqual(kinds, ['created', 'events', 'canceled', 'created', 'events'])
    assert.deepEqual(reader.events, ['2 put a=', '4 put c='])
    assert.equal(reader.responses.at(-1)?.watchId, 1)
  })

  it('holds little for a consumer that does not read, and delays nobody else', async () => {
    const etcd = await openEtcd()
    const slow = open(etcd)
    const quick = open(etcd)
    const value = 'x'.repeat(100_000)
    for (let i = 0; i < 40; i++) {
      await put(etcd, 'a', value)
      await quick.take()
    }
    assert.equal(quick.events.length, 40)
    const watcher = [...slow.stream.watchers.values()][0]
    assert.ok((watcher?.queuedBytes ?? Infinity) <= 1024 * 1024)
    await slow.take()
    assert.deepEqual(slow.events, quick.events)
    await put(etcd, 'b')
    await slow.take()
    assert.equal(slow.events.length, 41)
  })

  it('takes a revision larger than its bound', async () => {
    const etcd = await openEtcd()
    for (let i = 0; i < 30; i++) await put(etcd, `k${i}`, 'x'.repeat(100_000))
    const live = open(etcd, { ...ALL, prevKv: true })
    await put(etcd, 'before', 'x'.repeat(600_000))
    await etcd.store.deleteRange(ALL, call)
    const late = open(etcd, { ...ALL, prevKv: true, startRevision: 32 })
    for (const reader of [live, late]) {
      await reader.take()
      assert.equal(reader.events.length, 32)
      assert.equal(reader.responses.at(-1)?.events.length, 31)
    }
  })

  it('goes on after a snapshot has replaced everything', async () => {
    const [sender, receiver] = [await openEtcd(), await openEtcd()]
    for (const etcd of [sender, receiver]) await put(etcd, 'a')
    const reader = open(receiver)
    const quiet = open(receiver, { key: bytes('nothing') })
    for (const key of ['b', 'c', 'd']) await put(sender, key)
    await sender.store.compact({ revision: 3 }, call)
    const snapshot = sender.state.snapshot()
    await receiver.state.restore(snapshot, snapshot.chunks)
    snapshot.release()
    await put(receiver, 'e')
    await put(receiver, 'nothing')
    await reader.take()
    await quiet.take()
    assert.deepEqual(reader.events, [
      '3 put b=',
      '4 put c=',
      '5 put d=',
      '6 put e=',
      '7 put nothing=',
    ])
    assert.deepEqual(quiet.events, ['7 put nothing='])
  })

  it('that has seen all there was goes on from there, though a snapshot is compacted', async () => {
    const [sender, receiver] = [await openEtcd(), await openEtcd()]
    const quiet = open(receiver, { key: bytes('rare') })
    for (const etcd of [sender, receiver]) for (const key of ['a', 'b', 'c']) await put(etcd, key)
    await sender.store.compact({ revision: 4 }, call)
    const snapshot = sender.state.snapshot()
    await receiver.state.restore(snapshot, snapshot.chunks)
    snapshot.release()
    await put(receiver, 'rare')
    await quiet.take()
    assert.deepEqual(quiet.events, ['5 put rare='])
  })

  it('reports progress behind all events, never ahead of them', async () => {
    const etcd = await openEtcd()
    for (let i = 0; i < 3000; i++) await put(etcd, 'a')
    const reader = open(etcd, { ...ALL, startRevision: 1 })
    reader.stream.requestProgress()
    await put(etcd, 'b')
    await reader.take()
    const at = reader.responses.findIndex(({ watchId }) => watchId === -1)
    const progress = reader.responses[at]
    assert.ok(progress, 'no progress response')
    const before = reader.responses.slice(0, at).flatMap(({ events }) => events)
    assert.ok((before.at(-1)?.kv.modRevision ?? 0) >= progress.header.revision)
    assert.equal(reader.events.length, 3001)
  })

  it('reports progress by itself when asked to, and quiet', async () => {
    const clock = new ManualClock()
    const etcd = await openEtcd({ clock, progressPeriodMs: 1000 })
    const reader = open(etcd, { key: bytes('a'), progressNotify: true })
    const other = open(etcd, { key: bytes('a') })
    await put(etcd, 'z')
    await reader.take()
    clock.advance(1000)
    const [notice] = await reader.take()
    assert.deepEqual([notice?.watchId, notice?.events.length, notice?.header.revision], [0, 0, 2])
    await put(etcd, 'a')
    clock.advance(1000)
    const taken = await reader.take()
    assert.deepEqual(
      taken.map(({ events }) => events.length),
      [1],
    )
    await other.take()
    assert.ok(other.responses.every(({ events, created }) => created || events.length > 0))
  })

  it('ends with the store', async () => {
    const etcd = await openEtcd()
    const stream = etcd.store.watch()
    stream.create(ALL)
    const reading = (async () => {
      for await (const response of stream) assert.ok(response.created)
    })()
    await settle()
    await etcd.close()
    await assert.rejects(reading, /etcdserver: server stopped/)
  })
})

function refused(cancelReason: string) {
  return { watchId: -1, created: true, canceled: true, cancelReason }
}
