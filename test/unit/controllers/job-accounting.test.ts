import assert from 'node:assert/strict'
import type { Job, Pod, Stored } from '../../../src/api/index.ts'
import { accountFor, type Ending } from '../../../src/master/controllers/job-accounting.ts'

const FINALIZER = 'batch.kubernetes.io/job-tracking'
const INDEX = 'batch.kubernetes.io/job-completion-index'

const jobOf = (spec: object, status: object = {}) =>
  ({ metadata: { name: 'work' }, spec, status }) as Job as Stored<Job>

/** `phase`, and of an indexed job `phase/index`; `going` after a space: being deleted. */
function podOf(text: string, i: number): Stored<Pod> {
  const [what = '', going] = text.split(' ')
  const [phase, index] = what.split('/')
  return {
    metadata: {
      name: `p${i}`,
      uid: `p${i}`,
      finalizers: [FINALIZER],
      ...(index !== undefined && { annotations: { [INDEX]: index } }),
      ...(going && { deletionTimestamp: '2024-01-09T00:00:00Z' }),
    },
    spec: { containers: [] },
    status: { phase },
  } as Pod as Stored<Pod>
}

const failed: Ending = { goes: false, decided: { kind: 'failed', told: true } }
const complete: Ending = { goes: false, decided: { kind: 'complete', told: true } }
const untold: Ending = { goes: false, decided: { kind: 'failed', told: false } }

describe('the account of a job', () => {
  const cases: [what: string, spec: object, ending: Ending, pods: string[], then: object][] = [
    [
      'while it goes on, what runs is nothing yet',
      {},
      { goes: false },
      ['Running', 'Failed', 'Succeeded'],
      { succeeded: ['p2'], failed: ['p1'], released: ['p1', 'p2'] },
    ],
    [
      'of a job that has failed, what ran has failed',
      {},
      failed,
      ['Running', 'Pending', 'Succeeded'],
      { succeeded: ['p2'], failed: ['p0', 'p1'], released: ['p0', 'p1', 'p2'] },
    ],
    [
      'not before it was told to go',
      {},
      untold,
      ['Running', 'Failed'],
      { failed: ['p1'], released: ['p1'] },
    ],
    [
      'of a job that is complete, what ran is not needed',
      {},
      complete,
      ['Running', 'Failed'],
      { failed: ['p1'], released: ['p0', 'p1'] },
    ],
    [
      'a pod that goes has failed',
      {},
      { goes: false },
      ['Running going'],
      { failed: ['p0'], released: ['p0'] },
    ],
    [
      'unless its successor waits for its end',
      { podReplacementPolicy: 'Failed' },
      { goes: false },
      ['Running going'],
      { released: [] },
    ],
    [
      'pods beyond the completions are let go, and do not count',
      { completionMode: 'Indexed', completions: 2 },
      { goes: false },
      ['Failed/0', 'Failed/2', 'Succeeded/7', 'Running/3'],
      { failed: ['p0'], released: ['p0', 'p1', 'p2'] },
    ],
  ]
  for (const [what, spec, ending, pods, then] of cases) {
    it(what, () => {
      const { status, released } = accountFor(jobOf(spec), pods.map(podOf), ending)
      const names = released.map(({ metadata }) => metadata.name)
      assert.deepEqual({ ...status.uncountedTerminatedPods, released: names }, then)
    })
  }
})
