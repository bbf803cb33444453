import assert from 'node:assert/strict'
import fc from 'fast-check'
import { RecordBlocks } from '../../../../src/store/mvcc/record-blocks.ts'

const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ next: fc.boolean(), bytes: fc.integer({ min: 1, max: 40_000 }) }),
  },
  { weight: 1, arbitrary: fc.constant('write' as const) },
)

describe('record blocks', () => {
  it('find what was added until it is dropped, and never what is not on disk', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const keptBytesMax = 200_000
        const blocks = new RecordBlocks(keptBytesMax)
        const all: { main: number; sub: number; bytes: number }[] = []
        let unwritten = 0
        let at = { main: 1, sub: 0 }
        for (const each of steps) {
          if (each === 'write') {
            const taken = blocks.take()
            const count = taken.reduce((sum, block) => sum + block.count, 0)
            assert.equal(count, all.length - unwritten)
            // What comes while they are written is not among them.
            at = { main: at.main + 1, sub: 0 }
            blocks.add(at.main, 0, 1).fill(0)
            all.push({ ...at, bytes: 1 })
            blocks.written(taken)
            unwritten = all.length - 1
            continue
          }
          at = each.next ? { main: at.main + 1, sub: 0 } : { main: at.main, sub: at.sub + 1 }
          const bytes = blocks.add(at.main, at.sub, each.bytes)
          assert.equal(bytes.length, each.bytes)
          bytes.fill((at.main + at.sub) & 0xff)
          all.push({ ...at, bytes: each.bytes })
        }
        const pending = all.slice(unwritten)
        const told = [...blocks.unwritten(0, Infinity)]
        assert.deepEqual(
          told.map(({ main, sub, encoded }) => ({ main, sub, bytes: encoded.length })),
          pending,
        )
        assert.equal(blocks.unwrittenFrom, pending[0]?.main)
        for (const [i, { main, sub, bytes }] of all.entries()) {
          const found = blocks.find(main, sub)
          if (i >= unwritten) assert(found, 'what is not on disk is at hand')
          if (found) assert.equal(found.length, bytes)
        }
        assert.equal(blocks.find(at.main, at.sub + 1), undefined)
        assert.equal(blocks.find(at.main + 1, 0), undefined)
        assert.equal(blocks.find(0, 0), undefined)
      }),
    )
  })

  it('tells of a range of revisions as it was', () => {
    const blocks = new RecordBlocks(0)
    for (let main = 2; main < 10; main++) blocks.add(main, 0, 4)
    const range = blocks.unwritten(4, 6)
    const open = blocks.unwritten(8, 100)
    blocks.add(10, 0, 4)
    blocks.written(blocks.take())
    assert.deepEqual(
      [...range].map(({ main }) => main),
      [4, 5, 6],
    )
    assert.deepEqual(
      [...open].map(({ main }) => main),
      [8, 9],
    )
    assert.equal(blocks.find(9, 0), undefined)
  })
})
