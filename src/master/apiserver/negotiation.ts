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

const ALL_TYPES = 'application/json, application/yaml, application/vnd.kubernetes.protobuf'
const WATCH_TYPES =
  'application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch'

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
    return { type: type.toLowerCase(), parameters, quality: Number.isNaN(quality) ? 0 : quality }
  })
  return clauses.filter((c) => c.type !== '').sort((a, b) => b.quality - a.quality)
}

export interface NegotiateOptions {
  /** Whether the answer can be a Table or metadata alone. */
  readonly transforms: boolean
  /** Whether it can be a Table, where there are transforms. Default true. */
  readonly tables?: boolean
  readonly pretty: boolean
  readonly watch?: boolean
  readonly noProtobuf?: boolean
}

/** The first clause that can be served. Throws 406. */
export function negotiate(accept: string | undefined, options: NegotiateOptions): Accepted {
  const tables = options.tables ?? true
  const clauses = parseAccept(accept === undefined || accept === '' ? '*/*' : accept)
  let typed = false
  for (const clause of clauses) {
    const format = formatOf(clause.type)
    if (!format) continue
    typed = true
    const transform = transformOf(clause.parameters)
    if (transform === undefined) continue
    if (transform !== 'none' && !options.transforms) continue
    if (transform === 'table' && (!tables || format === 'protobuf')) continue
    if (options.watch && format === 'yaml') continue
    if (options.noProtobuf && format === 'protobuf' && transform === 'none') continue
    const pretty = format === 'json' && (options.pretty || clause.parameters['pretty'] === '1')
    const { as = '', v = 'v1' } = clause.parameters
    return { format, transform, as, metaVersion: `meta.k8s.io/${v}`, pretty }
  }
  throw notAcceptable(typed)
}

function notAcceptable(typed: boolean): Error {
  if (typed) {
    return statusErrors.notAcceptable(`only the following media types are accepted: ${ALL_TYPES}`)
  }
  const message = `406: Not Acceptable\n\nAvailable representations: ${ALL_TYPES}, ${WATCH_TYPES}`
  return statusErrors.notAcceptable(message, {})
}

function formatOf(type: string): Format | undefined {
  if (type === '*/*' || type === 'application/*') return 'json'
  return MEDIA_TYPES[type]
}

function transformOf(parameters: Readonly<Record<string, string>>): Transform | undefined {
  const { as, g, v } = parameters
  if (as === undefined) return 'none'
  if (g !== 'meta.k8s.io' || (v !== 'v1' && v !== 'v1beta1')) return undefined
  if (as === 'Table') return 'table'
  if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') return 'partial'
  return undefined
}

/** The format of a request body by its `Content-Type`; JSON when there is none. Throws 415. */
export function bodyFormat(contentType: string | undefined): Format {
  const type = mediaType(contentType)
  if (type === '') return 'json'
  const format = MEDIA_TYPES[type]
  if (format) return format
  throw statusErrors.unsupportedMediaType(
    'the body of the request was in an unknown format - ' +
      `accepted media types include: ${ALL_TYPES}`,
  )
}

/** Without parameters, in lower case. */
export function mediaType(contentType: string | undefined): string {
  return (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
}
