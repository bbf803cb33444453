import assert from 'node:assert/strict'
import { CelCompileError, CelError, compile, fromJson, T } from '../../src/api/cel/index.ts'
import { compilePattern } from '../../src/api/pattern/index.ts'
import { parseJsonPath } from '../../src/api/index.ts'
import {
  applyDefaults,
  compileRules,
  dropNulls,
  prune,
  type Schema,
  validateListTypes,
  validateRules,
  validateSchema,
} from '../../src/api/structural/index.ts'
import type { FuzzTarget } from './fuzz.ts'

const text = (value: string) => Buffer.from(value)
const asText = (input: Uint8Array) => Buffer.from(input).toString('utf8')

const EXPRESSIONS = [
  'self.a.all(x, x > 0) && has(self.b) ? self.b["k"] : "none"',
  '{"a": [1, 2.5, 3u], ?"b": optional.none()}.size() + 0x1F',
  '"%s %d".format(["x", 3]).replace("x", \'y\').matches(r"^\\w+$")',
  'timestamp("2020-01-01T00:00:00Z") + duration("1h") > self.t',
  'self.?a[?0].orValue(b"\\x00") == dyn(-1) || !(1 in [1, 2])',
  'quantity("1Gi").add(1).sign() == 1 && url("https://a/b").getHost() != ""',
]

const SCHEMA: Schema = {
  type: 'object',
  required: ['a'],
  properties: {
    a: { type: 'array', maxItems: 9, items: { type: 'integer', minimum: 1 } },
    b: { type: 'object', additionalProperties: { type: 'string', pattern: '^k', nullable: true } },
    c: { 'x-kubernetes-int-or-string': true },
    d: {
      type: 'array',
      maxItems: 9,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['id'],
      items: {
        type: 'object',
        properties: { id: { type: 'string', maxLength: 9 }, n: { type: 'number', default: 1 } },
      },
    },
  },
  'x-kubernetes-validations': [
    { rule: 'self.a.size() < 5', messageExpression: '"size " + string(self.a.size())' },
    { rule: '!has(self.d) || self.d.all(x, x.id != "")' },
  ],
}

/** Expressions, patterns, paths and objects from clients: refused in words, never a crash or a hang. */
export const schemaTargets: readonly FuzzTarget[] = [
  {
    name: 'CEL',
    seeds: EXPRESSIONS.map(text),
    allowed: [CelCompileError, CelError],
    take(input) {
      const self = fromJson({ a: [1, 2], b: { k: 'v' }, t: '2020-01-01T00:00:00Z' })
      const program = compile(asText(input), { variables: { self: T.dyn } })
      program.evaluate({ self }, { costLimit: 100_000 })
    },
  },
  {
    name: 'pattern',
    seeds: ['^(a|b)+?[[:alpha:]]{2,3}\\d$', '(?i)\\p{Greek}*|x\\b', '[^a-z\\]]+(?:y)'].map(text),
    allowed: [],
    take(input) {
      const compiled = compilePattern(asText(input))
      if (typeof compiled !== 'string') compiled.test('aabbccab12 ααα xyz')
    },
  },
  {
    name: 'JSON path',
    seeds: ['.status.conditions[?(@.type=="Ready")].status', ".a['b.c'][-1]", '.x[*]..y'].map(text),
    allowed: [],
    take(input) {
      parseJsonPath(asText(input))?.find({ a: { 'b.c': [1] }, x: [{ y: 2 }] })
    },
  },
  {
    name: 'object of a schema',
    seeds: [
      '{"a":[1,2],"b":{"k":"kv"},"c":"80%","d":[{"id":"x"},{"id":"y","n":2}]}',
      '{"a":null,"b":{"k":null},"c":1.5,"d":[null],"e":{}}',
    ].map(text),
    allowed: [SyntaxError],
    take(input) {
      const value: unknown = JSON.parse(asText(input))
      dropNulls(SCHEMA, value)
      applyDefaults(SCHEMA, value)
      prune(SCHEMA, value, { isRoot: false })
      const errors = [...validateSchema(SCHEMA, value), ...validateListTypes(SCHEMA, value)]
      const tree = compileRules(SCHEMA)
      if (tree) errors.push(...validateRules(tree, value))
      // What is filled in and cut off once is so for good.
      const again = structuredClone(value)
      applyDefaults(SCHEMA, again)
      assert.deepEqual(prune(SCHEMA, again, { isRoot: false }), [])
      assert.deepEqual(again, value)
    },
  },
]
