import assert from 'node:assert/strict'
import { silentLog, StatusError } from '../../../src/base/index.ts'
import { createTracer } from '../../../src/master/apiserver/tracing/index.ts'
import { asyncScope, systemClock, systemRandom } from '../../../src/platform/index.ts'

describe('what a trace tells others', () => {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
  const sent: Uint8Array[] = []
  const tracer = (samplingRatePerMillion: number) =>
    createTracer(
      {
        scope: asyncScope(),
        send: (request) => Promise.resolve(sent.push(request)),
        samplingRatePerMillion,
      },
      { clock: systemClock, random: systemRandom(), log: silentLog },
    )
  const request = {
    method: 'GET',
    url: '/',
    headers: { traceparent },
    body: undefined,
    signal: new AbortController().signal,
  } as unknown as Parameters<ReturnType<typeof tracer>['request']>[0]
  const answer = { status: 200, headers: {}, body: undefined }

  for (const [rate, flags] of [
    [0, '00'],
    [1_000_000, '01'],
  ] as const) {
    it(`is sampled only where it is (${flags})`, async () => {
      const traces = tracer(rate)
      let told: string | undefined
      await traces.request(request, () => {
        told = traces.traceParent()
        return Promise.resolve(answer)
      })
      assert.equal(told?.slice(-3), `-${flags}`)
    })
  }

  it('notes nothing for whose word for it is not taken', async () => {
    const traces = tracer(0)
    const scopes: unknown[] = []
    await traces.request(request, async () => {
      const user = { name: 'system:anonymous', uid: '', groups: [], extra: {} }
      const info = { path: '/' } as unknown as Parameters<typeof traces.known>[1]
      traces.known(user, info)
      const outside = traces.traceParent()
      await traces.span('work', () => Promise.resolve(scopes.push(traces.traceParent())))
      assert.deepEqual(scopes, [outside])
      return answer
    })
  })

  it('is what kind of error there was, not what it says', async () => {
    const traces = tracer(1_000_000)
    await traces.request(request, async () => {
      const fail = () => Promise.reject(new StatusError(422, 'Invalid', 'not "hush-hush"'))
      await traces.span('work', fail).catch(() => undefined)
      return answer
    })
    await traces.flush()
    const text = Buffer.concat(sent).toString('latin1')
    assert.equal(text.includes('422 Invalid'), true)
    assert.equal(text.includes('hush-hush'), false)
  })
})
