import type { Clock, Random } from '../../../base/index.ts'

export type AttributeValue = string | number | boolean
export type Attributes = Readonly<Record<string, AttributeValue>>

/** OpenTelemetry's `SpanKind`. */
export const SPAN_KIND = { internal: 1, server: 2, client: 3 } as const
export type SpanKind = (typeof SPAN_KIND)[keyof typeof SPAN_KIND]

/** A place in somebody's trace (W3C Trace Context §3.2). Hexadecimal, lower case. */
export interface TraceParent {
  readonly traceId: string
  readonly spanId: string
  readonly sampled: boolean
}

/** Further ones of a trace are not noted. */
const SPANS_MAX = 1_000
const TRACE_PARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/
const NOTHING = /^0+$/

/** The header `traceparent`; undefined when there is none that can be read. */
export function parseTraceParent(header: string | undefined): TraceParent | undefined {
  const [, traceId = '', spanId = '', flags = ''] = TRACE_PARENT.exec(header ?? '') ?? []
  if (traceId === '' || NOTHING.test(traceId) || NOTHING.test(spanId)) return undefined
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 }
}

/** A piece of work within a trace. */
export class Span {
  readonly trace: Trace
  readonly id: string
  readonly parentId: string
  readonly name: string
  readonly kind: SpanKind
  readonly startMs: number
  readonly attributes: Record<string, AttributeValue>
  endMs: number | undefined
  error: string | undefined

  constructor(
    trace: Trace,
    of: { name: string; kind: SpanKind; parentId: string; attributes: Attributes },
  ) {
    this.trace = trace
    this.id = trace.newSpanId()
    this.parentId = of.parentId
    this.name = of.name
    this.kind = of.kind
    this.attributes = { ...of.attributes }
    this.startMs = trace.nowMs()
  }

  child(name: string, kind: SpanKind, attributes: Attributes): Span {
    return new Span(this.trace, { name, kind, parentId: this.id, attributes })
  }

  end(): void {
    this.endMs ??= this.trace.nowMs()
    this.trace.add(this)
  }

  /** As the header `traceparent` of what this asks of others. */
  get traceParent(): string {
    return `00-${this.trace.id}-${this.id}-${this.trace.sampled ? '01' : '00'}`
  }
}

/** One request's way through the server, while it is on it. */
export class Trace {
  /** Whose trace it goes on; or, of somebody who is not to be believed, what it is linked to. */
  readonly remote: TraceParent | undefined
  readonly #random: Random
  readonly #clock: Clock
  readonly #wallMs: number
  readonly #monotonicMs: number
  readonly #own: string
  readonly #spans: Span[] = []
  #ended = false
  /** Whether the client is trusted to say of which trace this is a part. */
  joined = false
  /** What is not sampled is forgotten at its end. */
  sampled: boolean

  constructor(
    parts: { random: Random; clock: Clock },
    of: { remote: TraceParent | undefined; sampled: boolean },
  ) {
    this.#random = parts.random
    this.#clock = parts.clock
    this.#wallMs = parts.clock.nowMs()
    this.#monotonicMs = parts.clock.monotonicMs()
    this.#own = Buffer.from(parts.random.bytes(16)).toString('hex')
    this.remote = of.remote
    this.sampled = of.sampled
  }

  get id(): string {
    return this.joined && this.remote ? this.remote.traceId : this.#own
  }

  /** The spans that have ended, in the order of their ends. */
  get spans(): readonly Span[] {
    return this.#spans
  }

  newSpanId(): string {
    return Buffer.from(this.#random.bytes(8)).toString('hex')
  }

  /** Wall clock that never goes back, with fractions. */
  nowMs(): number {
    return this.#wallMs + (this.#clock.monotonicMs() - this.#monotonicMs)
  }

  /** What goes on after the trace has ended belongs to it no more. */
  get open(): boolean {
    return !this.#ended && this.#spans.length < SPANS_MAX
  }

  add(span: Span): void {
    if (!this.#ended) this.#spans.push(span)
  }

  end(): void {
    this.#ended = true
  }
}
