import assert from 'node:assert/strict'
import type { JSONSchemaProps } from '../../../../src/api/index.ts'
import { faultsOfSpec } from './definition.ts'

const SCHEMA: JSONSchemaProps = {
  type: 'object',
  properties: {
    a: { type: 'string', maxLength: 10 },
    n: { type: 'integer' },
    'x-y': { type: 'string' },
    l: { type: 'array', maxItems: 10, items: { type: 'string', maxLength: 10 } },
    m: { type: 'object', additionalProperties: { type: 'string' } },
  },
}

type Rules = NonNullable<JSONSchemaProps['x-kubernetes-validations']>

/** Rules of such a schema, and what kube-apiserver 1.32 says of them. */
const CASES: readonly (readonly [rules: Rules, faults: readonly string[]])[] = [
  [[{ rule: "self.a == 'x'" }], []],
  [[{ rule: ' ' }], ['.x-kubernetes-validations[0].rule: Required value: rule is not specified']],
  [
    [{ rule: 'true', message: ' ' }],
    [
      '.x-kubernetes-validations[0].message: Invalid value: " ": message must be non-empty if specified',
    ],
  ],
  [
    [{ rule: 'true', message: 'a\nb' }],
    [
      '.x-kubernetes-validations[0].message: Invalid value: "a\\nb": message must not contain line breaks',
    ],
  ],
  [
    [{ rule: 'true &&\n true' }],
    [
      '.x-kubernetes-validations[0].message: Required value: message must be specified if rule contains line breaks',
    ],
  ],
  [[{ rule: 'true &&\n true', message: 'x' }], []],
  [
    [{ rule: 'true', messageExpression: ' ' }],
    [
      '.x-kubernetes-validations[0].messageExpression: Required value: messageExpression must be non-empty if specified',
    ],
  ],
  [
    [{ rule: 'true', messageExpression: '1' }],
    [
      '.x-kubernetes-validations[0].messageExpression: Invalid value: <rule>: messageExpression must evaluate to a string',
    ],
  ],
  [
    [{ rule: 'true', messageExpression: 'self.foo' }],
    [
      ".x-kubernetes-validations[0].messageExpression: Invalid value: <rule>: messageExpression compilation failed: ERROR: <input>:1:5: undefined field 'foo'\n | self.foo\n | ....^",
    ],
  ],
  [
    [{ rule: 'true', reason: 'Foo' }],
    [
      '.x-kubernetes-validations[0].reason: Unsupported value: "Foo": supported values: "FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"',
    ],
  ],
  [
    [{ rule: 'true', fieldPath: ' ' }],
    [
      '.x-kubernetes-validations[0].fieldPath: Invalid value: " ": fieldPath must be non-empty if specified',
      '.x-kubernetes-validations[0].fieldPath: Invalid value: " ": fieldPath must be a valid path',
    ],
  ],
  [
    [{ rule: 'true', fieldPath: '.a\n' }],
    [
      '.x-kubernetes-validations[0].fieldPath: Invalid value: ".a\\n": fieldPath must not contain line breaks',
      '.x-kubernetes-validations[0].fieldPath: Invalid value: ".a\\n": fieldPath must be a valid path',
    ],
  ],
  [
    [{ rule: 'true', fieldPath: 'a' }],
    ['.x-kubernetes-validations[0].fieldPath: Invalid value: "a": fieldPath must be a valid path'],
  ],
  [
    [{ rule: 'true', fieldPath: '.z' }],
    ['.x-kubernetes-validations[0].fieldPath: Invalid value: ".z": fieldPath must be a valid path'],
  ],
  [[{ rule: 'true', fieldPath: '.a' }], []],
  [[{ rule: 'true', fieldPath: ".m['x.y']" }], []],
  [
    [{ rule: 'true', fieldPath: '.l[0]' }],
    [
      '.x-kubernetes-validations[0].fieldPath: Invalid value: ".l[0]": fieldPath must be a valid path',
    ],
  ],
  [
    [{ rule: 'self.a' }],
    [
      '.x-kubernetes-validations[0].rule: Invalid value: <rule>: cel expression must evaluate to a bool',
    ],
  ],
  [
    [{ rule: 'foo' }],
    [
      ".x-kubernetes-validations[0].rule: Invalid value: <rule>: compilation failed: ERROR: <input>:1:1: undeclared reference to 'foo' (in container '')\n | foo\n | ^",
    ],
  ],
  [
    [{ rule: 'self.z == 1' }],
    [
      ".x-kubernetes-validations[0].rule: Invalid value: <rule>: compilation failed: ERROR: <input>:1:5: undefined field 'z'\n | self.z == 1\n | ....^",
    ],
  ],
  [
    [{ rule: 'self.a == 1' }],
    [
      ".x-kubernetes-validations[0].rule: Invalid value: <rule>: compilation failed: ERROR: <input>:1:8: found no matching overload for '_==_' applied to '(string, int)'\n | self.a == 1\n | .......^",
    ],
  ],
  [
    [{ rule: 'self.a ==' }],
    [
      ".x-kubernetes-validations[0].rule: Invalid value: <rule>: compilation failed: ERROR: <input>:1:10: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}\n | self.a ==\n | .........^",
    ],
  ],
  [
    [{ rule: '((' }],
    [
      ".x-kubernetes-validations[0].rule: Invalid value: <rule>: compilation failed: ERROR: <input>:1:3: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}\n | ((\n | ..^",
    ],
  ],
  [[{ rule: 'self.a == oldSelf.a' }], []],
  [[{ rule: 'oldSelf.hasValue()', optionalOldSelf: true }], []],
  [
    [{ rule: 'true', optionalOldSelf: true }],
    [
      '.x-kubernetes-validations[0].optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule',
    ],
  ],
  [
    [{ rule: 'true', optionalOldSelf: false }],
    [
      '.x-kubernetes-validations[0].optionalOldSelf: Invalid value: false: may not be set if oldSelf is not used in rule',
    ],
  ],
  [[{ rule: 'self.x__dash__y == "a"' }], []],
  [[{ rule: 'true' }, { rule: 'true' }], []],
]

/** A rule as messages show it, which is much of the same. */
const SHOWN = /apiextensions\.ValidationRule\{.*?OptionalOldSelf:\(\*bool\)\([^)]*\)\}/g

describe('CEL rules of definitions', () => {
  for (const [rules, faults] of CASES) {
    it(`${faults.length === 0 ? 'are' : 'are not'} such as ${JSON.stringify(rules)}`, () => {
      const found = faultsOfSpec({ ...SCHEMA, 'x-kubernetes-validations': rules })
      const shown = found.map((fault) => fault.replaceAll(SHOWN, '<rule>'))
      assert.deepEqual(shown.sort(), [...faults].sort())
    })
  }

  it('are shown as a whole when they make no sense', () => {
    const rule = { rule: 'self.n', message: 'no' }
    const [fault] = faultsOfSpec({ ...SCHEMA, 'x-kubernetes-validations': [rule] })
    assert.equal(
      fault,
      '.x-kubernetes-validations[0].rule: Invalid value: apiextensions.ValidationRule{' +
        'Rule:"self.n", Message:"no", MessageExpression:"", ' +
        'Reason:(*apiextensions.FieldValueErrorReason)(nil), FieldPath:"", ' +
        'OptionalOldSelf:(*bool)(nil)}: cel expression must evaluate to a bool',
    )
  })
})
