import assert from 'node:assert/strict'
import {
  applyDefaults,
  compileRules,
  dropNulls,
  prune,
  type Schema,
  validateListTypes,
  validateRules,
  validateSchema,
} from '../../../../src/api/structural/index.ts'

const texts = (errors: readonly { field: string; detail: string }[]) =>
  errors.map(({ field, detail }) => `${field}: ${detail}`)

const object = (properties: Record<string, Schema>, more: Schema = {}): Schema => ({
  type: 'object',
  properties,
  ...more,
})

/** Runs the rules of a schema, as a server does on creation or, with `old`, on an update. */
function judge(schema: Schema, value: unknown, old?: unknown): string[] {
  const tree = compileRules(schema)
  assert(tree)
  return texts(validateRules(tree, value, old === undefined ? {} : { old }))
}

describe('structural schemas', () => {
  it('say what is wrong with a value', () => {
    const schema = object({
      n: { type: 'integer', minimum: 1, maximum: 5, multipleOf: 2 },
      s: { type: 'string', minLength: 2, pattern: '^a' },
      list: { type: 'array', minItems: 2, items: { type: 'boolean' } },
      port: { 'x-kubernetes-int-or-string': true },
      one: { type: 'integer', oneOf: [{ minimum: 5 }, { maximum: 3 }, { maximum: 4 }] },
    })
    const cases: readonly (readonly [object, readonly string[]])[] = [
      [{ n: 4, s: 'ab', list: [true, false], port: 80, one: 5 }, []],
      [{ n: 6 }, ['n: Invalid value: 6: n in body should be less than or equal to 5']],
      [{ n: 3 }, ['n: Invalid value: 3: n in body should be a multiple of 2']],
      [{ s: 'b' }, ['s: Invalid value: "b": s in body should be at least 2 chars long']],
      [{ s: 'bb' }, [`s: Invalid value: "bb": s in body should match '^a'`]],
      [
        { list: [1] },
        [
          'list[0]: Invalid value: "integer": list[0] in body must be of type boolean: "integer"',
          'list: Invalid value: 1: list in body should have at least 2 items',
        ],
      ],
      [
        { port: true },
        ['port: Invalid value: "boolean": port in body must be of type integer,string: "boolean"'],
      ],
      [
        { one: 3 },
        [
          '<nil>: Invalid value: "": "one" must validate one and only one schema (oneOf). ' +
            'Found 2 valid alternatives',
        ],
      ],
    ]
    for (const [value, expected] of cases) {
      assert.deepEqual(texts(validateSchema(schema, value)), expected)
    }
  })

  it('let be what was wrong before and did not change', () => {
    const schema = object({
      a: { type: 'integer', maximum: 1 },
      b: { type: 'integer', maximum: 1 },
    })
    const old = { a: 5, b: 0 }
    assert.deepEqual(validateSchema(schema, { a: 5, b: 1 }, { old }), [])
    const errors = validateSchema(schema, { a: 5, b: 2 }, { old })
    assert.deepEqual(
      errors.map((error) => error.field),
      ['b'],
    )
  })

  it('fill in defaults, in lists and maps too, and replace nulls that may not be', () => {
    const item = object({ n: { type: 'integer', default: 3 } })
    const schema = object({
      a: { type: 'string', default: 'x' },
      nul: { type: 'string', nullable: true, default: 'y' },
      gone: { type: 'string' },
      list: { type: 'array', items: item },
      map: { type: 'object', additionalProperties: item },
      inner: object({ b: { type: 'boolean', default: true } }, { default: {} }),
    })
    const value = { a: null, nul: null, gone: null, list: [{}, { n: 1 }], map: { k: {} } }
    dropNulls(schema, value)
    applyDefaults(schema, value)
    assert.deepEqual(value, {
      a: 'x',
      nul: null,
      list: [{ n: 3 }, { n: 1 }],
      map: { k: { n: 3 } },
      inner: { b: true },
    })
  })

  it('prune what they do not know, and tell of it', () => {
    const schema = object({
      spec: object({
        known: { type: 'string' },
        any: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        list: { type: 'array', items: object({ a: { type: 'string' } }) },
        pod: {
          type: 'object',
          'x-kubernetes-embedded-resource': true,
          'x-kubernetes-preserve-unknown-fields': true,
        },
      }),
    })
    const value = {
      kind: 'K',
      metadata: { name: 'x' },
      extra: 1,
      spec: {
        known: 'k',
        any: { deep: { er: 1 } },
        list: [{ a: 'a', b: 1 }],
        pod: { kind: 'Pod' },
      },
    }
    const removed = prune(schema, value, { isRoot: true })
    assert.deepEqual(removed, ['extra', 'spec.list[0].b'])
    assert.deepEqual(value.spec.any, { deep: { er: 1 } })
    assert.deepEqual(value.metadata, { name: 'x' })
  })

  it('tell duplicates in sets and maps', () => {
    const set: Schema = {
      type: 'array',
      'x-kubernetes-list-type': 'set',
      items: { type: 'string' },
    }
    assert.deepEqual(texts(validateListTypes(object({ set }), { set: ['a', 'b', 'a'] })), [
      'set[2]: Duplicate value: "a"',
    ])
  })

  it('run rules on each part, with what it was before where that can be told', () => {
    const schema = object({
      list: {
        type: 'array',
        maxItems: 5,
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['id'],
        items: object(
          { id: { type: 'string', maxLength: 5 }, n: { type: 'integer' } },
          {
            required: ['id'],
            'x-kubernetes-validations': [
              { rule: 'self.n >= oldSelf.n', message: 'never less', fieldPath: '.n' },
            ],
          },
        ),
      },
    })
    const old = {
      list: [
        { id: 'a', n: 2 },
        { id: 'b', n: 5 },
      ],
    }
    assert.deepEqual(judge(schema, old), [], 'a new object was nothing before')
    const now = {
      list: [
        { id: 'b', n: 4 },
        { id: 'a', n: 3 },
        { id: 'c', n: 0 },
      ],
    }
    assert.deepEqual(judge(schema, now, old), ['list[0].n: Invalid value: "object": never less'])
  })

  it('do not tell again what a rule found before, unless its part changed', () => {
    const rules = [{ rule: 'self.a < self.b' }]
    const inner = object(
      { a: { type: 'integer' }, b: { type: 'integer' } },
      { 'x-kubernetes-validations': rules },
    )
    const schema = object({ inner, other: { type: 'string' } })
    const wrong = { inner: { a: 2, b: 1 }, other: 'x' }
    const told = ['inner: Invalid value: "object": failed rule: self.a < self.b']
    assert.deepEqual(judge(schema, wrong), told)
    assert.deepEqual(judge(schema, { ...wrong, other: 'y' }, wrong), [])
    assert.deepEqual(judge(schema, { inner: { a: 3, b: 1 } }, wrong), told)
  })

  it('see what was not there before as an optional, where a rule asks for it', () => {
    const rule = 'oldSelf.hasValue() ? self == oldSelf.value() : self == "first"'
    const schema = object({
      s: {
        type: 'string',
        maxLength: 9,
        'x-kubernetes-validations': [{ rule, optionalOldSelf: true, message: 'no' }],
      },
    })
    assert.deepEqual(judge(schema, { s: 'first' }), [])
    assert.deepEqual(judge(schema, { s: 'other' }), ['s: Invalid value: "string": no'])
    assert.deepEqual(judge(schema, { s: 'x' }, { s: 'x' }), [])
  })

  it('stop rules that together cost too much', () => {
    const schema = object({
      list: {
        type: 'array',
        items: { type: 'integer' },
        'x-kubernetes-validations': [{ rule: 'self.all(a, self.all(b, a + b >= 0))' }],
      },
    })
    const list = Array.from({ length: 2000 }, (_, i) => i)
    const [error] = judge(schema, { list })
    assert.match(error ?? '', /call cost exceeds limit for rule: self\.all/)
  })

  it('use names in rules that are no names of CEL', () => {
    const schema = object(
      { 'a-b': { type: 'integer' }, in: { type: 'integer' }, 'x.y': { type: 'integer' } },
      { 'x-kubernetes-validations': [{ rule: 'self.a__dash__b + self.__in__ == self.x__dot__y' }] },
    )
    assert.deepEqual(judge(schema, { 'a-b': 1, in: 2, 'x.y': 3 }), [])
  })
})
