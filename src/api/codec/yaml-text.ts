import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  stringify,
  type YAMLParseError,
} from 'yaml'

/** A text that is no YAML. */
export class YamlSyntaxError extends Error {
  override readonly name = 'YamlSyntaxError'
}

// As many aliases as a document may resolve: a small text must not grow into a huge object.
const MAX_ALIASES = 1000

/**
 * Parses YAML 1.1, as Kubernetes' library does, into a JSON value; of a name given twice the last
 * counts. `duplicates`: `line 8: key "data" already set in map`.
 */
export function parseYaml(text: string): { value: unknown; duplicates: string[] } {
  const lineCounter = new LineCounter()
  const document = parseDocument(text, {
    version: '1.1',
    uniqueKeys: false,
    lineCounter,
    prettyErrors: false,
    merge: true,
    // Upstream's library leaves times and base-60 numbers as the text that they are.
    customTags: (tags) =>
      tags.filter((tag) => typeof tag === 'string' || !isDropped(tag)).map(withDigits),
  })
  // Of several documents the first one counts.
  const error = document.errors.find(({ code }) => code !== 'MULTIPLE_DOCS')
  if (error !== undefined) {
    const { line } = lineCounter.linePos(error.pos[0])
    const why = goYamlText(error)
    // Go's parser counts lines from 0, its scanner from 1, and neither names the first by number.
    if (why.startsWith('did not find')) {
      throw new YamlSyntaxError(`yaml: line ${Math.max(1, line - 1)}: ${why}`)
    }
    throw new YamlSyntaxError(line > 1 ? `yaml: line ${line}: ${why}` : `yaml: ${why}`)
  }
  const duplicates: string[] = []
  if (document.contents !== null) collectDuplicates(document.contents, lineCounter, duplicates)
  try {
    return { value: toJson(document.toJS({ maxAliasCount: MAX_ALIASES })), duplicates }
  } catch (cause) {
    if (!(cause instanceof ReferenceError)) throw cause
    const [, anchor] = /^Unresolved alias .*: (.*)$/.exec(cause.message) ?? []
    const why = anchor && `unknown anchor '${anchor}' referenced`
    throw new YamlSyntaxError(`yaml: ${why ?? 'document contains excessive aliasing'}`, { cause })
  }
}

/** The fault in the words of Go's library, as far as the two parsers see it alike. */
function goYamlText({ code, message }: YAMLParseError): string {
  if (code === 'BLOCK_AS_IMPLICIT_KEY') return 'mapping values are not allowed in this context'
  if (code === 'TAB_AS_INDENT' || code === 'BAD_SCALAR_START') {
    return 'found character that cannot start any token'
  }
  if (code === 'MISSING_CHAR' && /flow (?:sequence|map)/i.test(message)) {
    return `did not find expected ',' or '${/map/i.test(message) ? '}' : ']'}'`
  }
  if (/flow (?:sequence|map|collection)|^Flow/i.test(message) || code === 'UNEXPECTED_TOKEN') {
    return 'did not find expected node content'
  }
  if (code === 'MISSING_CHAR' || code === 'MULTILINE_IMPLICIT_KEY') {
    return /quote/i.test(message) ? 'found unexpected end of stream' : "could not find expected ':'"
  }
  return code === 'BAD_INDENT' ? 'did not find expected key' : message
}

/** A dot alone is no number, as which the library takes it: managed fields have one for a name. */
function withDigits<T>(tag: T): T {
  if (typeof tag !== 'object' || tag === null || !('test' in tag)) return tag
  const isFloat = tag.test instanceof RegExp && tag.test.test('.')
  return isFloat ? { ...tag, test: /^[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)$/ } : tag
}

function isDropped(tag: { tag: string; format?: string | undefined }): boolean {
  return tag.tag === 'tag:yaml.org,2002:timestamp' || tag.format === 'TIME'
}

function collectDuplicates(node: Node, lines: LineCounter, found: string[]): void {
  if (isSeq(node)) {
    for (const item of node.items) if (isNode(item)) collectDuplicates(item, lines, found)
  }
  if (!isMap(node)) return
  const seen = new Set<string>()
  for (const { key, value } of node.items) {
    const name = isScalar(key) ? String(key.value) : ''
    const offset = isNode(value) ? value.range?.[0] : undefined
    if (seen.has(name)) {
      const { line } = lines.linePos(offset ?? 0)
      found.push(`line ${line}: key ${JSON.stringify(name)} already set in map`)
    }
    seen.add(name)
    if (isNode(value)) collectDuplicates(value, lines, found)
  }
}

function isNode(value: unknown): value is Node {
  return isMap(value) || isSeq(value) || isScalar(value) || isAlias(value)
}

/** JSON has no binaries and no keys that are not strings. */
function toJson(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (Array.isArray(value)) return value.map(toJson)
  if (value instanceof Map) {
    return Object.fromEntries([...value].map(([k, v]) => [String(k), toJson(v)]))
  }
  if (typeof value === 'bigint') return Number(value)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, toJson(v)]))
}

/** YAML as Kubernetes answers it: keys sorted, nothing folded. */
export function formatYaml(value: unknown): string {
  return stringify(value, {
    sortMapEntries: true,
    lineWidth: 0,
    indentSeq: false,
    version: '1.1',
    aliasDuplicateObjects: false,
  })
}
