import assert from 'node:assert/strict'
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openLog } from '../../../src/platform/index.ts'
import { skipOnThisKernel } from '../../support/peers.ts'

describe('platform: log', () => {
  it('writes a line at once, with its fields', async () => {
    const folder = await fs.mkdtemp(join(tmpdir(), 'navarch-log-'))
    try {
      const path = join(folder, 'log')
      openLog({ path }).child({ part: 'master-1' }).warn('slow', { ms: 7 })
      const { time, ...line } = JSON.parse(await fs.readFile(path, 'utf8'))
      assert.deepEqual(line, { level: 'warn', part: 'master-1', ms: 7, msg: 'slow' })
      assert.ok(!Number.isNaN(Date.parse(time)))
    } finally {
      await fs.rm(folder, { recursive: true, force: true })
    }
  })

  it('lets work go on when the disk is full', async function () {
    // Linux' device that never has room.
    const full = await fs.stat('/dev/full').catch(() => undefined)
    if (!full) skipOnThisKernel(this, 'there is no /dev/full')
    const log = openLog({ path: '/dev/full' })
    for (let i = 0; i < 3; i++) {
      log.info('nowhere to go', { text: 'x'.repeat(600_000) })
      // An error would come up after this turn.
      await new Promise((resolve) => setImmediate(resolve))
    }
    return undefined
  })
})
