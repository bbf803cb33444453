import assert from 'node:assert/strict'
import fc from 'fast-check'
import { silentLog } from '../../../../src/base/index.ts'
import { EtcdState } from '../../../../src/store/index.ts'
import { BlockDirectory } from '../../../../src/store/mvcc/block-directory.ts'
import { encodeKeyValue } from '../../../../src/store/mvcc/key-value.ts'
import { writeRevision } from '../../../../src/store/mvcc/revision.ts'
import {
  blocksOf,
  encodeRecords,
  fitsBehind,
  StoredBlock,
} from '../../../../src/store/mvcc/stored-block.ts'
import { Sweep } from '../../../../src/store/mvcc/sweep.ts'
import { ManualClock } from '../../../contract/manual-clock.ts'
import { bytes, call, openEtcd, text } from '../../../support/store/etcd.ts'
import { MemoryEngine } from '../../../support/store/memory-engine.ts'
import { ALL } from './pair.ts'

const FAR = 0x1_0000_0000

describe('blocks of changes', () => {
  const change = fc.record({
    gap: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constant(FAR)),
    size: fc.nat(300),
  })

  it('give back what was put into them, wherever they were cut', () => {
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 50 }), (changes) => {
        let at = { main: 1, sub: 0 }
        const records = changes.map(({ gap, size }) => {
          at = gap === 0 ? { ...at, sub: at.sub + 1 } : { main: at.main + gap, sub: 0 }
          return { ...at, encoded: new Uint8Array(Buffer.alloc(size, at.main + at.sub)) }
        })
        const blocks = [...blocksOf(records, 500)]
        const read = blocks.flatMap(({ main, block }) => [...new StoredBlock(main, block)])
        assert.deepEqual(
          read.map(({ main, sub, encoded }) => ({ main, sub, encoded: Uint8Array.from(encoded) })),
          records,
        )
        for (const { main, block, count } of blocks) {
          const stored = new StoredBlock(main, block)
          assert.equal(stored.count, count)
          for (const { main: m, sub, encoded } of stored)
            assert.deepEqual(stored.find(m, sub), encoded)
          assert.equal(stored.find(main - 1, 0), undefined)
          assert(fitsBehind(main, stored.at(count - 1).main))
        }
      }),
    )
  })

  it('are refused when they are cut off', () => {
    const block = encodeRecords(5, [{ main: 5, sub: 0, encoded: bytes('abc') }])
    for (let length = 0; length < block.length; length++) {
      assert.throws(
        () => new StoredBlock(5, block.subarray(0, length)),
        /from revision 5 on is damaged/,
      )
    }
  })

  it('are not swept before all that is dead is in one', () => {
    const directory = new BlockDirectory()
    const sweep = new Sweep(directory)
    const read = () =>
      new StoredBlock(2, encodeRecords(2, [{ main: 2, sub: 0, encoded: bytes('a') }]))
    directory.append(2, 0, 1)
    sweep.add(2, 0, true)
    sweep.add(3, 0, false)
    sweep.begin()
    assert.deepEqual(sweep.step(3, read), [])
    sweep.wrote()
    assert(sweep.running)
    directory.append(3, 0, 1)
    assert.deepEqual(sweep.step(Infinity, read), [
      { main: 2, sub: 0, block: undefined },
      { main: 3, sub: 0, block: undefined },
    ])
    sweep.wrote()
    assert(!sweep.running)
    assert.equal(sweep.pending, 0)
    assert.equal(directory.size, 0)
  })

  it('are swept in such an order that no crash brings a removed key back', async () => {
    const clock = new ManualClock()
    const engine = new MemoryEngine()
    const etcd = await openEtcd({ engine, clock })
    const put = async (key: string) => {
      await etcd.store.put({ key: bytes(key) }, call)
      await etcd.state.flush()
    }
    await put('gone')
    for (let i = 0; i < 300; i++) await put('busy')
    await etcd.store.deleteRange({ key: bytes('gone') }, call)
    await put('busy')
    const { header } = await etcd.store.put({ key: bytes('busy') }, call)
    await etcd.store.compact({ revision: header.revision }, call)
    const crashes: MemoryEngine[] = []
    engine.written = () => crashes.push(engine.copy())
    for (let i = 0; i < 10 && etcd.state.mvcc.compacting; i++) {
      clock.advance(100)
      await etcd.state.flush()
    }
    assert(!etcd.state.mvcc.compacting)
    assert(crashes.length > 3, `${crashes.length} moments to crash at`)
    for (const crashed of crashes) {
      const again = await openEtcd({ engine: crashed, clock })
      const { kvs } = await again.store.range(ALL, call)
      assert.deepEqual(
        kvs.map(({ key }) => text(key)),
        ['busy'],
      )
    }
  })

  it('take in what an earlier version had written change by change', async () => {
    const single = (main: number) => {
      const key = Buffer.from([1, 0x6b, ...Buffer.alloc(17)])
      writeRevision(key, 2, main, 0)
      const fields = { createRevision: main, modRevision: main, version: 1, lease: 0n }
      const value = encodeKeyValue({ key: bytes(`k${main}`), value: bytes('v'), ...fields })
      return [key.toString('latin1'), value] as const
    }
    const engine = new MemoryEngine(Array.from({ length: 40 }, (_, i) => single(i + 2)))
    const open = () =>
      EtcdState.open({ engine, clock: new ManualClock(), log: silentLog, cacheBytes: 1 })
    for (const state of [await open(), await open()]) {
      assert.equal(state.mvcc.revision, 41)
      assert.equal(text(state.mvcc.value({ main: 17, sub: 0 }).key), 'k17')
    }
    const left = engine.iterate({ gte: Uint8Array.of(1, 0x6b), lt: Uint8Array.of(1, 0x6c) })
    for await (const piece of left) assert.fail(`${piece.length} are left`)
  })

  it('are swept by a bounded number of bytes at a time', () => {
    const directory = new BlockDirectory()
    const sweep = new Sweep(directory)
    const large = (main: number) => [
      { main, sub: 0, encoded: bytes('dead') },
      { main, sub: 1, encoded: new Uint8Array(2 ** 20) },
    ]
    for (let main = 2; main < 10; main++) {
      directory.append(main, 0, 2)
      sweep.add(main, 0, true)
    }
    sweep.begin()
    const read = (main: number) => new StoredBlock(main, encodeRecords(main, large(main)))
    const steps: number[] = []
    while (sweep.running) {
      steps.push(sweep.step(Infinity, read).length)
      sweep.wrote()
    }
    assert.deepEqual(steps, [2, 2, 2, 2])
  })

  it('are left alone while a reader holds them: nothing is written for it', async () => {
    const clock = new ManualClock()
    const engine = new MemoryEngine()
    const etcd = await openEtcd({ engine, clock })
    for (let i = 0; i < 20; i++) await etcd.store.put({ key: bytes('k') }, call)
    const release = etcd.state.mvcc.pin()
    await etcd.store.compact({ revision: 20 }, call)
    let batches = 0
    engine.written = () => batches++
    for (let i = 0; i < 20; i++) {
      clock.advance(100)
      await new Promise((resolve) => setImmediate(resolve))
    }
    assert.equal(batches, 0)
    release()
    for (let i = 0; i < 20 && etcd.state.mvcc.compacting; i++) {
      clock.advance(100)
      await new Promise((resolve) => setImmediate(resolve))
    }
    assert(!etcd.state.mvcc.compacting)
  })

  it('of a later version are refused', async () => {
    const engine = new MemoryEngine([['\0', Uint8Array.of(1, 9)]])
    const opened = EtcdState.open({ engine, clock: new ManualClock(), log: silentLog })
    await assert.rejects(opened, /the data has format 9, and this version knows formats up to 1/)
  })
})
