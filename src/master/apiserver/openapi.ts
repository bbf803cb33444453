import type { HttpResponse } from '../../base/index.ts'
import {
  KUBERNETES_VERSION,
  openApiV2Document,
  openApiV3Document,
  openApiV3Index,
  openApiV3Keys,
} from '../../api/index.ts'
import { mergeOpenApi, type ServedGroups } from './aggregation/index.ts'
import { madeOf } from './catalog.ts'
import { etagOf, replyCached } from './discovery.ts'
import type { Route, RoutedRequest } from './handler.ts'
import { parseAccept } from './negotiation.ts'
import {
  encodeOpenApiV2,
  OPENAPI_V2_CONTENT_TYPE,
  OPENAPI_V2_PROTOBUF,
} from './openapi-protobuf.ts'

const V3 = '/openapi/v3'

/** `/openapi/v2` and `/openapi/v3`: made when first asked for, then kept. */
export function openApiRoute(current: () => ServedGroups): Route {
  const made = madeOf(current, (served) => new Documents(served))
  return async (routed) => {
    const documents = made()
    const { path } = routed.info
    const isV3 = path === V3 || path.startsWith(`${V3}/`)
    if (path !== '/openapi/v2' && !isV3) return undefined
    const type = typeFor(routed.request.headers['accept'], isV3)
    if (!type) return { status: 406, headers: {}, body: undefined }
    if (type === OPENAPI_V2_PROTOBUF) {
      return replyCached(routed, {
        ...documents.v2Protobuf(),
        type: OPENAPI_V2_CONTENT_TYPE,
        vary: V2_VARY,
      })
    }
    if (!isV3) return replyCached(routed, { ...documents.v2(), type, vary: V2_VARY })
    const key = path.slice(V3.length).replace(/^\/|\/$/g, '')
    // Nothing but the list itself, which upstream neither names a type of nor tells a tag.
    if (path === V3) return { status: 200, headers: LIST_TYPE, body: documents.index().body }
    const document = documents.v3(key)
    if (!document) return { status: 404, headers: {}, body: undefined }
    return replyHashed(routed, { ...document, key })
  }
}

const JSON_TYPE = 'application/json'
const V2_VARY = 'Accept-Encoding, Accept'
const LIST_TYPE = { 'content-type': 'text/plain; charset=utf-8' }

/** The first type of an `Accept` header that there is; undefined when there is none. */
function typeFor(accept: string | undefined, isV3: boolean): string | undefined {
  if (accept === undefined || accept === '') return JSON_TYPE
  for (const { type } of parseAccept(accept)) {
    if (['*/*', 'application/*', JSON_TYPE].includes(type)) return JSON_TYPE
    if (!isV3 && type === OPENAPI_V2_PROTOBUF) return type
  }
  return undefined
}

// The hash in the URL makes the answer good for ever; a wrong one is sent on to the right one.
function replyHashed(routed: RoutedRequest, of: Document & { key: string }): HttpResponse {
  const hash = routed.info.query.get('hash')
  const own = of.etag.slice(1, -1)
  if (hash !== null && hash !== own) {
    return { status: 301, headers: { location: `${V3}/${of.key}?hash=${own}` }, body: undefined }
  }
  const cacheControl = hash === null ? {} : { cacheControl: 'public, immutable' }
  return replyCached(routed, { ...of, type: JSON_TYPE, ...cacheControl })
}

interface Document {
  readonly body: Uint8Array
  readonly etag: string
}

class Documents {
  readonly #served: ServedGroups
  readonly #v3 = new Map<string, Document & { text: string }>()
  #v2: Document | undefined
  #v2Protobuf: Document | undefined
  #index: Document | undefined

  constructor(served: ServedGroups) {
    this.#served = served
  }

  v2(): Document {
    this.#v2 ??= toDocument(JSON.stringify(this.#merged()))
    return this.#v2
  }

  v2Protobuf(): Document {
    if (!this.#v2Protobuf) {
      const body = encodeOpenApiV2(this.#merged())
      this.#v2Protobuf = { body, etag: etagOf(body) }
    }
    return this.#v2Protobuf
  }

  /** Of what is served here; extension API servers are asked for theirs. */
  v3(key: string): (Document & { text: string }) | undefined {
    const known = this.#v3.get(key)
    if (known) return known
    const { resources } = this.#served
    const value = openApiV3Document(resources, key, { version: KUBERNETES_VERSION })
    if (!value) return undefined
    const document = toDocument(JSON.stringify(value))
    this.#v3.set(key, document)
    return document
  }

  index(): Document {
    if (this.#index) return this.#index
    const { resources, extensions } = this.#served
    const texts = new Map<string, string>()
    for (const key of openApiV3Keys(resources)) {
      const text = this.v3(key)?.text
      if (text !== undefined) texts.set(key, text)
    }
    const foreign = extensions.flatMap(({ group, version, v3Url }) =>
      v3Url === undefined ? [] : [[`apis/${group}/${version}`, v3Url] as const],
    )
    this.#index = toDocument(JSON.stringify(openApiV3Index(texts, new Map(foreign))))
    return this.#index
  }

  #merged(): object & Readonly<Record<string, unknown>> {
    const { resources, extensions } = this.#served
    const own = openApiV2Document(resources, { version: KUBERNETES_VERSION })
    return mergeOpenApi(own, extensions)
  }
}

function toDocument(text: string): Document & { text: string } {
  const body = Buffer.from(text)
  return { text, body, etag: etagOf(body) }
}
