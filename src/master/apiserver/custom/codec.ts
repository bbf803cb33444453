import {
  apiVersionOf,
  type CustomShape,
  type KubeObject,
  type Resource,
} from '../../../api/index.ts'
import { attributesOf } from '../attributes.ts'
import type { ResourceCodec } from '../codec.ts'

/** Custom objects as bytes: JSON with sorted keys. */
export function customCodec(resource: Resource, shape: CustomShape): ResourceCodec {
  const apiVersion = apiVersionOf(resource)
  const head = Buffer.from(
    `{"apiVersion":${JSON.stringify(apiVersion)},"kind":${JSON.stringify(resource.kind)},` +
      '"metadata":{',
  )
  // What the store hands out is of this version already where a webhook converts.
  const { storedAs: kept, ...own } = resource
  const storedAs = resource.conversion ? undefined : kept
  const encode = (object: KubeObject) => encodeOf(resource, shape, object)
  return {
    resource: resource.conversion ? own : resource,
    head,
    servesStored: false,
    // Items of a list name their type as well: nothing but the brace is left out.
    typeLength: 1,
    parse: (json) => parseBytes(json),
    decodeStored: (bytes) => {
      const stored = parseBytes(bytes)
      if (storedAs) return shape.read({ ...storedAs.fromStored(stored) })
      return shape.read({ ...stored, apiVersion })
    },
    encodeStored: (object) => {
      if (!storedAs?.resource.custom) return encode(object)
      return encodeOf(storedAs.resource, storedAs.resource.custom, storedAs.toStored(object))
    },
    encodeServed: encode,
    encodeProtobuf: () => {
      throw new Error('custom objects have no form in protobuf')
    },
    attributes: (object) => attributesOf(resource, object),
  }
}

function parseBytes(bytes: Uint8Array): KubeObject {
  return JSON.parse(
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'),
  ) as KubeObject
}

function encodeOf(resource: Resource, shape: CustomShape, object: KubeObject): Uint8Array {
  const { resourceVersion: _, ...metadata } = object.metadata
  const { kind } = resource
  const apiVersion = apiVersionOf(resource)
  const json = shape.toJson({ ...object, kind, apiVersion, metadata })
  const { apiVersion: _1, kind: _2, metadata: meta, ...rest } = json as Record<string, unknown>
  // The head comes first whatever else there is: fields may be called `data`, or `1`.
  const head = `{"apiVersion":${JSON.stringify(apiVersion)},"kind":${JSON.stringify(kind)}`
  const tail = JSON.stringify(rest)
  const end = tail === '{}' ? '}' : `,${tail.slice(1)}`
  return Buffer.from(`${head},"metadata":${JSON.stringify(meta)}${end}`)
}
