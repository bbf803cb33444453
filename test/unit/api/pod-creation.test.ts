import assert from 'node:assert/strict'
import { type Pod, pods } from '../../../src/api/index.ts'

const created = (spec: object): Pod => {
  const metadata = { name: 'p', creationTimestamp: '2024-01-10T00:00:00Z' }
  const pod = { metadata, spec: { containers: [], ...spec }, status: {} } as Pod
  pods.strategy.prepareForCreate(pod)
  return pod
}

describe('the status of a new pod', () => {
  it('says that it waits for its gates (KEP-3521)', () => {
    assert.deepEqual(created({ schedulingGates: [{ name: 'x' }] }).status, {
      phase: 'Pending',
      qosClass: 'BestEffort',
      conditions: [
        {
          type: 'PodScheduled',
          status: 'False',
          reason: 'SchedulingGated',
          message: 'Scheduling is blocked due to non-empty scheduling gates',
          lastTransitionTime: '2024-01-10T00:00:00Z',
        },
      ],
    })
  })

  it('says nothing of that without', () => {
    assert.deepEqual(created({}).status, { phase: 'Pending', qosClass: 'BestEffort' })
  })
})
