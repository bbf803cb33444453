import assert from 'node:assert/strict'
import { quoteLargeIntegers } from '../../../../src/store/http/json-integers.ts'

describe('integers in JSON', () => {
  it('become strings when they are too large to be exact, and only then', () => {
    const cases: [text: string, quoted: string][] = [
      ['{"ID": 7587848943239472601, "TTL": 500}', '{"ID": "7587848943239472601", "TTL": 500}'],
      ['[-7587848943239472601,1]', '["-7587848943239472601",1]'],
      ['{"7587848943239472601": "\\"7587848943239472601"}', ''],
      ['{"a": "\\\\", "b": 7587848943239472601}', '{"a": "\\\\", "b": "7587848943239472601"}'],
      ['[1234567890123456.5, 1234567890123456e3]', ''],
      ['{"a": "7587848943239472601', ''],
    ]
    for (const [text, quoted] of cases) assert.equal(quoteLargeIntegers(text), quoted || text)
  })

  it('are looked for in long texts as well', () => {
    const long = `"${'\\\\'.repeat(3e6)}${'x'.repeat(8e6)}"`
    const text = `{"a":${long},"b":7587848943239472601}`
    assert.equal(quoteLargeIntegers(text).slice(-24), '"b":"7587848943239472601"}'.slice(-24))
  })
})
