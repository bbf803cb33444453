import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'

/**
 * Many seeds, the two worlds in a process each, beside one another. They begin where the other
 * tests end; `make sim-many N=…` tries as many as you like.
 */
const FROM = 1001
const WORLDS = { raft: 1250, store: 600 } as const
/** Seeds that fail: docs/bugs-found.md tells why. One that passes must go from here. */
const OPEN: Readonly<Record<string, readonly number[]>> = { raft: [], store: [] }

describe('simulation: many seeds', function () {
  this.timeout(900_000)

  it(`keeps every promise under the faults of ${WORLDS.raft + WORLDS.store} seeds`, async () => {
    const runs = Object.entries(WORLDS).map(async ([world, seeds]) => {
      const child = spawn(process.execPath, ['--import', 'tsx', 'test/sim/run.ts'], {
        env: { ...process.env, WORLD: world, SEEDS: String(seeds), FROM: String(FROM) },
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let text = ''
      child.stdout.on('data', (chunk) => (text += chunk))
      const [code] = await once(child, 'exit')
      return { world, seeds, code, text }
    })
    // Both come to their end before one of them is blamed.
    for (const { world, seeds, code, text } of await Promise.all(runs)) {
      const failed = [...text.matchAll(/^\w+ seed (\d+): /gm)].map(([, seed]) => Number(seed))
      const known = OPEN[world] ?? []
      assert.deepEqual(failed, known, text)
      assert.equal(code, known.length > 0 ? 1 : 0, text)
      // That it tried them all.
      assert.match(text, new RegExp(`^${world} +${seeds} +${known.length} `, 'm'))
    }
  })
})
