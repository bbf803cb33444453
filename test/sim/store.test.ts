import assert from 'node:assert/strict'
import type { RunResult } from './world.ts'
import type { StoreBreak } from './store/node.ts'
import { simulateStore } from './store/world.ts'

/** Seeds of one run of the suite; `make sim SEEDS=…` tries more. */
const SEEDS = 60

describe('simulation: store', function () {
  this.timeout(300_000)

  it(`keeps its promises to clients under the faults of ${SEEDS} seeds`, async () => {
    const failures: RunResult[] = []
    const sums = { faults: 0, elections: 0, acknowledged: 0, permissions: 0, changes: 0 }
    for (let seed = 1; seed <= SEEDS; seed++) {
      const result = await simulateStore(seed)
      if (result.failure !== undefined) failures.push(result)
      sums.faults += result.stats.faults ?? 0
      sums.elections += result.stats.elections ?? 0
      sums.acknowledged += result.stats.acknowledged ?? 0
      sums.changes += result.stats.reconfigurations ?? 0
      sums.permissions += result.stats.permissions ?? 0
    }
    assert.deepEqual(failures, [])
    // Nothing would fail if nothing happened.
    assert.ok(sums.faults > 5 * SEEDS, `${sums.faults} faults`)
    assert.ok(sums.elections > 2 * SEEDS, `${sums.elections} elections`)
    assert.ok(sums.acknowledged > 100 * SEEDS, `${sums.acknowledged} acknowledged operations`)
    assert.ok(sums.changes > SEEDS, `${sums.changes} changes of members`)
    assert.ok(sums.permissions > SEEDS, `${sums.permissions} permissions`)
  })

  it('replays a seed step by step', async () => {
    const lines: string[] = []
    const first = await simulateStore(7, { listener: (line) => lines.push(line) })
    const again: string[] = []
    const second = await simulateStore(7, { listener: (line) => again.push(line) })
    assert.deepEqual(again, lines)
    assert.deepEqual(second, first)
    assert.notEqual((await simulateStore(8)).traceHash, first.traceHash)
  })

  const canaries: StoreBreak[] = ['skipFsync', 'staleRead', 'joinAsNew']
  for (const breaks of canaries) {
    it(`notices within those seeds when a rule is broken: ${breaks}`, async () => {
      let seed = 0
      let result: RunResult | undefined
      do {
        result = await simulateStore(++seed, { breaks })
      } while (result.failure === undefined && seed < SEEDS)
      assert.ok(result.failure, `not noticed in ${SEEDS} seeds`)
    })
  }
})
