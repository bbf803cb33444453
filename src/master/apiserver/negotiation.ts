import { statusErrors } from './status.ts'

export type Format = 'json' | 'yaml' | 'protobuf'

/** What a list or an object is turned into on the way out. */
export type Transform = 'none' | 'table' | 'partial'

export interface Accepted {
  readonly format: Format
  readonly transform: Transform
  /** The kind asked for: `PartialObjectMetadata` or its list. */
  readonly as: string
  /** The version of tables and metadata alone: `meta.k8s.io/v1`. */
  readonly metaVersion: string
  readonly pretty: boolean
}

const MEDIA_TYPES: Readonly<Record<string, Format>> = {
  'application/json': 'json',
  'application/yaml': 'yaml',
  'application/vnd.kubernetes.protobuf': 'protobuf',
}

/** The `Content-Type` of an answer. */
export const CONTENT_TYPE: Readonly<Record<Format, string>> = {
  json: 'application/json',
  yaml: 'application/yaml',
  protobuf: 'application/vnd.kubernetes.protobuf',
}

/** What resources and discovery are answered in. */
export const PRODUCED: readonly string[] = Object.values(CONTENT_TYPE)
const STREAMED = [
  'application/json;stream=watch',
  'application/vnd.kubernetes.protobuf;stream=watch',
]
/** The same of what can be watched. */
export const PRODUCED_OF_LISTS: readonly string[] = [...PRODUCED, ...STREAMED]
const ALL_TYPES = PRODUCED.join(', ')
const WATCH_TYPES = STREAMED.join(', ')

interface Clause {
  readonly type: string
  readonly parameters: Readonly<Record<string, string>>
  readonly quality: number
}

/** The clauses of an `Accept` header, best first; equal ones in the order given. */
export function parseAccept(header: string): Clause[] {
  const clauses = header.split(',').map((text): Clause => {
    const [type = '', ...rest] = text.split(';').map((part) => part.trim())
    const parameters: Record<string, string> = {}
    for (const part of rest) {
      const equals = part.indexOf('=')
      if (equals > 0) parameters[part.slice(0, equals)] = part.slice(equals + 1)
    }
    const quality = parameters['q'] === undefined ? 1 : Number(parameters['q'])
    return { type, parameters, quality: Number.isNaN(quality) ? 0 : quality }
  })
  return clauses.filter((c) => c.type !== '').sort((a, b) => b.quality - a.quality)
}

export interface NegotiateOptions {
  /** Whether the answer can be a Table or metadata alone. */
  readonly transforms: boolean
  /** Whether it can be a Table, where there are transforms. Default true. */
  readonly tables?: boolean
  readonly pretty: boolean
  /** What the path's router knows: it looks at names of types alone. Default: it does not look. */
  readonly produced?: readonly string[] | undefined
  readonly watch?: boolean
  readonly noProtobuf?: boolean
}

/** The first clause that can be served. Throws 406. */
export function negotiate(accept: string | undefined, options: NegotiateOptions): Accepted {
  const tables = options.tables ?? true
  if (options.produced) checkProduced(accept, options.produced)
  const clauses = parseAccept(accept === undefined || accept === '' ? '*/*' : accept)
  for (const clause of clauses) {
    const format = formatOf(clause.type)
    if (!format) continue
    const transform = transformOf(clause.parameters)
    if (transform === undefined) continue
    if (transform !== 'none' && !options.transforms) continue
    if (transform === 'table' && (!tables || format === 'protobuf')) continue
    const { stream = '', sv = '' } = clause.parameters
    if (sv !== '' && !(options.transforms && sv === 'v1')) continue
    if (stream !== '' && (format === 'yaml' || stream !== 'watch')) continue
    if (options.noProtobuf && format === 'protobuf' && transform === 'none') continue
    // Nothing further on is looked at: what is asked for first cannot be streamed.
    if (options.watch && format === 'yaml') {
      throw statusErrors.notAcceptable(
        `only the following media types are accepted: ${WATCH_TYPES}`,
      )
    }
    const pretty = format === 'json' && (options.pretty || clause.parameters['pretty'] === '1')
    const { as = '', v = 'v1' } = clause.parameters
    return { format, transform, as, metaVersion: `meta.k8s.io/${v}`, pretty }
  }
  throw statusErrors.notAcceptable(`only the following media types are accepted: ${ALL_TYPES}`)
}

/** As go-restful: without parameters, in the given case, any part of a type for itself. Throws 406. */
export function checkProduced(accept: string | undefined, produced: readonly string[]): void {
  const asked = accept === undefined || accept === '' ? ['*/*'] : accept.split(',')
  const names = asked.map((clause) => clause.split(';')[0]?.trim() ?? '')
  if (names.some((name) => name === '*/*' || produced.includes(name))) return
  throw statusErrors.notAcceptable(
    `406: Not Acceptable\n\nAvailable representations: ${produced.join(', ')}`,
    {},
  )
}

function formatOf(type: string): Format | undefined {
  if (type === '*/*' || type === 'application/*') return 'json'
  return MEDIA_TYPES[type]
}

function transformOf(parameters: Readonly<Record<string, string>>): Transform | undefined {
  const { as, g, v } = parameters
  if (as === undefined && g === undefined && v === undefined) return 'none'
  if (g !== 'meta.k8s.io' || (v !== 'v1' && v !== 'v1beta1')) return undefined
  if (as === 'Table') return 'table'
  if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') return 'partial'
  return undefined
}

/** The format of a request body by its `Content-Type`; JSON when there is none. Throws 415. */
export function bodyFormat(contentType: string | undefined): Format {
  if (contentType === undefined || contentType === '') return 'json'
  const format = isWellFormed(contentType) ? MEDIA_TYPES[mediaType(contentType)] : undefined
  if (format) return format
  throw statusErrors.unsupportedMediaType(
    'the body of the request was in an unknown format - ' +
      `accepted media types include: ${ALL_TYPES}`,
  )
}

/** Parameters are told by name and value (RFC 9110 §8.3.1). */
function isWellFormed(contentType: string): boolean {
  const [, ...parameters] = contentType.split(';')
  return parameters.every((text) => text.trim() === '' || /^\s*[^\s=]+=/.test(text))
}

/** Without parameters, in lower case. */
export function mediaType(contentType: string | undefined): string {
  return (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
}
