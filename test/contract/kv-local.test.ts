import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { localKv } from '../../src/kv/local/index.ts'
import { kvContract } from './kv.ts'
import { openTestStore } from './store.ts'

kvContract('local member', async () => {
  const folder = await fs.mkdtemp(join(tmpdir(), 'kv-local-'))
  const opened = await openTestStore(folder)
  return {
    kv: localKv(opened.store),
    dispose: async () => {
      await opened.stop()
      await fs.rm(folder, { recursive: true, force: true })
    },
  }
})
