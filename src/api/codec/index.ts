export {
  type Envelope,
  isProtobuf,
  PROTOBUF_MAGIC,
  unwrapProtobuf,
  wrapProtobuf,
} from './envelope.ts'
export { JsonTypeError } from './go-types.ts'
export { decodeJson, formatPath } from './json-decode.ts'
export { encodeJson, toJsonValue } from './json-encode.ts'
export { describeSyntaxError } from './json-syntax.ts'
export { findDuplicates, JsonSyntaxError, parseJson } from './json-text.ts'
export { listStructOf } from './lists.ts'
export { decodeProto } from './proto-decode.ts'
export { encodeProto } from './proto-encode.ts'
export { ProtoError } from './proto-io.ts'
export * from './objects.ts'
export { encodeWatchFrame } from './watch-frame.ts'
export { formatYaml, parseYaml, YamlSyntaxError } from './yaml-text.ts'
