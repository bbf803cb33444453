import assert from 'node:assert/strict'
import type { Break } from './raft/host.ts'
import { simulateRaft } from './raft/world.ts'
import type { RunResult } from './world.ts'

/** Seeds of one run of the suite; `make sim SEEDS=…` tries more. */
const SEEDS = 100

describe('simulation: raft', function () {
  this.timeout(300_000)

  it(`keeps every promise under the faults of ${SEEDS} seeds`, async () => {
    const failures: RunResult[] = []
    let faults = 0
    let applied = 0
    for (let seed = 1; seed <= SEEDS; seed++) {
      const result = await simulateRaft(seed)
      if (result.failure !== undefined) failures.push(result)
      faults += result.stats.faults ?? 0
      applied += result.stats.applied ?? 0
    }
    assert.deepEqual(failures, [])
    // Nothing would fail if nothing happened.
    assert.ok(faults > 5 * SEEDS, `${faults} faults`)
    assert.ok(applied > 100 * SEEDS, `${applied} entries applied`)
  })

  it('replays a seed step by step', async () => {
    const lines: string[] = []
    const first = await simulateRaft(7, { listener: (line) => lines.push(line) })
    const again: string[] = []
    const second = await simulateRaft(7, { listener: (line) => again.push(line) })
    assert.deepEqual(again, lines)
    assert.deepEqual(second, first)
    assert.notEqual((await simulateRaft(8)).traceHash, first.traceHash)
  })

  const canaries: Break[] = ['skipFsync', 'commitOlderTerm']
  for (const breaks of canaries) {
    it(`notices within those seeds when a rule is broken: ${breaks}`, async () => {
      let seed = 0
      let result: RunResult | undefined
      do {
        result = await simulateRaft(++seed, { breaks })
      } while (result.failure === undefined && seed < SEEDS)
      assert.ok(result.failure, `not noticed in ${SEEDS} seeds`)
    })
  }
})
