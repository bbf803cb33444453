import { spawn } from 'node:child_process'
import { readdirSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import type { SuiteResult } from './support/suite.ts'

/** `test/run.ts SUITE…`: each folder of `test/` in a process of its own, then one line of sums. */

const EMPTY: SuiteResult = { passed: 0, failed: 0, skipped: [] }
const results: SuiteResult[] = []
for (const suite of process.argv.slice(2)) {
  if (!hasTests(join('test', suite))) continue
  const startedMs = Date.now()
  console.log(`\n== ${suite}`)
  const result = await runSuite(suite)
  results.push(result)
  console.log(`== ${suite}: ${((Date.now() - startedMs) / 1000).toFixed(1)} s`)
}

const skipped = results.flatMap((r) => r.skipped)
for (const { title, reason } of skipped) console.log(`skipped: ${title}: ${reason}`)
if (process.argv.includes('contract') && !process.env.ETCD3_SUITE) {
  console.log("not asked for: etcd3's own tests (name a checkout in ETCD3_SUITE)")
}
const passed = sum(results.map((r) => r.passed))
const failed = sum(results.map((r) => r.failed))
console.log(`\n${passed} passed, ${failed} failed, ${skipped.length} skipped`)
if (failed > 0 || passed === 0) process.exitCode = 1

function runSuite(suite: string): Promise<SuiteResult> {
  return new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', 'test/support/suite.ts', `test/${suite}`],
      { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
    )
    let result: SuiteResult | undefined
    child.on('message', (message) => {
      result = message as SuiteResult
    })
    child.on('close', (code) => {
      const failedToRun = result === undefined || (code !== 0 && result.failed === 0)
      const known = result ?? EMPTY
      if (failedToRun) console.error(`${suite}: the test process ended with ${code}`)
      resolve(failedToRun ? { ...known, failed: known.failed + 1 } : known)
    })
  })
}

function hasTests(folder: string): boolean {
  if (!existsSync(folder)) return false
  return readdirSync(folder, { recursive: true }).some((name) => String(name).endsWith('.test.ts'))
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0)
}
