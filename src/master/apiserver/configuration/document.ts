import { parseYaml } from '../../../api/index.ts'

/** What a field of a configuration file holds: a word for a scalar, a list of one, fields by name. */
export type Shape =
  | 'string'
  | 'boolean'
  | 'number'
  | 'any'
  | readonly [Shape]
  | { readonly [field: string]: Shape }

export interface DocumentOptions {
  readonly kind: string
  /** `apiserver.config.k8s.io/v1`, …, the newest first. */
  readonly versions: readonly string[]
  readonly fields: Readonly<Record<string, Shape>>
}

/**
 * Reads a configuration file of the API server, as strictly as kube-apiserver: a field that nobody
 * knows may be a rule that somebody counts on. Throws `TypeError` with what is wrong.
 */
export function readDocument(text: string, options: DocumentOptions): Record<string, unknown> {
  const { value } = parseYaml(text)
  return checkDocument(value, options)
}

/** The same for a document that stands within another. */
export function checkDocument(value: unknown, options: DocumentOptions): Record<string, unknown> {
  const { kind, versions, fields } = options
  if (!isFields(value)) throw new TypeError(`an object of kind ${kind} is needed`)
  const { apiVersion = '', kind: given = '' } = value
  if (given === '') throw new TypeError("Object 'Kind' is missing")
  if (apiVersion === '') throw new TypeError("Object 'apiVersion' is missing")
  if (given !== kind || !versions.includes(String(apiVersion))) {
    throw new TypeError(
      `no kind ${JSON.stringify(given)} is registered for version ${JSON.stringify(apiVersion)}, ` +
        `expected ${kind} of ${versions.join(' or ')}`,
    )
  }
  const faults: string[] = []
  checkShape(
    value,
    { apiVersion: 'string', kind: 'string', metadata: 'any', ...fields },
    '',
    faults,
  )
  if (faults.length > 0) throw new TypeError(`strict decoding error: ${faults.join(', ')}`)
  return value
}

function checkShape(value: unknown, shape: Shape, path: string, faults: string[]): void {
  if (value === null || value === undefined || shape === 'any') return
  const wrong = (wanted: string) =>
    void faults.push(`${path}: ${JSON.stringify(value)} is not of type ${wanted}`)
  if (typeof shape === 'string') {
    if (typeof value !== shape) wrong(shape)
    return
  }
  if (isList(shape)) {
    if (!Array.isArray(value)) return wrong('list')
    for (const [i, item] of value.entries()) checkShape(item, shape[0], `${path}[${i}]`, faults)
    return
  }
  if (!isFields(value)) return wrong('object')
  for (const [name, item] of Object.entries(value)) {
    const inner = path === '' ? name : `${path}.${name}`
    const known = Object.hasOwn(shape, name) ? shape[name] : undefined
    if (known === undefined) faults.push(`unknown field ${JSON.stringify(inner)}`)
    else checkShape(item, known, inner, faults)
  }
}

const isList = (shape: Shape): shape is readonly [Shape] => Array.isArray(shape)

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
