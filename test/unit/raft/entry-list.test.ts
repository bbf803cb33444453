import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Entry } from '../../../src/raft/index.ts'
import { EntryList } from '../../../src/raft/entry-list.ts'
import { entryBytes } from '../../../src/raft/entry-size.ts'

const step = fc.oneof(
  fc.record({
    kind: fc.constant('append' as const),
    replaced: fc.nat(5),
    sizes: fc.array(fc.oneof(fc.nat(500), fc.constant(70_000)), { maxLength: 8 }),
  }),
  fc.record({ kind: fc.constantFrom('pack' as const, 'drop' as const), share: fc.nat(100) }),
  fc.record({ kind: fc.constant('read' as const), from: fc.nat(100), maxBytes: fc.nat(2000) }),
)

describe('raft: a list of entries', () => {
  it('reads alike, however much of it is packed', () => {
    fc.assert(
      fc.property(fc.nat(10), fc.array(step, { maxLength: 60 }), (before, steps) => {
        const list = new EntryList(before)
        let first = before + 1
        let packed = before
        let all: Entry[] = []
        let term = 1
        const last = () => first + all.length - 1
        for (const each of steps) {
          if (each.kind === 'append') {
            const start = Math.max(packed + 1, last() + 1 - each.replaced)
            term++
            const fresh = each.sizes.map((size, i): Entry => {
              const type = size % 7 === 0 ? 'conf-change' : 'normal'
              return { index: start + i, term, type, data: new Uint8Array(size).fill(term) }
            })
            list.append(fresh)
            if (fresh.length > 0) all = [...all.slice(0, start - first), ...fresh]
          } else if (each.kind === 'read') {
            if (all.length === 0) continue
            const low = first + (each.from % all.length)
            const read = list.slice(low, last() + 1, each.maxBytes)
            const bytes = read.reduce((sum, entry) => sum + entryBytes(entry), 0)
            assert(read.length === 1 || bytes <= each.maxBytes)
            const next = all[low - first + read.length]
            if (next) assert(bytes + entryBytes(next) > each.maxBytes, 'as many as fit')
            assert.deepEqual(
              read.map(plain),
              all
                .slice(low - first)
                .slice(0, read.length)
                .map(plain),
            )
          } else {
            const upTo = first - 1 + Math.floor((each.share / 100) * all.length)
            if (each.kind === 'pack') {
              list.pack(upTo)
              packed = Math.max(packed, upTo)
            } else {
              list.drop(upTo)
              packed = Math.max(packed, upTo)
              all = all.slice(upTo + 1 - first)
              first = upTo + 1
            }
          }
          assert.equal(list.last, last())
          for (const entry of all) {
            assert.equal(list.termAt(entry.index), entry.term)
            assert.equal(list.dataBytesAt(entry.index), entry.data.length)
          }
        }
      }),
      { numRuns: 200 },
    )
  })
})

function plain(entry: Entry): unknown {
  return { ...entry, data: Buffer.from(entry.data).toString('latin1') }
}
