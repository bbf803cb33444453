import assert from 'node:assert/strict'
import { ConnectionError, type HttpsCall, type Log, silentLog } from '../../../../src/base/index.ts'
import {
  type AuditEvent,
  AuditPolicy,
  auditWebhook,
  batchingSink,
  blockingSink,
  legacyLine,
} from '../../../../src/master/apiserver/index.ts'
import { ManualClock } from '../../../contract/manual-clock.ts'
import { Harness, type Json } from '../harness.ts'

const event = (id: string): AuditEvent => ({ stage: 'ResponseComplete', auditID: id })
const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('where events of the audit log go', () => {
  let clock: ManualClock
  const server = { url: 'https://audit.example/events', authorization: 'Bearer us' }
  beforeEach(() => {
    clock = new ManualClock()
  })

  it('batches: when one is full, when it has waited, when the server stops', async () => {
    const sent: string[][] = []
    const send = (events: readonly AuditEvent[]) => {
      sent.push(events.map(({ auditID }) => String(auditID)))
    }
    const options = { bufferSize: 4, maxSize: 2, maxWaitMs: 1000 }
    const sink = batchingSink(options, { send, clock, log: silentLog })
    for (const id of ['a', 'b', 'c']) void sink.write(event(id))
    await settled()
    clock.advance(1000)
    await settled()
    assert.deepEqual(sent, [['a', 'b'], ['c']])
    void sink.write(event('d'))
    await sink.close?.()
    assert.deepEqual(sent.at(-1), ['d'])
  })

  it('batches come no faster than they may; what finds no room is dropped', async () => {
    const sent: string[] = []
    const send = (events: readonly AuditEvent[]) => {
      sent.push(...events.map(({ auditID }) => String(auditID)))
    }
    const throttle = { qps: 1, burst: 2 }
    const options = { bufferSize: 3, maxSize: 1, maxWaitMs: 0, throttle }
    const sink = batchingSink(options, { send, clock, log: silentLog })
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) {
      void sink.write(event(id))
      await settled()
    }
    assert.deepEqual(sent, ['a', 'b'])
    for (let i = 0; i < 5; i++) {
      clock.advance(1000)
      await settled()
    }
    assert.deepEqual(sent, ['a', 'b', 'c', 'd', 'e', 'f'])
    // One is on its way, three wait.
    for (const id of ['1', '2', '3', '4', '5', '6', '7', '8']) void sink.write(event(id))
    for (let i = 0; i < 9; i++) {
      clock.advance(1000)
      await settled()
    }
    assert.equal(sent.length < 6 + 8, true)
  })

  it('what is dropped is told at once, then counted and told now and then', () => {
    const told: unknown[] = []
    const log: Log = { ...silentLog, error: (_, fields) => void told.push(fields?.['events']) }
    const send = () => new Promise<void>(() => undefined)
    const sink = batchingSink(
      { bufferSize: 1, maxSize: 9, maxWaitMs: 99_999 },
      { send, clock, log },
    )
    for (let i = 0; i < 100; i++) void sink.write(event(String(i)))
    assert.deepEqual(told, [1])
    clock.advance(10_000)
    assert.deepEqual(told, [1, 98])
    clock.advance(60_000)
    assert.deepEqual(told, [1, 98])
  })

  it('a request that is done is answered, whatever a sink does', async () => {
    const policy = new AuditPolicy(
      '{apiVersion: audit.k8s.io/v1, kind: Policy, rules: [{level: Metadata, verbs: [create]}]}',
    )
    const sink = {
      write({ stage }: AuditEvent) {
        if (stage === 'ResponseComplete') throw new Error('no space is left')
      },
    }
    const h = await Harness.start({ audit: { policy, sinks: [sink] } })
    const body = { metadata: { name: 'a' } }
    const { status } = await h.call('POST /api/v1/namespaces/default/configmaps', { body })
    assert.equal(status, 201)
    await h.stop()
  })

  it('a webhook has lists of events, again when it was not there', async () => {
    const asked: Json[] = []
    let trouble: 'lost' | number | undefined = 'lost'
    const call: HttpsCall = (_, { body, headers }) => {
      if (trouble === 'lost') {
        trouble = 503
        return Promise.reject(new ConnectionError('refused', { sent: false }))
      }
      const status = trouble ?? 200
      trouble = undefined
      asked.push({ headers, ...JSON.parse(Buffer.from(body as Uint8Array).toString()) })
      return Promise.resolve({ status, headers: {}, body: undefined })
    }
    const send = auditWebhook({ server, mode: 'batch' }, { call, clock })
    let isDone = false
    const sending = send([event('a'), event('b')], new AbortController().signal).then(() => {
      isDone = true
    })
    for (let i = 0; i < 100 && !isDone; i++) {
      clock.advance(1000)
      await settled()
    }
    await sending
    const { kind, apiVersion, items, headers } = asked.at(-1)
    assert.deepEqual([kind, apiVersion, items.length], ['EventList', 'audit.k8s.io/v1', 2])
    assert.equal(headers.authorization, 'Bearer us')
  })

  it('strict blocking: what cannot be noted does not happen', async () => {
    const call: HttpsCall = () => Promise.resolve({ status: 400, headers: {}, body: undefined })
    const parts = { call, clock, log: silentLog }
    const policy = new AuditPolicy(
      '{apiVersion: audit.k8s.io/v1, kind: Policy, rules: [{level: Metadata, verbs: [create]}]}',
    )
    for (const [mode, wanted] of [
      ['blocking', 201],
      ['blocking-strict', 500],
    ] as const) {
      const h = await Harness.start({
        audit: { policy, sinks: [blockingSink({ server, mode }, parts)] },
      })
      const body = { metadata: { name: 'a' } }
      const { status } = await h.call('POST /api/v1/namespaces/default/configmaps', { body })
      assert.equal(status, wanted, mode)
      const { status: found } = await h.call('GET /api/v1/namespaces/default/configmaps/a')
      assert.equal(found, wanted === 201 ? 200 : 404)
      await h.stop()
    }
  })

  it('a watch is noted when it starts, and when it ends', async () => {
    const stages: string[] = []
    const policy = new AuditPolicy(
      '{apiVersion: audit.k8s.io/v1, kind: Policy, rules: [{level: Metadata, verbs: [watch]}]}',
    )
    const sink = { write: ({ stage }: AuditEvent) => void stages.push(stage) }
    const h = await Harness.start({ audit: { policy, sinks: [sink] } })
    const url = '/api/v1/namespaces/default/configmaps?watch=1&timeoutSeconds=1'
    await h.call(`GET ${url}`)
    assert.deepEqual(stages, ['RequestReceived', 'ResponseStarted', 'ResponseComplete'])
    await h.stop()
  })

  it('as a line of text, as of old', () => {
    const line = legacyLine({
      stage: 'ResponseComplete',
      auditID: '7',
      verb: 'get',
      user: { username: 'ann', groups: ['dev', 'ops'] },
      sourceIPs: ['127.0.0.1'],
      objectRef: { namespace: 'default' },
      userAgent: 'k/1',
      requestURI: '/api',
      responseStatus: { code: 200 },
      requestReceivedTimestamp: '2026-01-01T00:00:00.000000Z',
    })
    assert.equal(
      line,
      '2026-01-01T00:00:00.000000Z AUDIT: id="7" stage="ResponseComplete" ip="127.0.0.1" ' +
        'method="get" user="ann" groups="\\"dev\\",\\"ops\\"" as="<self>" asgroups="<lookup>" ' +
        'user-agent="k/1" namespace="default" uri="/api" response="200"',
    )
  })
})
