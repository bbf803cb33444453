import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'

interface Run {
  readonly world: string
  readonly from: number
  readonly seeds: number
}

/**
 * Many seeds, two processes beside one another. They begin where the other tests end;
 * `make sim-many N=…` tries as many as you like.
 */
const RUNS: readonly (readonly Run[])[] = [
  [
    { world: 'raft', from: 1001, seeds: 1250 },
    { world: 'store', from: 1001, seeds: 600 },
  ],
  [
    { world: 'cluster', from: 1001, seeds: 25 },
    { world: 'cluster', from: 1101, seeds: 30 },
  ],
]
/** Worlds are short-lived, and too big for the nursery that is the default. */
const NODE_OPTIONS = ['--max-semi-space-size=32']
/** Seeds that fail: docs/bugs-found.md tells why. One that passes must go from here. */
const OPEN: Readonly<Record<string, readonly number[]>> = { raft: [], store: [] }

describe('simulation: many seeds', function () {
  this.timeout(900_000)

  for (const runs of RUNS) {
    const total = runs.reduce((sum, { seeds }) => sum + seeds, 0)
    const worlds = [...new Set(runs.map(({ world }) => world))].join(' and ')
    it(`keeps every promise under the faults of ${total} seeds: ${worlds}`, async () => {
      // All come to their end before one of them is blamed.
      for (const { run, code, text } of await Promise.all(runs.map(simulate))) {
        const { world, from, seeds } = run
        const failed = [...text.matchAll(/^\w+ seed (\d+): /gm)].map(([, seed]) => Number(seed))
        const known = (OPEN[world] ?? []).filter((seed) => seed >= from && seed < from + seeds)
        assert.deepEqual(failed, known, text)
        assert.equal(code, known.length > 0 ? 1 : 0, text)
        // That it tried them all.
        assert.match(text, new RegExp(`^${world} +${seeds} +${known.length} `, 'm'))
      }
    })
  }
})

async function simulate(run: Run): Promise<{ run: Run; code: unknown; text: string }> {
  const { world, from, seeds } = run
  const child = spawn(process.execPath, [...NODE_OPTIONS, 'dist/simulate.js'], {
    env: { ...process.env, WORLD: world, SEEDS: String(seeds), FROM: String(from) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.on('data', (chunk) => (text += chunk))
  const [code] = await once(child, 'exit')
  return { run, code, text }
}
