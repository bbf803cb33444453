import type { FieldDefinition, FieldType, FieldWords, Struct } from '../schema/index.ts'
import { goTypeName, JsonTypeError, jsonTypeName } from './go-types.ts'
import { readScalar } from './json-scalars.ts'
import { emptyValueOf, isFilledIn } from './zeros.ts'

/** What decoding collects on its way. */
interface Context {
  /** Names and indexes from the root to here. */
  readonly path: (string | number)[]
  /** Name of the innermost struct, for Go's error texts. */
  structName: string
  /** The first value of a wrong type; decoding goes on, as Go's does. */
  error: string | undefined
  /** `unknown field "spec.foo"`; undefined when nobody asks. */
  readonly unknown: string[] | undefined
}

/** Upstream reports no more than this many strict errors of one object. */
const MAX_STRICT_ERRORS = 100

interface FieldPlan {
  readonly name: string
  readonly definition: FieldDefinition
  readonly read: (value: unknown, context: Context) => unknown
  /** A zero is kept: absent and zero differ, or it is written in any case. */
  readonly keepsZero: boolean
}

interface StructPlan {
  readonly typeName: string
  readonly fields: ReadonlyMap<string, FieldPlan>
  /** Objects, and required scalars and lists, that are there even when nobody wrote them. */
  readonly always: readonly FieldPlan[]
}

const plans = new WeakMap<Struct<FieldWords>, StructPlan>()

/**
 * Decodes a parsed JSON value as a declared type: known fields only, quantities and times in
 * canonical form, zeros of optional fields left out, embedded objects filled in. The result shares
 * nothing with `value` but opaque parts. Throws `JsonTypeError` with Go's text for the first value
 * of a wrong type.
 */
export function decodeJson<T>(
  struct: Struct<FieldWords>,
  value: unknown,
  options: { unknown?: string[] } = {},
): T {
  const context: Context = { path: [], structName: '', error: undefined, unknown: options.unknown }
  const object = readStruct(planOf(struct), value, context)
  if (context.error !== undefined) throw new JsonTypeError(context.error)
  return object as T
}

function planOf(struct: Struct<FieldWords>): StructPlan {
  const known = plans.get(struct)
  if (known !== undefined) return known
  const fields = new Map<string, FieldPlan>()
  const plan: StructPlan = { typeName: goTypeName(struct), fields, always: [] }
  // Set before the fields are looked at: types may contain themselves.
  plans.set(struct, plan)
  for (const [name, definition] of Object.entries(struct.fields)) {
    const keepsZero =
      definition.nullable === true || definition.required || definition.always === true
    fields.set(name, {
      name,
      definition,
      read: readerOf(definition.type, definition.goType),
      keepsZero,
    })
  }
  const always = [...fields.values()].filter(({ definition }) => isFilledIn(definition))
  plans.set(struct, { ...plan, always })
  return present(struct)
}

function present(struct: Struct<FieldWords>): StructPlan {
  const plan = plans.get(struct)
  if (plan === undefined) throw new Error(`no plan for ${struct.name}`)
  return plan
}

function readerOf(type: FieldType, goType?: string): FieldPlan['read'] {
  switch (type.kind) {
    case 'struct':
      return (value, context) => readStruct(planOf(type.struct()), value, context)
    case 'list': {
      const item = readerOf(type.item, goType)
      const name = goType === undefined ? goTypeName(type) : `[]${goType}`
      return (value, context) => readList({ type, name }, item, value, context)
    }
    case 'map': {
      const name = goType ?? goTypeName(type)
      const read = readerOf(type.value, goType?.slice(goType.indexOf(']') + 1))
      return (value, context) => readMap({ type, name }, read, value, context)
    }
    case 'either':
      return eitherReader(type)
    default:
      return (value, context) => {
        if (value === null) return undefined
        const result = readScalar(type.kind, value)
        if ('value' in result) return result.value
        const name = result.goType ?? goType ?? goTypeName(type)
        fail(context, result.custom ?? faultText(value, name, context, result.literal))
        return undefined
      }
  }
}

function readStruct(plan: StructPlan, value: unknown, context: Context): unknown {
  const object: Record<string, unknown> = {}
  if (value !== null && value !== undefined) {
    if (typeof value !== 'object' || Array.isArray(value)) {
      fail(context, faultText(value, plan.typeName, context))
      return object
    }
    const outer = context.structName
    context.structName = plan.typeName.slice(plan.typeName.lastIndexOf('.') + 1)
    readFields(plan, value as Record<string, unknown>, object, context)
    context.structName = outer
  }
  for (const { name, definition, read } of plan.always) {
    object[name] ??=
      definition.type.kind === 'struct' ? read(undefined, context) : emptyValueOf(definition.type)
  }
  return object
}

function readFields(
  plan: StructPlan,
  value: Record<string, unknown>,
  object: Record<string, unknown>,
  context: Context,
): void {
  for (const name in value) {
    const field = plan.fields.get(name)
    if (field === undefined) {
      noteUnknown(context, name)
      continue
    }
    context.path.push(name)
    const given = value[name]
    const result = given === null ? undefined : field.read(given, context)
    context.path.pop()
    if (result === undefined || (!field.keepsZero && isZero(result, field.definition))) continue
    object[name] = result
  }
}

function isZero(value: unknown, { type }: FieldDefinition): boolean {
  if (type.kind === 'list') return (value as unknown[]).length === 0
  if (type.kind === 'map') return Object.keys(value as object).length === 0
  if (type.kind === 'intOrString') return value === 0
  if (type.kind === 'json' || type.kind === 'raw' || type.kind === 'either') return false
  return value === '' || value === 0 || value === false
}

/** An object, or what may stand in its place; upstream tells them apart by the first character. */
function eitherReader(type: FieldType & { kind: 'either' }): FieldPlan['read'] {
  const items = readerOf({ kind: 'list', item: { kind: 'struct', struct: type.struct } })
  const strings = readerOf({ kind: 'list', item: { kind: 'string' } })
  return (value, context) => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return readStruct(planOf(type.struct()), value, context)
    }
    if (type.other === 'boolean') {
      if (typeof value === 'boolean') return value
      fail(context, 'boolean or JSON schema expected')
      return undefined
    }
    if (!Array.isArray(value)) return undefined
    return type.other === 'list' ? items(value, context) : strings(value, context)
  }
}

function readList(
  { type, name }: { type: FieldType; name: string },
  read: FieldPlan['read'],
  value: unknown,
  context: Context,
): unknown {
  if (!Array.isArray(value)) {
    fail(context, faultText(value, name, context))
    return undefined
  }
  return value.map((item: unknown, i) => {
    context.path.push(i)
    const result = read(item, context)
    context.path.pop()
    return result ?? zeroOf(type)
  })
}

function readMap(
  { type, name }: { type: FieldType; name: string },
  read: FieldPlan['read'],
  value: unknown,
  context: Context,
): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    fail(context, faultText(value, name, context))
    return undefined
  }
  const result: Record<string, unknown> = {}
  for (const [key, item] of Object.entries(value)) {
    const element = read(item, context) ?? zeroOf(type)
    // An assignment would set the prototype.
    if (key === '__proto__') {
      const own = { enumerable: true, configurable: true, writable: true }
      Object.defineProperty(result, key, { ...own, value: element })
    } else result[key] = element
  }
  return result
}

const isTime = ({ kind }: FieldType) => kind === 'time' || kind === 'microTime'

/** What `null` stands for as an element of a list or map. */
function zeroOf(container: FieldType): unknown {
  if (container.kind !== 'list' && container.kind !== 'map') return undefined
  const element = container.kind === 'list' ? container.item : container.value
  // A time that is none is written as null.
  return emptyValueOf(element) ?? (isTime(element) ? null : undefined)
}

function noteUnknown(context: Context, name: string): void {
  if (context.unknown === undefined || context.unknown.length >= MAX_STRICT_ERRORS) return
  context.unknown.push(`unknown field "${formatPath([...context.path, name])}"`)
}

/** `spec.containers[0].name` */
export function formatPath(path: readonly (string | number)[]): string {
  let text = ''
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`
    else text += text === '' ? step : `.${step}`
  }
  return text
}

function fail(context: Context, message: string): void {
  context.error ??= message
}

/**
 * Go's words, with the innermost struct's name and the path without indexes (`encoding/json`).
 */
function faultText(value: unknown, goType: string, context: Context, literal?: string): string {
  const given = `${jsonTypeName(value)}${literal === undefined ? '' : ` ${literal}`}`
  const fields = context.path.filter((step) => typeof step === 'string')
  if (fields.length === 0) return `json: cannot unmarshal ${given} into Go value of type ${goType}`
  const field = `${context.structName}.${fields.join('.')}`
  return `json: cannot unmarshal ${given} into Go struct field ${field} of type ${goType}`
}
