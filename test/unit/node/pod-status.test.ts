import assert from 'node:assert/strict'
import type { Pod, PodCondition, PodSpec, PodStatus, Stored } from '../../../src/api/index.ts'
import { Backoff } from '../../../src/node/kubelet/backoff.ts'
import type { ContainerRunState } from '../../../src/node/kubelet/runtime/types.ts'
import {
  type ContainerVerdict,
  podStatus,
  saysAll,
  statusPatch,
} from '../../../src/node/kubelet/status.ts'

const RUNNING: ContainerRunState = { kind: 'running', startedAtMs: 0 }
const exited = (exitCode: number): ContainerRunState => ({
  kind: 'exited',
  startedAtMs: 0,
  finishedAtMs: 1000,
  exitCode,
  reason: exitCode === 0 ? 'Completed' : 'Error',
})

interface Case {
  readonly what: string
  readonly spec?: Partial<PodSpec>
  readonly before?: PodStatus
  readonly states?: Readonly<Record<string, ContainerRunState>>
  readonly verdicts?: Readonly<Record<string, Partial<ContainerVerdict>>>
  readonly ended?: boolean
  readonly phase: string
  /** `Ready=False ContainersNotReady`. */
  readonly conditions?: readonly string[]
}

const CASES: readonly Case[] = [
  {
    what: 'a new pod',
    phase: 'Pending',
    conditions: ['Initialized=True', 'Ready=False ContainersNotReady'],
  },
  {
    what: 'a running and ready pod',
    states: { web: RUNNING },
    verdicts: { web: { started: true, ready: true } },
    phase: 'Running',
    conditions: ['Ready=True', 'ContainersReady=True', 'PodScheduled=True'],
  },
  {
    what: 'a pod whose readiness gate nobody has answered',
    spec: { readinessGates: [{ conditionType: 'example.com/gate' }] },
    states: { web: RUNNING },
    verdicts: { web: { started: true, ready: true } },
    phase: 'Running',
    conditions: ['ContainersReady=True', 'Ready=False ReadinessGatesNotReady'],
  },
  {
    what: 'a pod whose readiness gate is open',
    spec: { readinessGates: [{ conditionType: 'example.com/gate' }] },
    before: { conditions: [{ type: 'example.com/gate', status: 'True' }] },
    states: { web: RUNNING },
    verdicts: { web: { started: true, ready: true } },
    phase: 'Running',
    conditions: ['Ready=True'],
  },
  {
    what: 'a pod in crash back-off',
    states: { web: exited(1) },
    verdicts: { web: { waiting: { reason: 'CrashLoopBackOff' } } },
    phase: 'Running',
    conditions: ['Ready=False ContainersNotReady'],
  },
  {
    what: 'a pod that still initializes',
    spec: { initContainers: [{ name: 'init', image: 'v1' }] },
    states: { init: RUNNING },
    phase: 'Pending',
    conditions: ['Initialized=False ContainersNotInitialized'],
  },
  {
    what: 'a pod whose init container has failed for good',
    spec: { initContainers: [{ name: 'init', image: 'v1' }], restartPolicy: 'Never' },
    states: { init: exited(1) },
    ended: true,
    phase: 'Failed',
  },
  {
    what: 'a job that has succeeded',
    spec: { restartPolicy: 'Never' },
    states: { web: exited(0) },
    ended: true,
    phase: 'Succeeded',
    conditions: ['Initialized=True PodCompleted', 'Ready=False PodCompleted'],
  },
  {
    what: 'a job that has failed',
    spec: { restartPolicy: 'Never' },
    states: { web: exited(2) },
    ended: true,
    phase: 'Failed',
    conditions: ['Ready=False PodFailed'],
  },
  {
    what: 'a pod that stays what it ended as',
    before: { phase: 'Failed' },
    states: { web: exited(0) },
    phase: 'Failed',
  },
]

function statusOf(one: Case): PodStatus {
  const containers = [{ name: 'web', image: 'v1' }]
  const pod: Stored<Pod> = {
    metadata: {
      name: 'p',
      namespace: 'default',
      uid: 'u',
      resourceVersion: '1',
      creationTimestamp: '2026-01-01T00:00:00Z',
    },
    spec: { containers, restartPolicy: 'Always', ...one.spec },
    status: one.before ?? {},
  }
  const verdicts = Object.entries(one.verdicts ?? {}).map(
    ([name, v]) => [name, { started: false, ready: false, ...v }] as const,
  )
  return podStatus({
    pod,
    observed: Object.entries(one.states ?? {}).map(([name, state]) => ({
      id: name,
      name,
      attempt: 0,
      image: 'v1',
      imageId: 'v1',
      hash: 'v1',
      state,
    })),
    verdicts: new Map(verdicts),
    podIp: '127.20.1.1',
    hostIp: '127.0.0.2',
    startedAtMs: 0,
    runtimeType: 'process',
    ended: one.ended ?? false,
    nowMs: 5000,
  })
}

const words = (c: PodCondition) => `${c.type}=${c.status}${c.reason ? ` ${c.reason}` : ''}`

describe('pod status', () => {
  for (const one of CASES) {
    it(`of ${one.what}`, () => {
      const status = statusOf(one)
      assert.equal(status.phase, one.phase)
      const all = (status.conditions ?? []).map(words)
      for (const condition of one.conditions ?? []) {
        assert.ok(all.includes(condition), `${condition} is not among ${all.join(', ')}`)
      }
    })
  }

  it('says of a container that never ran, of a pod that has ended, that it is not known', () => {
    const waiting = { reason: 'ImagePullBackOff' }
    const one = { what: '', phase: '', verdicts: { web: { waiting } } }
    assert.deepEqual(statusOf(one).containerStatuses?.[0]?.state, { waiting })
    const ended = statusOf({ ...one, ended: true })
    assert.equal(ended.phase, 'Failed')
    assert.deepEqual(ended.containerStatuses?.[0]?.state?.terminated, {
      exitCode: 137,
      reason: 'ContainerStatusUnknown',
      message: 'The container could not be located when the pod was terminated',
    })
    const init = { initContainers: [{ name: 'init', image: 'v1' }] }
    const early = statusOf({ ...one, spec: init, ended: true })
    assert.equal(early.containerStatuses?.[0]?.state?.waiting?.reason, 'PodInitializing')
  })

  it('keeps the times of conditions that stay', () => {
    const lastTransitionTime = '2026-01-01T00:00:00Z'
    const before = { conditions: [{ type: 'PodScheduled', status: 'True', lastTransitionTime }] }
    const status = statusOf({ what: '', phase: '', before })
    const time = (type: string) =>
      status.conditions?.find((c) => c.type === type)?.lastTransitionTime
    assert.equal(time('PodScheduled'), lastTransitionTime)
    assert.equal(time('Initialized'), '1970-01-01T00:00:05Z')
  })

  it('takes away the address that a pod had before its node was started anew', () => {
    const before = { podIP: '10.0.0.1', podIPs: [{ ip: '10.0.0.1' }] }
    const now = { podIP: '10.0.0.2', podIPs: [{ ip: '10.0.0.2' }] }
    const { status: patch } = statusPatch('u', before, now)
    assert.deepEqual(patch['podIPs'], [{ ip: '10.0.0.2' }, { ip: '10.0.0.1', $patch: 'delete' }])
    assert.deepEqual(statusPatch('u', now, now).status['podIPs'], now.podIPs)
    assert.deepEqual(statusPatch('u', now, {}).status['podIPs'], [
      { ip: '10.0.0.2', $patch: 'delete' },
    ])
  })

  it('is written only when the server has another', () => {
    const status = statusOf({ what: '', phase: '' })
    const other = { type: 'example.com/gate', status: 'True' }
    const server = { ...status, conditions: [...(status.conditions ?? []), other], qosClass: 'x' }
    assert.ok(saysAll(server, status))
    assert.ok(!saysAll({ ...server, phase: 'Running' }, status))
    assert.ok(!saysAll({ ...server, reason: 'Evicted' }, status))
    const { metadata, status: patch } = statusPatch('u', { reason: 'Evicted' }, status)
    assert.deepEqual([metadata.uid, patch.reason], ['u', null])
  })

  it('backs off from 10 s to 5 min, and forgets after 10 min of peace', () => {
    const backoff = new Backoff()
    assert.equal(backoff.waitUntilMs('web', 0), undefined)
    const delays: number[] = []
    for (let i = 0; i < 7; i++) {
      backoff.advance('web', i)
      delays.push(backoff.delayMs('web') / 1000)
    }
    assert.deepEqual(delays, [10, 20, 40, 80, 160, 300, 300])
    assert.equal(backoff.waitUntilMs('web', 10), 300_010)
    assert.equal(backoff.waitUntilMs('web', 600_007), undefined)
    backoff.advance('web', 600_007)
    assert.equal(backoff.delayMs('web'), 10_000)
  })
})
