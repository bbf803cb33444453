import assert from 'node:assert/strict'
import fc from 'fast-check'
import { KvError, silentLog } from '../../../../src/base/index.ts'
import { EtcdState } from '../../../../src/store/index.ts'
import { ManualClock } from '../../../contract/manual-clock.ts'
import { bytes, call, openEtcd, text } from '../../../support/store/etcd.ts'
import { MemoryEngine } from '../../../support/store/memory-engine.ts'
import { op } from './model.ts'
import { ALL, Pair } from './pair.ts'

describe('The replicated state', () => {
  it('reads like a history of copies, through flushes, crashes and compactions', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(op, { maxLength: 40 }), async (ops) => {
        const pair = await Pair.open()
        for (const operation of ops) await pair.run(operation)
        await pair.check()
        await pair.restart()
        await pair.check()
      }),
      { numRuns: 150 },
    )
  })

  it('has the same hash wherever it is flushed, compacted or restarted', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(op, { maxLength: 30 }), fc.nat(3), async (ops, late) => {
        const [one, other] = [await Pair.open(), await Pair.open()]
        for (const operation of ops) {
          await one.run(operation)
          const local = operation.kind === 'flush' || operation.kind === 'restart'
          if (!local) await other.run(operation)
        }
        other.clock.advance(late)
        const revision = one.model.revision
        const hashes = await Promise.all(
          [one, other].map(({ etcd }) => etcd.store.hashKv({ revision }, call)),
        )
        assert.equal(hashes[0]?.hash, hashes[1]?.hash)
      }),
      { numRuns: 100 },
    )
  })

  it('is received as a snapshot by another member', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(op, { maxLength: 30 }),
        fc.array(op, { maxLength: 10 }),
        async (ops, old) => {
          const sender = await Pair.open()
          for (const operation of ops) await sender.run(operation)
          const receiver = await Pair.open()
          for (const operation of old) await receiver.run(operation)
          const snapshot = sender.etcd.state.snapshot()
          const { index, term } = snapshot
          const before = await sender.etcd.store.hashKv({ revision: 0 }, call)
          // What happens to the sender meanwhile does not show.
          await sender.etcd.store.put({ key: bytes('later') }, call)
          await sender.etcd.state.flush()
          await receiver.etcd.state.restore({ index, term }, snapshot.chunks)
          snapshot.release()
          assert.equal(receiver.etcd.state.appliedIndex, index)
          assert.equal(receiver.etcd.state.durableIndex, index)
          const after = await receiver.etcd.store.hashKv({ revision: 0 }, call)
          assert.equal(after.hash, before.hash)
          Object.assign(receiver, { model: sender.model })
          await receiver.check()
          const reopened = await openEtcd({ engine: receiver.engine.copy() })
          const again = await reopened.store.hashKv({ revision: 0 }, call)
          assert.equal(again.hash, before.hash)
          assert.equal(reopened.state.appliedIndex, index)
          await reopened.close()
        },
      ),
      { numRuns: 60 },
    )
  })

  it('keeps the old state when a snapshot is damaged, cut off, or the member dies meanwhile', async () => {
    const sender = await openEtcd()
    for (let i = 0; i < 50; i++) await sender.store.put({ key: bytes(`k${i}`) }, call)
    const snapshot = sender.state.snapshot()
    const chunks: Uint8Array[] = []
    for await (const chunk of snapshot.chunks) chunks.push(chunk)
    snapshot.release()
    const whole = Buffer.concat(chunks)
    const altered = Buffer.from(whole)
    altered[40] = (altered[40] ?? 0) ^ 1
    const engine = new MemoryEngine()
    const receiver = await openEtcd({ engine })
    await receiver.store.put({ key: bytes('mine') }, call)
    for (const bad of [altered, whole.subarray(0, -1), whole.subarray(0, 100), Buffer.alloc(0)]) {
      const restoring = receiver.state.restore({ index: 9, term: 9 }, pieces(bad))
      await assert.rejects(restoring, (e) => e instanceof KvError && /damaged/.test(e.message))
      assert.equal(receiver.state.appliedIndex, 1)
      const { kvs } = await receiver.store.range(ALL, call)
      assert.deepEqual(
        kvs.map((kv) => text(kv.key)),
        ['mine'],
      )
    }
    await receiver.state.flush()
    const crashed = await openEtcd({ engine: engine.copy() })
    assert.equal((await crashed.store.range(ALL, call)).count, 1)
    await receiver.state.restore({ index: 9, term: 9 }, pieces(whole))
    assert.equal((await receiver.store.range(ALL, call)).count, 50)
  })

  it('never leaves changes on disk without the index that they came with', async () => {
    const engine = new MemoryEngine()
    const { state, store } = await openEtcd({ engine })
    await store.put({ key: bytes('before') }, call)
    await state.flush()
    await store.put({ key: bytes('k') }, call)
    // The member dies while it receives: what was applied last must be replayed, or be known.
    const dies = (async function* (): AsyncGenerator<Uint8Array> {
      yield* []
      throw new Error('the member dies')
    })()
    await assert.rejects(state.restore({ index: 50, term: 2 }, dies), /the member dies/)
    const reopened = await openEtcd({ engine: engine.copy() })
    assert.equal(reopened.state.mvcc.revision - 1, reopened.state.appliedIndex)
  })

  it('is replaced under a reader, which reads the old state to its end', async () => {
    const [sender, receiver] = [await openEtcd(), await openEtcd()]
    await sender.store.put({ key: bytes('new') }, call)
    for (let i = 0; i < 10; i++) await receiver.store.put({ key: bytes(`old${i}`) }, call)
    await receiver.state.flush()
    const old = receiver.state.snapshot()
    const snapshot = sender.state.snapshot()
    await receiver.state.restore({ index: 100, term: 3 }, snapshot.chunks)
    snapshot.release()
    assert.equal((await receiver.store.range(ALL, call)).count, 1)
    const other = await openEtcd()
    await other.state.restore(old, old.chunks)
    assert.equal((await other.store.range(ALL, call)).count, 10)
    old.release()
    await receiver.store.put({ key: bytes('newer') }, call)
    await receiver.state.flush()
    const again = sender.state.snapshot()
    await receiver.state.restore({ index: 200, term: 3 }, again.chunks)
    again.release()
    assert.equal((await receiver.store.range(ALL, call)).count, 1)
  })

  it('forgets history on disk after a compaction, and what a crash left of it', async () => {
    const clock = new ManualClock()
    const engine = new MemoryEngine()
    const etcd = await openEtcd({ engine, clock })
    for (let i = 0; i < 100; i++)
      await etcd.store.put({ key: bytes('k'), value: bytes(`${i}`) }, call)
    await etcd.state.flush()
    const before = await engine.sizeBytes()
    const { header } = await etcd.store.compact({ revision: 100 }, call)
    assert.equal(header.revision, 101)
    await etcd.state.flush()
    const crashed = engine.copy()
    assert.ok((await crashed.sizeBytes()) >= before, 'nothing is gone yet')
    const again = await openEtcd({ engine: crashed, clock })
    clock.advance(5)
    await again.state.flush()
    const after = await crashed.sizeBytes()
    assert.ok(after < before / 4, `${after} of ${before} bytes left`)
    assert.equal(
      text((await again.store.range({ key: bytes('k') }, call)).kvs[0]?.value ?? bytes('')),
      '99',
    )
  })

  it('keeps what a reader is reading while compacting', async () => {
    const clock = new ManualClock()
    const engine = new MemoryEngine()
    const etcd = await openEtcd({ engine, clock })
    for (let i = 0; i < 20; i++) await etcd.store.put({ key: bytes('k') }, call)
    await etcd.state.flush()
    const before = await engine.sizeBytes()
    const release = etcd.state.mvcc.pin()
    await etcd.store.compact({ revision: 20 }, call)
    clock.advance(100)
    await etcd.state.flush()
    assert.ok((await engine.sizeBytes()) >= before)
    release()
    clock.advance(100)
    await etcd.state.flush()
    assert.ok((await engine.sizeBytes()) < before / 2)
  })

  it('reads a value from its buffer, the batch being written, the cache and the engine', async () => {
    const engine = new MemoryEngine()
    const state = await EtcdState.open({
      engine,
      clock: new ManualClock(),
      log: silentLog,
      cacheBytes: 1,
    })
    const { mvcc } = state
    mvcc.put(bytes('k'), bytes('v'), 0n)
    mvcc.commit()
    const value = () => text(mvcc.value({ main: 2, sub: 0 }).value)
    assert.equal(value(), 'v')
    let go = () => {}
    engine.hold = new Promise((resolve) => {
      go = resolve
    })
    const flushed = state.flush()
    await new Promise((resolve) => setImmediate(resolve))
    assert.equal(value(), 'v')
    go()
    await flushed
    assert.equal(value(), 'v')
  })

  it('fails a flush that the engine fails, and stays readable', async () => {
    const engine = new MemoryEngine()
    const etcd = await openEtcd({ engine })
    await etcd.store.put({ key: bytes('k'), value: bytes('v') }, call)
    engine.fail = new Error('no space left')
    await assert.rejects(etcd.state.flush(), /no space left/)
    assert.equal(etcd.state.durableIndex, 0)
    assert.equal((await etcd.store.range({ key: bytes('k') }, call)).count, 1)
  })

  it('writes nothing behind a flush that failed, though there is room again, and stops', async () => {
    const engine = new MemoryEngine()
    const etcd = await openEtcd({ engine })
    const empty = await engine.sizeBytes()
    const put = (key: string) => etcd.store.put({ key: bytes(key), value: bytes('v') }, call)
    await put('in the middle')
    engine.fail = new Error('no space left')
    await assert.rejects(etcd.state.flush(), /no space left/)
    engine.fail = undefined
    await assert.rejects(etcd.state.flush(), /no space left/)
    await assert.rejects(put('later'), /no space left/)
    await etcd.state.close()
    assert.equal(await engine.sizeBytes(), empty)
  })
})

async function* pieces(whole: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < whole.length; at += 7) yield whole.subarray(at, at + 7)
}
