import type { HttpRequest } from '../../base/index.ts'

export type Verb =
  | 'get'
  | 'list'
  | 'watch'
  | 'create'
  | 'update'
  | 'patch'
  | 'delete'
  | 'deletecollection'
  /** Of a method that says nothing to the API. */
  | ''

/** What a request is about, read from its method and URL alone (apiserver `RequestInfo`). */
export interface RequestInfo {
  readonly method: string
  /** Decoded, without query. */
  readonly path: string
  readonly query: URLSearchParams
  /** Absent for paths such as `/healthz` and for discovery. */
  readonly resource: ResourceRequest | undefined
}

export interface ResourceRequest {
  readonly verb: Verb
  readonly group: string
  readonly version: string
  readonly namespace: string
  readonly plural: string
  readonly name: string
  /** Empty for the object itself. */
  readonly subresource: string
  /** What follows the sub-resource, for proxies. */
  readonly rest: string
  /** Whether the path names a namespace, be it the empty one. */
  readonly scoped: boolean
  /** A path of old for watching: `/api/v1/watch/…`. */
  readonly old: boolean
}

/** Throws a URIError for a path that is not percent-encoded properly. */
export function parseRequestInfo(request: Pick<HttpRequest, 'method' | 'url'>): RequestInfo {
  const mark = request.url.indexOf('?')
  const rawPath = mark < 0 ? request.url : request.url.slice(0, mark)
  const query = readQuery(mark < 0 ? '' : request.url.slice(mark + 1))
  const path = decodeURIComponent(rawPath)
  const { method } = request
  const segments = rawPath.replace(/^\/+|\/+$/g, '').split('/')
  const resource = parseResource(method, segments.map(decodeURIComponent), query)
  return { method, path, query, resource }
}

/** Go's `url.ParseQuery`: what has a semicolon or is encoded badly is not there. */
export function readQuery(text: string): URLSearchParams {
  if (!/[;%]/.test(text)) return new URLSearchParams(text)
  const good = text.split('&').filter((part) => !/;|%(?![0-9a-fA-F]{2})/.test(part))
  return new URLSearchParams(good.join('&'))
}

function parseResource(
  method: string,
  segments: readonly string[],
  query: URLSearchParams,
): ResourceRequest | undefined {
  const [root, ...more] = segments
  if (root !== 'api' && root !== 'apis') return undefined
  const [group, version, ...rest] = root === 'api' ? ['', ...more] : more
  if (group === undefined || version === undefined || rest.length === 0) return undefined
  // The old form of watching: /api/v1/watch/namespaces/default/pods/name
  const oldWatch = rest[0] === 'watch'
  const at = locate(oldWatch ? rest.slice(1) : rest)
  if (!at) return undefined
  const watch = oldWatch || isTrue(query.get('watch'))
  const verb = verbOf(method, { named: at.name !== '', watch, oldWatch })
  return { verb, group, version, ...at, old: oldWatch }
}

type Place = Omit<ResourceRequest, 'verb' | 'group' | 'version' | 'old'>

function locate(parts: readonly string[]): Place | undefined {
  const [first, second, third] = parts
  if (first === undefined) return undefined
  const ownOfNamespace = third === undefined || third === 'status' || third === 'finalize'
  if (first === 'namespaces' && second !== undefined && !ownOfNamespace) {
    return { ...place(parts.slice(2)), namespace: second, scoped: true }
  }
  const at = place(parts)
  // As upstream: a namespace is in itself.
  return { ...at, namespace: first === 'namespaces' ? at.name : '' }
}

function place(parts: readonly string[]): Place {
  const [plural = '', name = '', subresource = '', ...rest] = parts
  return { namespace: '', plural, name, subresource, rest: rest.join('/'), scoped: false }
}

function verbOf(method: string, of: { named: boolean; watch: boolean; oldWatch: boolean }): Verb {
  switch (method) {
    case 'POST':
      return 'create'
    case 'PUT':
      return 'update'
    case 'PATCH':
      return 'patch'
    case 'DELETE':
      return of.named ? 'delete' : 'deletecollection'
    case 'GET':
    case 'HEAD':
      if (of.watch && (!of.named || of.oldWatch)) return 'watch'
      return of.named ? 'get' : 'list'
    default:
      return ''
  }
}

/** A flag among query parameters: whatever is there and is not `0` or `false` (apimachinery `conversion.go`). */
export function isTrue(value: string | null): boolean {
  return value !== null && value !== '0' && value.toLowerCase() !== 'false'
}
