import assert from 'node:assert/strict'
import type { AppliedEntry } from '../../../../src/store/index.ts'
import { ManualClock } from '../../../contract/manual-clock.ts'
import { bytes, call, openEtcd, type TestEtcd, text } from '../../../support/store/etcd.ts'
import { MemoryEngine } from '../../../support/store/memory-engine.ts'
import { Model, type Op } from './model.ts'

export const ALL = { key: bytes('\0'), rangeEnd: bytes('\0') }

/** The store beside its model. */
export class Pair {
  readonly model = new Model()
  readonly clock = new ManualClock()
  engine = new MemoryEngine()
  etcd!: TestEtcd
  readonly #entries: AppliedEntry[] = []

  static async open(): Promise<Pair> {
    const pair = new Pair()
    await pair.#open()
    return pair
  }

  async #open(): Promise<void> {
    this.etcd = await openEtcd({ engine: this.engine, clock: this.clock })
  }

  async run(operation: Op): Promise<void> {
    const { model } = this
    const { store } = this.etcd
    switch (operation.kind) {
      case 'put': {
        const { key, value } = operation
        await store.put({ key: bytes(key), value: bytes(value) }, call)
        return model.put(key, value)
      }
      case 'remove': {
        const { from, to } = operation
        const request = { key: bytes(from), rangeEnd: bytes(to) }
        const { deleted } = await store.deleteRange(request, call)
        return assert.equal(deleted, model.remove(from, to))
      }
      case 'compact': {
        const revision = model.revision - operation.back
        if (revision <= model.compacted || revision < 1) return
        await store.compact({ revision }, call)
        model.compacted = revision
        this.clock.advance(2)
        return
      }
      case 'flush':
        await this.etcd.state.flush()
        return assert.equal(this.etcd.state.durableIndex, this.etcd.state.appliedIndex)
      case 'restart':
        return await this.restart()
    }
  }

  /** A crash: what is on disk is read back, and the rest of the log is applied again. */
  async restart(): Promise<void> {
    const { durableIndex } = this.etcd.state
    this.#entries.push(...this.etcd.member.entries)
    this.engine = this.engine.copy()
    this.etcd.store.close()
    await this.#open()
    const { state } = this.etcd
    assert.ok(state.appliedIndex >= durableIndex)
    for (const entry of this.#entries) if (entry.index > state.appliedIndex) state.apply(entry)
  }

  /** Every revision that may be read shows what the model shows. */
  async check(): Promise<void> {
    const { model } = this
    for (let revision = Math.max(1, model.compacted); revision <= model.revision; revision++) {
      const { kvs, count } = await this.etcd.store.range({ ...ALL, revision }, call)
      const ours = kvs.map((kv) => ({
        key: text(kv.key),
        value: text(kv.value),
        create: kv.createRevision,
        mod: kv.modRevision,
        version: kv.version,
      }))
      assert.deepEqual(ours, model.list(revision))
      assert.equal(count, ours.length)
    }
    const { header } = await this.etcd.store.range(ALL, call)
    assert.equal(header.revision, model.revision)
  }
}
