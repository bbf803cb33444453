import assert from 'node:assert/strict'
import { pods } from '../../../src/api/index.ts'
import { Fixture } from './fixture.ts'
import { until } from './until.ts'

const DEFAULT = { namespace: 'default' }
const WAIT = 'trap "echo term; exit 0" TERM; while :; do sleep 0.02; done'

describe('pod lifecycle', () => {
  let fixture: Fixture

  beforeEach(async () => {
    fixture = await Fixture.start()
    await fixture.node('node-1')
  })
  afterEach(() => fixture.stop())

  const messages = async (name: string) => (await fixture.eventsOf(name)).map((e) => e.message)
  const gone = (name: string) =>
    until(`${name} is gone`, async () => ((await fixture.getPod(name)) ? undefined : true))
  const remove = (name: string, body = {}) =>
    fixture.client.for(pods).delete({ ...DEFAULT, name }, body)

  it('runs preStop, then SIGTERM, and reports before the pod goes', async () => {
    const notes = `${fixture.folder}/notes`
    const hook = (word: string) => ({ exec: { command: ['sh', '-c', `echo ${word} >> ${notes}`] } })
    await fixture.pod(
      'polite',
      {
        command: [
          'sh',
          '-c',
          `trap "echo term >> ${notes}; exit 0" TERM; while :; do sleep 0.02; done`,
        ],
        lifecycle: { postStart: hook('start'), preStop: hook('stop') },
      },
      { terminationGracePeriodSeconds: 10 },
    )
    await fixture.untilReady('polite')
    const controller = new AbortController()
    const seen: string[] = []
    const watching = (async () => {
      const options = {
        ...DEFAULT,
        fieldSelector: 'metadata.name=polite',
        signal: controller.signal,
      }
      for await (const event of fixture.client.for(pods).watch(options)) {
        if (event.type === 'BOOKMARK') continue
        const [status] = event.object.status.containerStatuses ?? []
        seen.push(
          `${event.type} ${event.object.status.phase} ${status?.state?.terminated?.exitCode}`,
        )
      }
    })().catch(() => undefined)
    await remove('polite')
    await gone('polite')
    await until('the deletion was watched', () => seen.find((s) => s.startsWith('DELETED')))
    controller.abort()
    await watching
    assert.ok(seen.includes('DELETED Succeeded 0'), seen.join(', '))
    const { readFile } = await import('node:fs/promises')
    assert.equal(await readFile(notes, 'utf8'), 'start\nstop\nterm\n')
    assert.ok((await messages('polite')).includes('Stopping container main'))
  })

  it('kills what does not stop in its grace, and a forced pod soon', async () => {
    const deaf = ['sh', '-c', 'trap "" TERM; while :; do sleep 0.02; done']
    await fixture.pod('deaf', { command: deaf })
    await fixture.pod('forced', { command: deaf }, { terminationGracePeriodSeconds: 300 })
    await fixture.untilReady('deaf')
    await fixture.untilReady('forced')
    await remove('deaf')
    await gone('deaf')
    await remove('forced', { gracePeriodSeconds: 0 })
    await gone('forced')
    const { readdir } = await import('node:fs/promises')
    await until('its processes are gone', async () => {
      return (await readdir(`${fixture.folder}/node-1/pods`)).length === 0 || undefined
    })
  })

  it('ends a pod at its deadline', async () => {
    await fixture.pod('late', { command: ['sh', '-c', WAIT] }, { activeDeadlineSeconds: 1 })
    const pod = await fixture.untilPod('late', 'fails', (p) => p.status.phase === 'Failed')
    assert.equal(pod.status.reason, 'DeadlineExceeded')
    await until('its container has ended', async () => {
      const [status] = (await fixture.getPod('late'))?.status.containerStatuses ?? []
      return status?.state?.terminated ? true : undefined
    })
  })

  it('holds readiness back until the startup probe has passed', async () => {
    const flag = `${fixture.folder}/up`
    await fixture.pod('slow', {
      command: ['sh', '-c', `sleep 0.4; touch ${flag}; ${WAIT}`],
      startupProbe: { exec: { command: ['test', '-e', flag] }, periodSeconds: 1 },
      livenessProbe: { exec: { command: ['false'] }, initialDelaySeconds: 600 },
    })
    await fixture.untilPod('slow', 'runs', (p) => {
      const [status] = p.status.containerStatuses ?? []
      return status?.state?.running !== undefined && status.started === false && !status.ready
    })
    const pod = await fixture.untilReady('slow')
    assert.equal(pod.status.containerStatuses?.[0]?.started, true)
    assert.equal(pod.status.containerStatuses?.[0]?.restartCount, 0)
  })

  it('starts sidecars before, and stops them after the main container', async () => {
    const notes = `${fixture.folder}/order`
    const note = (word: string) =>
      `echo ${word}+ >> ${notes}; trap "echo ${word}- >> ${notes}; exit 0" TERM; while :; do sleep 0.02; done`
    await fixture.pod(
      'paired',
      { command: ['sh', '-c', note('main')] },
      {
        initContainers: [
          {
            name: 'side',
            image: 'host',
            restartPolicy: 'Always',
            command: ['sh', '-c', note('side')],
          },
        ],
        terminationGracePeriodSeconds: 10,
      },
    )
    await fixture.untilReady('paired')
    const { readFile } = await import('node:fs/promises')
    await until('both run', async () => {
      return (await readFile(notes, 'utf8').catch(() => '')).includes('main+') || undefined
    })
    await remove('paired')
    await gone('paired')
    assert.equal(await readFile(notes, 'utf8'), 'side+\nmain+\nmain-\nside-\n')
  })

  it('says why a command cannot be run', async () => {
    await fixture.pod('wrong', { command: ['no-such-program'] })
    const pod = await fixture.untilPod('wrong', 'cannot start', (p) => {
      return (p.status.containerStatuses?.[0]?.lastState?.terminated?.exitCode ?? 0) === 128
    })
    const last = pod.status.containerStatuses?.[0]?.lastState?.terminated
    assert.equal(last?.reason, 'StartError')
    const text = 'exec: "no-such-program": executable file not found in $PATH'
    assert.ok(last.message?.includes(text))
    await until('it is told', async () => {
      return (await messages('wrong')).find((m) => m.startsWith('Error: ') && m.includes(text))
    })
  })

  it('follows a log until its container ends', async () => {
    await fixture.pod(
      'chatty',
      { command: ['sh', '-c', 'for i in 1 2 3; do echo $i; sleep 0.1; done'] },
      { restartPolicy: 'Never' },
    )
    await fixture.untilPod('chatty', 'has started', (p) => p.status.phase !== 'Pending')
    assert.equal((await fixture.logs('chatty', 'follow=true')).text, '1\n2\n3\n')
    const stamped = await fixture.logs('chatty', 'timestamps=true&tailLines=1')
    assert.match(stamped.text, /^\d{4}-\d\d-\d\dT[\d:.]+Z 3\n$/)
    assert.equal((await fixture.logs('chatty', 'sinceTime=2999-01-01T00:00:00Z')).text, '')
    assert.equal((await fixture.logs('chatty', 'tailLines=-1')).status, 400)
    assert.equal((await fixture.logs('chatty', 'previous=true')).status, 400)
  })
})
