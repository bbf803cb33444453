import assert from 'node:assert/strict'
import { type HttpHandler, silentLog } from '../../../src/base/index.ts'
import { type EventsEvent, eventsEvents } from '../../../src/api/index.ts'
import { SeriesEventRecorder } from '../../../src/client/index.ts'
import { systemRandom } from '../../../src/platform/index.ts'
import { ManualClock } from '../../contract/manual-clock.ts'
import { clientOf, failure, json, settle, until } from './fakes.ts'

const NOW = Date.parse('2024-01-01T00:00:00Z')
const metadata = { name: 'web', namespace: 'ns', uid: 'u1', resourceVersion: '7' }
const about = { apiVersion: 'v1', kind: 'Pod', metadata }
const failed = {
  type: 'Warning',
  reason: 'FailedScheduling',
  action: 'Scheduling',
  message: '0/3 nodes are available',
} as const

describe('recorder of events with series', () => {
  let stored: Map<string, EventsEvent>
  let calls: string[]
  let clock: ManualClock
  let recorder: SeriesEventRecorder
  let stop: AbortController
  let running: Promise<void>

  const handler: HttpHandler = async (request) => {
    calls.push(`${request.method} ${request.url.split('/').slice(0, 4).join('/')}`)
    const body = JSON.parse(Buffer.from(request.body as Uint8Array).toString())
    const path = request.url.split('?')[0] ?? ''
    const name: string = body.metadata?.name ?? path.split('/').at(-1)
    const known = stored.get(name)
    if (request.method === 'PATCH' && !known) return failure(404, 'NotFound', 'no such event')
    const event = { ...known, ...body, metadata: { ...known?.metadata, ...body.metadata, name } }
    stored.set(name, event)
    return json(200, event)
  }

  beforeEach(() => {
    stored = new Map()
    calls = []
    clock = new ManualClock()
    clock.advance(NOW)
    recorder = new SeriesEventRecorder({
      client: clientOf(handler),
      events: eventsEvents,
      clock,
      random: systemRandom(),
      log: silentLog,
      controller: 'default-scheduler',
      instance: 'default-scheduler-host',
    })
    stop = new AbortController()
    running = recorder.run({ signal: stop.signal })
  })
  afterEach(async () => {
    stop.abort()
    await running
  })

  const written = (count: number) => until(`${count} calls`, () => calls.length === count)
  const only = () => [...stored.values()][0]

  it('writes an event as kube-scheduler does', async () => {
    recorder.event(about, failed)
    await written(1)
    assert.match(only()?.metadata.name ?? '', /^web\.[0-9a-f]{15,16}$/)
    assert.deepEqual(only(), {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: only()?.metadata.name, namespace: 'ns' },
      eventTime: '2024-01-01T00:00:00.000000Z',
      reportingController: 'default-scheduler',
      reportingInstance: 'default-scheduler-host',
      action: 'Scheduling',
      reason: 'FailedScheduling',
      regarding: {
        apiVersion: 'v1',
        kind: 'Pod',
        name: 'web',
        namespace: 'ns',
        uid: 'u1',
        resourceVersion: '7',
      },
      note: '0/3 nodes are available',
      type: 'Warning',
    })
  })

  it('makes a series of what comes again, and writes its count when it is over', async () => {
    for (let i = 0; i < 5; i++) recorder.event(about, failed)
    await written(2)
    assert.equal(only()?.series?.count, 2)
    clock.advance(7 * 60_000)
    recorder.event({ ...about, metadata: { ...metadata, name: 'other' } }, failed)
    await written(4)
    assert.equal(only()?.series?.count, 5)
    assert.equal(stored.size, 2)
    recorder.event(about, failed)
    await written(5)
    assert.equal(stored.size, 3)
  })

  it('writes what goes on every half hour, and its end once though nothing else happens', async () => {
    const minute = 60_000
    const pass = async (minutes: number) => {
      for (let i = 0; i < minutes; i++) {
        clock.advance(minute)
        await settle()
      }
    }
    const counts: (number | undefined)[] = []
    for (let atMs = 0; atMs < 120 * minute; atMs += 5 * minute) {
      recorder.event(about, failed)
      await settle()
      await pass(5)
      const count = only()?.series?.count
      if (count !== counts.at(-1)) counts.push(count)
    }
    assert.deepEqual(counts, [2, 7, 13, 19])
    assert.equal(calls.length, 5)
    await pass(5)
    assert.equal(only()?.series?.count, 24)
    await pass(120)
    assert.equal(calls.length, 6)
    assert.equal(stored.size, 1)
  })

  it('looks no more once it has stopped', async () => {
    for (let i = 0; i < 5; i++) recorder.event(about, failed)
    await written(2)
    stop.abort()
    await running
    clock.advance(7 * 60_000)
    await settle()
    assert.equal(calls.length, 2)
  })

  it('writes a series anew when its event has expired', async () => {
    recorder.event(about, failed)
    await written(1)
    stored.clear()
    recorder.event(about, failed)
    await written(3)
    assert.deepEqual(
      calls.map((call) => call.split(' ')[0]),
      ['POST', 'PATCH', 'POST'],
    )
    assert.equal(only()?.series?.count, 2)
  })
})
