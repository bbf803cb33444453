import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rotatingFile } from '../../../src/platform/index.ts'

describe('platform: rotating file', () => {
  it('appends, puts aside what is full, and keeps so many', () => {
    const folder = mkdtempSync(join(tmpdir(), 'navarch-rotate-'))
    try {
      const path = join(folder, 'audit.log')
      const options = { path, maxBytes: 10, maxBackups: 2 }
      const first = rotatingFile(options)
      for (const line of ['one', 'two', 'three', 'four', 'five', 'six', 'seven']) first.write(line)
      first.close()
      const again = rotatingFile(options)
      again.write('8')
      again.close()
      assert.deepEqual(readdirSync(folder), ['audit.log', 'audit.log.1', 'audit.log.2'])
      assert.equal(readFileSync(path, 'utf8'), '8\n')
      assert.equal(readFileSync(`${path}.1`, 'utf8'), 'six\nseven\n')
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
