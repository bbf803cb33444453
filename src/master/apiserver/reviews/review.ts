import {
  type ApiType,
  encodeProto,
  type KubeObject,
  type Struct,
  toJsonValue,
} from '../../../api/index.ts'
import type { HttpResponse } from '../../../base/index.ts'
import { decodeObject } from '../decode.ts'
import { callOf, type Exchange, readObjectBody } from '../exchange.ts'
import { type WriteOptions, writeOptions } from '../options.ts'
import { declaredTracking, trackUpdate } from '../registry/field-tracking.ts'
import { reply } from '../respond.ts'
import { statusErrors } from '../status.ts'

/** A kind that is answered and never stored. */
export interface ReviewKind extends ApiType {
  readonly struct: Struct
}

/** The review in a POST's body. Throws 400, 405 and what decoding finds. */
export async function readReview<T extends KubeObject>(
  exchange: Exchange,
  kind: ReviewKind,
  applyDefaults: (review: T) => void = () => {},
): Promise<{ review: T; options: WriteOptions }> {
  if (exchange.at.verb !== 'create') throw statusErrors.methodNotAllowed()
  const options = writeOptions(exchange.query, 'CreateOptions')
  const body = await readObjectBody(exchange.request)
  const { warnings, isKnownKind } = exchange
  const { fieldValidation } = options
  const review = decodeObject(kind, body, { warnings, isKnownKind, fieldValidation }) as T
  applyDefaults(review)
  // Who sets what is noted here as everywhere, though nothing is kept.
  const { plural, subresource } = exchange.at
  const tracking = declaredTracking({ ...kind, plural, hasStatus: false })
  const call = { ...callOf(exchange, false), options }
  await trackUpdate(tracking, call, { object: review, subresource, nowMs: exchange.nowMs() })
  return { review, options }
}

/** The review with its answer, in the format that the client reads. */
export function replyReview(
  exchange: Exchange,
  kind: ReviewKind,
  review: KubeObject,
): HttpResponse {
  const type = { apiVersion: `${kind.group}/${kind.version}`, kind: kind.kind }
  const whole = { ...review, ...type }
  return reply(exchange.accepted, 201, {
    value: toJsonValue(kind.struct, whole),
    protobuf: () => ({ type, raw: encodeProto(kind.struct, whole) }),
  })
}
