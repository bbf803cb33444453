import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

const PROGRAM = join(import.meta.dirname, 'long-watch.ts')
const GROWN_BYTES_MAX = 15e6

describe('a watch of a long history', () => {
  it('needs no more memory the longer it lasts', async () => {
    const count = 150_000
    const args = ['--expose-gc', '--import', 'tsx', PROGRAM, String(count)]
    const { stdout } = await promisify(execFile)(process.execPath, args)
    const { seen, grownBytes, held } = JSON.parse(stdout) as Record<string, number>
    assert.equal(seen, count)
    assert.equal(held, 0)
    assert.ok(
      Number(grownBytes) < GROWN_BYTES_MAX,
      `${grownBytes} bytes more after ${count} changes`,
    )
  }).timeout(60_000)
})
