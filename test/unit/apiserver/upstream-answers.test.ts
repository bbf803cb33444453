import assert from 'node:assert/strict'
import { Harness } from './harness.ts'

/** What is sent, and what kube-apiserver 1.32 says of it. */
const CASES: readonly (readonly [path: string, body: object, message: string])[] = [
  [
    '/apis/authorization.k8s.io/v1/subjectaccessreviews',
    { spec: { user: 'u', resourceAttributes: { fieldSelector: {} } } },
    '.authorization.k8s.io "" is invalid: spec.resourceAttributes.fieldSelector.requirements: ' +
      'Required value: when spec.resourceAttributes.fieldSelector is specified, requirements or ' +
      'rawSelector is required',
  ],
  [
    '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    { spec: { resourceAttributes: {}, nonResourceAttributes: { path: '/x', verb: 'get' } } },
    '.authorization.k8s.io "" is invalid: spec.nonResourceAttributes: Invalid value: ' +
      'authorization.NonResourceAttributes{Path:"/x", Verb:"get"}: cannot be specified in ' +
      'combination with resourceAttributes',
  ],
  [
    '/apis/events.k8s.io/v1/namespaces/default/events',
    {
      metadata: { name: 'a' },
      reportingController: 'a.b/c',
      reportingInstance: 'i',
      action: 'x',
      reason: 'r',
      type: 'Normal',
    },
    'Event "a" is invalid: eventTime: Required value',
  ],
  [
    '/apis/node.k8s.io/v1/runtimeclasses',
    {
      metadata: { name: 'a' },
      handler: 'h',
      scheduling: { tolerations: [{ key: 'a', operator: 'Exists', value: 'x' }] },
    },
    'RuntimeClass.node.k8s.io "a" is invalid: scheduling.tolerations.tolerations[0].operator: ' +
      'Invalid value: "x": value must be empty when `operator` is \'Exists\'',
  ],
  [
    '/apis/storage.k8s.io/v1/storageclasses',
    { metadata: { name: 'a' }, provisioner: 'a.b/c', allowedTopologies: [{}] },
    'StorageClass.storage.k8s.io "a" is invalid: allowedTopologies[0].matchLabelExpressions: ' +
      'Duplicate value: ""',
  ],
]

describe('answers of kube-apiserver', () => {
  let harness: Harness
  before(async () => {
    harness = await Harness.start({})
  })
  after(() => harness.stop())

  const post = (path: string, body: object) =>
    harness.call(`POST ${path}`, {
      headers: { accept: 'application/json', 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(body)),
    })

  for (const [path, body, message] of CASES) {
    it(`${path}: ${message}`, async () => {
      const answer = JSON.parse((await post(path, body)).bytes.toString()) as { message: string }
      assert.equal(answer.message, message)
    })
  }

  it('have null for times of events that are none', async () => {
    const event = {
      metadata: { name: 'b' },
      eventTime: '2020-01-01T00:00:00.000000Z',
      reportingController: 'a.b/c',
      reportingInstance: 'i',
      action: 'x',
      reason: 'r',
      type: 'Normal',
      regarding: { kind: 'Pod', namespace: 'default', name: 'p' },
    }
    const path = '/apis/events.k8s.io/v1/namespaces/default/events'
    const answer = JSON.parse((await post(path, event)).bytes.toString()) as Record<string, unknown>
    assert.equal(answer['deprecatedFirstTimestamp'], null)
  })

  it('tell of selectors that could not be looked at', async () => {
    const fieldSelector = { rawSelector: 'a' }
    const body = { spec: { user: 'u', resourceAttributes: { resource: 'pods', fieldSelector } } }
    const path = '/apis/authorization.k8s.io/v1/subjectaccessreviews'
    const answer = JSON.parse((await post(path, body)).bytes.toString()) as {
      status: { evaluationError: string }
    }
    const why = 'spec.resourceAttributes.fieldSelector ignored due to parse error'
    assert.match(answer.status.evaluationError, new RegExp(`${why}$`))
  })
})
