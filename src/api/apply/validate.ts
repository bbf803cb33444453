import {
  type ApplyType,
  fieldOf,
  isMap,
  type ListShape,
  type MapShape,
  narrow,
  shapeOf,
} from './apply-type.ts'
import { itemElement } from './items.ts'
import { elementText, fieldElement } from './path-element.ts'

interface Fault {
  readonly path: string
  readonly text: string
}

/** Why a value is none of its type, in upstream's words; undefined when it is one. */
export function typeFaults(
  type: ApplyType,
  value: unknown,
  options: { allowDuplicates: boolean },
): string | undefined {
  const faults: Fault[] = []
  visit(type, value, { path: '', faults, ...options })
  if (faults.length === 0) return undefined
  const texts = faults.map(({ path, text }) => (path === '' ? text : `${path}: ${text}`))
  return texts.length === 1 ? texts[0] : ['errors:', ...texts.map((t) => `  ${t}`)].join('\n')
}

interface Context {
  readonly path: string
  readonly faults: Fault[]
  readonly allowDuplicates: boolean
}

function visit(type: ApplyType, value: unknown, context: Context): void {
  const narrowed = narrow(type, value)
  const { map, list, scalar } = narrowed
  const fault = (text: string) => void context.faults.push({ path: context.path, text })
  switch (shapeOf(narrowed)) {
    case 'map':
      if (value === null || !map) return
      if (isMap(value)) visitMap(map, value, context)
      else fault(`expected map, got &{${goPlain(value)}}`)
      return
    case 'list':
      if (value === null || !list) return
      if (Array.isArray(value)) visitList(list, value, context)
      else fault(`expected list, got &{${goPlain(value)}}`)
      return
    case 'scalar': {
      const text = scalar && scalarFault(scalar, value)
      if (text) fault(text)
    }
  }
}

function visitMap(map: MapShape, value: object, context: Context): void {
  for (const [name, item] of Object.entries(value)) {
    const path = context.path + elementText(fieldElement(name))
    const type = fieldOf(map, name)
    if (!type) {
      context.faults.push({ path, text: 'field not declared in schema' })
      return
    }
    visit(type, item, { ...context, path })
  }
}

function visitList(list: ListShape, value: readonly unknown[], context: Context): void {
  const seen = new Set<string>()
  for (const [index, item] of value.entries()) {
    let element = `i:${index}`
    if (!list.atomic) {
      try {
        element = itemElement(list, item)
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error)
        context.faults.push({ path: context.path, text: `element ${index}: ${text}` })
        return
      }
      if (seen.has(element) && !context.allowDuplicates) {
        const text = `duplicate entries for key ${elementText(element)}`
        context.faults.push({ path: context.path, text })
      }
      seen.add(element)
    }
    visit(list.item(), item, { ...context, path: context.path + elementText(element) })
  }
}

function scalarFault(scalar: NonNullable<ApplyType['scalar']>, value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined
  switch (scalar) {
    case 'numeric':
      if (typeof value === 'number') return undefined
      return `expected numeric (int or float), got ${goTypeOf(value)}`
    case 'string':
      if (typeof value === 'string') return undefined
      return `expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`
    case 'boolean':
      if (typeof value === 'boolean') return undefined
      return `expected boolean, got &{${goPlain(value)}}`
    case 'untyped':
      if (typeof value !== 'object') return undefined
      return `expected any scalar, got &{${goPlain(value)}}`
  }
}

/** Go's `%T`. */
function goTypeOf(value: unknown): string {
  if (Array.isArray(value)) return '[]interface {}'
  if (isMap(value)) return 'map[string]interface {}'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64'
  return typeof value
}

/** Go's `%v`. */
function goPlain(value: unknown): string {
  if (value === null) return '<nil>'
  if (Array.isArray(value)) return `[${value.map(goPlain).join(' ')}]`
  if (!isMap(value)) return String(value as string | number | boolean)
  return `map[${sorted(value)
    .map(([k, v]) => `${k}:${goPlain(v)}`)
    .join(' ')}]`
}

/** Go's `%#v`. */
function goSyntax(value: unknown): string {
  if (value === null) return 'interface {}(nil)'
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`
  if (!isMap(value)) return typeof value === 'string' ? JSON.stringify(value) : goPlain(value)
  const entries = sorted(value).map(([k, v]) => `${JSON.stringify(k)}:${goSyntax(v)}`)
  return `map[string]interface {}{${entries.join(', ')}}`
}

function sorted(value: object): [string, unknown][] {
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
}
