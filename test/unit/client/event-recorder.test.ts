import assert from 'node:assert/strict'
import { ConnectionError, type HttpHandler, silentLog } from '../../../src/base/index.ts'
import { type Event, events } from '../../../src/api/index.ts'
import { QueuedEventRecorder } from '../../../src/client/index.ts'
import { EventCorrelator } from '../../../src/client/event-correlator.ts'
import { systemRandom } from '../../../src/platform/index.ts'
import { ManualClock } from '../../contract/manual-clock.ts'
import { clientOf, failure, json, settle, until } from './fakes.ts'

const NOW = Date.parse('2024-01-01T00:00:00Z')
const base = { about: 'pod', type: 'Normal', reason: 'Pulled', message: 'done' } as const

describe('event correlator', () => {
  it('counts the same thing', () => {
    const correlator = new EventCorrelator()
    const first = correlator.correlate(base, NOW)
    assert.deepEqual([first?.count, first?.name], [1, undefined])
    correlator.remember(first?.key ?? '', 'pod.1')
    const second = correlator.correlate(base, NOW + 5000)
    assert.deepEqual([second?.count, second?.name, second?.firstMs], [2, 'pod.1', NOW])
  })

  it('tells different messages apart, until there are ten of one reason', () => {
    const correlator = new EventCorrelator()
    const messages = Array.from({ length: 12 }, (_, i) =>
      correlator.correlate({ ...base, message: `m${i}` }, NOW + i),
    )
    assert.deepEqual(
      messages.map((each) => each?.message),
      [
        ...Array.from({ length: 9 }, (_, i) => `m${i}`),
        ...[9, 10, 11].map((i) => `(combined from similar events): m${i}`),
      ],
    )
    assert.deepEqual(
      messages.slice(9).map((each) => each?.count),
      [1, 2, 3],
    )
    const later = correlator.correlate({ ...base, message: 'new' }, NOW + 700_000)
    assert.equal(later?.message, 'new')
  })

  it('drops what comes too often from one object: 25 at once, then one in 5 minutes', () => {
    const correlator = new EventCorrelator()
    const admitted = (nowMs: number, count: number) =>
      Array.from({ length: count }, () => correlator.correlate(base, nowMs)).filter(Boolean).length
    assert.equal(admitted(NOW, 40), 25)
    assert.equal(admitted(NOW + 299_000, 3), 0)
    assert.equal(admitted(NOW + 300_000, 3), 1)
    assert(correlator.correlate({ ...base, about: 'another' }, NOW))
  })
})

describe('event recorder', () => {
  const about = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'ns', uid: 'u1', resourceVersion: '7' },
  }
  const killing = { type: 'Normal', reason: 'Killing', message: 'Stopping container web' } as const
  let stored: Map<string, Event>
  let refuse: (() => ReturnType<typeof failure>) | undefined
  let calls: string[]
  let clock: ManualClock
  let recorder: QueuedEventRecorder
  let stop: AbortController
  let running: Promise<void>

  const handler: HttpHandler = async (request) => {
    calls.push(request.method)
    if (refuse) return refuse()
    const body = JSON.parse(Buffer.from(request.body as Uint8Array).toString()) as Event
    const name = request.method === 'POST' ? body.metadata.name : request.url.split('/').at(-1)
    const known = stored.get(name ?? '')
    if (request.method === 'PATCH' && !known) return failure(404, 'NotFound', 'no such event')
    const event = { ...known, ...body, metadata: { ...known?.metadata, ...body.metadata, name } }
    stored.set(name ?? '', event as Event)
    return json(200, event)
  }

  beforeEach(() => {
    stored = new Map()
    calls = []
    refuse = undefined
    clock = new ManualClock()
    clock.advance(NOW)
    recorder = new QueuedEventRecorder({
      client: clientOf(handler),
      events,
      clock,
      random: systemRandom(),
      log: silentLog,
      component: 'kubelet',
      host: 'node-a',
    })
    stop = new AbortController()
    running = recorder.run({ signal: stop.signal })
  })
  afterEach(async () => {
    stop.abort()
    await running
  })

  it('gives Events of one moment names in their order', async () => {
    for (let i = 0; i < 20; i++) recorder.event(about, { ...killing, message: `message ${i}` })
    await until('some are written', () => stored.size >= 8)
    const written = [...stored.values()].slice(0, 8).map(({ metadata }) => metadata.name)
    assert.deepEqual(
      written,
      written.toSorted((a = '', b = '') => (a < b ? -1 : 1)),
    )
  })

  it('tells of combined ones by the source alone, as Kubernetes does', async () => {
    for (let i = 0; i < 20; i++) recorder.event(about, { ...killing, message: `message ${i}` })
    const combined = () => [...stored.values()].find(({ message }) => message?.startsWith('(comb'))
    await until('some are combined', () => combined() !== undefined)
    assert.equal(combined()?.source?.component, 'kubelet')
    assert.equal(combined()?.reportingComponent, '')
  })

  it('writes an Event as Kubernetes does', async () => {
    recorder.event(about, { ...killing, fieldPath: 'spec.containers{web}' })
    await until('it is written', () => stored.size === 1)
    const [event] = [...stored.values()]
    assert.match(event?.metadata.name ?? '', /^web\.[0-9a-f]{15,16}$/)
    assert.deepEqual(event, {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: event?.metadata.name, namespace: 'ns' },
      involvedObject: {
        apiVersion: 'v1',
        kind: 'Pod',
        name: 'web',
        namespace: 'ns',
        uid: 'u1',
        resourceVersion: '7',
        fieldPath: 'spec.containers{web}',
      },
      reason: 'Killing',
      message: 'Stopping container web',
      source: { component: 'kubelet', host: 'node-a' },
      firstTimestamp: '2024-01-01T00:00:00Z',
      lastTimestamp: '2024-01-01T00:00:00Z',
      count: 1,
      type: 'Normal',
      reportingComponent: 'kubelet',
      reportingInstance: 'node-a',
    })
  })

  it('counts up, and begins anew when the Event has expired', async () => {
    recorder.event(about, killing)
    clock.advance(3000)
    recorder.event(about, killing)
    await until('it is counted', () => [...stored.values()][0]?.count === 2)
    assert.equal([...stored.values()][0]?.lastTimestamp, '2024-01-01T00:00:03Z')
    stored.clear()
    recorder.event(about, killing)
    await until('there is another', () => stored.size === 1)
    assert.equal([...stored.values()][0]?.count, 3)
    assert.deepEqual(calls, ['POST', 'PATCH', 'PATCH', 'POST'])
  })

  it('writes about what lies in no namespace into default, under another name if told', async () => {
    const node = { kind: 'Node', metadata: { name: 'n1' } }
    recorder.as('node-controller').event(node, { ...killing, type: 'Warning' })
    await until('it is written', () => stored.size === 1)
    const [event] = [...stored.values()]
    assert.equal(event?.metadata.namespace, 'default')
    assert.equal(event?.source?.component, 'node-controller')
  })

  it('gives up what the server refuses, and keeps trying when it is not there', async () => {
    refuse = () => failure(403, 'Forbidden', 'namespace is being terminated')
    recorder.event(about, killing)
    await until('it was refused', () => calls.length === 1)
    refuse = () => {
      throw new ConnectionError('reset', { sent: true })
    }
    recorder.event(about, { ...killing, reason: 'Started' })
    await until('it was tried', () => calls.length === 2)
    refuse = undefined
    await settle()
    clock.advance(1000)
    await until('it is written', () => stored.size === 1)
    assert.equal([...stored.values()][0]?.reason, 'Started')
  })

  it('never fails its caller, however much comes', () => {
    for (let i = 0; i < 5000; i++) {
      recorder.event({ metadata: { name: `p${i}`, namespace: 'ns' } }, killing)
    }
  })
})
