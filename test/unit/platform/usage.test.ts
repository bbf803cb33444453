import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemProcesses, systemUsage } from '../../../src/platform/index.ts'
import { type ProcessRow, rowsOfPsText, usageOfTrees } from '../../../src/platform/usage.ts'
import { until } from '../node/until.ts'

const row = (pid: number, parent: number, session: number): ProcessRow => ({
  pid,
  parent,
  session,
  cpuSeconds: 1,
  memoryBytes: 10,
})

describe('usage of processes', () => {
  it('a tree has its descendants, and those of its session that have lost their parents', () => {
    const rows = [
      row(1, 0, 1),
      row(10, 1, 10),
      row(11, 10, 10),
      // Its parent has ended.
      row(12, 1, 10),
      // In a session of its own, but started by the tree.
      row(13, 11, 13),
      row(14, 13, 13),
      row(20, 1, 20),
    ]
    const [first, second, gone] = usageOfTrees(rows, [10, 20, undefined])
    assert.deepEqual(first, { cpuSeconds: 5, memoryBytes: 50 })
    assert.deepEqual(second, { cpuSeconds: 1, memoryBytes: 10 })
    assert.equal(gone, undefined)
    assert.deepEqual(usageOfTrees(rows, [99]), [undefined])
  })

  it('a tree within another is its own', () => {
    const rows = [row(10, 1, 10), row(11, 10, 11), row(12, 11, 11)]
    const [outer, inner] = usageOfTrees(rows, [10, 11])
    assert.equal(outer?.cpuSeconds, 1)
    assert.equal(inner?.cpuSeconds, 2)
  })

  it('the output of ps is read', () => {
    const text = '    1     0     1   1024 1-02:03:04\n  420     1   420    512   3:05.25\n\n'
    assert.deepEqual(rowsOfPsText(text), [
      { pid: 1, parent: 0, session: 1, memoryBytes: 1_048_576, cpuSeconds: 93_784 },
      { pid: 420, parent: 1, session: 420, memoryBytes: 524_288, cpuSeconds: 185.25 },
    ])
  })

  it('measures a process that works with its children, and not one that is gone', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'navarch-usage-'))
    const processes = systemProcesses()
    const script = 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; sleep 100 & echo go; wait'
    const child = await processes.spawn({
      command: 'sh',
      args: ['-c', script],
      env: { PATH: process.env['PATH'] ?? '' },
      cwd: folder,
      stdoutPath: join(folder, 'out'),
      stderrPath: join(folder, 'err'),
    })
    try {
      await until('it has worked', () => {
        return readFileSync(join(folder, 'out'), 'utf8') === 'go\n' || undefined
      })
      const [usage, other] = await systemUsage().trees([child, { ...child, startTime: '1' }])
      assert.ok(usage && usage.cpuSeconds > 0.02, JSON.stringify(usage))
      assert.ok(usage.memoryBytes > 100 * 1024, JSON.stringify(usage))
      assert.equal(other, undefined)
    } finally {
      processes.kill(child, 'SIGKILL')
      await processes.waitForExit(child, { signal: new AbortController().signal })
      rmSync(folder, { recursive: true, force: true })
    }
  })

  it('measures the machine', async () => {
    const { cpuSeconds, memoryBytes, memoryTotalBytes } = await systemUsage().host()
    assert.ok(cpuSeconds > 0 && memoryBytes > 0 && memoryBytes < memoryTotalBytes)
  })
})
