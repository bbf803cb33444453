import assert from 'node:assert/strict'
import { readVectors, requireVectors, vectorFiles } from './support/datadriven.ts'
import { Interaction } from './support/interaction.ts'

describe('raft: published interaction scripts', () => {
  before(function () {
    requireVectors(this)
  })

  it('finds the scripts', () => {
    assert.equal(vectorFiles('interaction').length, 28)
  })

  for (const file of vectorFiles('interaction')) {
    it(file, () => {
      const interaction = new Interaction()
      for (const directive of readVectors('interaction', file)) {
        const actual = interaction.run(directive).replace(/\n$/, '')
        const where = `${file}:${directive.line} ${directive.command}`
        assert.equal(actual, directive.expected, where)
      }
    })
  }
})
