import assert from 'node:assert/strict'
import fs, {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rotatingFile } from '../../../src/platform/index.ts'

describe('platform: rotating file', () => {
  it('removes what was put aside too long ago', () => {
    const folder = mkdtempSync(join(tmpdir(), 'navarch-rotate-'))
    try {
      const old = 'audit-2020-01-01T00-00-00.000.log'
      const others = ['audit-notes.log', 'other-2020-01-01T00-00-00.000.log']
      for (const name of [old, ...others]) writeFileSync(join(folder, name), '')
      const path = join(folder, 'audit.log')
      const file = rotatingFile({ path, maxBytes: 5, maxAgeMs: 86_400_000 })
      for (const line of ['one', 'two', 'three']) file.write(line)
      file.close()
      const left = readdirSync(folder)
      assert.equal(left.includes(old), false)
      assert.equal(
        others.every((name) => left.includes(name)),
        true,
      )
      assert.equal(left.length, 5)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

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
      const [older = '', newer = '', ...rest] = readdirSync(folder).sort()
      assert.deepEqual(rest, ['audit.log'])
      assert.match(older, /^audit-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}\.log$/)
      assert.equal(readFileSync(path, 'utf8'), '8\n')
      assert.equal(readFileSync(join(folder, newer), 'utf8'), 'six\nseven\n')
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  describe('on a disk in trouble', () => {
    const { openSync: open, renameSync: rename, writeSync: write } = fs
    let folder: string
    let path: string
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'navarch-rotate-'))
      path = join(folder, 'audit.log')
    })
    const become = (parts: object) => {
      Object.assign(fs, parts)
      syncBuiltinESMExports()
    }
    const recover = () => become({ openSync: open, renameSync: rename, writeSync: write })
    afterEach(() => {
      recover()
      rmSync(folder, { recursive: true, force: true })
    })
    const fail = () => {
      throw new Error('EIO: trouble')
    }

    for (const part of ['renameSync', 'openSync']) {
      it(`goes on in the same file when ${part} fails, and never in another's`, () => {
        const file = rotatingFile({ path, maxBytes: 5 })
        file.write('one')
        become({ [part]: fail })
        file.write('two')
        recover()
        const other = openSync(join(folder, 'other'), 'a')
        become({ [part]: fail })
        file.write('three')
        recover()
        assert.equal(readFileSync(path, 'utf8'), 'one\ntwo\nthree\n')
        assert.equal(readFileSync(join(folder, 'other'), 'utf8'), '')
        file.write('four')
        assert.equal(readFileSync(path, 'utf8'), 'four\n')
        file.close()
        closeSync(other)
      })
    }

    it('writes the rest of what was written in part', () => {
      const file = rotatingFile({ path })
      become({
        writeSync: (fd: number, bytes: Uint8Array, at = 0) => write(fd, bytes, at, 1),
      })
      file.write('one')
      file.write('two')
      file.close()
      assert.equal(readFileSync(path, 'utf8'), 'one\ntwo\n')
    })

    it('a line after one that broke off begins anew', () => {
      const file = rotatingFile({ path })
      become({
        writeSync: (fd: number, bytes: Uint8Array, at = 0) =>
          at === 0 ? write(fd, bytes, 0, 2) : fail(),
      })
      assert.throws(() => file.write('lost'), /trouble/)
      recover()
      file.write('two')
      file.close()
      assert.equal(readFileSync(path, 'utf8'), 'lo\ntwo\n')
    })
  })
})
