import assert from 'node:assert/strict'
import {
  formatQuantity,
  parseQuantity,
  QuantityError,
  quantityMilliValue,
  quantityValue,
} from '../../../src/api/index.ts'

describe('quantity', () => {
  // Cases of the documented canonical form: apimachinery resource.Quantity.
  const canonical: [string, string][] = [
    ['0', '0'],
    ['100m', '100m'],
    ['0.1', '100m'],
    ['1000m', '1'],
    ['1.5Gi', '1536Mi'],
    ['1024', '1024'],
    ['1Ki', '1Ki'],
    ['512Ki', '512Ki'],
    ['0.5Ki', '512'],
    ['1000Mi', '1000Mi'],
    ['1500000', '1500k'],
    ['3e6', '3e6'],
    ['12e-3', '12e-3'],
    ['-1.5', '-1500m'],
    ['.5', '500m'],
    ['1e3', '1e3'],
    ['1E', '1E'],
    ['0.0000000001', '1n'],
  ]
  for (const [input, output] of canonical) {
    it(`${input} is ${output}`, () => {
      assert.equal(formatQuantity(parseQuantity(input)), output)
    })
  }

  it('refuses what is none', () => {
    for (const text of ['', 'x', '1x', '1 Gi', '1.5.1', 'Gi', '--1']) {
      assert.throws(() => parseQuantity(text), QuantityError, text)
    }
  })

  it('counts in units and thousandths, rounded up', () => {
    assert.equal(quantityValue('1Gi'), 1024 ** 3)
    assert.equal(quantityValue('100m'), 1)
    assert.equal(quantityMilliValue('250m'), 250)
    assert.equal(quantityMilliValue('2'), 2000)
  })
})
