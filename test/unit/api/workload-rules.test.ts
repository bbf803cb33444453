import assert from 'node:assert/strict'
import {
  allResources,
  checkIndexes,
  countIndexes,
  decodeJson,
  describeErrors,
  type FieldError,
  formatIndexes,
  hasIndex,
  type KubeObject,
  parseIndexes,
  type Resource,
  withIndexes,
} from '../../../src/api/index.ts'

const labels = { app: 'x' }
const containers = [{ name: 'c', image: 'i' }]
const always = { metadata: { labels }, spec: { containers } }
const never = { metadata: {}, spec: { restartPolicy: 'Never', containers } }
const selector = { matchLabels: labels }

const SPECS: Readonly<Record<string, object>> = {
  statefulsets: { serviceName: 's', selector, template: always },
  daemonsets: { selector, template: always },
  replicationcontrollers: { template: always },
  jobs: { template: never },
  cronjobs: { schedule: '* * * * *', jobTemplate: { spec: { template: never } } },
  poddisruptionbudgets: { selector },
  horizontalpodautoscalers: { scaleTargetRef: { kind: 'D', name: 'd' }, maxReplicas: 3 },
}

function resourceOf(plural: string): Resource {
  const version = plural === 'horizontalpodautoscalers' ? 'v2' : 'v1'
  const found = allResources.find((r) => r.plural === plural && r.version === version)
  assert(found, plural)
  return found
}

function objectOf(plural: string, spec: object, name = 'x'): KubeObject {
  const resource = resourceOf(plural)
  const metadata = { name, namespace: 'n', uid: 'u' }
  const value = structuredClone({ metadata, spec: { ...SPECS[plural], ...spec } })
  const object = decodeJson<KubeObject>(resource.struct, value)
  resource.strategy.applyDefaults(object)
  return object
}

const faultsOf = (errors: readonly FieldError[]) =>
  errors.length === 0 ? '' : describeErrors(errors)

function creation(plural: string, spec: object, name?: string): string {
  const object = objectOf(plural, spec, name)
  const { strategy } = resourceOf(plural)
  strategy.prepareForCreate(object)
  return faultsOf(strategy.validateCreate(object))
}

function update(plural: string, before: object, after: object): string {
  const { strategy } = resourceOf(plural)
  const old = objectOf(plural, before)
  strategy.prepareForCreate(old)
  old.metadata.resourceVersion = '1'
  const now = structuredClone(old)
  Object.assign((now as KubeObject & { spec: object }).spec, structuredClone(after))
  strategy.applyDefaults(now)
  strategy.prepareForUpdate(now, old)
  return faultsOf(strategy.validateUpdate(now, old))
}

const objectMetric = (target: object) => ({
  type: 'Object',
  object: { describedObject: { kind: 'K', name: 'n' }, metric: { name: 'm' }, target },
})
const indexed = { completionMode: 'Indexed', completions: 5, parallelism: 5 }

// Kubernetes' rules beyond those that the recorded answers show.
const CREATIONS: readonly [plural: string, spec: object, expected: string][] = [
  [
    'jobs',
    { completionMode: 'Odd' },
    'spec.completionMode: Unsupported value: "Odd": supported values: "NonIndexed", "Indexed"',
  ],
  [
    'jobs',
    { completionMode: 'Indexed', parallelism: 2 },
    'spec.completions: Required value: when completion mode is Indexed',
  ],
  [
    'jobs',
    { ...indexed, parallelism: 200_000 },
    'spec.parallelism: Invalid value: 200000: must be less than or equal to 100000 when completion mode is Indexed',
  ],
  [
    'jobs',
    { backoffLimitPerIndex: 1 },
    'spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode',
  ],
  [
    'jobs',
    { ...indexed, maxFailedIndexes: 1 },
    'spec.backoffLimitPerIndex: Required value: when maxFailedIndexes is specified',
  ],
  [
    'jobs',
    { ...indexed, backoffLimitPerIndex: 1, maxFailedIndexes: 9 },
    'spec.maxFailedIndexes: Invalid value: 9: must be less than or equal to completions',
  ],
  [
    'jobs',
    { managedBy: 'other' },
    'spec.managedBy: Invalid value: "other": must be a domain-prefixed path (such as "acme.io/foo")',
  ],
  [
    'jobs',
    { ttlSecondsAfterFinished: -1 },
    'spec.ttlSecondsAfterFinished: Invalid value: -1: must be greater than or equal to 0',
  ],
  [
    'jobs',
    { ...indexed, successPolicy: { rules: [] } },
    'spec.successPolicy.rules: Required value: at least one rules must be specified when the successPolicy is specified',
  ],
  [
    'jobs',
    { ...indexed, successPolicy: { rules: [{}] } },
    'spec.successPolicy.rules[0]: Required value: at least one of succeededCount or succeededIndexes must be specified',
  ],
  [
    'jobs',
    { ...indexed, successPolicy: { rules: [{ succeededIndexes: '1-9' }] } },
    'spec.successPolicy.rules[0].succeededIndexes: Invalid value: "1-9": error parsing succeededIndexes: too large index: "9"',
  ],
  [
    'jobs',
    { ...indexed, successPolicy: { rules: [{ succeededIndexes: '1-2', succeededCount: 3 }] } },
    'spec.successPolicy.rules[0].succeededCount: Invalid value: 3: must be less than or equal to 2 (the number of indexes in the specified succeededIndexes field)',
  ],
  [
    'jobs',
    {
      podFailurePolicy: {
        rules: [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [3, 0] } }],
      },
    },
    '[spec.podFailurePolicy.rules[0].onExitCodes.values[1]: Invalid value: 0: must not be 0 for the In operator, spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: []int32{3, 0}: must be ordered]',
  ],
  [
    'jobs',
    {
      podFailurePolicy: {
        rules: [{ action: 'FailIndex', onExitCodes: { operator: 'In', values: [3] } }],
      },
    },
    'spec.podFailurePolicy.rules[0].action: Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set',
  ],
  [
    'jobs',
    { podReplacementPolicy: 'TerminatingOrFailed', podFailurePolicy: { rules: [] } },
    'spec.podReplacementPolicy: Unsupported value: "TerminatingOrFailed": supported values: "Failed"',
  ],
  ['cronjobs', { schedule: '' }, 'spec.schedule: Required value'],
  [
    'cronjobs',
    { schedule: '61 * * * *' },
    'spec.schedule: Invalid value: "61 * * * *": end of range (61) above maximum (59): 61',
  ],
  [
    'cronjobs',
    { concurrencyPolicy: 'Wait' },
    'spec.concurrencyPolicy: Unsupported value: "Wait": supported values: "Allow", "Forbid", "Replace"',
  ],
  [
    'cronjobs',
    { timeZone: 'local' },
    '[spec.timeZone: Invalid value: "local": timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones, spec.timeZone: Invalid value: "local": unknown time zone local]',
  ],
  [
    'cronjobs',
    { jobTemplate: { spec: { template: always } } },
    'spec.jobTemplate.spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
  ],
  [
    'statefulsets',
    { updateStrategy: { rollingUpdate: { maxUnavailable: 0 } } },
    'spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: intstr.IntOrString{Type:0, IntVal:0, StrVal:""}: cannot be 0',
  ],
  [
    'statefulsets',
    { selector: { matchLabels: { a: 'b' } } },
    'spec.template.metadata.labels: Invalid value: map[string]string{"app":"x"}: `selector` does not match template `labels`',
  ],
  [
    'statefulsets',
    { selector: {} },
    'spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string(nil), MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: empty selector is invalid for statefulset',
  ],
  [
    'daemonsets',
    { updateStrategy: { rollingUpdate: { maxSurge: 1 } } },
    'spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: intstr.IntOrString{Type:0, IntVal:1, StrVal:""}: may not be set when maxUnavailable is non-zero',
  ],
  [
    'daemonsets',
    { updateStrategy: { rollingUpdate: { maxUnavailable: 0 } } },
    'spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0',
  ],
  [
    'replicationcontrollers',
    { selector: { a: 'b' } },
    'spec.template.metadata.labels: Invalid value: map[string]string{"app":"x"}: `selector` does not match template `labels`',
  ],
  [
    'poddisruptionbudgets',
    { unhealthyPodEvictionPolicy: 'Never' },
    'spec.unhealthyPodEvictionPolicy: Unsupported value: "Never": supported values: "AlwaysAllow", "IfHealthyBudget"',
  ],
  [
    'horizontalpodautoscalers',
    { minReplicas: 0 },
    '[spec.minReplicas: Invalid value: 0: must be greater than or equal to 1, spec.metrics: Forbidden: must specify at least one Object or External metric to support scaling to zero replicas]',
  ],
  [
    'horizontalpodautoscalers',
    { metrics: [{ type: 'Pods' }] },
    'spec.metrics[0].pods: Required value: must populate information for the given metric source',
  ],
  [
    'horizontalpodautoscalers',
    { behavior: { scaleUp: { stabilizationWindowSeconds: 4000 } } },
    'spec.behavior.scaleUp.stabilizationWindowSeconds: Invalid value: 4000: must be less than or equal to 3600',
  ],
  [
    'horizontalpodautoscalers',
    { metrics: [objectMetric({ type: 'Value' })] },
    'spec.metrics[0].object.target.averageValue: Required value: must set either a target value or averageValue',
  ],
  [
    'horizontalpodautoscalers',
    { metrics: [objectMetric({ type: 'Value', value: '0' })] },
    'spec.metrics[0].object.target.value: Invalid value: resource.Quantity{i:resource.int64Amount{value:0, scale:0}, d:resource.infDecAmount{Dec:(*inf.Dec)(nil)}, s:"0", Format:"DecimalSI"}: must be positive',
  ],
  [
    'horizontalpodautoscalers',
    {
      metrics: [
        {
          type: 'ContainerResource',
          containerResource: {
            name: 'gpu',
            container: 'a.b',
            target: { type: 'Utilization', averageUtilization: 1 },
          },
        },
      ],
    },
    '[spec.metrics[0].containerResource.name: Invalid value: gpu: must be a standard resource type or fully qualified, ' +
      'spec.metrics[0].containerResource.name: Invalid value: gpu: must be a standard resource for containers, ' +
      'spec.metrics[0].containerResource.container: Invalid value: "a.b": must not contain dots]',
  ],
  [
    'jobs',
    { maxFailedIndexes: 1 },
    '[spec.backoffLimitPerIndex: Required value: when maxFailedIndexes is specified, ' +
      'spec.maxFailedIndexes: Invalid value: 1: requires indexed completion mode]',
  ],
  [
    'jobs',
    {
      podFailurePolicy: { rules: [] },
      template: { metadata: {}, spec: { restartPolicy: 'Always', containers } },
    },
    'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
  ],
]

const UPDATES: readonly [plural: string, before: object, after: object, expected: string][] = [
  ['jobs', indexed, { completions: 7, parallelism: 7 }, ''],
  [
    'jobs',
    indexed,
    { completions: 7 },
    'spec.completions: Invalid value: 7: can only be modified in tandem with spec.parallelism',
  ],
  ['jobs', {}, { parallelism: 4, activeDeadlineSeconds: 9, backoffLimit: 1, suspend: true }, ''],
  [
    'jobs',
    {},
    { completionMode: 'Indexed' },
    'spec.completionMode: Invalid value: "Indexed": field is immutable',
  ],
  ['statefulsets', {}, { replicas: 3, minReadySeconds: 1, ordinals: { start: 1 } }, ''],
  ['cronjobs', {}, { schedule: '@daily', suspend: true }, ''],
]

describe('rules of workloads', () => {
  for (const [plural, spec, expected] of CREATIONS) {
    it(`${plural} ${JSON.stringify(spec)}`, () => assert.equal(creation(plural, spec), expected))
  }
  for (const [plural, before, after, expected] of UPDATES) {
    it(`${plural} from ${JSON.stringify(before)} with ${JSON.stringify(after)}`, () => {
      assert.equal(update(plural, before, after), expected)
    })
  }
  for (const plural of Object.keys(SPECS)) {
    it(`${plural}: the least that is valid`, () => assert.equal(creation(plural, {}), ''))
  }
  it('an indexed job is named so that its pods can be hosts', () => {
    const name = 'a'.repeat(62)
    const expected = `metadata.name: Invalid value: "${name}": will not able to create pod with invalid DNS label: ${name}-4`
    assert.equal(creation('jobs', indexed, name), expected)
  })
})

describe('indexes of a job', () => {
  it('are read, joined and written', () => {
    const indexes = parseIndexes('1,3-5,7', 100)
    assert.equal(countIndexes(indexes), 5)
    assert.equal(formatIndexes(withIndexes(indexes, [2, 8])), '1-5,7,8')
    assert(hasIndex(indexes, 4) && !hasIndex(indexes, 6))
    assert.equal(formatIndexes(parseIndexes('0-9,12', 6)), '0-5')
    assert.equal(formatIndexes(parseIndexes('', 6)), '')
  })
  it('that a user lists are checked', () => {
    assert.deepEqual(checkIndexes('0,2-4', 5), { total: 4 })
    const faults: [text: string, error: string][] = [
      ['a', 'cannot convert string to integer for index: "a"'],
      ['3-2', 'non-increasing order, previous: 3, current: 2'],
      ['2,1', 'non-increasing order, previous: 2, current: 1'],
      ['9', 'too large index: "9"'],
    ]
    for (const [text, error] of faults) assert.deepEqual(checkIndexes(text, 5), { error })
  })
})
