import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { passwordThread } from '../../../src/cmd/parts/password-thread.ts'

/** In a process of its own: mocha's threads do not read TypeScript. */
const PROGRAM = `
import { passwordThread } from './src/cmd/parts/password-thread.ts'
const passwords = passwordThread({ cost: 11 })
let turns = 0
const timer = setInterval(() => turns++, 5)
const hashed = await passwords.hash('sesame')
const right = await passwords.matches('sesame', hashed)
const wrong = await passwords.matches('other', hashed)
const none = await passwords.matches('sesame', 'no hash')
clearInterval(timer)
await passwords.close()
console.log(JSON.stringify({ hashed, right, wrong, none, turns }))
`

describe('the thread for passwords', function () {
  this.timeout(20_000)

  it('hashes as etcd does, checks, leaves its starter free, and ends', async () => {
    const args = ['--import', 'tsx', '--input-type=module', '-e', PROGRAM]
    const { stdout } = await promisify(execFile)(process.execPath, args)
    const { hashed, turns, ...rest } = JSON.parse(stdout)
    assert.match(hashed, /^\$2a\$11\$/)
    assert.deepEqual(rest, { right: true, wrong: false, none: false })
    assert.ok(turns > 2, `${turns} turns`)
  })

  it('costs nothing until it is needed', async () => {
    await passwordThread({ cost: 4 }).close()
  })
})
