import { parseQuantity } from '../quantity/index.ts'
import type { FieldDefinition, FieldType, FieldWords, Struct } from '../schema/index.ts'
import { embeddedName, fieldName, isNewer } from './layout.ts'
import { kindOf } from './types.ts'
import { DECIMAL_SCALES } from './value.ts'

type Declared = Struct<FieldWords>
type Values = Readonly<Record<string, unknown>>

/**
 * A value of a declared type as Kubernetes prints it before it hashes it (apimachinery's
 * `dump.ForHash`: every field of the versioned type, with its type, nil or not). What 1.32 does not
 * have shows only where it is set, so that hashes stay what they were.
 */
export function goDump(struct: Declared, object: unknown): string {
  return `(v1.${kindOf(struct)})${dumpStruct(struct, object)}`
}

function dumpStruct(struct: Declared, object: unknown): string {
  const source = (object ?? {}) as Values
  const inside = embeddedName(struct)
  const fields: string[] = []
  const embedded: string[] = []
  for (const [name, definition] of Object.entries(struct.fields)) {
    if (isNewer(struct, name) && source[name] === undefined) continue
    const text = `${dumpedName(struct, name)}:${dumpField(definition, source[name])}`
    if (inside === undefined || definition.inlineProto === undefined) fields.push(text)
    // The embedded struct stands where the first of its fields does.
    else if (embedded.push(text) === 1) fields.push('')
  }
  const whole = `${inside}:(v1.${inside}){${embedded.join(' ')}}`
  return `{${fields.map((text) => (text === '' ? whole : text)).join(' ')}}`
}

/** Names that the versioned types have, and not those that Kubernetes works with inside. */
const VERSIONED_NAMES: Readonly<Record<string, string>> = {
  'PodSpec.serviceAccount': 'DeprecatedServiceAccount',
}

function dumpedName(struct: Declared, name: string): string {
  return VERSIONED_NAMES[`${kindOf(struct)}.${name}`] ?? fieldName(struct, name)
}

const BY_VALUE = new Set(['list', 'map', 'bytes', 'raw', 'json'])
const EMBEDDED = new Set(['struct', 'quantity', 'time', 'microTime', 'intOrString', 'fieldsV1'])

function dumpField(field: FieldDefinition, value: unknown): string {
  const { type } = field
  const isPointer =
    !BY_VALUE.has(type.kind) && (EMBEDDED.has(type.kind) ? !field.always : field.nullable === true)
  const text = typeText(type, field.goType)
  const isAbsent = value === undefined || value === null
  if (isPointer) return `(*${text})${isAbsent ? '<nil>' : dumpValue(type, value)}`
  return `(${text})${dumpValue(type, value)}`
}

const SCALARS: Readonly<Record<string, string>> = {
  boolean: 'bool',
  double: 'float64',
  quantity: 'resource.Quantity',
  intOrString: 'intstr.IntOrString',
  time: 'v1.Time',
  microTime: 'v1.MicroTime',
  bytes: '[]uint8',
  fieldsV1: 'v1.FieldsV1',
}

function typeText(type: FieldType, own: string | undefined): string {
  switch (type.kind) {
    case 'list':
      return `[]${typeText(type.item, own)}`
    case 'map':
      return type.value.kind === 'quantity'
        ? 'v1.ResourceList'
        : `map[string]${typeText(type.value, own)}`
    case 'struct':
    case 'either':
      return `v1.${kindOf(type.struct())}`
    default:
      return own ?? SCALARS[type.kind] ?? type.kind
  }
}

/** The value without its type. */
function dumpValue(type: FieldType, value: unknown): string {
  const isAbsent = value === undefined || value === null
  switch (type.kind) {
    case 'struct':
      return dumpStruct(type.struct(), value)
    case 'list': {
      const items = (value ?? []) as unknown[]
      // Protobuf, in which objects come to controllers there, has no empty lists.
      if (items.length === 0) return '<nil>'
      return `[${items.map((item) => dumpValue(type.item, item)).join(' ')}]`
    }
    case 'map': {
      const entries = Object.entries((value ?? {}) as Values).sort(([a], [b]) => (a < b ? -1 : 1))
      if (entries.length === 0) return '<nil>'
      return `map[${entries.map(([key, item]) => `${key}:${dumpValue(type.value, item)}`).join(' ')}]`
    }
    case 'quantity':
      return dumpQuantity(isAbsent ? undefined : String(value as string | number))
    case 'intOrString':
      return typeof value === 'string'
        ? `{Type:(intstr.Type)1 IntVal:(int32)0 StrVal:(string)${value}}`
        : `{Type:(intstr.Type)0 IntVal:(int32)${(value ?? 0) as number} StrVal:(string)}`
    case 'time':
    case 'microTime':
      return dumpTime(value)
    case 'boolean':
      return String(value === true)
    case 'int32':
    case 'int64':
    case 'double':
      return isAbsent ? '0' : String(value as number)
    default:
      return isAbsent ? '' : typeof value === 'string' ? value : JSON.stringify(value)
  }
}

/** A time that is set is printed with the zone of the machine there; here it is UTC. */
function dumpTime(value: unknown): string {
  const seconds = typeof value === 'string' ? Math.floor(Date.parse(value) / 1000) : 0
  // Go counts from the year 1.
  const ext = typeof value === 'string' ? seconds + 62_135_596_800 : 0
  return `{Time:(time.Time){wall:(uint64)0 ext:(int64)${ext} loc:(*time.Location)<nil>}}`
}

const BINARY_SUFFIXES = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']
/** Digits that fit an int64 for certain. */
const FACTORS_MAX = 18
const NANO_SCALE = -9

/** As upstream's parser leaves an amount: small, in 64 bits, with the text where it is canonical. */
function dumpQuantity(text: string | undefined): string {
  if (text === undefined) return quantityFields({ value: 0n, scale: 0, text: '', format: '' })
  if (text === '0') return quantityFields({ value: 0n, scale: 0, text, format: 'DecimalSI' })
  const { format, nanos } = parseQuantity(text)
  const [, sign, digits = '', denominator = '', suffix = ''] =
    /^([+-]?)0*(\d*)(?:\.(\d*))?(.*)$/.exec(text) ?? []
  const shifted = `${digits || '0'}${denominator}`
  const negate = (value: bigint) => (sign === '-' ? -value : value)
  if (format === 'BinarySI') {
    const bits = BINARY_SUFFIXES.indexOf(suffix) * 10
    const precision = 15 - (digits.length || 1) - Math.trunc((bits * 3) / 10) - 1
    if (denominator !== '' || precision < 0) return dumpLarge(nanos, format)
    const count = BigInt(shifted)
    const isCanonical = count % 8n !== 0n
    const value = negate(count << BigInt(bits))
    return quantityFields({ value, scale: 0, text: isCanonical ? text : '', format })
  }
  const exponent = /^[eE]./.test(suffix) ? Number(suffix.slice(1)) : (DECIMAL_SCALES[suffix] ?? 0)
  const scale = exponent - denominator.length
  if (shifted.length > FACTORS_MAX || scale < NANO_SCALE) return dumpLarge(nanos, format)
  const isCanonical = scale % 3 === 0 && !shifted.endsWith('000') && !shifted.startsWith('0')
  const value = negate(BigInt(shifted))
  return quantityFields({ value, scale, text: isCanonical ? text : '', format })
}

function quantityFields(amount: { value: bigint; scale: number; text: string; format: string }) {
  const { value, scale, text, format } = amount
  return (
    `{i:(resource.int64Amount){value:(int64)${value} scale:(resource.Scale)${scale}} ` +
    `d:(resource.infDecAmount){Dec:(*inf.Dec)<nil>} s:(string)${text} Format:(resource.Format)${format}}`
  )
}

const WORD_BITS = 64n

/** What is not sure to fit is kept as a big number of billionths. */
function dumpLarge(nanos: bigint, format: string): string {
  const words: bigint[] = []
  for (let rest = nanos < 0n ? -nanos : nanos; rest > 0n; rest >>= WORD_BITS) {
    words.push(BigInt.asUintN(Number(WORD_BITS), rest))
  }
  const big = `(big.Int){neg:(bool)${nanos < 0n} abs:(big.nat)[${words.join(' ')}]}`
  return (
    '{i:(resource.int64Amount){value:(int64)0 scale:(resource.Scale)0} ' +
    `d:(resource.infDecAmount){Dec:(*inf.Dec){unscaled:${big} scale:(inf.Scale)9}} ` +
    `s:(string) Format:(resource.Format)${format}}`
  )
}
