import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ProcessError, type SpawnOptions } from '../../../src/base/index.ts'
import { systemProcesses } from '../../../src/platform/index.ts'

const PATH = process.env['PATH'] ?? ''

describe('platform: processes', () => {
  const processes = systemProcesses()
  const { signal } = new AbortController()
  let cwd: string
  const options = (script: string, rest: Partial<SpawnOptions> = {}): SpawnOptions => ({
    command: 'sh',
    args: ['-c', script],
    env: { PATH },
    cwd,
    stdoutPath: join(cwd, 'out'),
    stderrPath: join(cwd, 'err'),
    ...rest,
  })
  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), 'navarch-processes-'))
  })
  afterEach(() => rmSync(cwd, { recursive: true, force: true }))

  it('appends output to files, hands over the environment, tells the exit code', async () => {
    const env = { PATH, GREETING: 'hello' }
    for (const code of [0, 3]) {
      const child = await processes.spawn(
        options(`echo $GREETING; echo oh >&2; exit ${code}`, { env }),
      )
      assert.deepEqual(await processes.waitForExit(child, { signal }), { code })
      assert.equal(processes.isAlive(child), false)
    }
    assert.equal(readFileSync(join(cwd, 'out'), 'utf8'), 'hello\nhello\n')
    assert.equal(readFileSync(join(cwd, 'err'), 'utf8'), 'oh\noh\n')
  })

  it('signals the whole group, and finds a process that an earlier parent started', async () => {
    const child = await processes.spawn(options('sleep 100 & sleep 100'))
    assert(processes.isAlive(child))
    assert(!processes.isAlive({ ...child, startTime: '1' }))
    processes.kill({ ...child, startTime: '1' }, 'SIGKILL')
    const later = systemProcesses()
    assert(later.isAlive(child))
    const seenByOther = later.waitForExit(child, { signal })
    processes.kill(child, 'SIGTERM')
    assert.deepEqual(await processes.waitForExit(child, { signal }), { signal: 'SIGTERM' })
    assert.equal(await seenByOther, undefined)
    processes.kill(child, 'SIGKILL')
  })

  it('says why a command cannot be started', async () => {
    await assert.rejects(processes.spawn(options('', { command: 'no-such-command' })), (error) => {
      assert(error instanceof ProcessError)
      assert.match(error.message, /^cannot start "no-such-command": no such file or directory/)
      return true
    })
  })

  it('runs a command to its end, bounded in time and output', async () => {
    const run = (script: string, timeoutMs = 5000, maxOutputBytes = 1000) =>
      processes.exec({
        command: ['sh', '-c', script],
        env: { PATH },
        cwd,
        timeoutMs,
        maxOutputBytes,
      })
    assert.deepEqual(await run('echo a; echo b >&2; exit 4'), {
      exitCode: 4,
      output: 'a\nb\n',
      timedOut: false,
    })
    assert.equal((await run('yes | head -c 100000', 5000, 10)).output, 'y\n'.repeat(5))
    const slow = await run('sleep 100 & sleep 100', 50)
    assert.deepEqual([slow.timedOut, slow.exitCode], [true, 137])
    await assert.rejects(
      processes.exec({ command: ['none'], env: {}, cwd, timeoutMs: 1000, maxOutputBytes: 1 }),
      ProcessError,
    )
  })
})
