import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('../../../src/cmd/parts/program.ts', import.meta.url))

const BUNDLE = (word: string) => `
const { sep } = require('node:path')
const own = require('./own.cjs')
const inFolder = __filename.startsWith(__dirname + sep)
console.log(JSON.stringify({ word: '${word}', own, inFolder }))
`

describe('cmd: runProgram', () => {
  let folder = ''
  const run = (...flags: string[]): unknown => {
    const bundle = JSON.stringify(join(folder, 'bundle.cjs'))
    const main = `import { runProgram } from ${JSON.stringify(PROGRAM)}
runProgram(${bundle})`
    writeFileSync(join(folder, 'main.mjs'), main)
    const args = [...flags, '--import', 'tsx', join(folder, 'main.mjs')]
    return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }))
  }
  const kept = () => readdirSync(folder).filter((name) => name.includes('.cache'))
  const said = (word: string) => ({ word, own: 7, inFolder: true })

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'navarch-program-'))
    writeFileSync(join(folder, 'own.cjs'), 'module.exports = 7')
    writeFileSync(join(folder, 'bundle.cjs'), BUNDLE('one'))
  })

  afterEach(() => {
    chmodSync(folder, 0o700)
    rmSync(folder, { recursive: true })
  })

  it('keeps compiled code at the end of a first run, and uses it in the next', () => {
    assert.deepEqual(run(), said('one'))
    const [cache = '', ...others] = kept()
    assert.match(cache, /^bundle\.cjs\.[0-9a-f]{12}\.cache$/)
    assert.deepEqual(others, [])
    const { ino } = statSync(join(folder, cache))
    assert.deepEqual(run(), said('one'))
    assert.deepEqual(kept(), [cache])
    assert.equal(statSync(join(folder, cache)).ino, ino)
  })

  it('never runs the code of another build, be it of the same length', () => {
    run()
    writeFileSync(join(folder, 'bundle.cjs'), BUNDLE('two'))
    assert.deepEqual(run(), said('two'))
  })

  it('makes anew what V8 refuses', () => {
    run()
    const cache = join(folder, kept()[0] ?? '')
    writeFileSync(cache, 'of another release')
    assert.deepEqual(run(), said('one'))
    assert.ok(statSync(cache).size > 100)
  })

  it('leaves the work to Node where source maps are wanted', () => {
    assert.deepEqual(run('--enable-source-maps'), said('one'))
    assert.deepEqual(kept(), [])
  })
})
