import assert from 'node:assert/strict'
import { compilePattern } from '../../../../src/api/pattern/index.ts'

function pattern(source: string) {
  const compiled = compilePattern(source)
  if (typeof compiled === 'string') assert.fail(`${source}: ${compiled}`)
  return compiled
}

/** Pattern, a text that it matches, one that it does not: of Go's own documentation. */
const CASES: readonly (readonly [string, string, string])[] = [
  ['^[a-z]+$', 'abc', 'aBc'],
  ['a.c', 'xabcx', 'a\nc'],
  ['(?s)a.c', 'a\nc', 'ab'],
  ['(?i)ABC', 'xabcx', 'abd'],
  ['^(a|bc){2,3}$', 'abca', 'bc'],
  ['\\d{3}-\\w+', '123-x_1', '12-x'],
  ['[[:alpha:]]+[^[:digit:]]$', 'ab!', 'ab1'],
  ['\\bfoo\\b', 'a foo b', 'food'],
  ['(?m)^b$', 'a\nb\nc', 'ab'],
  ['\\p{Greek}+', 'λ', 'l'],
  ['^\\Qa.b\\E$', 'a.b', 'axb'],
]

describe("Go's regular expressions", () => {
  for (const [source, yes, no] of CASES) {
    it(`${source} takes ${JSON.stringify(yes)} and not ${JSON.stringify(no)}`, () => {
      assert.equal(pattern(source).test(yes), true)
      assert.equal(pattern(source).test(no), false)
    })
  }

  it('find the leftmost, greedy or lazy', () => {
    assert.deepEqual(pattern('a+').findAll('aa b aaa', -1), ['aa', 'aaa'])
    assert.deepEqual(pattern('a+?').findAll('aaa', 2), ['a', 'a'])
    assert.deepEqual(pattern('(a|ab)(c|bcd)').findAll('abcd', -1), ['abcd'])
    assert.deepEqual(pattern('x*').findAll('axb', -1), ['', 'x', ''])
  })

  it('say what is wrong as Go does', () => {
    assert.equal(compilePattern('[a'), 'missing closing ]: `[a`')
    assert.equal(compilePattern('(a'), 'missing closing ): `(a`')
    assert.equal(compilePattern('a)'), 'unexpected ): `a)`')
    assert.equal(compilePattern('*'), 'missing argument to repetition operator: `*`')
    assert.equal(compilePattern('(?=a)'), 'invalid or unsupported Perl syntax: `(?=`')
    assert.equal(compilePattern('a{1001}'), 'invalid repeat count: `{1001}`')
    assert.equal(compilePattern('\\8'), 'invalid escape sequence: `\\8`')
  })

  it('agree with JavaScript where both have the same syntax', () => {
    const sources = ['(a|b)*c', 'a?b+', '(ab|a)(bc)?', '[^a]b', 'a{0,2}b', '(a*)*b', '^a|b$']
    const texts = ['', 'a', 'b', 'c', 'ab', 'abc', 'aabbcc', 'cab', 'bca', 'abab', 'xby']
    for (const source of sources) {
      for (const text of texts) {
        assert.equal(pattern(source).test(text), new RegExp(source).test(text), `${source} ${text}`)
      }
    }
  })

  it('take time in proportion to the text, whatever the pattern', () => {
    // JavaScript's own would take 2^5000 steps.
    assert.equal(pattern('^(a+)+$').test(`${'a'.repeat(5000)}b`), false)
  })
})
