import type { FieldDefinition, FieldType, FieldWords, Struct } from '../schema/index.ts'
import { canonicalQuantity, QuantityError } from '../quantity/index.ts'
import { FIXED64, ProtoError, ProtoReader, VARINT } from './proto-io.ts'
import { emptyValueOf, isFilledIn } from './zeros.ts'

type Fields = Record<string, unknown>
type ReadValue = (reader: ProtoReader, wire: number) => unknown
/** Reads one occurrence of a field into the object. */
type ReadField = (reader: ProtoReader, wire: number, object: Fields) => void

interface Plan {
  readonly fields: ReadonlyMap<number, ReadField>
  /**
   * Objects, and required scalars and lists, that are there even when nothing was on the wire.
   */
  readonly always: readonly { name: string; empty: () => unknown }[]
}

const plans = new WeakMap<Struct<FieldWords>, Plan>()

/**
 * Decodes a protobuf message as a declared type, into what `decodeJson` makes of the same object.
 * Unknown fields are skipped. Throws `ProtoError` for bytes that are no message.
 */
export function decodeProto<T>(struct: Struct<FieldWords>, data: Uint8Array): T {
  return readMessage(struct, new ProtoReader(data)) as T
}

function readMessage(struct: Struct<FieldWords>, reader: ProtoReader): Fields {
  const object: Fields = {}
  const plan = planOf(struct)
  readInto(plan.fields, reader, object)
  for (const { name, empty } of plan.always) object[name] ??= empty()
  return object
}

function emptyMessage(struct: Struct<FieldWords>): Fields {
  return readMessage(struct, new ProtoReader(new Uint8Array()))
}

function readInto(
  fields: ReadonlyMap<number, ReadField>,
  reader: ProtoReader,
  object: Fields,
): void {
  while (!reader.done) {
    const tag = reader.varint()
    const wire = tag & 7
    const number = Math.floor(tag / 8)
    if (number <= 0) throw new ProtoError(`proto: illegal tag ${number} (wire type ${wire})`)
    const read = fields.get(number)
    if (read === undefined) reader.skipField(wire)
    else read(reader, wire, object)
  }
}

function planOf(struct: Struct<FieldWords>): Plan {
  const known = plans.get(struct)
  if (known !== undefined) return known
  const entries = Object.entries(struct.fields)
  const always = entries.flatMap(([name, definition]) => {
    const { type } = definition
    if (!isFilledIn(definition)) return []
    const empty = () => (type.kind === 'struct' ? emptyMessage(type.struct()) : emptyValueOf(type))
    return [{ name, empty }]
  })
  const plan: Plan = { fields: planFields(entries), always }
  plans.set(struct, plan)
  return plan
}

function planFields(entries: readonly [string, FieldDefinition][]): Map<number, ReadField> {
  const fields = new Map<number, ReadField>()
  const inlined = new Map<number, [string, FieldDefinition][]>()
  for (const [name, definition] of entries) {
    if (definition.proto === 0) continue
    const { inlineProto, inlineInnerProto, ...rest } = definition
    if (inlineProto === undefined) {
      fields.set(definition.proto, fieldOf(name, definition))
      continue
    }
    const inner = inlineInnerProto === undefined ? rest : { ...rest, inlineProto: inlineInnerProto }
    inlined.set(inlineProto, [...(inlined.get(inlineProto) ?? []), [name, inner]])
  }
  for (const [number, entriesInside] of inlined) {
    const members = planFields(entriesInside)
    fields.set(number, (reader, _wire, object) => {
      readInto(members, new ProtoReader(reader.delimited()), object)
    })
  }
  return fields
}

function fieldOf(name: string, definition: FieldDefinition): ReadField {
  const { type } = definition
  if (type.kind === 'list') return listField(name, type.item)
  if (type.kind === 'map') return mapField(name, type.value)
  const read = valueOf(type)
  const keepsZero =
    definition.nullable === true || definition.required || definition.always || isOpaque(type)
  return (reader, wire, object) => {
    const value = read(reader, wire)
    const isZero = value === '' || value === 0 || value === false
    if (value !== undefined && (keepsZero || !isZero)) object[name] = value
  }
}

/** A zero of these is a value like any other. */
const isOpaque = ({ kind }: FieldType) => kind === 'either' || kind === 'json'

function listField(name: string, item: FieldType): ReadField {
  const read = valueOf(item)
  const packable = item.kind === 'int32' || item.kind === 'int64' || item.kind === 'boolean'
  return (reader, wire, object) => {
    const list = (object[name] ??= []) as unknown[]
    if (!packable || wire === VARINT) {
      list.push(read(reader, wire))
      return
    }
    const packed = new ProtoReader(reader.delimited())
    while (!packed.done) list.push(read(packed, VARINT))
  }
}

function mapField(name: string, valueType: FieldType): ReadField {
  const read = valueOf(valueType)
  return (reader, _wire, object) => {
    const map = (object[name] ??= {}) as Fields
    const entry = new ProtoReader(reader.delimited())
    let key = ''
    let value: unknown
    while (!entry.done) {
      const tag = entry.varint()
      if (tag >> 3 === 1) key = entry.delimited().toString('utf8')
      else if (tag >> 3 === 2) value = read(entry, tag & 7)
      else entry.skipField(tag & 7)
    }
    Object.defineProperty(map, key, {
      value: value ?? emptyOf(valueType),
      enumerable: true,
      configurable: true,
      writable: true,
    })
  }
}

const NONE_IS_NULL: ReadonlySet<string> = new Set(['either', 'json', 'time', 'microTime'])

function emptyOf(type: FieldType): unknown {
  if (type.kind === 'list') return []
  if (type.kind === 'struct') return emptyMessage(type.struct())
  if (NONE_IS_NULL.has(type.kind)) return null
  return type.kind === 'quantity' ? '0' : ''
}

function valueOf(type: FieldType): ReadValue {
  switch (type.kind) {
    case 'struct':
      return (reader) => readMessage(type.struct(), new ProtoReader(reader.delimited()))
    case 'boolean':
      return (reader) => reader.varint() !== 0
    case 'int32':
      return (reader) => reader.varint() | 0
    case 'int64':
      return (reader) => reader.varint()
    case 'double':
      return (reader, wire) => (wire === FIXED64 ? reader.double() : reader.varint())
    case 'bytes':
      return (reader) => reader.delimited().toString('base64')
    case 'quantity':
      return (reader) => readQuantity(new ProtoReader(reader.delimited()))
    case 'intOrString':
      return (reader) => readIntOrString(new ProtoReader(reader.delimited()))
    case 'time':
      return (reader) => readTime(new ProtoReader(reader.delimited()), 0)
    case 'microTime':
      return (reader) => readTime(new ProtoReader(reader.delimited()), 6)
    case 'either':
      return (reader) => readEither(type, new ProtoReader(reader.delimited()))
    case 'json':
    case 'raw':
    case 'fieldsV1':
      return (reader) => readRaw(new ProtoReader(reader.delimited()))
    case 'list': {
      const readItems = listField('items', type.item)
      return (reader) => {
        const object: Fields = { items: [] }
        readInto(new Map([[1, readItems]]), new ProtoReader(reader.delimited()), object)
        return object['items']
      }
    }
    default:
      return (reader) => reader.delimited().toString('utf8')
  }
}

/** An object, or what stands in its place. */
function readEither(type: FieldType & { kind: 'either' }, reader: ProtoReader): unknown {
  const objects: Fields[] = []
  const items: unknown[] = []
  let flag = false
  const isObject = type.other === 'boolean' ? 2 : 1
  while (!reader.done) {
    const tag = reader.varint()
    if ((tag & 7) === VARINT) flag = reader.varint() !== 0
    else if ((tag & 7) !== 2) reader.skipField(tag & 7)
    else if (tag >> 3 === isObject || type.other === 'list') {
      const object = readMessage(type.struct(), new ProtoReader(reader.delimited()))
      if (tag >> 3 === isObject) objects.push(object)
      else items.push(object)
    } else items.push(reader.delimited().toString('utf8'))
  }
  if (items.length > 0) return items
  return objects[0] ?? (type.other === 'boolean' ? flag : undefined)
}

/** Reads a small message whose fields are given by number. */
function readSmall(reader: ProtoReader): Map<number, number | Buffer> {
  const values = new Map<number, number | Buffer>()
  while (!reader.done) {
    const tag = reader.varint()
    if ((tag & 7) === VARINT) values.set(tag >> 3, reader.varint())
    else if ((tag & 7) === 2) values.set(tag >> 3, reader.delimited())
    else reader.skipField(tag & 7)
  }
  return values
}

function textIn(values: Map<number, number | Buffer>, field: number): string {
  const value = values.get(field)
  return Buffer.isBuffer(value) ? value.toString('utf8') : ''
}

function numberIn(values: Map<number, number | Buffer>, field: number): number {
  const value = values.get(field)
  return typeof value === 'number' ? value : 0
}

function readQuantity(reader: ProtoReader): string {
  try {
    return canonicalQuantity(textIn(readSmall(reader), 1) || '0')
  } catch (error) {
    throw error instanceof QuantityError ? new ProtoError(error.message) : error
  }
}

function readIntOrString(reader: ProtoReader): number | string {
  const values = readSmall(reader)
  return numberIn(values, 1) === 1 ? textIn(values, 3) : numberIn(values, 2) | 0
}

// The last second of the year 9999: what RFC 3339 can write.
const SECONDS_MAX = 253_402_300_799

/** An empty message is no time. */
function readTime(reader: ProtoReader, digits: number): string | undefined {
  if (reader.done) return undefined
  const values = readSmall(reader)
  const epochSeconds = numberIn(values, 1)
  if (Math.abs(epochSeconds) > SECONDS_MAX) throw new ProtoError('proto: time out of range')
  const seconds = new Date(epochSeconds * 1000).toISOString().slice(0, 19)
  if (digits === 0) return `${seconds}Z`
  const nanos = String(numberIn(values, 2)).padStart(9, '0')
  return `${seconds}.${nanos.slice(0, digits)}Z`
}

function readRaw(reader: ProtoReader): unknown {
  const text = textIn(readSmall(reader), 1)
  if (text === '') return undefined
  try {
    return JSON.parse(text) as unknown
  } catch (cause) {
    throw new ProtoError('proto: embedded JSON does not parse', { cause })
  }
}
