import type { HttpResponse, StatusError } from '../../base/index.ts'
import {
  apiVersionOf,
  encodeProto,
  formatYaml,
  type KubeObject,
  ListMeta,
  type Resource,
  Status,
  wrapProtobuf,
} from '../../api/index.ts'
import type { Revision } from '../../kv/index.ts'
import type { ResourceCodec } from './codec.ts'
import { type Accepted, CONTENT_TYPE } from './negotiation.ts'
import { ObjectRevision } from './object-revision.ts'
import { ContinueExpired, type ListPage } from './registry/list.ts'
import type { Served } from './registry/store.ts'
import { failureStatus } from './status.ts'
import { partialList, partialObject } from './partial.ts'
import { listMessage } from './protobuf.ts'
import { type IncludeObject, tableOf } from './table.ts'

/** What every answer is made with. */
export interface ReplyContext {
  readonly accepted: Accepted
  readonly nowMs: () => number
  readonly includeObject: IncludeObject
}

/** For answers that are JSON for people to read, whatever was asked for. */
export const PRETTY_JSON: Accepted = {
  format: 'json',
  transform: 'none',
  as: '',
  metaVersion: 'meta.k8s.io/v1',
  pretty: true,
}

const plain = (format: Accepted['format']) => ({ 'content-type': CONTENT_TYPE[format] })

/** Any JSON value as an answer. `protobuf` makes the same in protobuf, without the envelope. */
export function reply(
  accepted: Accepted,
  status: number,
  of: { value: object; protobuf?: () => { type: TypeName; raw: Uint8Array } },
): HttpResponse {
  const { format } = accepted
  const wire = format === 'protobuf' ? of.protobuf?.() : undefined
  if (wire) {
    return { status, headers: plain('protobuf'), body: wrapProtobuf(wire.type, wire.raw) }
  }
  const actual = format === 'protobuf' ? 'json' : format
  const body = encodeText({ ...accepted, format: actual }, of.value)
  return { status, headers: plain(actual), body }
}

export interface TypeName {
  readonly apiVersion: string
  readonly kind: string
}

function encodeText(accepted: Accepted, value: object): Uint8Array {
  if (accepted.format === 'yaml') return Buffer.from(formatYaml(value))
  // Go ends what is laid out for people without a line's end, and the rest with one.
  if (accepted.pretty) return Buffer.from(JSON.stringify(value, null, 2))
  return Buffer.from(`${JSON.stringify(value)}\n`)
}

export function replyText(status: number, text: string): HttpResponse {
  const headers = {
    'content-type': 'text/plain; charset=utf-8',
    'x-content-type-options': 'nosniff',
  }
  return { status, headers, body: Buffer.from(text) }
}

/** A `Status` in the format that the client reads. */
export function replyStatus(accepted: Accepted, status: Status, code: number): HttpResponse {
  return reply(accepted, code, {
    value: status,
    protobuf: () => ({
      type: { apiVersion: 'v1', kind: 'Status' },
      raw: encodeProto(Status, status),
    }),
  })
}

export function replyFailure(accepted: Accepted, error: StatusError): HttpResponse {
  const status = failureStatus(error)
  if (error instanceof ContinueExpired) status.metadata = { continue: error.continue }
  const response = replyStatus(accepted, status, error.code)
  const seconds = error.details?.retryAfterSeconds
  if (seconds === undefined || seconds === 0) return response
  return { ...response, headers: { ...response.headers, 'retry-after': String(seconds) } }
}

/** One object. */
export function replyObject(
  context: ReplyContext,
  codec: ResourceCodec,
  of: { status: number; served: Served },
): HttpResponse {
  const { accepted } = context
  const { status, served } = of
  const { resource } = codec
  if (accepted.transform === 'table') {
    const object = objectOf(served)
    const version = object.metadata.resourceVersion ?? ''
    return reply(accepted, status, {
      value: tableOf(resource, [object], { ...context, metadata: { resourceVersion: version } }),
    })
  }
  if (accepted.transform === 'partial') {
    return reply(accepted, status, partialObject(objectOf(served), accepted.metaVersion))
  }
  if (served instanceof ObjectRevision && accepted.format === 'json' && !accepted.pretty) {
    return { status, headers: plain('json'), body: Buffer.concat([served.json, NEWLINE]) }
  }
  return reply(accepted, status, {
    value: objectOf(served),
    protobuf: () => ({
      type: { apiVersion: apiVersionOf(resource), kind: resource.kind },
      raw: served instanceof ObjectRevision ? served.protobuf : codec.encodeProtobuf(served),
    }),
  })
}

const NEWLINE = Buffer.from('\n')

export function objectOf(served: Served): KubeObject {
  return served instanceof ObjectRevision ? served.parse() : served
}

/** A page of a list. In JSON the stored bytes are joined; nothing is parsed. */
export function replyList(
  context: ReplyContext,
  codec: ResourceCodec,
  page: ListPage,
): HttpResponse {
  const { accepted } = context
  const { resource } = codec
  const metadata = listMeta(page)
  if (accepted.transform === 'table') {
    const objects = page.objects.map((o) => o.parse())
    return reply(accepted, 200, { value: tableOf(resource, objects, { ...context, metadata }) })
  }
  if (accepted.transform === 'partial') {
    return reply(
      accepted,
      200,
      partialList(
        page.objects.map((o) => o.parse()),
        metadata,
        accepted.metaVersion,
      ),
    )
  }
  if (accepted.format === 'json' && !accepted.pretty) {
    // Lists of custom objects always tell where they go on.
    const meta = resource.custom ? { continue: '', ...metadata } : metadata
    return { status: 200, headers: plain('json'), body: joinJson(resource, meta, page.objects) }
  }
  const type = { apiVersion: apiVersionOf(resource), kind: resource.listKind }
  if (accepted.format === 'protobuf') {
    const raw = listMessage(
      encodeProto(ListMeta, metadata),
      page.objects.map((o) => o.protobuf),
    )
    return { status: 200, headers: plain('protobuf'), body: wrapProtobuf(type, raw) }
  }
  const items = page.objects.map((o) => withoutType(o.parse()))
  return reply(accepted, 200, {
    value: { kind: type.kind, apiVersion: type.apiVersion, metadata, items },
  })
}

/** A list of objects that are not stored, and have no version. */
export function replyObjects(
  context: ReplyContext,
  codec: ResourceCodec,
  objects: readonly KubeObject[],
): HttpResponse {
  const { accepted } = context
  const { resource } = codec
  if (accepted.transform === 'table') {
    return reply(accepted, 200, { value: tableOf(resource, objects, { ...context, metadata: {} }) })
  }
  if (accepted.transform === 'partial')
    return reply(accepted, 200, partialList(objects, {}, accepted.metaVersion))
  const type = { apiVersion: apiVersionOf(resource), kind: resource.listKind }
  return reply(accepted, 200, {
    value: {
      kind: type.kind,
      apiVersion: type.apiVersion,
      metadata: {},
      items: objects.map(withoutType),
    },
    protobuf: () => ({
      type,
      raw: listMessage(
        encodeProto(ListMeta, {}),
        objects.map((o) => codec.encodeProtobuf(o)),
      ),
    }),
  })
}

export interface ListMetadata {
  resourceVersion: string
  continue?: string
  remainingItemCount?: number
}

function listMeta(page: {
  revision: Revision
  continue: string
  remaining: number | undefined
}): ListMetadata {
  return {
    resourceVersion: String(page.revision),
    ...(page.continue && { continue: page.continue }),
    ...(page.remaining !== undefined && { remainingItemCount: page.remaining }),
  }
}

function withoutType(object: KubeObject): object {
  const { kind: _, apiVersion: __, ...rest } = object
  return rest
}

const OPEN = Buffer.from('{')
const COMMA_OPEN = Buffer.from(',{')
const CLOSE = Buffer.from(']}\n')

function joinJson(
  resource: Resource,
  metadata: ListMetadata,
  objects: readonly ObjectRevision[],
): Uint8Array {
  const head =
    `{"kind":"${resource.listKind}","apiVersion":"${apiVersionOf(resource)}",` +
    `"metadata":${JSON.stringify(metadata)},"items":[`
  const parts: Uint8Array[] = [Buffer.from(head)]
  for (const [index, object] of objects.entries()) {
    parts.push(index === 0 ? OPEN : COMMA_OPEN, object.itemTail)
  }
  parts.push(CLOSE)
  return Buffer.concat(parts)
}
