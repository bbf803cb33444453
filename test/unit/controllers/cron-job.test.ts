import assert from 'node:assert/strict'
import type { Clock } from '../../../src/base/index.ts'
import {
  type CronJob,
  cronJobs,
  type CronJobSpec,
  events,
  type Job,
  jobs,
  parseCron,
  type Stored,
} from '../../../src/api/index.ts'
import { momentOf } from '../../../src/master/controllers/cron-job-plan.ts'
import { systemClock } from '../../../src/platform/index.ts'
import { eventually, isGone, TestCluster } from './cluster.ts'

const at = { name: 'tick', namespace: 'default' }
const MINUTE = 60_000

function cronJob(spec: Partial<CronJobSpec> = {}): CronJob {
  const template = {
    metadata: {},
    spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'x' }] },
  }
  const jobTemplate = { metadata: { labels: { app: 'tick' } }, spec: { template } }
  return { metadata: { ...at }, spec: { schedule: '* * * * *', jobTemplate, ...spec }, status: {} }
}

describe('times of a cron job', () => {
  const created = '2024-07-09T10:00:30Z'
  const moment = (now: string, spec: Partial<CronJobSpec> = {}, last?: string) => {
    const object = cronJob(spec) as Stored<CronJob>
    object.metadata.creationTimestamp = created
    if (last) object.status.lastScheduleTime = last
    const { dueMs, missed, waitMs } = momentOf(
      object,
      parseCron(object.spec.schedule),
      Date.parse(now),
    )
    const due = dueMs === undefined ? undefined : new Date(dueMs).toISOString().slice(11, 19)
    return { due, missed, waitMs }
  }

  it('begin after its creation', () => {
    const before = moment('2024-07-09T10:00:40Z')
    assert.deepEqual(before, { due: undefined, missed: 'none', waitMs: 20_100 })
    assert.deepEqual(moment('2024-07-09T10:01:00Z').due, '10:01:00')
  })
  it('that were missed are made up for by the last of them', () => {
    const late = moment('2024-07-09T10:05:10Z')
    assert.deepEqual(late, { due: '10:05:00', missed: 'few', waitMs: 50_100 })
    assert.equal(moment('2024-07-09T15:05:10Z').missed, 'many')
  })
  it('before the deadline do not count', () => {
    const spec = { startingDeadlineSeconds: 120 }
    assert.deepEqual(moment('2024-07-09T15:05:10Z', spec).missed, 'few')
    assert.equal(moment('2024-07-09T15:05:10Z', spec).due, '15:05:00')
  })
  it('go on from the last that was begun', () => {
    const now = moment('2024-07-09T10:05:10Z', {}, '2024-07-09T10:05:00Z')
    assert.deepEqual(now, { due: undefined, missed: 'none', waitMs: 50_100 })
  })
  it('are those of its time zone', () => {
    const spec = { schedule: '0 9 * * *', timeZone: 'Asia/Tokyo' }
    assert.equal(moment('2024-07-10T00:00:00Z', spec).due, '00:00:00')
  })
})

describe('cron job, on a whole API server', () => {
  let offsetMs = 0
  const clock: Clock = {
    nowMs: () => systemClock.nowMs() + offsetMs,
    monotonicMs: () => systemClock.monotonicMs(),
    after: (ms, fire, options) => systemClock.after(ms, fire, options),
    every: (ms, fire, options) => systemClock.every(ms, fire, options),
  }
  let cluster: TestCluster
  beforeEach(async () => {
    // The minute has just begun: none ends while a test runs.
    offsetMs = -(systemClock.nowMs() % MINUTE)
    cluster = await TestCluster.start({ clock })
    cluster.kubelet.paused = true
  })
  afterEach(() => cluster.stop())

  const get = () => cluster.client.for(cronJobs).get(at)
  const list = async (): Promise<Stored<Job>[]> => {
    const { items } = await cluster.client.for(jobs).list(at)
    return items.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
  }
  const pass = async (minutes: number) => {
    offsetMs += minutes * MINUTE
    const annotations = { now: String(offsetMs) }
    await cluster.client
      .for(cronJobs)
      .patch(at, { type: 'merge', body: { metadata: { annotations } } })
  }
  const jobsAre = (count: number) =>
    eventually(`${count} jobs are there`, async () => (await list()).length === count)
  const finish = async (job: Stored<Job>, type: 'Complete' | 'Failed') => {
    await cluster.stopControllers()
    const fresh = await cluster.client.for(jobs).get(job.metadata)
    const time = new Date(clock.nowMs()).toISOString().replace(/\.\d+/, '')
    const decided = type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget'
    const conditions = [decided, type].map((of) => {
      return { type: of, status: 'True', lastTransitionTime: time, lastProbeTime: time }
    })
    const startTime = fresh.status.startTime ?? time
    const completionTime = type === 'Complete' ? { completionTime: time } : {}
    const status = { startTime, ...completionTime, conditions }
    await cluster.client.for(jobs).updateStatus({ ...fresh, status })
    cluster.startControllers()
  }
  const told = async () =>
    (await cluster.client.for(events).list(at)).items.map(({ reason }) => reason)

  it('begins a job when its time comes, once, under the name of its minute', async () => {
    await cluster.client.for(cronJobs).create(cronJob())
    await cluster.quiet(50)
    assert.deepEqual(await list(), [])
    await pass(1)
    await jobsAre(1)
    const [job] = await list()
    assert.match(job?.metadata.name ?? '', /^tick-\d{8}$/)
    assert.equal(job?.metadata.labels?.['app'], 'tick')
    assert(job?.metadata.annotations?.['batch.kubernetes.io/cronjob-scheduled-timestamp'])
    await eventually('it is listed', async () => (await get()).status.active?.length === 1)
    assert.equal((await get()).status.active?.[0]?.name, job.metadata.name)
    await cluster.stopControllers()
    cluster.startControllers()
    await cluster.quiet(80)
    assert.equal((await list()).length, 1)
    await finish(job, 'Complete')
    await eventually('it is done', async () => (await get()).status.active === undefined)
    assert((await get()).status.lastSuccessfulTime)
    await eventually('it is told', async () => (await told()).includes('SawCompletedJob'))
  })

  it('waits for the job before when it may not run beside it', async () => {
    await cluster.client.for(cronJobs).create(cronJob({ concurrencyPolicy: 'Forbid' }))
    await pass(1)
    await jobsAre(1)
    await pass(1)
    await eventually('it says so', async () => (await told()).includes('JobAlreadyActive'))
    assert.equal((await list()).length, 1)
  })

  it('replaces the job before when told to', async () => {
    await cluster.client.for(cronJobs).create(cronJob({ concurrencyPolicy: 'Replace' }))
    await pass(1)
    await jobsAre(1)
    const [first] = await list()
    assert(first)
    await eventually('it is listed', async () => (await get()).status.active?.length === 1)
    await pass(1)
    await eventually('the first is gone', () =>
      isGone(cluster.client.for(jobs).get(first.metadata)),
    )
    await jobsAre(1)
  })

  it('begins nothing while it is suspended, nor what is too late', async () => {
    await cluster.client.for(cronJobs).create(cronJob({ suspend: true }))
    await pass(1)
    await cluster.quiet(60)
    assert.deepEqual(await list(), [])
    const hour = (new Date(clock.nowMs()).getUTCHours() + 12) % 24
    const spec = { suspend: false, schedule: `0 ${hour} * * *`, startingDeadlineSeconds: 1 }
    await cluster.client.for(cronJobs).patch(at, { type: 'merge', body: { spec } })
    await pass(0)
    await cluster.quiet(60)
    assert.deepEqual(await list(), [])
  })

  it('says when its time never comes', async () => {
    await cluster.client.for(cronJobs).create(cronJob({ schedule: '59 23 31 2 *' }))
    await eventually('it says so', async () => (await told()).includes('InvalidSchedule'))
  })

  it('leaves a job of the name of its minute to whoever made it, and goes on', async () => {
    const minute = Math.floor(clock.nowMs() / MINUTE) + 1
    const spec = { restartPolicy: 'Never', containers: [{ name: 'c', image: 'x' }] }
    const template = { metadata: {}, spec }
    const metadata = { name: `tick-${minute}`, namespace: 'default' }
    await cluster.client.for(jobs).create({ metadata, spec: { template }, status: {} })
    await cluster.client.for(cronJobs).create(cronJob())
    await pass(1)
    await cluster.quiet(60)
    assert.equal((await get()).status.lastScheduleTime, undefined)
    await pass(1)
    await jobsAre(2)
  })

  it('keeps as many ended jobs as it is told', async () => {
    const limits = { successfulJobsHistoryLimit: 1, failedJobsHistoryLimit: 0 }
    await cluster.client.for(cronJobs).create(cronJob(limits))
    for (const [i, end] of (['Complete', 'Complete', 'Failed'] as const).entries()) {
      await pass(1)
      const before = i === 0 ? 0 : 1
      await jobsAre(before + 1)
      const running = (await list()).at(-1)
      assert(running)
      await eventually('it is listed', async () => (await get()).status.active?.length === 1)
      await finish(running, end)
      await jobsAre(1)
    }
  })

  it('has ended jobs deleted after their time', async () => {
    const template = cronJob().spec.jobTemplate.spec?.template
    assert(template)
    const spec = { template, ttlSecondsAfterFinished: 0 }
    const job = await cluster.client.for(jobs).create({ metadata: { ...at }, spec, status: {} })
    await finish(job, 'Failed')
    await eventually('it is gone', () => isGone(cluster.client.for(jobs).get(at)))
  })
})
