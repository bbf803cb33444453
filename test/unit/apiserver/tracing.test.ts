import assert from 'node:assert/strict'
import { Server, ServerCredentials } from '@grpc/grpc-js'
import protobuf from 'protobufjs'
import { allResources } from '../../../src/api/index.ts'
import { EXPORT_PATH, parseTracing } from '../../../src/master/apiserver/index.ts'
import { asyncScope, grpcClient } from '../../../src/platform/index.ts'
import { Harness, type Json, MERGE } from './harness.ts'

/** As OpenTelemetry has published it (opentelemetry-proto 1.3), as far as it is needed here. */
const PROTO = `
syntax = "proto3";
message Request { repeated ResourceSpans resource_spans = 1; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
message Resource { repeated KeyValue attributes = 1; }
message ScopeSpans { Scope scope = 1; repeated Span spans = 2; }
message Scope { string name = 1; }
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue {
  oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; }
}
message Span {
  bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; bytes parent_span_id = 4;
  string name = 5; int32 kind = 6;
  fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8;
  repeated KeyValue attributes = 9; repeated Link links = 13; Status status = 15;
  fixed32 flags = 16;
}
message Link { bytes trace_id = 1; bytes span_id = 2; }
message Status { string message = 2; int32 code = 3; }
`

interface SeenSpan {
  readonly traceId: string
  readonly id: string
  readonly parentId: string
  readonly name: string
  readonly start: bigint
  readonly end: bigint
  readonly attributes: Readonly<Record<string, unknown>>
  readonly links: readonly string[]
}

/** A collector that was not written for us to speak to: grpc-js and protobufjs. */
class Collector {
  readonly spans: SeenSpan[] = []
  readonly #server = new Server()
  readonly #type = protobuf.parse(PROTO, { keepCase: false }).root.lookupType('Request')
  service = ''

  async start(): Promise<number> {
    const asIs = (value: Buffer) => value
    const method = {
      path: EXPORT_PATH,
      requestStream: false,
      responseStream: false,
      requestSerialize: asIs,
      requestDeserialize: asIs,
      responseSerialize: asIs,
      responseDeserialize: asIs,
    }
    this.#server.addService(
      { export: method },
      {
        export: (call: { request: Buffer }, done: (error: null, value: Buffer) => void) => {
          this.#take(call.request)
          done(null, Buffer.alloc(0))
        },
      },
    )
    return new Promise((resolve, reject) => {
      this.#server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
        if (error) reject(error)
        else resolve(port)
      })
    })
  }

  stop(): void {
    this.#server.forceShutdown()
  }

  #take(request: Buffer): void {
    const options = { bytes: String, longs: String, defaults: true, arrays: true }
    const { resourceSpans }: Json = this.#type.toObject(this.#type.decode(request), options)
    const hex = (base64: string) => Buffer.from(base64, 'base64').toString('hex')
    const attributesOf = (list: Json) =>
      Object.fromEntries(
        list.map(({ key, value }: Json) => [key, value.stringValue ?? Number(value.intValue)]),
      )
    for (const { resource, scopeSpans } of resourceSpans) {
      this.service = attributesOf(resource.attributes)['service.name']
      for (const span of scopeSpans[0].spans) {
        this.spans.push({
          traceId: hex(span.traceId),
          id: hex(span.spanId),
          parentId: hex(span.parentSpanId),
          name: span.name,
          start: BigInt(span.startTimeUnixNano),
          end: BigInt(span.endTimeUnixNano),
          attributes: attributesOf(span.attributes),
          links: span.links.map((link: Json) => hex(link.traceId)),
        })
      }
    }
  }
}

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const PARENT = '00f067aa0ba902b7'
const traceparent = `00-${TRACE}-${PARENT}-01`

describe('tracing', () => {
  let collector: Collector
  let client: ReturnType<typeof grpcClient>
  let port: number
  beforeEach(async () => {
    collector = new Collector()
    port = await collector.start()
    client = grpcClient({ endpoints: [`http://127.0.0.1:${port}`] })
  })
  afterEach(async () => {
    await client.close()
    collector.stop()
  })

  /** Does `work` on a server that is stopped afterwards, so that all is told. */
  async function traced(
    samplingRatePerMillion: number,
    work: (harness: Harness) => Promise<void>,
  ): Promise<readonly SeenSpan[]> {
    const harness = await Harness.start({
      resources: allResources,
      tracing: {
        scope: asyncScope(),
        send: (request, options) => client.unary(EXPORT_PATH, request, options),
        samplingRatePerMillion,
      },
    })
    await work(harness)
    await harness.stop()
    return collector.spans
  }

  const body = { metadata: { name: 'a' } }
  const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps'

  it('follows a request through every layer, as a part of its client’s trace', async () => {
    const spans = await traced(0, async (harness) => {
      const headers = { traceparent, 'user-agent': 'test/1' }
      const made = await harness.call(`POST ${CONFIG_MAPS}?x=1`, { body, headers })
      assert.equal(made.status, 201)
      assert.equal((await harness.call(`GET ${CONFIG_MAPS}/a`)).status, 200)
    })
    const named = (name: string) => {
      const found = spans.filter((span) => span.name === name)
      assert.equal(found.length, 1, `${name} in ${spans.map((span) => span.name).join(', ')}`)
      return found[0] as SeenSpan
    }
    const root = named('POST')
    assert.equal(root.parentId, PARENT)
    assert.equal(collector.service, 'apiserver')
    assert.deepEqual(root.attributes, {
      'http.request.method': 'POST',
      'url.path': CONFIG_MAPS,
      'user_agent.original': 'test/1',
      'navarch.route': '/api/v1/namespaces/{namespace}/configmaps',
      'http.response.status_code': 201,
    })
    const verb = named('create configmaps')
    for (const [name, parent] of [
      ['authentication', root],
      ['authorization', root],
      ['create configmaps', root],
      ['admission, mutating', verb],
      ['admission, validating', verb],
      ['store create', verb],
    ] as const) {
      assert.equal(named(name).parentId, parent.id, name)
    }
    assert.equal(named('store create').attributes['db.key'], '/registry/configmaps/default/a')
    for (const span of spans) {
      assert.equal(span.traceId, TRACE)
      assert.equal(span.start <= span.end, true)
      assert.equal(span.start >= root.start && span.end <= root.end, true, span.name)
    }
    assert.equal(new Set(spans.map(({ id }) => id)).size, spans.length)
  })

  it('believes nobody else’s trace, but links to it', async () => {
    const as = { commonName: 'bob', organizations: [] }
    const headers = { traceparent }
    const none = await traced(0, async (harness) => {
      await harness.call(`GET ${CONFIG_MAPS}`, { as, headers })
    })
    assert.deepEqual(none, [])
    const all = await traced(1_000_000, async (harness) => {
      assert.equal((await harness.call(`GET ${CONFIG_MAPS}`, { as, headers })).status, 403)
    })
    const root = all.find(({ parentId }) => parentId === '')
    assert.notEqual(root?.traceId, TRACE)
    assert.deepEqual(root?.links, [TRACE])
  })

  it('ends the span of a watch with the watch', async () => {
    const spans = await traced(1_000_000, async (harness) => {
      const abort = new AbortController()
      const url = `${CONFIG_MAPS}?watch=1`
      const events = harness.watch(url, { signal: abort.signal, headers: { traceparent } })
      await harness.call(`POST ${CONFIG_MAPS}`, { body })
      for await (const event of events) {
        assert.equal(event.object.metadata.name, 'a')
        const renamed = { data: { a: 'b' } }
        await harness.call(`PATCH ${CONFIG_MAPS}/a`, { headers: MERGE, body: renamed })
        break
      }
    })
    const watch = spans.find(
      ({ attributes }) => String(attributes['http.request.method']) === 'GET',
    )
    const patch = spans.find(({ name }) => name === 'PATCH')
    assert(watch && patch)
    // Each trace has a wall clock of its own, of milliseconds: only how long they took compares.
    assert(watch.end - watch.start >= patch.end - patch.start)
  })

  it('is set up by kube-apiserver’s file', () => {
    const file = (more: string) =>
      `apiVersion: apiserver.config.k8s.io/v1beta1\nkind: TracingConfiguration\n${more}`
    assert.deepEqual(parseTracing(file('')), {
      endpoint: 'http://localhost:4317',
      samplingRatePerMillion: 0,
    })
    assert.deepEqual(parseTracing(file('endpoint: collector:1\nsamplingRatePerMillion: 7\n')), {
      endpoint: 'http://collector:1',
      samplingRatePerMillion: 7,
    })
    assert.throws(() => parseTracing(file('samplingRatePerMillion: -1')), /a positive integer/)
    assert.throws(() => parseTracing(file('rate: 1')), /unknown field "rate"/)
  })
})
