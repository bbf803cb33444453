import { isDeepStrictEqual } from 'node:util'
import { isObject } from './ask.ts'
import type { ForeignApi } from './foreign-apis.ts'

type Json = Readonly<Record<string, unknown>>

const KINDS = 'x-kubernetes-group-version-kind'
const DEFINITION = '#/definitions/'
const PARAMETER = '#/parameters/'

/**
 * One OpenAPI v2 document of ours and of extension API servers: of each server the paths of its
 * version, and the definitions that they need. A definition that is another under a name of ours
 * gets a name of its own, as kube-aggregator gives it (`…_v2`). Pure.
 */
export function mergeOpenApi(own: Json, extensions: readonly ForeignApi[]): Json {
  const paths: Record<string, unknown> = { ...object(own['paths']) }
  const definitions: Record<string, unknown> = { ...object(own['definitions']) }
  for (const { group, version, v2 } of extensions) {
    if (!v2) continue
    const root = `/apis/${group}/${version}/`
    const theirs = object(v2['definitions'])
    const parameters = object(v2['parameters'])
    const mine = Object.entries(object(v2['paths']))
      .filter(([path]) => path.startsWith(root) && !(path in paths))
      .map(([path, item]) => [path, inlined(item, parameters)] as const)
    const needed = closure(
      mine.map(([, item]) => item),
      theirs,
    )
    const names = new Map<string, string>()
    for (const name of needed) names.set(name, placeFor(name, theirs[name], definitions))
    for (const name of needed) {
      const at = names.get(name) ?? name
      definitions[at] = together(definitions[at], renamed(theirs[name], names))
    }
    for (const [path, item] of mine) paths[path] = renamed(item, names)
  }
  return { ...own, paths, definitions }
}

function object(value: unknown): Json {
  return isObject(value) ? value : {}
}

/** Its own name, unless something else has it. */
function placeFor(name: string, definition: unknown, taken: Json): string {
  let place = name
  for (let n = 2; place in taken && !isSame(taken[place], definition); n++) place = `${name}_v${n}`
  return place
}

const isSame = (a: unknown, b: unknown): boolean =>
  isDeepStrictEqual({ ...object(a), [KINDS]: 0 }, { ...object(b), [KINDS]: 0 })

/** What is the same but for the kinds that it stands for stands for all of them. */
function together(known: unknown, definition: unknown): unknown {
  if (known === undefined) return definition
  const listOf = (of: unknown) => (Array.isArray(object(of)[KINDS]) ? object(of)[KINDS] : [])
  const kinds = new Map<string, unknown>()
  for (const of of [known, definition]) {
    for (const kind of listOf(of) as unknown[]) kinds.set(JSON.stringify(kind), kind)
  }
  return { ...object(known), ...(kinds.size > 0 && { [KINDS]: [...kinds.values()] }) }
}

/** The names of all definitions that are referred to, by way of others, too. */
function closure(from: readonly unknown[], definitions: Json): ReadonlySet<string> {
  const found = new Set<string>()
  const open: unknown[] = [...from]
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    for (const name of definitionsIn(value)) {
      if (found.has(name) || !(name in definitions)) continue
      found.add(name)
      open.push(definitions[name])
    }
  }
  return found
}

function definitionsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(definitionsIn)
  if (!isObject(value)) return []
  const inner = Object.values(value).flatMap(definitionsIn)
  const ref = value['$ref']
  const isOwn = typeof ref === 'string' && ref.startsWith(DEFINITION)
  return isOwn ? [ref.slice(DEFINITION.length), ...inner] : inner
}

function renamed(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, names))
  if (!isObject(value)) return value
  const entries = Object.entries(value).map(([key, inner]) => {
    if (key !== '$ref' || typeof inner !== 'string') return [key, renamed(inner, names)]
    const name = names.get(inner.slice(DEFINITION.length))
    return [key, inner.startsWith(DEFINITION) && name ? DEFINITION + name : inner]
  })
  return Object.fromEntries(entries) as Json
}

/** With parameters in place of references to them. */
function inlined(value: unknown, parameters: Json): unknown {
  if (Array.isArray(value)) return value.map((item) => inlined(item, parameters))
  if (!isObject(value)) return value
  const ref = value['$ref']
  if (typeof ref === 'string' && ref.startsWith(PARAMETER)) {
    return parameters[ref.slice(PARAMETER.length)] ?? value
  }
  const entries = Object.entries(value).map(([key, inner]) => [key, inlined(inner, parameters)])
  return Object.fromEntries(entries) as Json
}
