import { createHash } from 'node:crypto'
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import Module, { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { Script } from 'node:vm'

/** By then a program has run what it runs at every start. */
const KEEP_AFTER_MS = 3000

/**
 * Runs a bundle in CommonJS format, with the code compiled in an earlier run where that was kept
 * beside it: half of what a start costs is compiling. V8 refuses what another release made;
 * the hash tells builds apart, of which V8 compares only the lengths. A folder that cannot be
 * written keeps none. Such a bundle cannot `import()`: kept code forgets who asks.
 */
export function runProgram(file: string): void {
  const require = createRequire(file)
  // Only modules that Node itself loads have source maps.
  if (process.execArgv.includes('--enable-source-maps')) {
    require(file)
    return
  }
  const source = readFileSync(file)
  const hash = createHash('sha256').update(source).digest('hex')
  const kept = `${file}.${hash.slice(0, 12)}.cache`
  const cachedData = readKept(kept)
  const text = Module.wrap(source.toString())
  const script = new Script(text, { filename: file, ...(cachedData && { cachedData }) })
  const module = { exports: {} }
  const run = script.runInThisContext() as (...given: unknown[]) => void
  run.call(module.exports, module.exports, require, module, file, dirname(file))
  if (cachedData && !script.cachedDataRejected) return
  let isKept = false
  const keep = () => {
    if (!isKept) writeKept(kept, script)
    isKept = true
  }
  setTimeout(keep, KEEP_AFTER_MS).unref()
  process.once('exit', keep)
}

function readKept(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch {
    return undefined
  }
}

function writeKept(path: string, script: Script): void {
  // Several processes may do so at once.
  const own = `${path}.${process.pid}`
  try {
    writeFileSync(own, script.createCachedData())
    renameSync(own, path)
  } catch {
    rmSync(own, { force: true })
  }
}
