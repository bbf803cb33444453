import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { needShared, sharedFolder } from '../support/peers.ts'
import { KNOWN_DIFFERENCES } from './api-known.ts'
import { readScenario, replay } from './api-replay.ts'

/** Requests to a real Kubernetes 1.32, replayed: what it answered is what we answer. */
describe('answers of a real Kubernetes', function () {
  this.timeout(20_000)
  const shared = sharedFolder()
  if (shared === undefined) {
    it('are there to compare with', function () {
      needShared(this)
    })
    return
  }
  const recorded = join(shared, 'kubernetes-api/recorded')
  const files = readdirSync(recorded).filter((file) => file.endsWith('.json'))
  for (const file of files.sort()) {
    const name = file.replace(/\.json$/, '')
    const known = KNOWN_DIFFERENCES[name] ?? {}
    it(`${name}: as recorded, but for ${Object.keys(known).length} steps`, async () => {
      const outcomes = await replay(readScenario(join(recorded, file)))
      const wrong = outcomes.filter((o) => o.difference && !(o.id in known))
      const texts = wrong.map((o) => `${o.id}: ${JSON.stringify(o.difference)}`)
      assert.deepEqual(texts, [], 'steps that are answered otherwise')
      const passing = outcomes.filter((o) => !o.difference && o.id in known).map((o) => o.id)
      assert.deepEqual(passing, [], 'steps that are listed as different, but are the same now')
      const ids = new Set(outcomes.map((o) => o.id))
      const unknown = Object.keys(known).filter((id) => !ids.has(id))
      assert.deepEqual(unknown, [], 'steps that are listed, but not recorded')
    })
  }
})
