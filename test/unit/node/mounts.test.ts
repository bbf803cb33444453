import assert from 'node:assert/strict'
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  detectMountMode,
  type MountMode,
  mountedCommand,
  quote,
} from '../../../src/node/kubelet/runtime/process/mounts.ts'
import type { Mount } from '../../../src/node/kubelet/runtime/types.ts'
import { systemProcesses } from '../../../src/platform/index.ts'
import { skipOnThisKernel } from '../../support/peers.ts'

const PATH = '/usr/sbin:/usr/bin:/sbin:/bin'

describe('the mounts of a container', () => {
  let folder: string
  let mode: MountMode

  beforeEach(async function () {
    folder = await fs.realpath(await fs.mkdtemp(join(tmpdir(), 'navarch-mounts-')))
    for (const name of ['root', 'scratch', 'outer', 'inner']) await fs.mkdir(join(folder, name))
    mode = await detectMountMode(systemProcesses(), { scratch: join(folder, 'scratch') })
    if (mode === 'none') skipOnThisKernel(this, 'mounts in a namespace of its own')
  })
  afterEach(() => fs.rm(folder, { recursive: true, force: true }))

  const mount = (mountPath: string, name: string, over: Partial<Mount> = {}): Mount => ({
    name,
    mountPath,
    hostPath: join(folder, name),
    readOnly: false,
    ...over,
  })
  const exec = (command: readonly string[]) =>
    systemProcesses().exec({
      command,
      env: { PATH },
      cwd: folder,
      timeoutMs: 10_000,
      maxOutputBytes: 4096,
    })

  /** What a container's script says. `host`: what the agent's host has mounted before. */
  async function run(
    script: string,
    of: { mounts: Mount[]; readOnlyRoot?: boolean; host?: string; in?: MountMode },
  ): Promise<string> {
    const own = of.in ?? mode
    assert(own !== 'none')
    const line = mountedCommand({
      ...of,
      mode: own,
      root: join(folder, 'root'),
      pidFile: join(folder, 'pid'),
      workingDir: '/',
      files: [],
      user: undefined,
      command: ['sh', '-c', script],
    })
    if (!of.host) return (await exec(line)).output
    const host = `set -e; ${of.host}; exec ${line.map(quote).join(' ')}`
    const user = mode === 'user-namespace' ? ['--user', '--map-root-user'] : []
    const apart = ['unshare', ...user, '--mount', '--propagation', 'private', '--']
    return (await exec([...apart, 'sh', '-c', host])).output
  }
  const has = (path: string) =>
    fs.readFile(join(folder, path), 'utf8').catch(() => 'nothing') as Promise<string>

  it('lie within one another, and each keeps what is written to it', async () => {
    await fs.writeFile(join(folder, 'file'), 'of a file')
    const mounts = [
      mount('/navarch/data', 'outer'),
      mount('/navarch/data/deep/cache', 'inner'),
      mount('/navarch/data/deep/cache/file', 'file', { readOnly: true }),
    ]
    const script =
      'cd /navarch/data; echo 1 > a; echo 2 > deep/b; echo 3 > deep/cache/c; ' +
      'cat deep/cache/file; echo x 2>/dev/null > deep/cache/file || echo ", kept"'
    assert.equal(await run(script, { mounts }), 'of a file, kept\n')
    const kept = await Promise.all(['outer/a', 'outer/deep/b', 'inner/c', 'file'].map(has))
    assert.deepEqual(kept, ['1\n', '2\n', '3\n', 'of a file'])
    assert.deepEqual(await fs.readdir(join(folder, 'outer/deep/cache')), [])
  })

  it('are not led out of a volume by its links', async () => {
    await fs.mkdir(join(folder, 'host'))
    for (const target of [join(folder, 'host'), '../../etc']) {
      await fs.symlink(target, join(folder, 'outer/evil'))
      const mounts = [
        mount('/navarch/data', 'outer'),
        mount('/navarch/data/evil/navarch-x', 'inner'),
      ]
      assert.match(await run('echo up', { mounts }), /leads out of its volume\n$/)
      assert.deepEqual(await fs.readdir(join(folder, 'host')), [])
      await assert.rejects(fs.stat('/etc/navarch-x'))
      await fs.rm(join(folder, 'outer/evil'))
    }
  })

  it('leave a folder of the image as it is on the host', async () => {
    const image = mount('/navarch/app', 'outer', { readOnly: true, ofImage: true })
    const mounts = [image, mount('/navarch/app/data', 'inner')]
    await run('echo 1 > /navarch/app/data/a', { mounts })
    assert.equal(await has('inner/a'), '1\n')
    assert.deepEqual(await fs.readdir(join(folder, 'outer')), [])
  })

  it('are read-only with what the host has mounted below', async () => {
    await fs.mkdir(join(folder, 'outer/a b%1'))
    const below = quote(join(folder, 'outer/a b%1'))
    const host = `mount -t tmpfs -o nosuid,nodev,noexec tmpfs ${below}`
    const mounts = [mount('/navarch/data', 'outer', { readOnly: true })]
    const script =
      'for f in "/navarch/data/x" "/navarch/data/a b%1/x"; do ' +
      'touch "$f" 2>/dev/null && echo "$f is written"; done; ' +
      'grep -c "/navarch/data/a.*ro,nosuid,nodev,noexec" /proc/self/mountinfo'
    for (const own of [mode, 'user-namespace'] as const) {
      assert.equal(await run(script, { mounts, host, in: own }), '1\n', own)
    }
  })

  it('keep a read-only root so, with what the host has mounted below', async () => {
    const below = join(folder, 'outer')
    const host = `mount -t tmpfs -o nosuid,nodev,noexec tmpfs ${quote(below)}`
    const mounts = [mount('/navarch/data', 'inner'), mount('/etc/navarch-test', 'inner')]
    const script =
      `for f in /x /etc/x ${below}/x /navarch/x; do ` +
      'touch "$f" 2>/dev/null && echo "$f is written"; done; echo 1 > /navarch/data/x; echo end'
    for (const own of [mode, 'user-namespace'] as const) {
      assert.equal(await run(script, { mounts, readOnlyRoot: true, host, in: own }), 'end\n', own)
    }
    assert.equal(await has('inner/x'), '1\n')
  })
})
