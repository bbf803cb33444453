import assert from 'node:assert/strict'
import {
  allResources,
  decodeJson,
  describeErrors,
  type KubeObject,
} from '../../../src/api/index.ts'
import { MINIMAL } from '../../support/minimal.ts'

/** What is wrong with an object's new status. */
function faultsOf(path: string, [was, is]: readonly [object, object], spec: object = {}): string {
  const [group = '', plural = ''] = path.split('/')
  const resource = allResources.find((r) => r.group === group && r.plural === plural)
  assert.ok(resource, path)
  const made = (status: object) => {
    const minimal = structuredClone(MINIMAL[path] ?? {}) as { spec: object }
    const metadata = { name: 'x', ...(resource.namespaced && { namespace: 'n' }) }
    const value = asSent({ ...minimal, metadata, spec: { ...minimal.spec, ...spec }, status })
    const object = decodeJson<KubeObject>(resource.struct, value)
    resource.strategy.applyDefaults(object)
    return object
  }
  const errors = resource.strategy.validateStatusUpdate(made(is), made(was))
  return errors.length === 0 ? '' : describeErrors(errors)
}

const asSent = (value: object): unknown => JSON.parse(JSON.stringify(value))
const holding = (...types: string[]) => types.map((type) => ({ type, status: 'True' }))
const [startTime, completionTime] = ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z']
const COMPLETE = {
  conditions: holding('SuccessCriteriaMet', 'Complete'),
  startTime,
  completionTime,
}
const FAILED = { conditions: holding('FailureTarget', 'Failed'), startTime }
const INDEXED = { completionMode: 'Indexed', completions: 3, parallelism: 1 }

type Case = readonly [was: object, is: object, expected: string, spec?: object]

// KEP-4368, in the words of Kubernetes 1.32.
const JOBS: readonly Case[] = [
  [{}, COMPLETE, ''],
  [{}, FAILED, ''],
  [
    {},
    { ...COMPLETE, conditions: holding('Complete') },
    'status.conditions: Invalid value: cannot set Complete=True condition without the SuccessCriteriaMet=true condition',
  ],
  [
    {},
    { ...FAILED, conditions: holding('Failed') },
    'status.conditions: Invalid value: cannot set Failed=True condition without the FailureTarget=true condition',
  ],
  [
    {},
    { ...COMPLETE, completionTime: undefined },
    'status.completionTime: Required value: completionTime is required for Complete jobs',
  ],
  [
    {},
    { ...COMPLETE, startTime: completionTime, completionTime: startTime },
    'status.completionTime: Invalid value: 2026-01-01 00:00:00 +0000 UTC: must be equal to or after `startTime`',
  ],
  [
    COMPLETE,
    { startTime, completionTime },
    '[status.completionTime: Invalid value: 2026-01-02 00:00:00 +0000 UTC: cannot set completionTime when there is no Complete=True condition, ' +
      'status.conditions: Invalid value: cannot disable the terminal Complete=True condition, ' +
      'status.conditions: Invalid value: cannot disable the SuccessCriteriaMet=True condition]',
  ],
  [
    COMPLETE,
    { ...COMPLETE, completionTime: '2026-01-03T00:00:00Z' },
    'status.completionTime: Invalid value: 2026-01-03 00:00:00 +0000 UTC: field is immutable',
  ],
  [
    {},
    { ...FAILED, active: 1 },
    'status.active: Invalid value: 1: active>0 is invalid for finished job',
  ],
  [
    {},
    { ...FAILED, startTime: undefined },
    'status.startTime: Required value: startTime is required for finished job',
  ],
  [{}, { ...COMPLETE, startTime: undefined }, '', { suspend: true, completions: 0 }],
  [
    {},
    { ...FAILED, uncountedTerminatedPods: { failed: ['u'] } },
    'status.uncountedTerminatedPods: Invalid value: batch.UncountedTerminatedPods{Succeeded:[]types.UID(nil), Failed:[]types.UID{"u"}}: must be empty for finished job',
  ],
  [
    {},
    { uncountedTerminatedPods: { succeeded: ['u'], failed: ['u'] } },
    'status.uncountedTerminatedPods.failed[0]: Duplicate value: "u"',
  ],
  [
    { failed: 2 },
    { failed: 1 },
    'status.failed: Invalid value: 1: cannot decrease the failed counter',
  ],
  [
    {},
    { completedIndexes: '0' },
    'status.completedIndexes: Invalid value: "0": cannot set non-empty completedIndexes when non-indexed completion mode',
  ],
  [
    {},
    { completedIndexes: '0,9' },
    'status.completedIndexes: Invalid value: "0,9": error parsing completedIndexes: too large index: "9"',
    INDEXED,
  ],
  [
    {},
    { completedIndexes: '0-1', failedIndexes: '1,2' },
    'status.failedIndexes: Invalid value: "1,2": failedIndexes and completedIndexes overlap at index: 1',
    { ...INDEXED, backoffLimitPerIndex: 1 },
  ],
  [{}, { ready: 1 }, 'status.ready: Invalid value: 1: cannot set more ready pods than active'],
  [
    { startTime },
    { startTime: completionTime },
    'status.startTime: Required value: startTime cannot be removed for unsuspended job',
  ],
  [
    { startTime, conditions: holding('Suspended') },
    { startTime: completionTime, conditions: [{ type: 'Suspended', status: 'False' }] },
    '',
  ],
  // What was wrong before may stay while something else changes.
  [{ ...FAILED, conditions: holding('Failed') }, { ...FAILED, conditions: holding('Failed') }, ''],
]

describe('rules of statuses', () => {
  for (const [was, is, expected, spec = {}] of JOBS) {
    it(`a job's from ${JSON.stringify(was)} to ${JSON.stringify(is)}`, () => {
      assert.equal(faultsOf('batch/jobs', [was, is], spec), expected)
    })
  }

  it('a disruption budget has conditions of the common form', () => {
    const conditions = [{ type: 'A', status: 'Odd', reason: '', message: '' }]
    assert.equal(
      faultsOf('policy/poddisruptionbudgets', [{}, { conditions }]),
      '[status.conditions[0].status: Unsupported value: "Odd": supported values: "False", "True", "Unknown", ' +
        'status.conditions[0].lastTransitionTime: Required value: must be set, ' +
        'status.conditions[0].reason: Required value: must be set]',
    )
  })

  it('an approval stays as it is', () => {
    const status = (message: string) => ({
      conditions: [{ type: 'Approved', status: 'True', message }],
    })
    const path = 'certificates.k8s.io/certificatesigningrequests'
    assert.equal(faultsOf(path, [status('a'), status('a')]), '')
    assert.match(
      faultsOf(path, [status('a'), status('b')]),
      /^status.conditions: Forbidden: updates may not modify a condition of type "Approved"\n(?:.*\n)*- .*Message: +"a",\n\+ .*Message: +"b",\n/,
    )
  })

  it('an attachment tells of a failure in a few words', () => {
    const attachError = { message: 'x'.repeat(1025) }
    assert.equal(
      faultsOf('storage.k8s.io/volumeattachments', [{}, { attached: false, attachError }]),
      'status.attachError.message: Too long: may not be more than 262144 bytes',
    )
  })
})
