import assert from 'node:assert/strict'
import {
  checkFieldSelector,
  configMaps,
  decodeJson,
  describeLabelSelector,
  formatLabelSelector,
  matchesFields,
  matchesLabels,
  matchesLabelSelector,
  parseFieldSelector,
  parseSelector,
  type Pod,
  pods,
  SelectorError,
} from '../../../src/api/index.ts'

const fails = (message: string) => (error: unknown) => {
  assert.ok(error instanceof SelectorError)
  assert.equal(error.message, message)
  return true
}

describe('label selectors', () => {
  const labels = { app: 'web', tier: 'front', cpu: '4' }
  const matching = [
    '',
    'app=web',
    'app==web',
    'app',
    '!gone',
    'app!=db',
    'gone!=x',
    'app in (web, db)',
    'app notin (db)',
    'gone notin (db)',
    'cpu>3,cpu<5',
    'app=web,tier in (front),!gone',
    ' app = web ',
  ]
  for (const text of matching) {
    it(`'${text}' matches`, () => assert.equal(parseSelector(text).matches(labels), true))
  }
  for (const text of [
    'app=db',
    '!app',
    'gone',
    'app in (db)',
    'app notin (web)',
    'cpu>4',
    'app=',
  ]) {
    it(`'${text}' does not match`, () => assert.equal(parseSelector(text).matches(labels), false))
  }

  const faults: [string, string][] = [
    ['a in', "unable to parse requirement: found '' expected: '('"],
    ['a=b=c', "found '=', expected: ',' or 'end of string'"],
    ['a,', "found '', expected: identifier after ','"],
    ['=a', "found '=', expected: !, identifier, or 'end of string'"],
    ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    ['a=(', "unable to parse requirement: found '(', expected: identifier"],
    [
      'a>x',
      "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer",
    ],
  ]
  for (const [text, message] of faults) {
    it(`'${text}' is refused`, () => assert.throws(() => parseSelector(text), fails(message)))
  }

  it('of objects: none matches nothing, an empty one everything', () => {
    assert.equal(matchesLabelSelector(undefined, labels), false)
    assert.equal(matchesLabelSelector({}, labels), true)
    assert.equal(matchesLabelSelector({ matchLabels: { app: 'web' } }, labels), true)
    const expression = (operator: string, ...values: string[]) => ({
      matchExpressions: [{ key: 'app', operator, values }],
    })
    assert.equal(matchesLabelSelector(expression('In', 'web'), labels), true)
    assert.equal(matchesLabelSelector(expression('NotIn', 'web'), labels), false)
    assert.equal(matchesLabelSelector(expression('Exists'), labels), true)
    assert.equal(matchesLabelSelector(expression('DoesNotExist'), labels), false)
    assert.equal(matchesLabelSelector(expression('Nonsense'), labels), false)
    assert.equal(matchesLabels({}, labels), false)
    assert.equal(matchesLabels({ app: 'web' }, labels), true)
  })

  it('have a text that means the same', () => {
    const selector = {
      matchLabels: { tier: 'front', app: 'web' },
      matchExpressions: [
        { key: 'b', operator: 'In', values: ['y', 'x'] },
        { key: 'c', operator: 'DoesNotExist' },
      ],
    }
    const text = formatLabelSelector(selector)
    assert.equal(text, 'app=web,b in (x,y),!c,tier=front')
    assert.equal(parseSelector(text).matches({ app: 'web', tier: 'front', b: 'x' }), true)
    assert.equal(describeLabelSelector({}), '<none>')
  })
})

describe('field selectors', () => {
  const pod = decodeJson<Pod>(pods.struct, {
    metadata: { name: 'p', namespace: 'n' },
    spec: { nodeName: 'a=b', containers: [] },
    status: { phase: 'Running' },
  })
  const matches = (text: string) => matchesFields(pods, parseFieldSelector(text), pod)

  it('compare fields of an object', () => {
    assert.equal(matches('metadata.name=p,status.phase!=Pending'), true)
    assert.equal(matches('metadata.namespace==n,spec.nodeName=a\\=b'), true)
    assert.equal(matches('status.podIP=1.2.3.4'), false)
    assert.equal(matches('spec.hostNetwork=false'), true)
  })

  it('are refused with upstream words', () => {
    assert.throws(
      () => parseFieldSelector('x'),
      fails("invalid selector: 'x'; can't understand 'x'"),
    )
    const check = (resource: Parameters<typeof checkFieldSelector>[0], text: string) => () =>
      checkFieldSelector(resource, parseFieldSelector(text))
    assert.throws(check(pods, 'spec.foo=1'), fails('field label not supported: spec.foo'))
    const unknown =
      '"data.a" is not a known field selector: only "metadata.name", "metadata.namespace"'
    assert.throws(check(configMaps, 'data.a=1'), fails(unknown))
    assert.doesNotThrow(check(pods, 'spec.nodeName=x,metadata.name=y'))
    assert.throws(() => parseFieldSelector('a=b\\c'), SelectorError)
  })
})
