import assert from 'node:assert/strict'
import type { JSONSchemaProps } from '../../../../src/api/index.ts'
import { faultsOfSpec } from './definition.ts'

/** Schemas of a field `spec`, and what kube-apiserver 1.32 says of them. */
const CASES: readonly (readonly [
  name: string,
  schema: JSONSchemaProps,
  faults: readonly string[],
])[] = [
  ['no type', {}, ['.type: Required value: must not be empty for specified object fields']],
  [
    'null type',
    { type: 'null' },
    [
      '.type: Unsupported value: "null": supported values: "array", "boolean", "integer", "number", "object", "string"',
      '.type: Forbidden: type cannot be set to null, use nullable as an alternative',
    ],
  ],
  ['array no items', { type: 'array' }, ['.items: Required value: must be specified']],
  [
    'items array',
    { type: 'array', items: [{ type: 'string' }] },
    ['.items: Forbidden: items must be a schema object and not an array'],
  ],
  [
    'items no type',
    { type: 'array', items: {} },
    ['.items.type: Required value: must not be empty for specified array items'],
  ],
  [
    'unique',
    { type: 'array', items: { type: 'string' }, uniqueItems: true },
    [
      '.uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
    ],
  ],
  [
    'both',
    {
      type: 'object',
      properties: { a: { type: 'string' } },
      additionalProperties: { type: 'string' },
    },
    ['.additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive'],
  ],
  ['addl false', { type: 'object', additionalProperties: false }, []],
  [
    'addl false props',
    { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: false },
    ['.additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive'],
  ],
  [
    'addl true props',
    { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: true },
    [],
  ],
  [
    'addl no type',
    { type: 'object', additionalProperties: {} },
    ['.additionalProperties.type: Required value: must not be empty for specified object fields'],
  ],
  [
    'pattern',
    { type: 'string', pattern: '(' },
    [
      '.pattern: Invalid value: "(": must be a valid regular expression, but isn\'t: error parsing regexp: missing closing ): `(`',
    ],
  ],
  [
    'pattern2',
    { type: 'string', pattern: '(?=a)' },
    [
      '.pattern: Invalid value: "(?=a)": must be a valid regular expression, but isn\'t: error parsing regexp: invalid or unsupported Perl syntax: `(?=`',
    ],
  ],
  [
    'pattern3',
    { type: 'string', pattern: 'a{1,2001}' },
    [
      '.pattern: Invalid value: "a{1,2001}": must be a valid regular expression, but isn\'t: error parsing regexp: invalid repeat count: `{1,2001}`',
    ],
  ],
  [
    'pattern4',
    { type: 'string', pattern: '[z-a]' },
    [
      '.pattern: Invalid value: "[z-a]": must be a valid regular expression, but isn\'t: error parsing regexp: invalid character class range: `z-a`',
    ],
  ],
  ['format', { type: 'string', format: 'foo' }, []],
  ['ios', { 'x-kubernetes-int-or-string': true, type: 'string' }, []],
  [
    'ios anyof',
    { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
    [],
  ],
  [
    'anyof rev',
    { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'string' }, { type: 'integer' }] },
    [
      '.anyOf[0].type: Forbidden: must be empty to be structural',
      '.anyOf[1].type: Forbidden: must be empty to be structural',
    ],
  ],
  [
    'ios allof',
    {
      'x-kubernetes-int-or-string': true,
      allOf: [{ anyOf: [{ type: 'integer' }, { type: 'string' }] }, { pattern: 'x' }],
    },
    [],
  ],
  ['anyof no ios', { type: 'string', anyOf: [{ type: 'integer' }, { type: 'string' }] }, []],
  [
    'ios preserve embedded',
    {
      'x-kubernetes-int-or-string': true,
      'x-kubernetes-preserve-unknown-fields': true,
      'x-kubernetes-embedded-resource': true,
    },
    [
      '.type: Required value: must be object if x-kubernetes-embedded-resource is true',
      '.x-kubernetes-embedded-resource: Invalid value: true: must be false if x-kubernetes-int-or-string is true',
      '.x-kubernetes-preserve-unknown-fields: Invalid value: true: must be false if x-kubernetes-int-or-string is true',
    ],
  ],
  [
    'embedded',
    { type: 'object', 'x-kubernetes-embedded-resource': true },
    [
      '.properties: Required value: must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
    ],
  ],
  [
    'embedded str',
    { type: 'string', 'x-kubernetes-embedded-resource': true },
    [
      '.properties: Required value: must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
      '.type: Invalid value: "string": must be object if x-kubernetes-embedded-resource is true',
    ],
  ],
  [
    'embedded no type',
    { 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
    ['.type: Required value: must be object if x-kubernetes-embedded-resource is true'],
  ],
  [
    'embedded addl',
    {
      type: 'object',
      'x-kubernetes-embedded-resource': true,
      additionalProperties: { type: 'string' },
    },
    [
      '.additionalProperties: Forbidden: must not be used if x-kubernetes-embedded-resource is set',
      '.properties: Required value: must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
    ],
  ],
  [
    'embedded kind',
    {
      type: 'object',
      'x-kubernetes-embedded-resource': true,
      properties: {
        kind: { type: 'integer' },
        metadata: {
          type: 'object',
          properties: {
            labels: {
              type: 'object',
              'x-kubernetes-embedded-resource': true,
              'x-kubernetes-preserve-unknown-fields': true,
            },
          },
        },
      },
    },
    [
      '.properties[kind].type: Invalid value: "integer": must be string',
      '.properties[metadata].properties[labels].x-kubernetes-embedded-resource: Forbidden: must not be used inside of resource meta',
    ],
  ],
  [
    'preserve false',
    { type: 'object', 'x-kubernetes-preserve-unknown-fields': false },
    ['.x-kubernetes-preserve-unknown-fields: Invalid value: false: must be true or undefined'],
  ],
  ['preserve str', { type: 'string', 'x-kubernetes-preserve-unknown-fields': true }, []],
  ['nested not', { type: 'object', not: { required: ['a'], items: { pattern: 'x' } } }, []],
  [
    'nested addl true',
    { type: 'object', allOf: [{ additionalProperties: true }] },
    ['.allOf[0].additionalProperties: Forbidden: must be undefined to be structural'],
  ],
  ['nested addl false', { type: 'object', allOf: [{ additionalProperties: false }] }, []],
  [
    'complete ok',
    {
      type: 'object',
      properties: { a: { type: 'string' } },
      oneOf: [{ properties: { a: { pattern: 'x' } } }, { required: ['a'] }],
    },
    [],
  ],
  [
    'complete',
    {
      type: 'object',
      properties: { a: { type: 'string' } },
      oneOf: [{ properties: { a: { items: { minLength: 1 } }, b: { properties: { c: {} } } } }],
      not: { anyOf: [{ properties: { d: {} } }] },
    },
    [],
  ],
  [
    'oldSelf in list',
    {
      type: 'object',
      properties: {
        l: {
          type: 'array',
          maxItems: 2,
          items: {
            type: 'string',
            maxLength: 3,
            'x-kubernetes-validations': [{ rule: 'self == oldSelf' }],
          },
        },
      },
    },
    [
      '.properties[l].items.x-kubernetes-validations[0].rule: Invalid value: "self == oldSelf": oldSelf cannot be used on the uncorrelatable portion of the schema within .properties[l]',
    ],
  ],
  [
    'rule on preserve',
    {
      'x-kubernetes-preserve-unknown-fields': true,
      'x-kubernetes-validations': [{ rule: 'true' }],
    },
    [
      '.x-kubernetes-validations: Internal error: internal error: failed to construct type information for x-kubernetes-validations rules: unable to convert structural schema to CEL declarations',
    ],
  ],
  [
    'rule on preserve obj',
    {
      type: 'object',
      'x-kubernetes-preserve-unknown-fields': true,
      'x-kubernetes-validations': [{ rule: 'self.a == 1' }],
    },
    [
      '.x-kubernetes-validations[0].rule: Invalid value: apiextensions.ValidationRule{Rule:"self.a == 1", Message:"", MessageExpression:"", Reason:(*apiextensions.FieldValueErrorReason)(nil), FieldPath:"", OptionalOldSelf:(*bool)(nil)}: compilation failed: ERROR: <input>:1:5: undefined field \'a\'\n | self.a == 1\n | ....^',
    ],
  ],
]

describe('schemas of definitions', () => {
  for (const [name, schema, faults] of CASES) {
    it(`${faults.length === 0 ? 'take' : 'refuse'} ${name}`, () => {
      assert.deepEqual(faultsOfSpec(schema).sort(), [...faults].sort())
    })
  }
})
