import assert from 'node:assert/strict'
import { systemRandom } from '../../src/platform/index.ts'
import { fuzz } from './fuzz.ts'
import { targets } from './targets.ts'

const RUNS = 300

describe('decoders under fuzz', () => {
  for (const target of targets) {
    it(`${target.name} takes any bytes`, () => {
      const failure = fuzz(target, RUNS, systemRandom())
      const input = failure && Buffer.from(failure.input).toString('base64')
      assert.equal(failure, undefined, `${String(failure?.error)} for ${input}`)
    })
  }

  it('finds a decoder that trusts its input', () => {
    const trusting = {
      name: 'canary',
      seeds: [Buffer.from([2, 1, 1])],
      take(input: Uint8Array) {
        if (input[1] === 0x80) throw new RangeError('trusted a length')
      },
      allowed: [],
    }
    assert.notEqual(fuzz(trusting, 5000, systemRandom()), undefined)
  })
})
