import assert from 'node:assert/strict'
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { passwordThread } from '../../../src/cmd/parts/password-thread.ts'

describe('the thread for passwords', function () {
  this.timeout(20_000)
  let folder: string
  beforeEach(async () => {
    folder = await fs.mkdtemp(join(tmpdir(), 'passwords-'))
  })
  afterEach(() => fs.rm(folder, { recursive: true, force: true }))

  it('hashes as etcd does, checks, leaves its starter free, and ends', async () => {
    // As it is built: threads do not read TypeScript.
    const outfile = join(folder, 'worker.cjs')
    await build({
      entryPoints: ['src/cmd/password-worker.ts'],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      external: ['level', 'classic-level'],
      define: { 'import.meta.url': '""' },
    })
    // The packages that stay outside are found from here.
    await fs.symlink(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'))
    const passwords = passwordThread({ cost: 11, program: pathToFileURL(outfile) })
    let turns = 0
    const timer = setInterval(() => turns++, 5)
    try {
      const hashed = await passwords.hash('sesame')
      assert.match(hashed, /^\$2a\$11\$/)
      assert.equal(await passwords.matches('sesame', hashed), true)
      assert.equal(await passwords.matches('other', hashed), false)
      assert.equal(await passwords.matches('sesame', 'no hash'), false)
      assert.ok(turns > 2, `${turns} turns`)
    } finally {
      clearInterval(timer)
      await passwords.close()
    }
  })

  it('costs nothing until it is needed', async () => {
    await passwordThread({ cost: 4 }).close()
  })
})
