import assert from 'node:assert/strict'
import { createMemoryKv } from '../../../src/kv/index.ts'
import { systemClock } from '../../../src/platform/index.ts'
import { Harness } from './harness.ts'

describe('what every cluster has', () => {
  it('is left alone by a server that starts anew', async () => {
    const kv = createMemoryKv({ clock: systemClock })
    const begin = async () => {
      const harness = await Harness.start({ kv })
      const state = new Map<string, string>()
      for (const { key, value } of (await kv.list('/registry/')).kvs) {
        state.set(key, Buffer.from(value).toString())
      }
      await harness.server.stop()
      return state
    }
    const before = await begin()
    const after = await begin()
    const changed = [...after].filter(([key, text]) => before.get(key) !== text)
    assert.deepEqual(
      changed.map(([key]) => key),
      [],
    )
    assert.equal(after.size, before.size)
    assert.ok(after.size > 100)
    await kv.close()
  })
})
