import { goJson } from '../go/json.ts'
import type { FieldDefinition, FieldType, FieldWords, Struct } from '../schema/index.ts'
import { DELIMITED, FIXED64, ReverseWriter, VARINT } from './proto-io.ts'

type WriteValue = (writer: ReverseWriter, value: unknown) => void
/** Writes a field with its tag, or nothing. */
type WriteField = (writer: ReverseWriter, object: Record<string, unknown>) => void

const plans = new WeakMap<Struct<FieldWords>, readonly WriteField[]>()

/**
 * The protobuf message of an object, byte for byte as Kubernetes writes it: fields in the order of
 * their numbers, values that are no pointers upstream always written, maps sorted by key.
 */
export function encodeProto(struct: Struct<FieldWords>, object: unknown): Uint8Array {
  const writer = new ReverseWriter()
  writeMessage(struct, writer, object)
  return writer.finish()
}

export function writeMessage(
  struct: Struct<FieldWords>,
  writer: ReverseWriter,
  object: unknown,
): void {
  const source = (object ?? {}) as Record<string, unknown>
  for (const write of planOf(struct)) write(writer, source)
}

/** Writers of the fields, highest number first: the message is written backwards. */
function planOf(struct: Struct<FieldWords>): readonly WriteField[] {
  const known = plans.get(struct)
  if (known !== undefined) return known
  const plan = planFields(Object.entries(struct.fields))
  plans.set(struct, plan)
  return plan
}

function planFields(fields: readonly [string, FieldDefinition][]): WriteField[] {
  const byNumber: { number: number; write: WriteField }[] = []
  const inlined = new Map<number, [string, FieldDefinition][]>()
  for (const [name, definition] of fields) {
    const { inlineProto, proto } = definition
    if (proto === 0) continue
    if (inlineProto === undefined)
      byNumber.push({ number: proto, write: fieldOf(name, definition) })
    else inlined.set(inlineProto, [...(inlined.get(inlineProto) ?? []), [name, definition]])
  }
  for (const [number, members] of inlined) {
    const plain = members.map(([name, d]): [string, FieldDefinition] => [name, outOf(d)])
    const writes = planFields(plain)
    byNumber.push({
      number,
      write: (writer, object) =>
        delimited(writer, number, () => {
          for (const write of writes) write(writer, object)
        }),
    })
  }
  return byNumber.sort((a, b) => b.number - a.number).map(({ write }) => write)
}

function outOf(definition: FieldDefinition): FieldDefinition {
  const { inlineProto: _, inlineInnerProto, ...rest } = definition
  return inlineInnerProto === undefined ? rest : { ...rest, inlineProto: inlineInnerProto }
}

function delimited(writer: ReverseWriter, field: number, body: () => void): void {
  const before = writer.length
  body()
  writer.varint(writer.length - before)
  writer.tag(field, DELIMITED)
}

function fieldOf(name: string, definition: FieldDefinition): WriteField {
  const { proto, type } = definition
  if (type.kind === 'list') return listField(name, proto, type.item)
  if (type.kind === 'map') return mapField(name, proto, type.value)
  const write = tagged(proto, type)
  if (!isAlwaysThere(definition)) {
    return (writer, object) => {
      const value = object[name]
      if (value !== undefined && value !== null) write(writer, value)
    }
  }
  return (writer, object) => write(writer, object[name])
}

const NO_MESSAGE: ReadonlySet<string> = new Set(['bytes', 'fieldsV1', 'json', 'either'])

/** Values that are no pointers upstream are on the wire even when zero. */
function isAlwaysThere({ type, nullable, always }: FieldDefinition): boolean {
  if (type.kind === 'struct') return always && nullable !== true
  if (NO_MESSAGE.has(type.kind)) return false
  return nullable !== true
}

function listField(name: string, proto: number, item: FieldType): WriteField {
  const write = tagged(proto, item)
  return (writer, object) => {
    const items = object[name]
    if (!Array.isArray(items)) return
    for (let i = items.length - 1; i >= 0; i--) write(writer, items[i])
  }
}

function mapField(name: string, proto: number, valueType: FieldType): WriteField {
  const writeKey = tagged(1, { kind: 'string' })
  const writeValue = tagged(2, valueType)
  return (writer, object) => {
    const entries = object[name]
    if (entries === undefined || entries === null) return
    const values = entries as Record<string, unknown>
    for (const key of sortedKeys(values).reverse()) {
      delimited(writer, proto, () => {
        writeValue(writer, values[key])
        writeKey(writer, key)
      })
    }
  }
}

/** Go sorts by bytes, JavaScript by UTF-16 units: they differ beyond the basic plane only. */
function sortedKeys(values: Record<string, unknown>): string[] {
  return Object.keys(values).sort((a, b) => (a === b ? 0 : Buffer.from(a).compare(Buffer.from(b))))
}

function tagged(proto: number, type: FieldType): WriteValue {
  switch (type.kind) {
    case 'boolean':
      return (writer, value) => {
        writer.varint(value === true ? 1 : 0)
        writer.tag(proto, VARINT)
      }
    case 'int32':
    case 'int64':
      return (writer, value) => {
        writer.signedVarint(typeof value === 'number' ? value : 0)
        writer.tag(proto, VARINT)
      }
    case 'double':
      return (writer, value) => {
        writer.double(typeof value === 'number' ? value : 0)
        writer.tag(proto, FIXED64)
      }
    default: {
      const write = bodyOf(type)
      return (writer, value) => delimited(writer, proto, () => write(writer, value))
    }
  }
}

/** What stands between a length and the end of a delimited value. */
function bodyOf(type: FieldType): WriteValue {
  switch (type.kind) {
    case 'struct':
      return (writer, value) => writeMessage(type.struct(), writer, value)
    case 'either':
      return (writer, value) => writeEither(type, writer, value)
    case 'bytes':
      return (writer, value) => writer.bytes(Buffer.from(asText(value), 'base64'))
    case 'quantity': {
      const text = tagged(1, { kind: 'string' })
      return (writer, value) => text(writer, value ?? '0')
    }
    case 'intOrString':
      return writeIntOrString
    case 'time':
    case 'microTime':
      return writeTime
    case 'raw':
      return (writer, value) => {
        if (value === undefined || value === null) return
        delimited(writer, 1, () => writer.text(goJson(value)))
      }
    case 'json':
    case 'fieldsV1':
      return (writer, value) => {
        if (value === undefined || value === null) return
        delimited(writer, 1, () => writer.text(JSON.stringify(value)))
      }
    // A map of lists carries each list in a message of its own.
    case 'list': {
      const write = tagged(1, type.item)
      return (writer, value) => {
        if (!Array.isArray(value)) return
        for (let i = value.length - 1; i >= 0; i--) write(writer, value[i])
      }
    }
    default:
      return (writer, value) => writer.text(asText(value))
  }
}

/** The message of an object or what stands in its place: a field for each. */
function writeEither(
  type: FieldType & { kind: 'either' },
  writer: ReverseWriter,
  value: unknown,
): void {
  const object = (field: number, item: unknown) =>
    delimited(writer, field, () => writeMessage(type.struct(), writer, item))
  if (type.other === 'boolean') {
    if (typeof value === 'object' && value !== null) object(2, value)
    writer.varint(value === false ? 0 : 1)
    writer.tag(1, VARINT)
    return
  }
  if (!Array.isArray(value)) return object(1, value)
  const writeString = tagged(2, { kind: 'string' })
  for (const item of [...(value as unknown[])].reverse()) {
    if (type.other === 'list') object(2, item)
    else writeString(writer, item)
  }
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

const writeIntKind = tagged(1, { kind: 'int32' })
const writeIntValue = tagged(2, { kind: 'int32' })
const writeStringValue = tagged(3, { kind: 'string' })

function writeIntOrString(writer: ReverseWriter, value: unknown): void {
  writeStringValue(writer, value)
  writeIntValue(writer, value)
  writeIntKind(writer, typeof value === 'string' ? 1 : 0)
}

/** A Timestamp; no time at all is an empty message. */
function writeTime(writer: ReverseWriter, value: unknown): void {
  const text = asText(value)
  if (text === '') return
  const fraction = /\.(\d+)/.exec(text)?.[1] ?? ''
  const nanos = Number(fraction.slice(0, 9).padEnd(9, '0'))
  const seconds = Math.floor(Date.parse(text.replace(/\.\d+/, '')) / 1000)
  writer.signedVarint(nanos)
  writer.tag(2, VARINT)
  writer.signedVarint(seconds)
  writer.tag(1, VARINT)
}
