import assert from 'node:assert/strict'
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { VolumeWriter } from '../../../src/node/kubelet/volume-writer.ts'
import type { VolumeFile } from '../../../src/node/kubelet/volumes.ts'
import { systemDisk, systemLinks } from '../../../src/platform/index.ts'

const file = (path: string, text: string, mode = 0o644): VolumeFile => ({
  path,
  data: Buffer.from(text),
  mode,
})

describe('VolumeWriter', () => {
  let folder: string
  let writer: VolumeWriter

  beforeEach(async () => {
    folder = await fs.mkdtemp(join(tmpdir(), 'navarch-volume-'))
    writer = new VolumeWriter({ disk: systemDisk(), links: systemLinks })
  })
  afterEach(() => fs.rm(folder, { recursive: true, force: true }))

  const write = (...files: VolumeFile[]) => writer.write('cfg', folder, { kind: 'files', files })
  const read = (path: string) => fs.readFile(join(folder, 'volumes/cfg', path), 'utf8')

  it('lets every user of a pod into an empty volume, and its containers decide then', async () => {
    const modeOf = async (path: string) => (await fs.stat(path)).mode & 0o777
    const path = await writer.write('scratch', folder, { kind: 'empty' })
    assert.equal(await modeOf(path), 0o777)
    await fs.chmod(path, 0o700)
    await writer.write('scratch', folder, { kind: 'empty' })
    assert.equal(await modeOf(path), 0o700)
  })

  it('opens an empty volume to all, also when it was interrupted before', async () => {
    const setMode = () => Promise.reject(new Error('the agent is gone'))
    const interrupted = new VolumeWriter({ disk: systemDisk(), links: { ...systemLinks, setMode } })
    await assert.rejects(interrupted.write('scratch', folder, { kind: 'empty' }), /is gone/)
    const path = await writer.write('scratch', folder, { kind: 'empty' })
    assert.equal((await fs.stat(path)).mode & 0o777, 0o777)
    assert.deepEqual(await fs.readdir(join(folder, 'volumes')), ['scratch'])
  })

  it('finds a part of a volume by links that stay in it alone', async () => {
    const path = await write(file('a', '1'), file('sub/b', '2'))
    const version = await fs.readlink(join(path, '..data'))
    assert.equal(await writer.within(path, 'sub/b'), join(path, version, 'sub/b'))
    assert.equal(await writer.within(path, '/new//deep/.'), join(path, 'new/deep'))
    await fs.symlink('/etc', join(path, 'evil'))
    await fs.symlink('../../..', join(path, 'up'))
    await fs.symlink('loop', join(path, 'loop'))
    for (const subPath of ['evil', 'evil/x', 'up', 'loop', '..']) {
      await assert.rejects(writer.within(path, subPath), /not within volume path/, subPath)
    }
  })

  it('changes all files in one step', async () => {
    const path = await write(file('a', '1'), file('sub/b', '2', 0o400), file('old', 'x'))
    assert.equal(path, join(folder, 'volumes/cfg'))
    assert.deepEqual([await read('a'), await read('sub/b')], ['1', '2'])
    assert.equal((await fs.stat(join(path, 'sub/b'))).mode & 0o777, 0o400)
    const before = await fs.readlink(join(path, '..data'))
    await write(file('a', '1'), file('sub/b', '2', 0o400), file('old', 'x'))
    assert.equal(await fs.readlink(join(path, '..data')), before)
    await write(file('a', '3'), file('new', '4'))
    assert.deepEqual([await read('a'), await read('new')], ['3', '4'])
    const after = await fs.readlink(join(path, '..data'))
    assert.deepEqual((await fs.readdir(path)).sort(), ['..data', after, 'a', 'new'].sort())
  })

  it('checks what a hostPath is', async () => {
    const host = (type: string, path = folder) =>
      writer.write('h', folder, { kind: 'host', path, type })
    assert.equal(await host('Directory'), folder)
    const made = join(folder, 'made')
    assert.equal(await host('DirectoryOrCreate', made), made)
    await assert.rejects(host('File'), /hostPath type check failed: .* is not a file/)
    assert.equal(await host('', join(folder, 'deep/er')), join(folder, 'deep/er'))
    assert((await fs.stat(join(folder, 'deep/er'))).isDirectory())
    const nowhere = join(folder, 'nowhere')
    await assert.rejects(host('Socket', nowhere), /does not exist/)
    const local = { kind: 'host', path: nowhere, type: '', isLocal: true } as const
    await assert.rejects(writer.write('h', folder, local), /does not exist/)
    const content = { kind: 'unsupported', source: 'nfs' } as const
    await assert.rejects(writer.write('n', folder, content), /nfs is not supported/)
  })
})
