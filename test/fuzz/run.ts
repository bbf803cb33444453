import { systemRandom } from '../../src/platform/index.ts'
import { fuzz } from './fuzz.ts'
import { targets } from './targets.ts'

/** Fuzzes every decoder for `MINUTES` (default 1) in all; prints and keeps what breaks one. */
const ROUND = 2000
const endMs = Date.now() + Number(process.env.MINUTES ?? 1) * 60_000
const only = process.env.TARGET
const chosen = targets.filter((target) => !only || target.name.includes(only))
let inputs = 0
let failed = false
while (Date.now() < endMs && !failed) {
  for (const target of chosen) {
    const failure = fuzz(target, ROUND, systemRandom())
    inputs += ROUND
    if (!failure) continue
    failed = true
    console.error(`${failure.target} cannot take ${Buffer.from(failure.input).toString('base64')}`)
    console.error(failure.error)
  }
  process.stderr.write(`\r${inputs.toLocaleString('en')} inputs`)
}
console.log(`\n${chosen.length} targets, ${inputs} inputs: ${failed ? 'FAILED' : 'ok'}`)
process.exitCode = failed ? 1 : 0
