import {
  type ApiType,
  encodeJson,
  encodeProto,
  formatYaml,
  type MediaType,
  toJsonValue,
  wrapProtobuf,
} from '../../src/api/index.ts'

/** Encodes an object with its `kind` and `apiVersion` in the format asked for. */
export function encodeObject(type: ApiType, object: unknown, media: MediaType): Uint8Array {
  const apiVersion = type.group === '' ? type.version : `${type.group}/${type.version}`
  if (media === 'protobuf') {
    return wrapProtobuf({ apiVersion, kind: type.kind }, encodeProto(type.struct, object))
  }
  const typed = { ...(object as object), kind: type.kind, apiVersion }
  if (media === 'json') return Buffer.from(encodeJson(type.struct, typed), 'utf8')
  return Buffer.from(formatYaml(toJsonValue(type.struct, typed)), 'utf8')
}
