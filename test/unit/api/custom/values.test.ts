import assert from 'node:assert/strict'
import type { JSONSchemaProps } from '../../../../src/api/index.ts'
import {
  compileRules,
  prune,
  validateListTypes,
  validateRules,
  validateSchema,
} from '../../../../src/api/structural/index.ts'

const text = (format: string): JSONSchemaProps => ({ type: 'string', format })
const ofType = (type: string, given: string) =>
  `v: Invalid value: "${given}": v in body must be of type ${type}: "${given}"`

/** Values of a field `v`, and what kube-apiserver 1.32 says of them. */
const VALUES: readonly (readonly [JSONSchemaProps, value: unknown, faults: readonly string[]])[] = [
  [{ type: 'string' }, 1e30, [ofType('string', 'number')]],
  [{ type: 'integer', format: 'int32' }, 2 ** 31, []],
  [{ type: 'integer', enum: [1, 2] }, 1.5, [ofType('integer', 'number')]],
  [
    { type: 'string', enum: ['a'] },
    ['a'],
    [ofType('string', 'array'), 'v: Unsupported value: []interface {}{"a"}: supported values: "a"'],
  ],
  [
    { type: 'integer', maximum: 10_000_000 },
    2 ** 31,
    ['v: Invalid value: 2147483648: v in body should be less than or equal to 10000000'],
  ],
  [
    { type: 'number', maximum: 1.5 },
    2,
    ['v: Invalid value: 2: v in body should be less than or equal to 1'],
  ],
  [
    { type: 'number', multipleOf: 0.5 },
    1,
    ['v: Invalid value: 0: factor MultipleOf declared for v must be positive: 0'],
  ],
  [{ type: 'number', multipleOf: 0.5 }, 1.5, []],
  [text('date'), 1, [ofType('date', 'int64')]],
  [text('date'), 1.5, [ofType('date', 'float64')]],
  [text('date'), true, [ofType('date', '')]],
  [text('date'), ['a'], []],
  [text('byte'), '', [ofType('byte', '')]],
  [text('date-time'), '2020-01-01T00:00:60Z', [ofType('date-time', '2020-01-01T00:00:60Z')]],
  [text('email'), 'A <a@b.c>', []],
  [text('hostname'), 'a_b', [ofType('hostname', 'a_b')]],
  [text('hostname'), 'a.b', [ofType('hostname', 'a.b')]],
  [text('hostname'), 'a.bc', []],
  [text('ipv4'), '01.2.3.4', []],
  [text('uri'), 'http://[', [ofType('uri', 'http://[')]],
  [text('rgbcolor'), 'rgb(300,0,0)', [ofType('rgbcolor', 'rgb(300,0,0)')]],
  [text('unheard-of'), 1, [ofType('string', 'integer')]],
]

const show = (errors: readonly { field: string; detail: string }[]) =>
  errors.map(({ field, detail }) => `${field}: ${detail}`)

describe('values of custom objects', () => {
  for (const [schema, value, faults] of VALUES) {
    it(`${JSON.stringify(value)} as ${JSON.stringify(schema)}`, () => {
      const whole = { type: 'object', properties: { v: schema } }
      assert.deepEqual(show(validateSchema(whole, { v: value })), faults)
    })
  }

  it('are told of once when a list of objects has none', () => {
    const schema: JSONSchemaProps = {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: { type: 'object', properties: { name: { type: 'string' } } },
    }
    const why = 'must be an object for an array of list-type map'
    assert.deepEqual(show(validateListTypes(schema, ['a', 'b'], 'v')), [
      `v[0]: Invalid value: "a": ${why}`,
    ])
    assert.deepEqual(show(validateListTypes(schema, [null], 'v')), [])
  })

  it('lose what stands in objects of which a schema says nothing', () => {
    const value = { any: { a: { b: 1 }, c: [{ d: 1 }], e: 2 }, kept: { a: { b: 1 } } }
    const schema: JSONSchemaProps = {
      type: 'object',
      properties: {
        any: { type: 'object', additionalProperties: true },
        kept: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      },
    }
    const removed = prune(schema, value, { isRoot: false })
    assert.deepEqual(value, { any: { a: {}, c: [{}], e: 2 }, kept: { a: { b: 1 } } })
    assert.deepEqual(removed, ['any.a.b', 'any.c[0].d'])
  })

  it('break rules under the names of fields and the keys of maps', () => {
    const rule = { rule: 'self.size() < 3' }
    const schema: JSONSchemaProps = {
      type: 'object',
      properties: {
        m: {
          type: 'object',
          additionalProperties: { type: 'string', 'x-kubernetes-validations': [rule] },
        },
        o: {
          type: 'object',
          properties: { 'x.y': { type: 'string' } },
          'x-kubernetes-validations': [{ rule: "self.x__dot__y == ''", fieldPath: "['x.y']" }],
        },
      },
    }
    const tree = compileRules(schema)
    assert.ok(tree)
    const [first] = show(validateRules(tree, { m: { 'a/b': 'long' } }))
    assert.equal(first, 'm[a/b]: Invalid value: "string": failed rule: self.size() < 3')
    assert.equal(tree.properties.get('o')?.rules[0]?.fieldPath, 'x.y')
  })

  it('may stay as they were, also below a list whose items cannot be told apart', () => {
    const rule = { rule: 'self.size() < 3' }
    const items: JSONSchemaProps = { type: 'string', 'x-kubernetes-validations': [rule] }
    const schema: JSONSchemaProps = {
      type: 'object',
      properties: { l: { type: 'array', items } },
    }
    const tree = compileRules(schema)
    assert.ok(tree)
    const old = { l: ['long', 'a'] }
    assert.deepEqual(validateRules(tree, { l: ['long', 'a'] }, { old }), [])
    assert.equal(validateRules(tree, { l: ['long', 'b'] }, { old }).length, 1)
  })
})
