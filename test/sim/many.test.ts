import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'

/**
 * Many seeds, the two worlds in a process each, beside one another. They begin where the other
 * tests end; `make sim-many N=…` tries as many as you like.
 */
const FROM = 1001
const WORLDS = { raft: 1250, store: 600 } as const

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
      assert.equal(code, 0, text)
      // That it tried them all, and none failed.
      assert.match(text, new RegExp(`^${world} +${seeds} +0 `, 'm'))
    }
  })
})
