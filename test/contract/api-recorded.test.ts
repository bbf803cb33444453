import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { KNOWN_DIFFERENCES } from './api-known.ts'
import { readScenario, replay } from './api-replay.ts'

const RECORDED = join(import.meta.dirname, '../../../shared/kubernetes-api/recorded')

/** Requests to a real Kubernetes 1.32, replayed: what it answered is what we answer. */
describe('answers of a real Kubernetes', function () {
  this.timeout(20_000)
  if (!existsSync(RECORDED)) {
    it('are there to compare with', function () {
      const where = 'shared/kubernetes-api/recorded beside the checkout'
      assert.notEqual(process.env['CI'], 'true', `${where} is missing, and CI needs it`)
      this.skip()
    })
    return
  }
  const files = readdirSync(RECORDED).filter((file) => file.endsWith('.json'))
  for (const file of files.sort()) {
    const name = file.replace(/\.json$/, '')
    const known = KNOWN_DIFFERENCES[name] ?? {}
    it(`${name}: as recorded, but for ${Object.keys(known).length} steps`, async () => {
      const outcomes = await replay(readScenario(join(RECORDED, file)))
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
