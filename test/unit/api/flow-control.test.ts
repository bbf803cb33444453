import assert from 'node:assert/strict'
import {
  allResources,
  decodeJson,
  describeErrors,
  type KubeObject,
  type Resource,
} from '../../../src/api/index.ts'
import { defaultFlowControl } from '../../../src/master/apiserver/fairness/index.ts'

const resourceOf = (plural: string): Resource => {
  const found = allResources.find((resource) => resource.plural === plural)
  assert.ok(found)
  return found
}

function objectOf(plural: string, spec: object, name = 'x'): KubeObject {
  const resource = resourceOf(plural)
  const object = decodeJson<KubeObject>(resource.struct, { metadata: { name }, spec })
  resource.strategy.applyDefaults(object)
  return object
}

const specOf = (plural: string, spec: object) =>
  (objectOf(plural, spec) as { spec?: Record<string, unknown> }).spec

/** What is wrong with it, as a creation says. */
const faultsOf = (plural: string, spec: object, name?: string) => {
  const errors = resourceOf(plural).strategy.validateCreate(objectOf(plural, spec, name))
  return errors.length === 0 ? '' : describeErrors(errors)
}

describe('flow schemas', () => {
  const group = { kind: 'Group', group: { name: 'dev' } }
  const anything = {
    verbs: ['*'],
    apiGroups: ['*'],
    resources: ['*'],
    clusterScope: true,
    namespaces: ['*'],
  }
  const rule = { subjects: [group], resourceRules: [anything] }
  const spec = { priorityLevelConfiguration: { name: 'system' }, rules: [rule] }
  const check = (changes: object, expected: string, name?: string) =>
    assert.equal(faultsOf('flowschemas', { ...spec, ...changes }, name), expected)
  const checkRule = (changes: object, expected: string) =>
    check({ rules: [{ ...rule, ...changes }] }, expected)

  it('have a precedence of 1 to 10000, the first for the exempt one alone', () => {
    check({}, '')
    assert.equal(specOf('flowschemas', spec)?.['matchingPrecedence'], 1000)
    const at = 'spec.matchingPrecedence: Invalid value:'
    check({ matchingPrecedence: -1 }, `${at} -1: must be a positive value`)
    check({ matchingPrecedence: 10_001 }, `${at} 10001: must not be greater than 10000`)
    const first = "only the schema named 'exempt' may have matchingPrecedence 1"
    check({ matchingPrecedence: 1 }, `${at} 1: ${first}`)
  })

  it('name a level, and a way to tell flows apart', () => {
    check(
      { priorityLevelConfiguration: { name: '' } },
      'spec.priorityLevelConfiguration.name: Required value: must reference a priority level',
    )
    check(
      { distinguisherMethod: { type: 'ByColour' } },
      'spec.distinguisherMethod.type: Unsupported value: ' +
        'flowcontrol.FlowDistinguisherMethod{Type:"ByColour"}: ' +
        'supported values: "ByNamespace", "ByUser"',
    )
  })

  it('are about somebody', () => {
    const subject = (value: object, expected: string) =>
      checkRule({ subjects: [value] }, `spec.rules[0].subjects${expected}`)
    checkRule(
      { subjects: [] },
      'spec.rules[0].subjects: Required value: subjects must contain at least one value',
    )
    subject(
      { kind: 'Robot' },
      '[0].kind: Unsupported value: "Robot": supported values: "Group", "ServiceAccount", "User"',
    )
    const needed = "[0].user: Required value: user is required when subject kind is 'User'"
    subject({ kind: 'User' }, needed)
    subject({ kind: 'User', user: { name: '' } }, '[0].user.name: Required value')
    subject(
      { ...group, user: { name: 'a' } },
      "[0].user: Forbidden: user is forbidden when subject kind is not 'User'",
    )
    const account = { kind: 'ServiceAccount', serviceAccount: { name: '*', namespace: '' } }
    subject(
      account,
      '[0].serviceAccount.namespace: Required value: must specify namespace for service account',
    )
  })

  it('are about resources or paths', () => {
    checkRule(
      { resourceRules: [] },
      'spec.rules[0]: Required value: ' +
        'at least one of resourceRules and nonResourceRules has to be non-empty',
    )
    const at = 'spec.rules[0].resourceRules[0]'
    const resources = (changes: object, expected: string) =>
      checkRule({ resourceRules: [{ ...anything, ...changes }] }, `${at}.${expected}`)
    resources({ verbs: [] }, 'verbs: Required value: verbs must contain at least one value')
    resources(
      { verbs: ['get', 'fly'] },
      'verbs: Unsupported value: []string{"get", "fly"}: supported values: "create", "delete", ' +
        '"deletecollection", "get", "list", "patch", "proxy", "update", "watch"',
    )
    resources(
      { apiGroups: ['*', 'apps'] },
      'apiGroups: Invalid value: []string{"*", "apps"}: ' +
        "if '*' is present, must not specify other api groups",
    )
    resources(
      { resources: [] },
      'resources: Required value: resource rules must supply at least one resource',
    )
    resources(
      { clusterScope: false, namespaces: [] },
      'namespaces: Required value: ' +
        'resource rules that are not cluster scoped must supply at least one namespace',
    )
    const faults = faultsOf('flowschemas', {
      ...spec,
      rules: [{ ...rule, resourceRules: [{ ...anything, namespaces: ['A'] }] }],
    })
    assert.match(
      faults,
      /namespaces\[0\]: Invalid value: "A": each member of this list must be '\*'/,
    )
  })

  it('name paths from the root, with a star at the end of them', () => {
    const path = (url: string, expected: string) => {
      const at = 'spec.rules[0].nonResourceRules[0].nonResourceURLs[0]: Invalid value'
      checkRule(
        { nonResourceRules: [{ verbs: ['get'], nonResourceURLs: [url] }] },
        expected === '' ? '' : `${at}: ${JSON.stringify(url)}: ${expected}`,
      )
    }
    for (const good of ['/', '/healthz', '/healthz/*', '*']) path(good, '')
    path('', 'must not be empty')
    path('healthz', 'must start with slash')
    path('/a b', 'must not contain white-space')
    path('/a//b', 'must not contain double slash')
    for (const star of ['/a*', '/*/b', '/*/*']) path(star, 'wildcard can only do suffix matching')
  })

  it('exempt and catch-all are as they are', () => {
    const shown =
      'flowcontrol.FlowSchemaSpec{PriorityLevelConfiguration:' +
      'flowcontrol.PriorityLevelConfigurationReference{Name:"system"}, MatchingPrecedence:10000, ' +
      'DistinguisherMethod:(*flowcontrol.FlowDistinguisherMethod)(nil), ' +
      'Rules:[]flowcontrol.PolicyRulesWithSubjects(nil)}'
    check(
      { matchingPrecedence: 10_000, rules: null },
      `spec: Invalid value: ${shown}: spec of 'catch-all' must equal the fixed value`,
      'catch-all',
    )
  })
})

describe('priority levels', () => {
  const queuing = { queues: 64, handSize: 6, queueLengthLimit: 50 }
  const check = (spec: object, expected: string, name?: string) =>
    assert.equal(faultsOf('prioritylevelconfigurations', spec, name), expected)
  const limited = (changes: object, expected: string) => {
    const all = { limitResponse: { type: 'Reject' }, ...changes }
    check({ type: 'Limited', limited: all }, expected && `spec.limited.${expected}`)
  }

  it('have defaults', () => {
    const spec = { type: 'Limited', limited: { limitResponse: { type: 'Queue', queuing: {} } } }
    assert.deepEqual(specOf('prioritylevelconfigurations', spec), {
      type: 'Limited',
      limited: {
        nominalConcurrencyShares: 30,
        lendablePercent: 0,
        limitResponse: {
          type: 'Queue',
          queuing: { queues: 64, handSize: 8, queueLengthLimit: 50 },
        },
      },
    })
  })

  it('are limited, but for the exempt one', () => {
    const only = "type must be 'Exempt' if and only if name is 'exempt'"
    check({ type: 'Exempt' }, `spec.type: Invalid value: "Exempt": ${only}`)
    check(
      { type: 'Odd' },
      'spec.type: Unsupported value: "Odd": supported values: "Exempt", "Limited"',
    )
    const empty = 'must not be empty when type is Limited'
    check({ type: 'Limited' }, `spec.limited: Required value: ${empty}`)
    const { limitResponse } = { limitResponse: { type: 'Reject' } }
    check(
      { type: 'Limited', exempt: {}, limited: { limitResponse } },
      'spec.exempt: Forbidden: must be nil if the type is Limited',
    )
    check({ type: 'Exempt', exempt: { nominalConcurrencyShares: 9 } }, '', 'exempt')
    const faults = faultsOf(
      'prioritylevelconfigurations',
      { type: 'Exempt', exempt: { lendablePercent: 101 }, limited: { limitResponse } },
      'exempt',
    )
    assert.match(faults, /spec.limited: Forbidden: must be nil if the type is not Limited/)
    assert.match(
      faults,
      /lendablePercent: Invalid value: 101: must be between 0 and 100, inclusive/,
    )
    assert.match(faults, /spec of 'exempt' except the 'spec.exempt' field must equal the fixed/)
  })

  it('have shares that make sense', () => {
    const negative = 'must be a non-negative integer'
    limited({ nominalConcurrencyShares: 0 }, '')
    limited(
      { nominalConcurrencyShares: -1 },
      `nominalConcurrencyShares: Invalid value: -1: ${negative}`,
    )
    limited(
      { lendablePercent: -1 },
      'lendablePercent: Invalid value: -1: must be between 0 and 100, inclusive',
    )
    limited(
      { borrowingLimitPercent: -1 },
      `borrowingLimitPercent: Invalid value: -1: if specified, ${negative}`,
    )
  })

  it('refuse, or have queues of which a hand can be dealt', () => {
    const response = (value: object, expected: string) =>
      limited({ limitResponse: value }, expected && `limitResponse.${expected}`)
    const queue = (changes: object, expected: string) =>
      response(
        { type: 'Queue', queuing: { ...queuing, ...changes } },
        expected && `queuing.${expected}`,
      )
    response({ type: 'Odd' }, 'type: Unsupported value: "Odd": supported values: "Queue", "Reject"')
    response(
      { type: 'Reject', queuing },
      'queuing: Forbidden: must be nil if limited.limitResponse.type is not Limited',
    )
    response(
      { type: 'Queue' },
      'queuing: Required value: must not be empty if limited.limitResponse.type is Limited',
    )
    queue({}, '')
    queue({ queueLengthLimit: -1 }, 'queueLengthLimit: Invalid value: -1: must be positive')
    const most = 'must not be greater than 10000000'
    queue({ queues: 10_000_001, handSize: 1 }, `queues: Invalid value: 10000001: ${most}`)
    queue({ handSize: 65 }, 'handSize: Invalid value: 65: should not be greater than queues (64)')
    // 64 queues are six bits each: ten of them fit into sixty, eleven do not.
    queue({ handSize: 10 }, '')
    queue(
      { handSize: 11 },
      'handSize: Invalid value: 11: required entropy bits of deckSize 64 and handSize 11 ' +
        'should not be greater than 60',
    )
  })

  it('of a fresh cluster are good, and so are its flow schemas', () => {
    for (const [plural, objects] of defaultFlowControl()) {
      for (const { metadata, ...object } of objects) {
        const spec = (object as { spec?: object }).spec ?? {}
        assert.equal(faultsOf(plural, spec, metadata.name), '', metadata.name)
      }
    }
  })

  it('conditions have a type, each its own', () => {
    const resource = resourceOf('prioritylevelconfigurations')
    const level = objectOf('prioritylevelconfigurations', { type: 'Limited' })
    const conditions = [{ type: 'A' }, { type: 'A' }, { type: '' }]
    const changed = { ...level, status: { conditions } }
    assert.equal(
      describeErrors(resource.strategy.validateStatusUpdate(changed, level)),
      '[status.conditions[1].type: Duplicate value: "A", ' +
        'status.conditions[2].type: Required value: must not be empty]',
    )
  })
})
