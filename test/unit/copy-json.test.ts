import { deepEqual, equal, notEqual } from 'node:assert/strict'
import fc from 'fast-check'
import { copyJson } from '../../src/base/index.ts'

describe('a copy of a JSON value', () => {
  it('is equal and shares nothing', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const value: unknown = JSON.parse(text)
        const copy = copyJson(value)
        deepEqual(copy, value)
        equal(JSON.stringify(copy), JSON.stringify(value))
        freeze(value)
        scribble(copy)
        deepEqual(value, JSON.parse(text))
      }),
    )
  })

  it('has an entry named __proto__ as its own', () => {
    const value = JSON.parse('{"__proto__":{"a":[1]}}') as Record<string, unknown>
    const copy = copyJson(value)
    equal(Object.getPrototypeOf(copy), Object.prototype)
    equal(JSON.stringify(copy), '{"__proto__":{"a":[1]}}')
    notEqual(Object.values(copy)[0], Object.values(value)[0])
  })
})

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  for (const entry of Object.values(value)) freeze(entry)
  Object.freeze(value)
}

/** Throws where something frozen is in it. */
function scribble(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  for (const entry of Object.values(value)) scribble(entry)
  if (Array.isArray(value)) value.push(0)
  else Object.assign(value, { scribbled: 0 })
}
