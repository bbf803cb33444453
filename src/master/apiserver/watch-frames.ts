import {
  apiVersionOf,
  encodeProto,
  encodeWatchFrame,
  type KubeObject,
  Status,
  wrapProtobuf,
} from '../../api/index.ts'
import type { WatchItem } from './cache/watcher.ts'
import type { ResourceCodec } from './codec.ts'
import { partialObject } from './partial.ts'
import type { ReplyContext } from './respond.ts'
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
  if (accepted.transform === 'table') return tableEncoder(context, codec)
  const partial = accepted.transform === 'partial' ? accepted.metaVersion : undefined
  return accepted.format === 'protobuf'
    ? protobufEncoder(codec, partial)
    : jsonEncoder(codec, partial)
}

function jsonEncoder(codec: ResourceCodec, partial: string | undefined): FrameEncoder {
  return (item) => {
    if (item.type === 'ERROR') return [json('ERROR', failure(item.error))]
    if (item.type === 'BOOKMARK') return [json('BOOKMARK', bookmarkObject(codec, item, partial))]
    if (partial) return [json(item.type, partialObject(item.object.parse(), partial).value)]
    return [HEADS[item.type], item.object.json, TAIL]
  }
}

const json = (type: string, object: object) => Buffer.from(`${JSON.stringify({ type, object })}\n`)

const failure = (error: unknown) => failureStatus(toStatusError(error))

/** An object with nothing but its type and version: how far the client has come. */
function bookmarkObject(
  codec: ResourceCodec,
  item: Extract<WatchItem, { type: 'BOOKMARK' }>,
  partial: string | undefined,
): KubeObject {
  const { resource } = codec
  const metadata: KubeObject['metadata'] = { resourceVersion: String(item.revision) }
  if (item.initialEventsEnd) metadata.annotations = { 'k8s.io/initial-events-end': 'true' }
  return partial
    ? { kind: 'PartialObjectMetadata', apiVersion: partial, metadata }
    : { kind: resource.kind, apiVersion: apiVersionOf(resource), metadata }
}

function protobufEncoder(codec: ResourceCodec, partial: string | undefined): FrameEncoder {
  const { resource } = codec
  const type = { apiVersion: apiVersionOf(resource), kind: resource.kind }
  return (item) => {
    if (item.type === 'ERROR') {
      const raw = encodeProto(Status, failure(item.error))
      const status = wrapProtobuf({ apiVersion: 'v1', kind: 'Status' }, raw)
      return [encodeWatchFrame('ERROR', status)]
    }
    if (partial) {
      const object = item.type === 'BOOKMARK' ? bookmarkObject(codec, item, partial) : undefined
      const { type: partialType, raw } = partialObject(
        object ?? ('object' in item ? item.object.parse() : { metadata: {} }),
        partial,
      ).protobuf()
      return [encodeWatchFrame(item.type, wrapProtobuf(partialType, raw))]
    }
    const raw =
      item.type === 'BOOKMARK'
        ? codec.encodeProtobuf(bookmarkObject(codec, item, undefined))
        : item.object.protobuf
    return [encodeWatchFrame(item.type, wrapProtobuf(type, raw))]
  }
}

function tableEncoder(context: ReplyContext, codec: ResourceCodec): FrameEncoder {
  let first = true
  return (item) => {
    if (item.type === 'ERROR') return [json('ERROR', failure(item.error))]
    const object =
      item.type === 'BOOKMARK' ? bookmarkObject(codec, item, undefined) : item.object.parse()
    const table = tableOf(codec.resource, item.type === 'BOOKMARK' ? [] : [object], {
      ...context,
      metadata: { resourceVersion: object.metadata.resourceVersion },
      withoutColumns: !first,
    })
    first = false
    return [json(item.type, table)]
  }
}
