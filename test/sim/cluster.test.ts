import assert from 'node:assert/strict'
import { CLUSTER_BREAKS } from './cluster/breaks.ts'
import { simulateCluster } from './cluster/world.ts'
import type { RunResult } from './world.ts'

/** Seeds of one run of the suite; `make sim WORLD=cluster SEEDS=…` tries more. */
const SEEDS = 10
const CANARY_SEEDS = 25

/** Three masters with all that runs on them, hollow nodes and users, in virtual time. */
describe('simulation: cluster', function () {
  this.timeout(300_000)

  it(`brings about what users ask for under the faults of ${SEEDS} seeds, then rests`, async () => {
    const failures: RunResult[] = []
    const sums = { faults: 0, acts: 0, revisions: 0 }
    for (let seed = 1; seed <= SEEDS; seed++) {
      const result = await simulateCluster(seed)
      if (result.failure !== undefined) failures.push(result)
      sums.faults += result.stats.faults ?? 0
      sums.acts += result.stats.acts ?? 0
      sums.revisions += result.stats.revisions ?? 0
    }
    assert.deepEqual(failures, [])
    // Nothing would fail if nothing happened.
    assert.ok(sums.faults > 3 * SEEDS, `${sums.faults} faults`)
    assert.ok(sums.acts > 10 * SEEDS, `${sums.acts} acts`)
    assert.ok(sums.revisions > 300 * SEEDS, `${sums.revisions} revisions`)
  })

  it('replays a seed step by step', async () => {
    const lines: string[] = []
    const first = await simulateCluster(3, { listener: (line) => lines.push(line) })
    const again: string[] = []
    const second = await simulateCluster(3, { listener: (line) => again.push(line) })
    assert.deepEqual(again, lines)
    assert.deepEqual(second, first)
  })

  for (const breaks of CLUSTER_BREAKS) {
    it(`notices within ${CANARY_SEEDS} seeds when a rule is broken: ${breaks}`, async () => {
      let seed = 0
      let result: RunResult
      do {
        result = await simulateCluster(++seed, { breaks })
      } while (result.failure === undefined && seed < CANARY_SEEDS)
      assert.ok(result.failure, `not noticed in ${CANARY_SEEDS} seeds`)
    })
  }
})
