import {
  apiVersionOf,
  decodeStored,
  encodeJson,
  encodeProto,
  type KubeObject,
  type Resource,
} from '../../api/index.ts'
import { attributesOf } from './attributes.ts'
import { customCodec } from './custom/codec.ts'
import type { Attributes } from './object-revision.ts'

/** How objects of one resource become bytes and come back. */
export interface ResourceCodec {
  readonly resource: Resource
  /** How every served object begins, and every stored one that is kept as it is: `{"kind":"Pod","apiVersion":"v1","metadata":{`. */
  readonly head: Uint8Array
  /**
   * Whether stored bytes that begin with `head` are served as they are. Those of custom objects are
   * read anew, for the definition may have other defaults and fields than when they were written.
   */
  readonly servesStored: boolean
  /** Bytes before `"metadata"`. */
  readonly typeLength: number
  /** JSON as it is served; nothing is checked, the store holds only what was. */
  parse(json: Uint8Array): KubeObject
  /** JSON in any order, or Kubernetes' protobuf. */
  decodeStored(bytes: Uint8Array): KubeObject
  /** JSON as the store keeps it: of the version that is stored, without resourceVersion. */
  encodeStored(object: KubeObject): Uint8Array
  /** JSON of the resource's own version without resourceVersion, beginning with `head`. */
  encodeServed(object: KubeObject): Uint8Array
  /** The message without an envelope. */
  encodeProtobuf(object: KubeObject): Uint8Array
  attributes(object: KubeObject): Attributes
}

export function resourceCodec(resource: Resource): ResourceCodec {
  if (resource.custom) return customCodec(resource, resource.custom)
  const type = `{"kind":"${resource.kind}","apiVersion":"${apiVersionOf(resource)}",`
  const head = Buffer.from(`${type}"metadata":{`)
  return {
    resource,
    head,
    servesStored: true,
    typeLength: Buffer.byteLength(type),
    parse,
    decodeStored: (bytes) => readStored(resource, bytes),
    encodeStored: (object) => encodeStored(resource, object),
    encodeServed: (object) => encodeOf(resource, object),
    encodeProtobuf: (object) => encodeProto(resource.struct, object),
    attributes: (object) => attributesOf(resource, object),
  }
}

function parse(json: Uint8Array): KubeObject {
  return JSON.parse(Buffer.from(json.buffer, json.byteOffset, json.length).toString('utf8'))
}

function readStored(resource: Resource, bytes: Uint8Array): KubeObject {
  const { storedAs } = resource
  if (storedAs) return storedAs.fromStored(readStored(storedAs.resource, bytes))
  const object = decodeStored<KubeObject>(resource.struct, bytes)
  object.kind = resource.kind
  object.apiVersion = apiVersionOf(resource)
  resource.strategy.applyDefaults(object)
  return object
}

function encodeStored(resource: Resource, object: KubeObject): Uint8Array {
  const { storedAs } = resource
  if (storedAs) return encodeOf(storedAs.resource, storedAs.toStored(object))
  return encodeOf(resource, object)
}

function encodeOf(resource: Resource, object: KubeObject): Uint8Array {
  const { resourceVersion: _, ...metadata } = object.metadata
  const { kind } = resource
  const whole = { ...object, kind, apiVersion: apiVersionOf(resource), metadata }
  return Buffer.from(encodeJson(resource.struct, whole))
}
