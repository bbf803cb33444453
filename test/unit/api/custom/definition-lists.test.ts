import assert from 'node:assert/strict'
import type { JSONSchemaProps } from '../../../../src/api/index.ts'
import { faultsOfSpec } from './definition.ts'

/** Schemas of a field `spec`, and what kube-apiserver 1.32 says of them. */
const CASES: readonly (readonly [
  name: string,
  schema: JSONSchemaProps,
  faults: readonly string[],
])[] = [
  [
    'lists 0',
    { type: 'string', 'x-kubernetes-list-type': 'set' },
    ['.type: Invalid value: "string": must be array if x-kubernetes-list-type is specified'],
  ],
  [
    'lists 1',
    { 'x-kubernetes-list-type': 'set', 'x-kubernetes-preserve-unknown-fields': true },
    ['.type: Required value: must be array if x-kubernetes-list-type is specified'],
  ],
  [
    'lists 2',
    { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'foo' },
    ['.x-kubernetes-list-type: Unsupported value: "foo": supported values: "atomic", "set", "map"'],
  ],
  [
    'lists 3',
    { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'map' },
    [
      '.x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map',
      '.items.type: Invalid value: "string": must be object if parent array\'s x-kubernetes-list-type is map',
    ],
  ],
  [
    'lists 4',
    {
      type: 'array',
      items: { type: 'object' },
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['a'],
    },
    [
      '.x-kubernetes-list-map-keys: Invalid value: []string{"a"}: entries must all be names of item properties',
    ],
  ],
  [
    'lists 5',
    {
      type: 'array',
      items: {
        type: 'object',
        properties: { a: { type: 'string' }, b: { type: 'object' } },
        nullable: true,
      },
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['a', 'b', 'a'],
    },
    [
      '.items.properties[b].type: Invalid value: "object": must be a scalar type if parent array\'s x-kubernetes-list-type is map',
      '.x-kubernetes-list-map-keys: Invalid value: []string{"a", "b", "a"}: must not contain duplicate entries',
      '.items.nullable: Forbidden: cannot be nullable when x-kubernetes-list-type is map',
      '.items.properties[a].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
      '.items.properties[b].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
      '.items.properties[a].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
    ],
  ],
  [
    'lists 6',
    {
      type: 'array',
      items: {
        type: 'object',
        required: ['a'],
        properties: { a: { type: 'string', nullable: true } },
      },
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['a'],
    },
    [
      '.items.properties[a].nullable: Forbidden: this property is in x-kubernetes-list-map-keys, so it cannot be nullable',
    ],
  ],
  [
    'lists 7',
    { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-map-keys': ['a'] },
    [
      '.x-kubernetes-list-type: Required value: must be map if x-kubernetes-list-map-keys is non-empty',
    ],
  ],
  [
    'lists 8',
    {
      type: 'array',
      items: { type: 'string' },
      'x-kubernetes-list-type': 'set',
      'x-kubernetes-list-map-keys': ['a'],
    },
    [
      '.x-kubernetes-list-type: Invalid value: "set": must be map if x-kubernetes-list-map-keys is non-empty',
    ],
  ],
  [
    'lists 9',
    {
      type: 'array',
      items: { type: 'object', properties: { a: { type: 'string' } } },
      'x-kubernetes-list-type': 'set',
    },
    [
      '.items.x-kubernetes-map-type: Invalid value: "null": must be atomic as item of a list with x-kubernetes-list-type=set',
    ],
  ],
  [
    'lists 10',
    {
      type: 'array',
      items: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
      'x-kubernetes-list-type': 'set',
    },
    [
      '.items.x-kubernetes-list-type: Invalid value: "set": must be atomic as item of a list with x-kubernetes-list-type=set',
    ],
  ],
  [
    'lists 11',
    { type: 'array', items: { type: 'string', nullable: true }, 'x-kubernetes-list-type': 'set' },
    ['.items.nullable: Forbidden: cannot be nullable when x-kubernetes-list-type is set'],
  ],
  [
    'lists 12',
    { type: 'string', 'x-kubernetes-map-type': 'atomic' },
    ['.type: Invalid value: "string": must be object if x-kubernetes-map-type is specified'],
  ],
  [
    'lists 13',
    { type: 'object', 'x-kubernetes-map-type': 'foo' },
    ['.x-kubernetes-map-type: Unsupported value: "foo": supported values: "atomic", "granular"'],
  ],
  [
    'lists 14',
    { 'x-kubernetes-map-type': 'atomic', 'x-kubernetes-preserve-unknown-fields': true },
    ['.type: Required value: must be object if x-kubernetes-map-type is specified'],
  ],
  [
    'lists 16',
    { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['a'] },
    [
      '.items: Required value: must be specified',
      '.items: Required value: must have a schema if x-kubernetes-list-type is map',
    ],
  ],
  [
    'defaults 0',
    { type: 'string', default: 1 },
    ['.default: Invalid value: "integer":  in body must be of type string: "integer"'],
  ],
  [
    'defaults 1',
    { type: 'object', default: { a: 1 } },
    ['.default: Invalid value: map[string]interface {}{"a":1}: must not have unknown fields'],
  ],
  [
    'defaults 2',
    { type: 'object', properties: { a: { type: 'string' } }, default: { a: 1 } },
    ['.default.a: Invalid value: "integer": a in body must be of type string: "integer"'],
  ],
  [
    'defaults 3',
    { type: 'object', properties: { a: { type: 'string' } }, default: { b: 1 } },
    ['.default: Invalid value: map[string]interface {}{"b":1}: must not have unknown fields'],
  ],
  [
    'defaults 4',
    {
      type: 'array',
      items: { type: 'string' },
      'x-kubernetes-list-type': 'set',
      default: ['a', 'a'],
    },
    [],
  ],
  ['defaults 5', { type: 'string', default: null }, []],
  ['defaults 6', { type: 'string', nullable: true, default: null }, []],
  [
    'defaults 7',
    { type: 'integer', default: 1.5 },
    ['.default: Invalid value: "number":  in body must be of type integer: "number"'],
  ],
  ['defaults 8', { type: 'number', default: 1 }, []],
  [
    'defaults 9',
    { type: 'string', enum: ['a'], default: 'b' },
    ['.default: Unsupported value: "b": supported values: "a"'],
  ],
  ['defaults 10', { type: 'object', additionalProperties: { type: 'string', default: 5 } }, []],
  [
    'defaults 11',
    {
      type: 'object',
      'x-kubernetes-embedded-resource': true,
      'x-kubernetes-preserve-unknown-fields': true,
      default: { a: 1 },
    },
    [
      '.default.apiVersion: Required value: must not be empty',
      '.default.kind: Required value: must not be empty',
    ],
  ],
  [
    'defaults 12',
    {
      type: 'object',
      'x-kubernetes-embedded-resource': true,
      'x-kubernetes-preserve-unknown-fields': true,
      default: { kind: 'a_', apiVersion: 'a/b/c', metadata: { name: 'a/b', labels: 'x' } },
    },
    [
      '.default.metadata: Invalid value: map[string]interface {}{"labels":"x", "name":"a/b"}: json: cannot unmarshal string into Go struct field ObjectMeta.labels of type map[string]string',
    ],
  ],
  [
    'defaults 13',
    {
      type: 'object',
      'x-kubernetes-embedded-resource': true,
      properties: {
        kind: { type: 'string', default: 'a_' },
        metadata: { type: 'object', properties: { name: { type: 'string', default: 'a/b' } } },
      },
    },
    [
      ".properties[kind].default: Invalid value: \"a_\": must result in valid metadata: kind: Invalid value: \"a_\": may have mixed case, but should otherwise match: a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
      '.properties[metadata].properties[name].default: Invalid value: "a/b": must result in valid metadata: metadata.name: Invalid value: "a/b": may not contain \'/\'',
    ],
  ],
  [
    'defaults 14',
    { type: 'string', default: 'a', 'x-kubernetes-validations': [{ rule: "self == 'b'" }] },
    ['.default: Invalid value: "string": failed rule: self == \'b\''],
  ],
  [
    'defaults 15',
    { type: 'string', default: 'a', minLength: 2, maxLength: 0 },
    ['.default: Too long: may not be more than 0 bytes'],
  ],
]

describe('lists and defaults of definitions', () => {
  for (const [name, schema, faults] of CASES) {
    it(`${faults.length === 0 ? 'take' : 'refuse'} ${name}`, () => {
      assert.deepEqual(faultsOfSpec(schema).sort(), [...faults].sort())
    })
  }
})
