import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DiskError, type FileWatch } from '../../../src/base/index.ts'
import { systemDisk } from '../../../src/platform/index.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('platform: disk', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'navarch-disk-'))
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  it('reads back what was written at an offset, short only at the end', async () => {
    const file = await systemDisk({ root }).open('log', { create: true, dataSync: true })
    await file.write(3, bytes('abc'))
    assert.deepEqual([...(await file.read(0, 100))], [0, 0, 0, 97, 98, 99])
    assert.equal((await file.read(6, 4)).length, 0)
    await file.truncate(4)
    await file.sync()
    assert.equal(await file.size(), 4)
    await file.close()
  })

  it('writes durably, small pieces and large ones, and fails with the file’s name', async () => {
    const file = await systemDisk({ root }).open('log', { create: true, dataSync: true })
    const sizes = [10, 10, 100_000, 10, 4096, 4097, 10]
    let at = 0
    for (const [i, size] of sizes.entries()) {
      await file.write(at, new Uint8Array(size).fill(i + 1))
      at += size
    }
    let from = 0
    for (const [i, size] of sizes.entries()) {
      assert((await file.read(from, size)).every((byte) => byte === i + 1))
      from += size
    }
    await file.close()
    for (let i = 0; i < 2; i++) await assert.rejects(file.write(0, bytes('x')), DiskError)
  })

  it('replaces a file atomically, with its mode and no left-over', async () => {
    const disk = systemDisk({ root })
    await disk.writeFileAtomic('key', bytes('one'))
    await disk.writeFileAtomic('key', bytes('two'), { mode: 0o640 })
    assert.equal(Buffer.from(await disk.readFile('key')).toString(), 'two')
    assert.deepEqual(await disk.list('.'), ['key'])
    assert.equal(statSync(join(root, 'key')).mode & 0o777, 0o640)
  })

  it('removes what may be absent, lists sorted, stats what is not there', async () => {
    const disk = systemDisk({ root })
    await disk.mkdir('a/b')
    await disk.writeFileAtomic('a/z', bytes(''))
    assert.deepEqual(await disk.list('a'), ['b', 'z'])
    assert.deepEqual(await disk.stat('a'), { kind: 'folder', size: statSync(join(root, 'a')).size })
    await disk.rename('a/z', 'a/y')
    await disk.remove('a')
    await disk.remove('a')
    assert.equal(await disk.stat('a'), undefined)
  })

  it('tells of changes of a file that it watches', async () => {
    const disk = systemDisk({ root })
    assert.equal(
      disk.watch?.('none', () => undefined),
      undefined,
    )
    writeFileSync(join(root, 'file'), '')
    let watch: FileWatch | undefined
    await new Promise<void>((resolve) => {
      watch = disk.watch?.('file', resolve)
      appendFileSync(join(root, 'file'), 'line')
    })
    watch?.close()
  })

  it('names the file and the reason in its errors', async () => {
    const disk = systemDisk({ root })
    await assert.rejects(disk.open('none'), (error: unknown) => {
      assert(error instanceof DiskError)
      assert.equal(error.code, 'not-found')
      assert.equal(error.message, 'none: no such file or folder')
      return true
    })
    await assert.rejects(disk.list('none'), { code: 'not-found' })
    writeFileSync(join(root, 'file'), '')
    await assert.rejects(disk.readFile('file/x'), { code: 'not-a-folder' })
  })
})
