import assert from 'node:assert/strict'
import {
  CompactedError,
  emptyConfState,
  MemoryStorage,
  SnapshotOutOfDateError,
  SnapshotTemporarilyUnavailableError,
  UnavailableError,
} from '../../../src/raft/index.ts'
import { entry } from './support/group.ts'

const ALL = Number.MAX_SAFE_INTEGER
const data = new Uint8Array(0)
const snapshotAt = (index: number, term: number) => ({
  metadata: { index, term, confState: emptyConfState },
  data,
})

function storageWith(...terms: number[]): MemoryStorage {
  const storage = new MemoryStorage()
  storage.append(terms.map((term, i) => entry(i + 1, term)))
  return storage
}

describe('raft: the log in memory', () => {
  it('knows terms from the last compacted entry to the last one', () => {
    const storage = storageWith(1, 1, 2, 3)
    storage.compact(2)
    assert.equal(storage.firstIndex(), 3)
    assert.equal(storage.term(2), 1)
    assert.equal(storage.term(4), 3)
    assert.throws(() => storage.term(1), CompactedError)
    assert.throws(() => storage.term(5), UnavailableError)
  })

  it('hands out entries within bounds and bytes, but at least one', () => {
    const storage = storageWith(1, 1, 1, 1)
    storage.compact(1)
    assert.throws(() => storage.entries(1, 3, ALL), CompactedError)
    assert.throws(() => storage.entries(2, 6, ALL), UnavailableError)
    assert.equal(storage.entries(2, 5, ALL).length, 3)
    assert.equal(storage.entries(2, 5, 0).length, 1)
  })

  it('replaces entries from the first new index on', () => {
    const storage = storageWith(1, 1, 1)
    storage.append([entry(2, 2)])
    assert.equal(storage.lastIndex(), 2)
    assert.equal(storage.term(2), 2)
  })

  it('ignores what it has compacted, and allows no gap', () => {
    const storage = storageWith(1, 1, 1)
    storage.compact(2)
    storage.append([entry(1, 1), entry(2, 1), entry(3, 1), entry(4, 1)])
    assert.equal(storage.lastIndex(), 4)
    storage.append([entry(1, 1)])
    assert.equal(storage.lastIndex(), 4)
    assert.throws(() => storage.append([entry(6, 1)]), /gap/)
  })

  it('makes snapshots, takes newer ones, and refuses older ones', () => {
    const storage = storageWith(1, 1, 2)
    assert.deepEqual(storage.createSnapshot(2, emptyConfState, data), snapshotAt(2, 1))
    assert.throws(() => storage.createSnapshot(2, emptyConfState, data), SnapshotOutOfDateError)
    storage.applySnapshot(snapshotAt(9, 4))
    assert.equal(storage.firstIndex(), 10)
    assert.equal(storage.lastIndex(), 9)
    assert.throws(() => storage.applySnapshot(snapshotAt(8, 4)), SnapshotOutOfDateError)
    storage.snapshotPending = true
    assert.throws(() => storage.snapshot(), SnapshotTemporarilyUnavailableError)
  })
})
