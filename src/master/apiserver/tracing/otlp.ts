import { bytesField, varintField } from '../protobuf.ts'
import type { AttributeValue, Span } from './span.ts'

/** The method of OTLP over gRPC that takes spans. */
export const EXPORT_PATH = '/opentelemetry.proto.collector.trace.v1.TraceService/Export'

const SCOPE = 'navarch/apiserver'
const STATUS_ERROR = 2
const SAMPLED = 1

/** The request that hands spans over (`ExportTraceServiceRequest` of OTLP 1). */
export function exportRequest(
  spans: readonly Span[],
  resource: Readonly<Record<string, string>>,
): Uint8Array {
  const scope = bytesField(1, text(1, SCOPE))
  const scoped = join([scope, ...spans.map((span) => bytesField(2, spanMessage(span)))])
  const about = bytesField(1, attributes(1, resource))
  return bytesField(1, join([about, bytesField(2, scoped)]))
}

function spanMessage(span: Span): Uint8Array {
  const { trace, endMs = span.startMs } = span
  const isRoot = span.parentId === ''
  const parentId = isRoot && trace.joined ? (trace.remote?.spanId ?? '') : span.parentId
  return join([
    bytesField(1, hex(trace.id)),
    bytesField(2, hex(span.id)),
    ...(parentId === '' ? [] : [bytesField(4, hex(parentId))]),
    text(5, span.name),
    varintField(6, span.kind),
    fixed64(7, span.startMs),
    fixed64(8, endMs),
    attributes(9, span.attributes),
    ...(isRoot && trace.remote && !trace.joined ? [bytesField(13, linkTo(trace.remote))] : []),
    ...(span.error === undefined
      ? []
      : [bytesField(15, join([text(2, span.error), varintField(3, STATUS_ERROR)]))]),
    fixed32(16, SAMPLED),
  ])
}

function linkTo({ traceId, spanId }: { traceId: string; spanId: string }): Uint8Array {
  return join([bytesField(1, hex(traceId)), bytesField(2, hex(spanId))])
}

function attributes(field: number, of: Readonly<Record<string, AttributeValue>>): Uint8Array {
  return join(
    Object.entries(of).map(([key, value]) =>
      bytesField(field, join([text(1, key), bytesField(2, anyValue(value))])),
    ),
  )
}

function anyValue(value: AttributeValue): Uint8Array {
  if (typeof value === 'string') return text(1, value)
  if (typeof value === 'boolean') return varintField(2, value ? 1 : 0)
  return varintField(3, value)
}

const join = (parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts)
const hex = (id: string): Uint8Array => Buffer.from(id, 'hex')
const text = (field: number, value: string): Uint8Array => bytesField(field, Buffer.from(value))

/** Nanoseconds since 1970. */
function fixed64(field: number, ms: number): Uint8Array {
  const bytes = Buffer.alloc(8)
  const whole = Math.floor(ms)
  const fraction = Math.round((ms - whole) * 1e6)
  bytes.writeBigUInt64LE(BigInt(whole) * 1_000_000n + BigInt(fraction))
  return join([Buffer.from([field * 8 + 1]), bytes])
}

// Its tag takes two bytes: the field's number is beyond 15.
function fixed32(field: number, value: number): Uint8Array {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  const tag = field * 8 + 5
  return join([Buffer.from([(tag & 0x7f) | 0x80, tag >> 7]), bytes])
}
