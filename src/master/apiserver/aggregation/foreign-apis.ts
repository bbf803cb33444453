import { ConnectionError, type HttpsCall } from '../../../base/index.ts'
import { type ForeignVersion, foreignVersion, type PlainResource } from '../../../api/index.ts'
import { TargetError } from '../webhooks/index.ts'
import { ask, type Asking, isObject, objectIn, type Told } from './ask.ts'
import type { KnownService } from './services.ts'

/** Who asks for OpenAPI (kube-aggregator's name). */
export const OPENAPI_USER = 'system:aggregator'
/** So long a server's OpenAPI is good. */
const OPENAPI_MS = 60_000

/** What an extension API server has told of a version. */
export interface ForeignApi {
  readonly group: string
  readonly version: string
  readonly discovery: ForeignVersion
  /** Its OpenAPI v2, with what belongs to other versions. */
  readonly v2?: Readonly<Record<string, unknown>>
  /** Where its OpenAPI v3 is, hash included. */
  readonly v3Url?: string
}

interface Known extends ForeignApi {
  readonly etag: string
  readonly openApiAtMs: number
}

/** What extension API servers have told of themselves, kept while they are away. */
export class ForeignApis {
  readonly #options: Asking
  readonly #known = new Map<string, Known>()
  #revision = 0

  constructor(options: Asking) {
    this.#options = options
  }

  /** Another number whenever anything has changed. */
  get revision(): number {
    return this.#revision
  }

  /** By the name of the APIService. */
  get(name: string): ForeignApi | undefined {
    return this.#known.get(name)
  }

  /** All others are forgotten. */
  keep(names: ReadonlySet<string>): void {
    for (const name of this.#known.keys()) {
      if (names.has(name)) continue
      this.#known.delete(name)
      this.#revision++
    }
  }

  /** What a server has answered about its version; undefined when it did not. */
  note({ metadata, spec }: KnownService, told: Told | undefined): void {
    const { group = '', version = '' } = spec
    const known = this.#known.get(metadata.name ?? '')
    const list = told && objectIn(told)?.['resources']
    const resources = Array.isArray(list) ? list.filter(isResource) : undefined
    const discovery = resources
      ? foreignVersion(version, { resources, freshness: 'Current' })
      : { version, ...known?.discovery, freshness: 'Stale' as const }
    if (known && JSON.stringify(known.discovery) === JSON.stringify(discovery)) return
    const unasked = { etag: '', openApiAtMs: Number.NEGATIVE_INFINITY }
    this.#set(metadata.name, { ...unasked, ...known, group, version, discovery })
  }

  /** Asks a server for its OpenAPI, if that is due. */
  async refreshOpenApi(service: KnownService, call: HttpsCall, signal: AbortSignal): Promise<void> {
    const { name } = service.metadata
    const known = this.#known.get(name ?? '')
    const nowMs = this.#options.clock.nowMs()
    if (!known || nowMs < known.openApiAtMs + OPENAPI_MS) return
    const get = async (path: string, headers: Record<string, string> = {}) => {
      const of = { path, headers, user: OPENAPI_USER, signal }
      try {
        return await ask({ ...this.#options, call }, service, of)
      } catch (error) {
        // It keeps what it had; whether the server is there at all is another's question.
        if (error instanceof ConnectionError || error instanceof TargetError) return undefined
        throw error
      }
    }
    const [v2, v3] = await Promise.all([
      get('/openapi/v2', known.etag === '' ? {} : { 'if-none-match': known.etag }),
      get('/openapi/v3'),
    ])
    const document = v2?.status === 200 ? objectIn(v2) : undefined
    const v3Url = v3?.status === 200 ? v3UrlIn(objectIn(v3), known) : undefined
    this.#set(name, {
      ...known,
      ...(document && { v2: document, etag: v2?.headers['etag'] ?? '' }),
      ...(v3Url !== undefined && { v3Url }),
      openApiAtMs: nowMs,
    })
  }

  #set(name: string | undefined, api: Known): void {
    this.#known.set(name ?? '', api)
    this.#revision++
  }
}

function v3UrlIn(
  index: Readonly<Record<string, unknown>> | undefined,
  { group, version }: ForeignApi,
): string | undefined {
  const paths = index?.['paths']
  const entry = isObject(paths) ? paths[`apis/${group}/${version}`] : undefined
  const url = isObject(entry) ? entry['serverRelativeURL'] : undefined
  return typeof url === 'string' ? url : undefined
}

function isResource(value: unknown): value is PlainResource {
  return isObject(value) && typeof value['name'] === 'string' && typeof value['kind'] === 'string'
}
