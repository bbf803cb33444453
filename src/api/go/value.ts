import { assert } from '../../base/index.ts'
import { parseQuantity } from '../quantity/index.ts'
import type { FieldDefinition, FieldType, FieldWords, Struct } from '../schema/index.ts'
import { containerName, embeddedName, fieldName, internalFields, isValueInside } from './layout.ts'
import { packageOf, typeOf } from './types.ts'

export type GoKind = 'bool' | 'int' | 'float' | 'string' | 'struct' | 'slice' | 'map' | 'pointer'

/** A type of Kubernetes' own program: what its messages show of a value beside the value. */
export interface GoType {
  /** `[]core.Container`, `*int64`. */
  readonly text: string
  readonly kind: GoKind
  /** Whether the type has a name of its own, as built-in ones do, and literals of types do not. */
  readonly named: boolean
  /** Of slices, maps and pointers. */
  readonly element?: GoType
  /** Of the keys of a map: they say themselves how they are shown. */
  readonly stringKeys?: boolean
}

/** A value as that program holds it. `value` undefined: nil. */
export interface GoValue {
  readonly type: GoType
  readonly value: GoContent | undefined
  /** How the value shows itself in a comparison; a pointer to it does so, too. */
  readonly shown?: string
  /** The text of `%#v`, where the type has one of its own. */
  readonly syntax?: string
  /** Is compared as a whole, by this text. */
  readonly compared?: string
}

export type GoContent = boolean | number | bigint | string | GoField[] | GoValue[] | GoValue

/** A field of a struct, or an entry of a map. */
export interface GoField {
  readonly name: string
  readonly value: GoValue
}

export const isNil = (value: GoValue) => value.value === undefined

export function fieldsOf(value: GoValue): readonly GoField[] {
  return (value.value ?? []) as GoField[]
}

export function itemsOf(value: GoValue): readonly GoValue[] {
  return (value.value ?? []) as GoValue[]
}

/** A scalar's value as text. */
export function scalarText(value: GoValue | undefined): string {
  return String(value?.value as string | number | bigint | boolean)
}

/** What a pointer points to. */
export function targetOf(value: GoValue): GoValue {
  return value.value as GoValue
}

/** An object of a declared type in the form that Kubernetes' own program works with. */
export function goStruct(struct: Struct<FieldWords>, object: unknown): GoValue {
  const source = (object ?? {}) as Record<string, unknown>
  const fields: GoField[] = []
  const embedded: GoField[] = []
  const inside = embeddedName(struct)
  for (const [name, definition, from] of internalFields(struct, source)) {
    const field = {
      name: fieldName(struct, name),
      value: goField(struct, name, [definition, from]),
    }
    if (inside === undefined || definition.inlineProto === undefined) fields.push(field)
    else {
      if (embedded.length === 0) {
        const type = structType(`${packageOf(struct)}.${inside}`)
        fields.push({ name: inside, value: { type, value: embedded } })
      }
      embedded.push(field)
    }
  }
  const type = structType(typeOf(struct))
  const shown = type.text === 'v1.LabelSelector' ? selectorText(source) : undefined
  return { type, value: fields, ...(shown !== undefined && { shown }) }
}

interface Requirement {
  readonly key?: string
  readonly operator?: string
  readonly values?: readonly string[]
}

/** What a label selector says of itself: gogo's `String`. */
function selectorText({
  matchLabels,
  matchExpressions,
}: Readonly<Record<string, unknown>>): string {
  const labels = Object.entries((matchLabels ?? {}) as Record<string, string>)
  labels.sort(([a], [b]) => (a < b ? -1 : 1))
  const pairs = labels.map(([key, value]) => `${key}: ${value},`).join('')
  const requirements = ((matchExpressions ?? []) as Requirement[]).map(
    ({ key = '', operator = '', values = [] }) =>
      `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(' ')}],},`,
  )
  return (
    `&LabelSelector{MatchLabels:map[string]string{${pairs}},` +
    `MatchExpressions:[]LabelSelectorRequirement{${requirements.join('')}},}`
  )
}

/** The value of one field of a declared type; what a pointer points to, if there is something. */
export function goFieldOf(struct: Struct<FieldWords>, name: string, value: unknown): GoValue {
  const definition = struct.fields[name]
  assert(definition, `${struct.name} has no ${name}`)
  const field = goField(struct, name, [definition, value])
  return field.type.kind === 'pointer' && !isNil(field) ? targetOf(field) : field
}

/** The part of an object that stands in a struct of its own inside, and in line in JSON. */
export function goEmbedded(struct: Struct<FieldWords>, object: unknown): GoValue {
  const name = embeddedName(struct)
  const part = fieldsOf(goStruct(struct, object)).find((field) => field.name === name)
  assert(part, `${struct.name} embeds nothing`)
  return part.value
}

const structType = (text: string): GoType => ({ text, kind: 'struct', named: true })

function goField(
  struct: Struct<FieldWords>,
  at: string,
  [field, value]: readonly [FieldDefinition, unknown],
): GoValue {
  const name = field.goType && qualified(struct, field.goType)
  const isPointer = isByPointer(field) && !isValueInside(struct, at)
  const type = containerType(struct, at, goType(struct, field.type, name))
  if (!isPointer) return goValue(field.type, type, value)
  const pointer: GoType = { text: `*${type.text}`, kind: 'pointer', named: false, element: type }
  if (value === undefined || value === null) {
    const isTime = field.type.kind === 'time' || field.type.kind === 'microTime'
    return { type: pointer, value: undefined, ...(isTime && { syntax: '<nil>' }) }
  }
  return { type: pointer, value: goValue(field.type, type, value) }
}

/** Lists and maps that have a type of their own. */
function containerType(struct: Struct<FieldWords>, at: string, type: GoType): GoType {
  const name = containerName(struct, at)
  return name === undefined ? type : { ...type, text: `${packageOf(struct)}.${name}`, named: true }
}

const BY_VALUE = new Set(['list', 'map', 'bytes', 'raw', 'fieldsV1'])
const EMBEDDED = new Set([
  'struct',
  'quantity',
  'time',
  'microTime',
  'intOrString',
  'either',
  'json',
])

function isByPointer(field: FieldDefinition): boolean {
  if (BY_VALUE.has(field.type.kind)) return false
  return EMBEDDED.has(field.type.kind) ? !field.always : field.nullable === true
}

/** `v1.PullPolicy` is `core.PullPolicy` inside. */
function qualified(struct: Struct<FieldWords>, name: string): string {
  return name.replace(/^v1\./, `${FOREIGN.has(name) ? 'core' : packageOf(struct)}.`)
}

/** Names of the core group that other groups use, too. */
const FOREIGN = new Set([
  'v1.ConditionStatus',
  'v1.ResourceName',
  'v1.PodConditionType',
  'v1.Protocol',
  'v1.PersistentVolumeReclaimPolicy',
])

const SCALARS: Readonly<Record<string, [text: string, kind: GoKind]>> = {
  string: ['string', 'string'],
  boolean: ['bool', 'bool'],
  int32: ['int32', 'int'],
  int64: ['int64', 'int'],
  double: ['float64', 'float'],
  quantity: ['resource.Quantity', 'struct'],
  intOrString: ['intstr.IntOrString', 'struct'],
  time: ['v1.Time', 'struct'],
  microTime: ['v1.MicroTime', 'struct'],
  bytes: ['[]uint8', 'slice'],
  fieldsV1: ['v1.FieldsV1', 'struct'],
  raw: ['runtime.RawExtension', 'struct'],
  json: ['apiextensions.JSON', 'struct'],
}

function goType(struct: Struct<FieldWords>, type: FieldType, name?: string): GoType {
  switch (type.kind) {
    case 'struct':
      return structType(typeOf(type.struct()))
    case 'either':
      return structType(`${packageOf(struct)}.${type.name.slice(type.name.lastIndexOf('.') + 1)}`)
    case 'list': {
      const element = goType(struct, type.item, name)
      return { text: `[]${element.text}`, kind: 'slice', named: false, element }
    }
    case 'map': {
      const element = goType(struct, type.value)
      const isList = type.value.kind === 'quantity' && packageOf(struct) !== 'resource'
      const text = isList ? 'core.ResourceList' : `map[string]${element.text}`
      return { text, kind: 'map', named: isList, element, stringKeys: isList }
    }
    default: {
      const [text, kind] = SCALARS[type.kind] ?? ['string', 'string']
      return { text: name ?? text, kind, named: true }
    }
  }
}

function goValue(field: FieldType, type: GoType, value: unknown): GoValue {
  const isAbsent = value === undefined || value === null
  switch (field.kind) {
    case 'struct':
      return goStruct(field.struct(), value)
    case 'list': {
      const { element } = type
      if (isAbsent || element === undefined) return { type, value: undefined }
      const items = value as unknown[]
      return { type, value: items.map((item) => goValue(field.item, element, item)) }
    }
    case 'map': {
      const { element } = type
      if (isAbsent || element === undefined) return { type, value: undefined }
      const entries = Object.entries(value as Record<string, unknown>)
      entries.sort(([a], [b]) => (a < b ? -1 : 1))
      const fields = entries.map(([name, item]) => {
        return { name, value: goValue(field.value, element, item) }
      })
      return { type, value: fields }
    }
    case 'string':
      return { type, value: isAbsent ? '' : (value as string) }
    case 'boolean':
      return { type, value: value === true }
    case 'int32':
    case 'int64':
    case 'double':
      return { type, value: isAbsent ? 0 : (value as number) }
    default:
      return goLeaf(field.kind, type, value)
  }
}

const scalar = (text: string, kind: GoKind, value: GoContent): GoValue => {
  return { type: { text, kind, named: true }, value }
}

/** Values of the types that are more than they look like. */
function goLeaf(kind: FieldType['kind'], type: GoType, value: unknown): GoValue {
  if (kind === 'quantity') return goQuantityValue(value)
  if (kind === 'intOrString') {
    const isText = typeof value === 'string'
    const fields = [
      { name: 'Type', value: scalar('intstr.Type', 'int', isText ? 1 : 0) },
      { name: 'IntVal', value: scalar('int32', 'int', isText ? 0 : ((value ?? 0) as number)) },
      { name: 'StrVal', value: scalar('string', 'string', isText ? value : '') },
    ]
    return { type, value: fields }
  }
  if (kind === 'time' || kind === 'microTime') return goTime(type, value)
  if (kind === 'bytes') return goBytes(type, value)
  const syntax = JSON.stringify(value) ?? 'nil'
  return { type, value: value === undefined ? undefined : [], syntax, compared: syntax }
}

function goBytes(type: GoType, value: unknown): GoValue {
  const bytes = [...Buffer.from((value ?? '') as string, 'base64')]
  const items = bytes.map((byte) => `0x${byte.toString(16)}`).join(', ')
  const syntax = value === undefined ? '[]byte(nil)' : `[]byte{${items}}`
  return { type, value: value === undefined ? undefined : [], syntax, compared: syntax }
}

const MONTHS =
  'January February March April May June July August September October November December'.split(' ')

function goTime(type: GoType, value: unknown): GoValue {
  if (typeof value !== 'string') {
    const syntax = 'time.Date(1, time.January, 1, 0, 0, 0, 0, time.UTC)'
    return { type, value: [], syntax, compared: '', shown: '0001-01-01 00:00:00 +0000 UTC' }
  }
  const at = new Date(value)
  const parts = [at.getUTCFullYear(), `time.${MONTHS[at.getUTCMonth()]}`, at.getUTCDate()]
  const clock = [at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()]
  const nanos = at.getUTCMilliseconds() * 1_000_000
  const syntax = `time.Date(${[...parts, ...clock, nanos].join(', ')}, time.UTC)`
  const shown = `${value.slice(0, 10)} ${value.slice(11, 19)} +0000 UTC`
  return { type, value: [], syntax, compared: value, shown }
}

/** Powers of ten that an amount's decimal suffixes stand for. */
export const DECIMAL_SCALES: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
}

/** An amount, in the form in which it was stored. */
export function goQuantityValue(value: unknown): GoValue {
  const type: GoType = { text: 'resource.Quantity', kind: 'struct', named: true }
  if (value === undefined || value === null) return quantityFields(type, [0n, 0, '', ''])
  const text = String(value as string | number)
  const { format, nanos } = parseQuantity(text)
  const [, digits = '0', suffix = ''] = /^(-?\d+)([a-zA-Z]*)$/.exec(text) ?? []
  const isBinary = suffix.endsWith('i')
  const amount = isBinary ? nanos / 1_000_000_000n : BigInt(digits)
  const scale = isBinary ? 0 : (DECIMAL_SCALES[suffix] ?? 0)
  return {
    ...quantityFields(type, [amount, scale, text, format]),
    compared: `${nanos}`,
    shown: text,
  }
}

function quantityFields(
  type: GoType,
  [amount, scale, text, format]: readonly [bigint, number, string, string],
): GoValue {
  const decimal: GoType = { text: '*inf.Dec', kind: 'pointer', named: false }
  const fields = [
    {
      name: 'i',
      value: scalar('resource.int64Amount', 'struct', [
        { name: 'value', value: scalar('int64', 'int', amount) },
        { name: 'scale', value: scalar('resource.Scale', 'int', scale) },
      ]),
    },
    {
      name: 'd',
      value: scalar('resource.infDecAmount', 'struct', [
        { name: 'Dec', value: { type: decimal, value: undefined } },
      ]),
    },
    { name: 's', value: scalar('string', 'string', text) },
    { name: 'Format', value: scalar('resource.Format', 'string', format) },
  ]
  return { type, value: fields }
}
