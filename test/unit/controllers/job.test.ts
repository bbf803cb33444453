import assert from 'node:assert/strict'
import {
  events,
  findCondition,
  isConditionTrue,
  type Job,
  jobs,
  type JobSpec,
  type Pod,
  pods,
  type Stored,
} from '../../../src/api/index.ts'
import { systemClock } from '../../../src/platform/index.ts'
import { eventually, isGone, TestCluster } from './cluster.ts'

const at = { name: 'work', namespace: 'default' }
const FINALIZER = 'batch.kubernetes.io/job-tracking'

function jobOf(spec: Partial<JobSpec>, restartPolicy = 'Never'): Job {
  const template = {
    metadata: {},
    spec: { restartPolicy, containers: [{ name: 'c', image: 'work:1' }] },
  }
  return { metadata: { ...at }, spec: { template, ...spec }, status: {} }
}

describe('job, on a whole API server', () => {
  let cluster: TestCluster
  beforeEach(async () => {
    cluster = await TestCluster.start({ job: { backoff: { firstMs: 1, maxMs: 1 } } })
    cluster.kubelet.paused = true
  })
  afterEach(() => cluster.stop())

  const get = () => cluster.client.for(jobs).get(at)
  const list = async (): Promise<Stored<Pod>[]> => {
    const { items } = await cluster.client.for(pods).list({ namespace: 'default' })
    return items
  }
  const running = async () =>
    (await list()).filter(
      ({ metadata, status }) =>
        !metadata.deletionTimestamp && !['Succeeded', 'Failed'].includes(status.phase ?? ''),
    )
  const runs = (count: number) =>
    eventually(`${count} run`, async () => (await running()).length === count)
  const end = async (pod: Stored<Pod>, exitCode: number, more: object = {}) => {
    const fresh = await cluster.client.for(pods).get(pod.metadata)
    const terminated = { exitCode, finishedAt: new Date().toISOString().replace(/\.\d+/, '') }
    const status = {
      ...fresh.status,
      ...more,
      phase: exitCode === 0 ? 'Succeeded' : 'Failed',
      containerStatuses: [
        { name: 'c', image: '', imageID: '', ready: false, restartCount: 0, state: { terminated } },
      ],
    }
    await cluster.client.for(pods).updateStatus({ ...fresh, status })
  }
  const endAll = async (exitCode: number) => {
    for (const pod of await running()) await end(pod, exitCode)
  }
  const finished = (type: 'Complete' | 'Failed') =>
    eventually(`the job is ${type}`, async () =>
      isConditionTrue((await get()).status.conditions, type),
    )
  const index = ({ metadata }: Stored<Pod>) =>
    metadata.annotations?.['batch.kubernetes.io/job-completion-index'] ?? ''
  const create = (spec: Partial<JobSpec>, restartPolicy?: string) =>
    cluster.client.for(jobs).create(jobOf(spec, restartPolicy))
  const patch = (spec: object) =>
    cluster.client.for(jobs).patch(at, { type: 'merge', body: { spec } })

  it('does not repeat an index whose end it has told, while its watch of jobs is behind', async () => {
    await create({ completions: 2, parallelism: 2, completionMode: 'Indexed' })
    await runs(2)
    await cluster.quiet()
    const informer = cluster.informers.for(jobs)
    const newest = informer.get.bind(informer)
    const old = newest('default/work')
    let isBehind = true
    Object.assign(informer, {
      get: (key: Parameters<typeof newest>[0]) => (isBehind ? old : newest(key)),
    })
    const [first] = await running()
    assert(first)
    await end(first, 0)
    await eventually('the end is counted', async () => {
      const { metadata } = await cluster.client.for(pods).get(first.metadata)
      return !metadata.finalizers?.includes(FINALIZER)
    })
    await cluster.quiet()
    isBehind = false
    assert.equal((await list()).filter((pod) => index(pod) === index(first)).length, 1)
    await cluster.client
      .for(jobs)
      .patch(at, { type: 'merge', body: { metadata: { labels: { a: 'b' } } } })
    await endAll(0)
    await finished('Complete')
  })

  it('runs until enough pods have succeeded, and counts each once', async () => {
    await create({ completions: 3, parallelism: 2 })
    await runs(2)
    await endAll(0)
    await runs(1)
    await endAll(0)
    await finished('Complete')
    const { status } = await get()
    assert.equal(status.succeeded, 3)
    assert.equal(status.failed, undefined)
    assert.deepEqual(status.uncountedTerminatedPods, {})
    const types = status.conditions?.map(({ type, reason }) => `${type} ${reason}`)
    assert.deepEqual(types, [
      'SuccessCriteriaMet CompletionsReached',
      'Complete CompletionsReached',
    ])
    assert(status.completionTime && status.startTime)
    await eventually('no pod is held', async () =>
      (await list()).every(({ metadata }) => !metadata.finalizers?.includes(FINALIZER)),
    )
    const told = (await cluster.client.for(events).list({ namespace: 'default' })).items
    assert(told.some(({ message }) => message === 'Job completed'))
  })

  it('gives up beyond its back-off limit', async () => {
    await create({ backoffLimit: 1 })
    for (let i = 0; i < 2; i++) {
      await runs(1)
      await endAll(1)
    }
    await finished('Failed')
    const { status } = await get()
    assert.equal(status.failed, 2)
    const failed = findCondition(status.conditions, 'Failed')
    assert.equal(failed?.reason, 'BackoffLimitExceeded')
    assert.equal(failed?.message, 'Job has reached the specified backoff limit')
  })

  it('works through indexes, each with a name of its own', async () => {
    await create({ completionMode: 'Indexed', completions: 4, parallelism: 3 })
    await runs(3)
    const [first] = (await running()).filter((pod) => index(pod) === '0')
    assert(first)
    assert.match(first.metadata.name, /^work-0-/)
    assert.equal(first.spec.hostname, 'work-0')
    const [variable] = first.spec.containers[0]?.env ?? []
    assert.equal(variable?.name, 'JOB_COMPLETION_INDEX')
    for (const pod of await running()) if (index(pod) !== '1') await end(pod, 0)
    await eventually(
      '3 are begun',
      async () => (await running()).map(index).sort().join() === '1,3',
    )
    await eventually(
      '0 and 2 are done',
      async () => (await get()).status.completedIndexes === '0,2',
    )
    for (const pod of await running()) await end(pod, index(pod) === '1' ? 1 : 0)
    await eventually('1 is tried again', async () => (await running()).map(index).join() === '1')
    await endAll(0)
    await finished('Complete')
    const { status } = await get()
    assert.equal(status.completedIndexes, '0-3')
    assert.equal(status.succeeded, 4)
    assert.equal(status.failed, 1)
  })

  it('lets indexes fail for themselves', async () => {
    await create({
      completionMode: 'Indexed',
      completions: 2,
      parallelism: 2,
      backoffLimitPerIndex: 1,
    })
    await runs(2)
    for (const pod of await running()) await end(pod, index(pod) === '0' ? 1 : 0)
    await eventually('0 is tried again', async () => (await running()).map(index).join() === '0')
    const [again] = await running()
    const name = 'batch.kubernetes.io/job-index-failure-count'
    assert.equal(again?.metadata.annotations?.[name], '1')
    await endAll(1)
    await finished('Failed')
    const { status } = await get()
    assert.equal(status.failedIndexes, '0')
    assert.equal(status.completedIndexes, '1')
    assert.equal(status.failed, 2)
    assert.equal(findCondition(status.conditions, 'Failed')?.reason, 'FailedIndexes')
  })

  it('stops when too many indexes have failed', async () => {
    await create({
      completionMode: 'Indexed',
      completions: 3,
      parallelism: 3,
      backoffLimitPerIndex: 0,
      maxFailedIndexes: 0,
    })
    await runs(3)
    const [one] = await running()
    assert(one)
    await end(one, 1)
    cluster.kubelet.paused = false
    cluster.kubelet.careForAll()
    await finished('Failed')
    const { status } = await get()
    assert.equal(findCondition(status.conditions, 'Failed')?.reason, 'MaxFailedIndexesExceeded')
    assert.equal((await running()).length, 0)
  })

  it('follows its failure policy', async () => {
    const rules = [
      { action: 'FailJob', onExitCodes: { operator: 'In', values: [42] } },
      { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
    ]
    await create({ backoffLimit: 0, podFailurePolicy: { rules } })
    await runs(1)
    const [disrupted] = await running()
    assert(disrupted)
    const conditions = [{ type: 'DisruptionTarget', status: 'True' }]
    await end(disrupted, 137, { conditions })
    await eventually('another runs', async () => {
      const [now] = await running()
      return now && now.metadata.uid !== disrupted.metadata.uid
    })
    assert.equal((await get()).status.failed, undefined)
    const [pod] = await running()
    await endAll(42)
    await finished('Failed')
    const failed = findCondition((await get()).status.conditions, 'Failed')
    assert.equal(failed?.reason, 'PodFailurePolicy')
    const name = `default/${pod?.metadata.name}`
    const what = `Container c for pod ${name} failed with exit code 42`
    assert.equal(failed.message, `${what} matching FailJob rule at index 0`)
  })

  it('is done as soon as its success policy is met', async () => {
    await create({
      completionMode: 'Indexed',
      completions: 3,
      parallelism: 3,
      successPolicy: { rules: [{ succeededIndexes: '1' }] },
    })
    await runs(3)
    for (const pod of await running()) if (index(pod) === '1') await end(pod, 0)
    await eventually('the others go', async () => (await running()).length === 0)
    cluster.kubelet.paused = false
    cluster.kubelet.careForAll()
    await finished('Complete')
    const complete = findCondition((await get()).status.conditions, 'Complete')
    assert.equal(complete?.reason, 'SuccessPolicy')
    assert.equal(complete.message, 'Matched rules at index 0')
    const { status } = await get()
    assert.equal(status.succeeded, 1)
    assert.equal(status.failed, undefined)
  })

  it('counts pods that it adopts, also those that have ended, and holds them until then', async () => {
    const spec = { restartPolicy: 'Never', containers: [{ name: 'c', image: 'work:1' }] }
    const labels = { app: 'work' }
    const orphan = { metadata: { name: 'orphan', namespace: 'default', labels }, spec, status: {} }
    await end(await cluster.client.for(pods).create(orphan as Pod), 0)
    const template = { metadata: { labels }, spec }
    await create({
      manualSelector: true,
      selector: { matchLabels: labels },
      template,
      completions: 2,
    })
    await runs(1)
    assert.equal((await list()).length, 2)
    await endAll(0)
    await finished('Complete')
    assert.equal((await get()).status.succeeded, 2)
  })

  it('rests while it is suspended, without counting that as failures', async () => {
    await create({ suspend: true, parallelism: 2, completions: 2 })
    await eventually('it is suspended', async () =>
      isConditionTrue((await get()).status.conditions, 'Suspended'),
    )
    assert.equal((await list()).length, 0)
    assert.equal((await get()).status.startTime, undefined)
    await patch({ suspend: false })
    await runs(2)
    await patch({ suspend: true })
    await runs(0)
    cluster.kubelet.paused = false
    cluster.kubelet.careForAll()
    await eventually('its pods are gone', async () => (await list()).length === 0)
    cluster.kubelet.paused = true
    await patch({ suspend: false })
    await runs(2)
    await endAll(0)
    await finished('Complete')
    assert.equal((await get()).status.failed, undefined)
  })

  it('ends at its deadline', async () => {
    await create({ activeDeadlineSeconds: 1 })
    await runs(1)
    cluster.kubelet.paused = false
    await finished('Failed')
    const failed = findCondition((await get()).status.conditions, 'Failed')
    assert.equal(failed?.reason, 'DeadlineExceeded')
    assert.equal((await running()).length, 0)
  }).timeout(6_000)

  it('leaves jobs of other controllers alone, and lets the pods of a deleted one go', async () => {
    await create({ managedBy: 'acme.io/other' })
    await cluster.quiet(60)
    assert.equal((await list()).length, 0)
    await cluster.client.for(jobs).delete(at)
    await create({})
    await runs(1)
    await cluster.client.for(jobs).delete(at, { propagationPolicy: 'Orphan' })
    await eventually('it is gone', () => isGone(get()))
    await eventually('its pod is not held', async () =>
      (await list()).every(({ metadata }) => !metadata.finalizers?.includes(FINALIZER)),
    )
  })

  it('counts right when the controllers are stopped at any time', async () => {
    await create({ completions: 6, parallelism: 3, backoffLimit: 20 })
    for (let round = 0; ; round++) {
      const { status } = await get()
      if (isConditionTrue(status.conditions, 'Complete')) break
      const [pod] = await running()
      if (pod) await end(pod, round % 3 === 0 ? 1 : 0)
      if (round % 2 === 0) {
        await cluster.stopControllers()
        cluster.startControllers()
      }
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    const all = await list()
    const phases = (phase: string) => all.filter(({ status }) => status.phase === phase).length
    const { status } = await get()
    assert.equal(status.succeeded, phases('Succeeded'))
    assert.equal(status.failed ?? 0, phases('Failed'))
  })
})

describe('job, when the clock is set back', () => {
  it('completes all the same', async () => {
    let behindMs = 0
    const clock = { ...clockParts(), nowMs: () => systemClock.nowMs() - behindMs }
    const cluster = await TestCluster.start({ clock, job: { backoff: { firstMs: 1, maxMs: 1 } } })
    try {
      cluster.kubelet.paused = true
      await cluster.client.for(jobs).create(jobOf({ completions: 1 }))
      const work = cluster.client.for(pods)
      const started = async () => (await cluster.client.for(jobs).get(at)).status.startTime
      await eventually('it has begun', async () => {
        const { items } = await work.list({ namespace: 'default' })
        return items.length === 1 && (await started()) !== undefined
      })
      behindMs = 3_600_000
      const [pod] = (await work.list({ namespace: 'default' })).items
      assert(pod)
      await work.updateStatus({ ...pod, status: { ...pod.status, phase: 'Succeeded' } })
      await eventually('it is complete', async () =>
        isConditionTrue((await cluster.client.for(jobs).get(at)).status.conditions, 'Complete'),
      )
    } finally {
      await cluster.stop()
    }
  })
})

function clockParts(): Omit<typeof systemClock, 'nowMs'> {
  return {
    monotonicMs: () => systemClock.monotonicMs(),
    after: (delayMs, fire, options) => systemClock.after(delayMs, fire, options),
    every: (periodMs, fire, options) => systemClock.every(periodMs, fire, options),
  }
}
