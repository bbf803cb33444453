import assert from 'node:assert/strict'
import type { Pod, Stored } from '../../../src/api/index.ts'
import {
  nextRecord,
  NO_FAILURES,
  remainingMs,
} from '../../../src/master/controllers/job-backoff.ts'

const BACKOFF = { firstMs: 10_000, maxMs: 60_000 }
const NOW_MS = Date.UTC(2026, 0, 1)

function failedAt(uid: string, atMs: number): Stored<Pod> {
  const terminated = { exitCode: 1, finishedAt: new Date(atMs).toISOString() }
  const status = { name: 'c', image: '', imageID: '', ready: false, restartCount: 0 }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: uid, namespace: 'default', uid, resourceVersion: '1', creationTimestamp: '' },
    spec: { containers: [] },
    status: { phase: 'Failed', containerStatuses: [{ ...status, state: { terminated } }] },
  }
}

describe('back-off of a job', () => {
  it('begins when a pod ends', () => {
    const failed = [failedAt('a', NOW_MS - 4000)]
    const record = nextRecord(NO_FAILURES, { succeeded: [], failed }, NOW_MS)
    assert.equal(remainingMs(record, BACKOFF, NOW_MS), 6000)
  })

  it('is no longer when the node has another idea of the time', () => {
    const failed = [failedAt('a', NOW_MS + 3_600_000)]
    const record = nextRecord(NO_FAILURES, { succeeded: [], failed }, NOW_MS)
    assert.equal(remainingMs(record, BACKOFF, NOW_MS), 10_000)
    const later = nextRecord(record, { succeeded: [], failed }, NOW_MS + 10_000)
    assert.equal(remainingMs(later, BACKOFF, NOW_MS + 10_000), 0)
  })

  it('is no longer when our clock is set back', () => {
    const failed = [failedAt('a', NOW_MS)]
    const record = nextRecord(NO_FAILURES, { succeeded: [], failed }, NOW_MS)
    const backMs = NOW_MS - 3_600_000
    const after = nextRecord(record, { succeeded: [], failed }, backMs)
    assert.equal(remainingMs(after, BACKOFF, backMs), 10_000)
  })
})
