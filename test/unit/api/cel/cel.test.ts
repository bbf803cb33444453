import assert from 'node:assert/strict'
import {
  CelCompileError,
  CelCostError,
  CelError,
  compile,
  fromJson,
  T,
  toJson,
} from '../../../../src/api/cel/index.ts'

const SELF = { a: { b: [{ c: 5 }], n: 3 }, s: 'text', m: { k: 'v' }, nul: null }

function evaluate(expression: string, self: unknown = SELF): unknown {
  const program = compile(expression, { variables: { self: T.dyn } })
  return toJson(program.evaluate({ self: fromJson(self) }).value)
}

function faultOf(expression: string): string {
  try {
    evaluate(expression)
  } catch (error) {
    if (error instanceof CelCompileError || error instanceof CelError) return error.message
    throw error
  }
  return assert.fail(`${expression} has no fault`)
}

/** What the language definition and Kubernetes' documentation say: expression and value. */
const VALUES: readonly (readonly [string, unknown])[] = [
  ['1 + 2 * 3', 7],
  ['(1 + 2) * 3 == 9 && !false', true],
  ['7 / 2', 3],
  ['-7 % 3', -1],
  ['dyn(1) == 1.0 && dyn(1u) == 1', true],
  ['"b" > "a" && "é" > "z"', true],
  ['true || 1 / 0 == 1', true],
  ['1 / 0 == 1 || true', true],
  ['false && 1 / 0 == 1', false],
  ['self.a.b[0].c', 5],
  ['has(self.a.zz)', false],
  ['has(self.a.n) ? "yes" : "no"', 'yes'],
  ['self.?a.?q.orValue(3)', 3],
  ['self[?"s"].hasValue()', true],
  ['optional.of(1).optMap(x, x + 1).value()', 2],
  ['[1, ?optional.none(), 2]', [1, 2]],
  ['{"a": 1, ?"b": optional.of(2)}', { a: 1, b: 2 }],
  ['[1, 2, 3].all(x, x > 0)', true],
  ['[1, 2, 3].exists(x, x > 2)', true],
  ['[1, 2, 3].exists_one(x, x > 1)', false],
  ['[1, 2, 3].map(x, x > 1, x * 2)', [4, 6]],
  ['[1, 2, 3].filter(x, x != 2)', [1, 3]],
  ['{"a": 1}.all(k, v, k == "a" && v == 1)', true],
  ['[5, 6].transformMap(i, v, v + i)', { 0: 5, 1: 7 }],
  ['{"a": 1}.transformList(k, v, k + string(v))', ['a1']],
  ['cel.bind(x, 2, x * x)', 4],
  ['size("héllo") + size([1]) + size({"a": 1})', 7],
  ['"x" in self.m || "k" in self.m', true],
  ['2 in [1, 2]', true],
  ['type(1) == int && type("") == string', true],
  ['self.nul == null', true],
  ['int("12") + int(3.9) + int(2u)', 17],
  ['string(1.5) + string(true) + string(12)', '1.5true12'],
  ['duration("1h30m").getMinutes()', 90],
  ['timestamp("2020-02-29T01:02:03Z").getDayOfMonth()', 28],
  ['timestamp("2020-01-01T00:00:00Z").getHours("+02:00")', 2],
  ['timestamp("2020-01-01T00:00:00Z") + duration("1h")', '2020-01-01T01:00:00Z'],
  ['"hello".charAt(1) + "hello".substring(3)', 'elo'],
  ['"a,b,c".split(",", 2)', ['a', 'b,c']],
  ['["a", "b"].join("-")', 'a-b'],
  ['"%s is %d, %.2f %x".format(["a", 3, 1.5, 255])', 'a is 3, 1.50 ff'],
  ['"abcabc".lastIndexOf("b")', 4],
  ['"aXa".replace("a", "b", 1)', 'bXa'],
  ['" a ".trim() + "B".lowerAscii()', 'ab'],
  ['"a1b22".findAll("[0-9]+")', ['1', '22']],
  ['"abc".matches("^a.c$")', true],
  ['[3, 1, 2].min() + [3, 1].max() + [1, 2].sum()', 7],
  ['[1, 2, 2].isSorted() && [1, 2].indexOf(2) == 1', true],
  ['sets.contains([1, 2], [2]) && sets.equivalent([1, 2], [2, 1, 1])', true],
  ['quantity("1Gi").isGreaterThan(quantity("500Mi"))', true],
  ['quantity("1500m").add(quantity("1")).asApproximateFloat()', 2.5],
  ['isQuantity("1.3Zi")', false],
  ['url("https://a.b:80/p?x=1&x=2").getQuery()["x"]', ['1', '2']],
  ['url("https://[::1]:80/").getHostname()', '::1'],
  ['isURL("../x")', false],
  ['ip("192.168.0.1").isGlobalUnicast() && !isIP("127.0.0.01")', true],
  ['cidr("10.0.0.0/8").containsIP("10.1.2.3")', true],
  ['cidr("::1/24").ip().family()', 6],
  ['semver("1.2.3").isLessThan(semver("1.10.0"))', true],
  ['semver("1.0.0-alpha.1").compareTo(semver("1.0.0-alpha.beta"))', -1],
  ['format.dns1123Label().validate("ok").hasValue()', false],
  ['format.named("uuid").value().validate("x").hasValue()', true],
]

/** Expressions with cel-go's words for what is wrong with them. */
const FAULTS: readonly (readonly [string, string])[] = [
  ['1 / 0', 'division by zero'],
  ['9223372036854775807 + 1', 'integer overflow'],
  ['[1][5]', 'index out of bounds: 5'],
  ['self.nothing', 'no such key: nothing'],
  ['{"a": 1}["b"]', 'no such key: b'],
  ['self.s + 1', 'no such overload'],
  ['foo', "ERROR: <input>:1:1: undeclared reference to 'foo' (in container '')\n | foo\n | ^"],
  [
    '"a" + 1',
    "ERROR: <input>:1:5: found no matching overload for '_+_' applied to '(string, int)'\n" +
      ' | "a" + 1\n | ....^',
  ],
]

describe('CEL', () => {
  for (const [expression, value] of VALUES) {
    it(`${expression} is ${JSON.stringify(value)}`, () => {
      assert.deepEqual(evaluate(expression), value)
    })
  }

  for (const [expression, fault] of FAULTS) {
    it(`tells what is wrong with ${expression}`, () => assert.equal(faultOf(expression), fault))
  }

  it('ends what costs more than it may', () => {
    const list = JSON.stringify(Array.from({ length: 100 }, (_, i) => i))
    const program = compile(`${list}.all(x, ${list}.all(y, x + y >= 0))`, { variables: {} })
    assert.throws(() => program.evaluate({}, { costLimit: 1000 }), CelCostError)
    assert.equal(program.evaluate({}, { costLimit: 1e6 }).value, true)
  })

  it('costs the same each time', () => {
    for (const [expression] of VALUES) {
      const program = compile(expression, { variables: { self: T.dyn } })
      const run = () => program.evaluate({ self: fromJson(SELF) }).cost
      assert.equal(run(), run())
    }
  })
})
