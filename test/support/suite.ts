import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import Mocha from 'mocha'

/** Runs one folder of tests in this process and tells the parent what came of it. */

export interface SuiteResult {
  readonly passed: number
  readonly failed: number
  readonly skipped: readonly { title: string; reason: string }[]
}

const EXIT_GRACE_MS = 5000
const folder = process.argv[2] ?? ''
const files = findFiles(folder)
const mocha = new Mocha({
  reporter: 'dot',
  timeout: 20_000,
  failZero: true,
  forbidOnly: true,
  color: false,
  ...(process.env.GREP && { grep: process.env.GREP }),
})
for (const file of files) mocha.addFile(file)
await mocha.loadFilesAsync()

const skipped: { title: string; reason: string }[] = []
const slow: { title: string; ms: number }[] = []
let passed = 0
const runner = mocha.run((failures) => {
  for (const { title, ms } of slow.sort((a, b) => b.ms - a.ms).slice(0, 5)) {
    console.log(`  ${(ms / 1000).toFixed(1)} s  ${title}`)
  }
  const result: SuiteResult = { passed, failed: failures, skipped }
  process.send?.(result)
  process.exitCode = failures > 0 ? 1 : 0
  process.disconnect?.()
  failOnLeak()
})
runner.on('pass', (test) => {
  passed++
  if ((test.duration ?? 0) > 2000) slow.push({ title: test.fullTitle(), ms: test.duration ?? 0 })
})
runner.on('pending', (test) => {
  skipped.push({ title: test.fullTitle(), reason: skipReasonOf(test) })
})

/** Of the test, or of the suite that it is in. */
function skipReasonOf(runnable: Mocha.Test | Mocha.Suite | undefined): string {
  if (!runnable) return ''
  const reason: unknown = Reflect.get(runnable, 'skipReason')
  return typeof reason === 'string' ? reason : skipReasonOf(runnable.parent)
}

/** A test that leaves a timer, socket or watcher behind keeps this process alive: a failure. */
function failOnLeak(): void {
  const timer = setTimeout(() => {
    console.error(`left open by a test: ${process.getActiveResourcesInfo().join(', ')}`)
    process.exit(3)
  }, EXIT_GRACE_MS)
  timer.unref()
}

function findFiles(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .sort()
    .map((name) => join(process.cwd(), root, name))
}
