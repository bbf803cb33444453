import type {
  SchemaEnum,
  SchemaField,
  SchemaFile,
  SchemaMethod,
  SchemaService,
  SchemaType,
} from '../../gen/schema.js'
import { MessageBuilder } from './message.ts'

/**
 * `google.protobuf.FileDescriptorProto` (protobuf's descriptor.proto, which gives the numbers of
 * fields and types): what reflection answers with.
 */
export function fileDescriptor(file: SchemaFile): Uint8Array {
  const message = new MessageBuilder().bytes(1, text(file.name)).bytes(2, text(file.package))
  for (const each of file.imports) message.bytes(3, text(each))
  for (const each of file.types) message.bytes(4, typeDescriptor(each))
  for (const each of file.enums) message.bytes(5, enumDescriptor(each))
  for (const each of file.services) message.bytes(6, serviceDescriptor(each))
  return message.bytes(12, text('proto3')).finish()
}

const TYPES: Readonly<Record<string, number>> = {
  double: 1,
  float: 2,
  int64: 3,
  uint64: 4,
  int32: 5,
  fixed64: 6,
  fixed32: 7,
  bool: 8,
  string: 9,
  message: 11,
  bytes: 12,
  uint32: 13,
  enum: 14,
}
const OPTIONAL = 1
const REPEATED = 3
const ONEOF_INDEX_TAG = 9 << 3

function typeDescriptor(type: SchemaType): Uint8Array {
  const message = new MessageBuilder().bytes(1, text(type.name))
  for (const each of type.fields) message.bytes(2, fieldDescriptor(each, type.oneofs))
  for (const each of type.types) message.bytes(3, typeDescriptor(each))
  for (const each of type.enums) message.bytes(4, enumDescriptor(each))
  for (const each of type.oneofs)
    message.bytes(8, new MessageBuilder().bytes(1, text(each)).finish())
  return message.finish()
}

function fieldDescriptor(field: SchemaField, oneofs: readonly string[]): Uint8Array {
  const message = new MessageBuilder()
    .bytes(1, text(field.name))
    .number(3, field.number)
    .number(4, field.repeated ? REPEATED : OPTIONAL)
    .number(5, TYPES[field.type] ?? 0)
  if (field.typeName) message.bytes(6, text(field.typeName))
  // Present although 0: the field belongs to the first of its message.
  if (field.oneof) message.raw(Uint8Array.of(ONEOF_INDEX_TAG, oneofs.indexOf(field.oneof)))
  return message.bytes(10, text(camelCase(field.name))).finish()
}

/** proto3's JSON name. */
export function camelCase(name: string): string {
  return name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())
}

function enumDescriptor({ name, values }: SchemaEnum): Uint8Array {
  const message = new MessageBuilder().bytes(1, text(name))
  for (const [each, number] of Object.entries(values)) {
    message.bytes(2, new MessageBuilder().bytes(1, text(each)).number(2, number).finish())
  }
  return message.finish()
}

function serviceDescriptor({ name, methods }: SchemaService): Uint8Array {
  const message = new MessageBuilder().bytes(1, text(name))
  for (const each of methods) message.bytes(2, methodDescriptor(each))
  return message.finish()
}

function methodDescriptor(method: SchemaMethod): Uint8Array {
  return new MessageBuilder()
    .bytes(1, text(method.name))
    .bytes(2, text(method.request))
    .bytes(3, text(method.response))
    .number(5, method.requestStream)
    .number(6, method.responseStream)
    .finish()
}

function text(value: string): Uint8Array {
  return Buffer.from(value)
}
