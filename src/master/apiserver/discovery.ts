import { createHash } from 'node:crypto'
import type { HttpResponse } from '../../base/index.ts'
import {
  aggregatedDiscovery,
  type AggregatedVersion,
  apiGroup,
  apiGroupList,
  apiResourceList,
  apiVersions,
  encodeDiscovery,
  openApiV3Keys,
  type ServedVersions,
  wrapProtobuf,
} from '../../api/index.ts'
import { madeOf } from './catalog.ts'
import { isPretty, type Route, type RoutedRequest } from './handler.ts'
import { CONTENT_TYPE, negotiate, parseAccept, PRODUCED } from './negotiation.ts'
import { PRETTY_JSON, reply } from './respond.ts'
import { statusErrors } from './status.ts'

/**
 * What clients read first: which groups, versions and resources there are. `others`: paths that
 * other routes answer and the root lists.
 */
export function discoveryRoute(current: () => ServedVersions, others: readonly string[]): Route {
  const state = madeOf(current, (served) => ({ served, cache: new Map<string, Cached>() }))
  return async (routed) => {
    const { served, cache } = state()
    const segments = routed.info.path.split('/').filter((s) => s !== '')
    const [root, first, second, ...more] = segments
    const { method, path } = routed.info
    if (root === undefined || path === '/index.html') {
      return reply(PRETTY_JSON, 200, { value: { paths: rootPaths(served, others) } })
    }
    if (path.startsWith('//') || (root !== 'api' && root !== 'apis')) return undefined
    // Other groups are nobody's path: plain 404, as for all that is not known.
    if (root === 'apis' && first !== undefined && !served.groups.has(first)) return undefined
    if (more.length > 0 || (root === 'api' && second !== undefined)) {
      throw statusErrors.unknownResource()
    }
    const value = document(routed, served, segments)
    // Upstream tells of groups whatever the method, and of the rest to GET alone.
    const ofGroups = root === 'apis' && second === undefined
    if (!ofGroups && method !== 'GET') throw statusErrors.methodNotAllowed()
    if (first === undefined) {
      const all = aggregatedReply(routed, root, { served, cache })
      if (all) return all
    }
    return answer(routed, value)
  }
}

function document(
  routed: RoutedRequest,
  served: ServedVersions,
  segments: readonly string[],
): object {
  const { resources, groups } = served
  const [root, first, second] = segments
  if (root === 'api') {
    if (first === undefined) {
      return apiVersions(resources, routed.request.headers['host'] ?? 'localhost')
    }
    return found(apiResourceList(resources, { group: '', version: first }))
  }
  if (first === undefined) return apiGroupList(groups)
  if (second === undefined) return found(apiGroup(groups, first))
  return found(apiResourceList(resources, { group: first, version: second }))
}

function found(value: object | undefined): object {
  if (!value) throw statusErrors.unknownResource()
  return value
}

function answer(routed: RoutedRequest, value: object): HttpResponse {
  const accepted = negotiate(routed.request.headers['accept'], {
    transforms: false,
    // What tells of groups has no router that looks.
    ...(!OF_GROUPS.test(routed.info.path) && { produced: PRODUCED }),
    pretty: isPretty(routed.request),
  })
  const wire = accepted.format === 'protobuf' ? encodeDiscovery(value) : undefined
  return reply(accepted, 200, { value, ...(wire && { protobuf: () => wire }) })
}

const OF_GROUPS = /^\/apis(\/[^/]*)?\/?$/

/** The root's list of paths. */
function rootPaths({ resources, groups }: ServedVersions, others: readonly string[]): string[] {
  const own = ['/api', '/apis', '/apis/', '/metrics', '/openapi/v2', '/openapi/v3', '/openapi/v3/']
  const paths = new Set([...own, '/version', ...others])
  for (const key of openApiV3Keys(resources)) {
    if (key.startsWith('api/')) paths.add(`/${key}`)
  }
  for (const [group, versions] of groups) {
    paths.add(`/apis/${group}`)
    for (const version of versions) paths.add(`/apis/${group}/${version}`)
  }
  return [...paths].sort()
}

interface Cached {
  readonly body: Uint8Array
  readonly etag: string
}

// Everything in one answer, if the client wants it so before the plain form (KEP-3352).
function aggregatedReply(
  routed: RoutedRequest,
  root: string,
  of: { served: ServedVersions; cache: Map<string, Cached> },
): HttpResponse | undefined {
  const asked = aggregatedForm(routed.request.headers['accept'] ?? '')
  if (!asked) return undefined
  const { version, media } = asked
  const key = `${root} ${version} ${media}`
  let cached = of.cache.get(key)
  if (!cached) {
    const from = root === 'api' ? 'core' : 'groups'
    const value = aggregatedDiscovery(of.served, { root: from, version })
    const wire = media === CONTENT_TYPE.protobuf ? encodeDiscovery(value) : undefined
    const body = wire
      ? wrapProtobuf(wire.type, wire.raw)
      : Buffer.from(`${JSON.stringify(value)}\n`)
    cached = { body, etag: etagOf(body) }
    of.cache.set(key, cached)
  }
  const type = `${media};g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`
  return replyCached(routed, { ...cached, type, cacheControl: 'public' })
}

function aggregatedForm(accept: string): { version: AggregatedVersion; media: string } | undefined {
  for (const { type, parameters } of parseAccept(accept)) {
    const media = type === '*/*' ? CONTENT_TYPE.json : type
    if (media !== CONTENT_TYPE.json && media !== CONTENT_TYPE.protobuf) continue
    if (parameters['as'] !== 'APIGroupDiscoveryList') return undefined
    const { v } = parameters
    if (v === 'v2' || v === 'v2beta1') return { version: v, media }
  }
  return undefined
}

/** A strong validator for bytes (RFC 9110 §8.8.3). */
export function etagOf(body: Uint8Array): string {
  return `"${createHash('sha512').update(body).digest('hex').toUpperCase()}"`
}

/** An answer that the client may keep: 304 when it has it already. */
export function replyCached(
  routed: RoutedRequest,
  of: { body: Uint8Array; etag: string; type: string; cacheControl?: string; vary?: string },
): HttpResponse {
  const { body, etag, type, cacheControl, vary = 'Accept' } = of
  const headers = {
    etag,
    vary,
    ...(cacheControl !== undefined && { 'cache-control': cacheControl }),
  }
  const known = (routed.request.headers['if-none-match'] ?? '').split(',').map((s) => s.trim())
  if (known.includes(etag) || known.includes(`W/${etag}`)) {
    return { status: 304, headers, body: undefined }
  }
  return { status: 200, headers: { ...headers, 'content-type': type }, body }
}
