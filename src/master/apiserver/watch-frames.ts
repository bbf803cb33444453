import {
  apiVersionOf,
  encodeJson,
  encodeProto,
  encodeWatchFrame,
  type KubeObject,
  Status,
  wrapProtobuf,
} from '../../api/index.ts'
import type { WatchItem } from './cache/watcher.ts'
import type { ResourceCodec } from './codec.ts'
import { Partial, partialObject } from './partial.ts'
import { type ReplyContext, replyObjects } from './respond.ts'
import { failureStatus, toStatusError } from './status.ts'
import { tableOf } from './table.ts'

/** Turns the events of one watch into bytes for the connection. */
export type FrameEncoder = (item: WatchItem) => readonly Uint8Array[]

const HEADS = {
  ADDED: Buffer.from('{"type":"ADDED","object":'),
  MODIFIED: Buffer.from('{"type":"MODIFIED","object":'),
  DELETED: Buffer.from('{"type":"DELETED","object":'),
} as const
const TAIL = Buffer.from('}\n')

/** The encoder for what the client accepts. JSON objects are handed on as the bytes they are. */
export function frameEncoder(context: ReplyContext, codec: ResourceCodec): FrameEncoder {
  const { accepted } = context
  const bookmark = bookmarks(context, codec)
  if (accepted.transform === 'table') return tableEncoder(context, codec, bookmark)
  const partial = accepted.transform === 'partial' ? accepted.metaVersion : undefined
  return accepted.format === 'protobuf'
    ? protobufEncoder(codec, partial, bookmark)
    : jsonEncoder(partial, bookmark)
}

type ToBookmark = (item: Extract<WatchItem, { type: 'BOOKMARK' }>) => KubeObject

function jsonEncoder(partial: string | undefined, bookmark: ToBookmark): FrameEncoder {
  return (item) => {
    if (item.type === 'ERROR') return [json('ERROR', failure(item.error))]
    if (item.type === 'BOOKMARK') return [json('BOOKMARK', bookmark(item))]
    if (partial) return [json(item.type, partialObject(item.object.parse(), partial).value)]
    return [HEADS[item.type], item.object.json, TAIL]
  }
}

const json = (type: string, object: object) => Buffer.from(`${JSON.stringify({ type, object })}\n`)

const failure = (error: unknown) => failureStatus(toStatusError(error))

/** Objects with nothing but type and version; at the end of the initial state, with its marks. */
function bookmarks(context: ReplyContext, codec: ResourceCodec): ToBookmark {
  const { transform, metaVersion } = context.accepted
  const { resource } = codec
  const type =
    transform === 'partial'
      ? { kind: 'PartialObjectMetadata', apiVersion: metaVersion }
      : { kind: resource.kind, apiVersion: apiVersionOf(resource) }
  return (item) => {
    const metadata: KubeObject['metadata'] = { resourceVersion: String(item.revision) }
    if (item.initialEventsEnd) {
      metadata.annotations = {
        'k8s.io/initial-events-end': 'true',
        // KEP-3157: clients make of it the list that they would have been given.
        'kubernetes.io/initial-events-list-blueprint': emptyList(context, codec),
      }
    }
    const object: KubeObject = { ...type, metadata }
    if (resource.custom || context.accepted.format === 'protobuf') return object
    // With what every object of its kind has, as Go writes it.
    const struct = transform === 'partial' ? Partial : resource.struct
    return { ...type, ...(JSON.parse(encodeJson(struct, object)) as KubeObject) }
  }
}

/** The empty list in the client's format, as Base64. */
function emptyList({ accepted, ...context }: ReplyContext, codec: ResourceCodec): string {
  if (accepted.format === 'json' && !codec.resource.custom) {
    const partial = accepted.transform === 'partial'
    const kind = partial ? 'PartialObjectMetadataList' : codec.resource.listKind
    const apiVersion = partial ? accepted.metaVersion : apiVersionOf(codec.resource)
    const list = { kind, apiVersion, metadata: {}, items: null }
    return Buffer.from(`${JSON.stringify(list)}\n`).toString('base64')
  }
  const transform = accepted.transform === 'table' ? 'none' : accepted.transform
  const { body } = replyObjects({ ...context, accepted: { ...accepted, transform } }, codec, [])
  return body instanceof Uint8Array ? Buffer.from(body).toString('base64') : ''
}

function protobufEncoder(
  codec: ResourceCodec,
  partial: string | undefined,
  bookmark: ToBookmark,
): FrameEncoder {
  const { resource } = codec
  const type = { apiVersion: apiVersionOf(resource), kind: resource.kind }
  return (item) => {
    if (item.type === 'ERROR') {
      const raw = encodeProto(Status, failure(item.error))
      const status = wrapProtobuf({ apiVersion: 'v1', kind: 'Status' }, raw)
      return [encodeWatchFrame('ERROR', status)]
    }
    if (partial) {
      const object = item.type === 'BOOKMARK' ? bookmark(item) : undefined
      const { type: partialType, raw } = partialObject(
        object ?? ('object' in item ? item.object.parse() : { metadata: {} }),
        partial,
      ).protobuf()
      return [encodeWatchFrame(item.type, wrapProtobuf(partialType, raw))]
    }
    const raw =
      item.type === 'BOOKMARK' ? codec.encodeProtobuf(bookmark(item)) : item.object.protobuf
    return [encodeWatchFrame(item.type, wrapProtobuf(type, raw))]
  }
}

function tableEncoder(
  context: ReplyContext,
  codec: ResourceCodec,
  bookmark: ToBookmark,
): FrameEncoder {
  let first = true
  return (item) => {
    if (item.type === 'ERROR') return [json('ERROR', failure(item.error))]
    const object = item.type === 'BOOKMARK' ? bookmark(item) : item.object.parse()
    const table = tableOf(codec.resource, item.type === 'BOOKMARK' ? [] : [object], {
      ...context,
      metadata: { resourceVersion: object.metadata.resourceVersion },
      withoutColumns: !first,
    })
    first = false
    return [json(item.type, table)]
  }
}
