import { createMemoryKv } from '../../src/kv/index.ts'
import { kvContract } from './kv.ts'
import { ManualClock } from './manual-clock.ts'

kvContract('memory', async () => {
  const clock = new ManualClock()
  return {
    kv: createMemoryKv({ clock }),
    passSeconds: async (seconds) => clock.advance(seconds * 1000),
  }
})
