import type { DeepReadonly } from '../../base/index.ts'
import type { KubeObject, Resource } from '../schema/index.ts'
import { SelectorError } from './label-parser.ts'

export interface FieldRequirement {
  readonly field: string
  readonly operator: '=' | '!='
  readonly value: string
}

/**
 * Parses a field selector such as `spec.nodeName=a,status.phase!=Running`; throws
 * `SelectorError`.
 */
export function parseFieldSelector(text: string): FieldRequirement[] {
  return splitTerms(text)
    .filter((term) => term !== '')
    .map((term) => parseTerm(text, term))
}

/** Commas separate terms, unless a backslash stands before them. */
function splitTerms(text: string): string[] {
  const terms: string[] = []
  let term = ''
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? ''
    if (char === '\\') {
      term += char + (text[i + 1] ?? '')
      i++
    } else if (char === ',') {
      terms.push(term)
      term = ''
    } else term += char
  }
  return [...terms, term]
}

function parseTerm(text: string, term: string): FieldRequirement {
  const match = /^(.*?)(!=|==|=)(.*)$/s.exec(term)
  if (match === null) {
    throw new SelectorError(`invalid selector: '${text}'; can't understand '${term}'`)
  }
  const [, field = '', operator, raw = ''] = match
  return { field, operator: operator === '!=' ? '!=' : '=', value: unescape(raw) }
}

function unescape(raw: string): string {
  let value = ''
  for (let i = 0; i < raw.length; i++) {
    const char = raw[i] ?? ''
    if (char === '\\') {
      const next = raw[++i]
      if (next !== '\\' && next !== ',' && next !== '=') {
        const sequence = `\\${next ?? ''}`
        throw new SelectorError(`invalid field selector: invalid escape sequence: ${sequence}`)
      }
      value += next
    } else if (char === ',' || char === '=') {
      const code = char.charCodeAt(0)
      throw new SelectorError(`invalid field selector: unescaped character in value: ${code}`)
    } else value += char
  }
  return value
}

/** Throws `SelectorError` when the resource cannot be selected by one of the fields. */
export function checkFieldSelector(
  resource: Resource,
  requirements: readonly FieldRequirement[],
): void {
  // Kinds with fields of their own have a list of their own upstream, and word it differently.
  const own = resource.custom !== undefined || Object.keys(resource.selectableFields).length > 0
  for (const { field } of requirements) {
    if (field === 'metadata.name' || field in resource.selectableFields) continue
    if (field === 'metadata.namespace' && (resource.namespaced || !own)) continue
    if (own) {
      throw new SelectorError(`field label not supported: ${field}`)
    }
    throw new SelectorError(
      `${JSON.stringify(field)} is not a known field selector: ` +
        'only "metadata.name", "metadata.namespace"',
    )
  }
}

/** Whether an object has the fields asked for. */
export function matchesFields(
  resource: Resource,
  requirements: readonly FieldRequirement[],
  object: DeepReadonly<KubeObject>,
): boolean {
  return requirements.every(({ field, operator, value }) => {
    const actual = readField(resource, field, object)
    return operator === '=' ? actual === value : actual !== value
  })
}

function readField(resource: Resource, field: string, object: DeepReadonly<KubeObject>): string {
  if (field === 'metadata.name') return object.metadata.name ?? ''
  if (field === 'metadata.namespace') return object.metadata.namespace ?? ''
  return resource.selectableFields[field]?.(object as KubeObject) ?? ''
}
