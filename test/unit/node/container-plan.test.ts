import assert from 'node:assert/strict'
import type { Container, PodSpec } from '../../../src/api/index.ts'
import {
  type ContainerFacts,
  type PlanInput,
  planContainers,
} from '../../../src/node/kubelet/container-plan.ts'
import type {
  ContainerRunState,
  ObservedContainer,
} from '../../../src/node/kubelet/runtime/types.ts'

const RUNNING: ContainerRunState = { kind: 'running', startedAtMs: 0 }
const exited = (exitCode: number, finishedAtMs = 0): ContainerRunState => ({
  kind: 'exited',
  startedAtMs: 0,
  finishedAtMs,
  exitCode,
  reason: exitCode === 0 ? 'Completed' : 'Error',
})
const container = (name: string, more: Partial<Container> = {}): Container => ({
  name,
  image: 'v1',
  ...more,
})
const observed = (
  name: string,
  state: ContainerRunState,
  more: Partial<ObservedContainer> = {},
): ObservedContainer => ({
  id: `${name}-${more.attempt ?? 0}`,
  name,
  attempt: 0,
  image: 'v1',
  imageId: 'v1',
  hash: 'v1',
  state,
  ...more,
})

interface Case {
  readonly what: string
  readonly spec?: Partial<PodSpec>
  readonly observed?: readonly ObservedContainer[]
  readonly facts?: Readonly<Record<string, Partial<ContainerFacts>>>
  readonly stopping?: boolean
  readonly waitUntilMs?: number
  /** `start web`, `stop web`, `remove web-0`. */
  readonly expect: readonly string[]
  readonly ended?: boolean
}

const sidecar = container('side', { restartPolicy: 'Always' })
const init = [container('one'), container('two')]

const CASES: readonly Case[] = [
  { what: 'starts what is not there', expect: ['start web'] },
  { what: 'leaves alone what runs', observed: [observed('web', RUNNING)], expect: [] },
  {
    what: 'runs an ephemeral container once, whatever the policy, also while others begin',
    spec: { initContainers: init, ephemeralContainers: [container('probe'), container('done')] },
    observed: [observed('one', RUNNING), observed('done', exited(1))],
    expect: ['start probe'],
  },
  {
    what: 'starts no ephemeral container in a pod that is over, and stops those that run',
    spec: {
      restartPolicy: 'Never',
      ephemeralContainers: [container('probe'), container('late')],
    },
    observed: [observed('web', exited(0)), observed('probe', RUNNING)],
    expect: ['stop probe'],
    ended: false,
  },
  {
    what: 'restarts what has ended, under Always',
    observed: [observed('web', exited(0))],
    expect: ['start web'],
  },
  {
    what: 'restarts failures only, under OnFailure',
    spec: { restartPolicy: 'OnFailure', containers: [container('web'), container('done')] },
    observed: [observed('web', exited(1)), observed('done', exited(0))],
    expect: ['start web'],
  },
  {
    what: 'restarts nothing, under Never',
    spec: { restartPolicy: 'Never' },
    observed: [observed('web', exited(1))],
    expect: [],
    ended: true,
  },
  {
    what: 'waits out the back-off',
    observed: [observed('web', exited(1))],
    waitUntilMs: 2000,
    expect: [],
  },
  {
    what: 'replaces a container whose image has changed',
    observed: [observed('web', RUNNING, { hash: 'v0' })],
    expect: ['stop web'],
  },
  {
    what: 'replaces a container that a probe has given up',
    observed: [observed('web', RUNNING)],
    facts: { web: { killBecause: { message: 'sick' } } },
    expect: ['stop web'],
  },
  {
    what: 'decides nothing about a container that is being stopped',
    observed: [observed('web', RUNNING, { hash: 'v0' })],
    facts: { web: { busy: true } },
    expect: [],
  },
  {
    what: 'runs the first init container first',
    spec: { initContainers: init },
    expect: ['start one'],
  },
  {
    what: 'waits for an init container',
    spec: { initContainers: init },
    observed: [observed('one', RUNNING)],
    expect: [],
  },
  {
    what: 'goes on with the next init container',
    spec: { initContainers: init },
    observed: [observed('one', exited(0))],
    expect: ['start two'],
  },
  {
    what: 'retries a failed init container',
    spec: { initContainers: init },
    observed: [observed('one', exited(1))],
    expect: ['start one'],
  },
  {
    what: 'gives up on a failed init container, under Never',
    spec: { initContainers: init, restartPolicy: 'Never' },
    observed: [observed('one', exited(1))],
    expect: [],
    ended: true,
  },
  {
    what: 'starts the main containers when all init containers have succeeded',
    spec: { initContainers: init, containers: [container('web'), container('api')] },
    observed: [observed('one', exited(0)), observed('two', exited(0))],
    expect: ['start web', 'start api'],
  },
  {
    what: 'waits until a sidecar has started',
    spec: { initContainers: [sidecar] },
    observed: [observed('side', RUNNING)],
    expect: [],
  },
  {
    what: 'goes on once a sidecar has started',
    spec: { initContainers: [sidecar] },
    observed: [observed('side', RUNNING)],
    facts: { side: { started: true } },
    expect: ['start web'],
  },
  {
    what: 'restarts a sidecar beside the main containers, whatever the policy',
    spec: { initContainers: [sidecar], restartPolicy: 'Never' },
    observed: [observed('side', exited(0)), observed('web', RUNNING)],
    expect: ['start side'],
  },
  {
    what: 'stops sidecars when the main containers are over',
    spec: { initContainers: [sidecar], restartPolicy: 'Never' },
    observed: [observed('side', RUNNING), observed('web', exited(0))],
    expect: ['stop side'],
  },
  {
    what: 'stops main containers before sidecars',
    spec: { initContainers: [sidecar] },
    observed: [observed('side', RUNNING), observed('web', RUNNING)],
    stopping: true,
    expect: ['stop web'],
  },
  {
    what: 'is over when everything has stopped',
    observed: [observed('web', exited(143))],
    stopping: true,
    expect: [],
    ended: true,
  },
  {
    what: 'waits for a start that is under way before it is over',
    facts: { web: { busy: true } },
    stopping: true,
    expect: [],
  },
  {
    what: 'keeps one dead attempt beside the newest',
    observed: [0, 1, 2, 3].map((attempt) =>
      observed('web', attempt === 3 ? RUNNING : exited(1), { attempt }),
    ),
    expect: ['remove web-1', 'remove web-0'],
  },
]

describe('container plan', () => {
  for (const one of CASES) {
    it(one.what, () => {
      const spec: PodSpec = { containers: [container('web')], restartPolicy: 'Always', ...one.spec }
      const facts = Object.entries(one.facts ?? {}).map(
        ([name, f]) => [name, { busy: false, started: false, ...f }] as const,
      )
      const input: PlanInput = {
        spec,
        observed: one.observed ?? [],
        facts: new Map(facts),
        waitUntilMs: () => one.waitUntilMs,
        stopping: one.stopping ?? false,
        nowMs: 1000,
      }
      const plan = planContainers(input)
      const actions = plan.actions.map((a) =>
        a.kind === 'remove' ? `remove ${a.id}` : `${a.kind} ${a.container.name}`,
      )
      assert.deepEqual(actions, one.expect)
      assert.equal(plan.ended, one.ended ?? false)
      const delayed = one.waitUntilMs === undefined ? [] : [one.waitUntilMs]
      assert.deepEqual(
        plan.delayed.map((d) => d.untilMs),
        delayed,
      )
    })
  }
})
