import { type Schema, valuesOf } from './node.ts'

/** A path of names into a schema: what it leads to, or why it leads nowhere. */
export type FieldPath =
  | { readonly path: string; readonly root: string; readonly schema: Schema | undefined }
  | { readonly fault: string }

const NOWHERE = 'does not refer to a valid field'

/**
 * Reads `.spec['a-b'].c` against a schema. `path` is as messages have it: `spec[a-b].c`.
 * `brackets`: whether names may stand in brackets.
 */
export function readFieldPath(
  text: string,
  root: Schema,
  options: { brackets?: boolean } = {},
): FieldPath {
  const tokens = tokensOf(text)
  let schema: Schema | undefined = root
  const names: string[] = []
  for (let i = 0; i < tokens.length; i += 1) {
    const token = tokens[i]
    let name: string | undefined
    if (token === '[') {
      if (options.brackets === false) return { fault: 'array notation is not allowed' }
      const read = quotedName(tokens[i + 1])
      if ('fault' in read) return read
      name = read.name
    } else if (token === '.') {
      name = tokens[i + 1]
      if (name === undefined) return { fault: 'unexpected end of JSON path' }
    } else return { fault: `expected [ or . but got: ${token}` }
    i += 1
    const below = stepInto(schema, name)
    if (typeof below === 'string') return { fault: below }
    schema = below.schema
    names.push(below.isNamed ? `.${name}` : `[${name}]`)
    if (token !== '[') continue
    i += 1
    if (tokens[i] === undefined) return { fault: 'unexpected end of JSON path' }
    if (tokens[i] !== ']') return { fault: `expected ] but got ${tokens[i]}` }
  }
  const path = names.join('').replace(/^\./, '')
  return { path, root: (names[0] ?? '').replace(/^\.|^\[|\]$/g, ''), schema }
}

function stepInto(
  schema: Schema | undefined,
  name: string,
): { schema: Schema | undefined; isNamed: boolean } | string {
  if (schema?.properties && Object.keys(schema.properties).length > 0) {
    const property = Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined
    return property ? { schema: property, isNamed: true } : NOWHERE
  }
  if (schema?.additionalProperties === undefined) return NOWHERE
  return { schema: valuesOf(schema), isNamed: false }
}

function quotedName(token: string | undefined): { name: string } | { fault: string } {
  if (token === undefined) return { fault: 'unexpected end of JSON path' }
  if (!/^'.*'$/s.test(token) || token.length < 2) {
    return { fault: `expected single quoted string but got ${token}` }
  }
  const inner = token.slice(1, -1)
  const wrong = (inner.match(/\\./gs) ?? []).find((escape) => !ESCAPES.has(escape[1] ?? ''))
  if (wrong !== undefined) {
    return { fault: `invalid string literal: invalid escape char ${wrong}` }
  }
  return { name: inner.replace(/\\(.)/gs, (_, char: string) => ESCAPES.get(char) ?? char) }
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['a', '\u0007'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ["'", "'"],
  ['\\', '\\'],
])

/** Dots and brackets by themselves, quoted names with their quotes, and what is between. */
function tokensOf(text: string): string[] {
  return text.match(/[.[\]]|'(?:\\'|[^'])*'|'[^]*$|[^.[\]]+/g) ?? []
}
