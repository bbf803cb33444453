import {
  type AsyncScope,
  type Clock,
  type HttpRequest,
  type HttpResponse,
  type Log,
  type Random,
  StatusError,
} from '../../../base/index.ts'
import type { RequestInfo } from '../request-info.ts'
import type { User } from '../user.ts'
import { Exporter, type ExporterOptions } from './exporter.ts'
import { type Attributes, parseTraceParent, Span, SPAN_KIND, type SpanKind, Trace } from './span.ts'

/** Tells a collector what becomes of requests. Default: nobody is told, and nothing is noted. */
export interface TracingOptions {
  readonly scope: AsyncScope<Span>
  readonly send: ExporterOptions['send']
  /** Of a million requests that belong to no trace so many begin one. */
  readonly samplingRatePerMillion: number
}

/** Where the server tells what it does. */
export interface Tracer {
  /** Serves a request as the root of its trace, if it has one. */
  request(request: HttpRequest, serve: () => Promise<HttpResponse>): Promise<HttpResponse>
  /** Who it is that asks, and for what. */
  known(user: User, info: RequestInfo): void
  /** Does a piece of work, which has a span of its own within a trace. */
  span<T>(name: string, work: () => Promise<T>, more?: SpanOptions): Promise<T>
  /** For requests to others: their place in the trace. */
  traceParent(): string | undefined
  /** Hands over what has not been yet. */
  flush(): Promise<void>
}

interface SpanOptions {
  readonly kind?: SpanKind
  readonly attributes?: Attributes
}

/** Whose word is taken for which trace a request belongs to, and that it is sampled. */
const TRUSTED = ['system:masters', 'system:monitoring']

export const UNTRACED: Tracer = {
  request: (_, serve) => serve(),
  known: () => undefined,
  span: (_, work) => work(),
  traceParent: () => undefined,
  flush: () => Promise.resolve(),
}

/** A tracer that speaks OTLP. */
export function createTracer(
  options: TracingOptions,
  parts: { clock: Clock; random: Random; log: Log },
): Tracer {
  const { scope, send, samplingRatePerMillion } = options
  const { clock, random, log } = parts
  const resource = { 'service.name': 'apiserver', 'service.instance.id': random.uuid() }
  const exporter = new Exporter({ send, resource, clock, log })
  const isChosen = () => random.float() * 1e6 < samplingRatePerMillion

  const finish = (root: Span) => {
    root.end()
    root.trace.end()
    if (root.trace.sampled) exporter.add(root.trace.spans)
  }
  return {
    async request(request, serve) {
      const remote = parseTraceParent(request.headers['traceparent'])
      const sampled = isChosen()
      if (!sampled && !remote?.sampled) return serve()
      const trace = new Trace({ clock, random }, { remote, sampled })
      const root = new Span(trace, {
        name: request.method,
        kind: SPAN_KIND.server,
        ...rootOf(request),
      })
      const response = await scope.run(root, serve)
      root.attributes['http.response.status_code'] = response.status
      if (response.status >= 500) root.error = `status ${response.status}`
      const { body } = response
      if (body === undefined || body instanceof Uint8Array || response.upgrade) {
        finish(root)
        return response
      }
      return { ...response, body: watched(body, () => finish(root)) }
    },
    known(user, info) {
      const root = scope.current()
      if (!root) return
      const { trace } = root
      if (trace.remote && user.groups.some((group) => TRUSTED.includes(group))) {
        trace.joined = true
        trace.sampled = trace.remote.sampled
      }
      // Nothing more is noted of what will be forgotten.
      if (!trace.sampled) trace.end()
      root.attributes['navarch.route'] = routeOf(info)
    },
    async span(name, work, { kind = SPAN_KIND.internal, attributes = {} } = {}) {
      const parent = scope.current()
      if (!parent?.trace.open) return work()
      const span = parent.child(name, kind, attributes)
      try {
        return await scope.run(span, work)
      } catch (error) {
        span.error = kindOf(error)
        throw error
      } finally {
        span.end()
      }
    },
    traceParent: () => scope.current()?.traceParent,
    flush: () => exporter.flush(),
  }
}

/** What kind of error it is: its message may quote what nobody else may read. */
function kindOf(error: unknown): string {
  if (error instanceof StatusError) return `${error.code} ${error.reason}`
  return error instanceof Error ? error.name : 'error'
}

function rootOf({ method, url, headers }: HttpRequest) {
  const attributes = {
    'http.request.method': method,
    'url.path': url.split('?')[0] ?? '',
    'user_agent.original': headers['user-agent'] ?? '',
  }
  return { parentId: '', attributes }
}

/** `/apis/apps/v1/namespaces/{namespace}/deployments/{name}`: how the path is made. */
function routeOf({ path, resource }: RequestInfo): string {
  if (!resource) return path
  const { group, version, namespace, plural, name, subresource } = resource
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`
  const inside = namespace === '' || plural === 'namespaces' ? '' : '/namespaces/{namespace}'
  const at = `${root}${inside}/${plural}${name && '/{name}'}`
  return subresource === '' ? at : `${at}/${subresource}`
}

async function* watched(
  body: AsyncIterable<Uint8Array>,
  end: () => void,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } finally {
    end()
  }
}
