import { hasReason } from '../../base/index.ts'
import type { Scale } from '../../api/index.ts'
import type { Client } from '../../client/index.ts'

type Call = { signal: AbortSignal }

export interface ScaleTarget {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly namespace: string
}

/** Where the objects of a kind are served. */
interface Place {
  /** Of the API version. */
  readonly path: string
  readonly plural: string
}

/**
 * The scale sub-resource of anything that has one, custom resources included. As upstream, a target
 * is known by group and kind: the version that it names may be one that is no longer served.
 */
export class ScaleClient {
  readonly #client: Client
  /** What has been looked up, by API version and kind. */
  readonly #places = new Map<string, Place>()

  constructor(client: Client) {
    this.#client = client
  }

  /** Undefined: there is no such kind. Rejects with `NotFound` where there is no scale. */
  async get(target: ScaleTarget, call: Call): Promise<Scale | undefined> {
    return (await this.#request(target, { method: 'GET' }, call)) as Scale | undefined
  }

  async update(target: ScaleTarget, scale: Scale, call: Call): Promise<void> {
    await this.#request(target, { method: 'PUT', body: scale }, call)
  }

  async pluralOf(of: Kind, call: Call): Promise<string | undefined> {
    return (await this.#placeOf(of, call))?.plural
  }

  /** Where nothing is found, the kind may be served elsewhere by now: it is looked up once more. */
  async #request(target: ScaleTarget, what: Ask, call: Call): Promise<unknown> {
    const place = await this.#placeOf(target, call)
    if (!place) return undefined
    try {
      return await this.#client.request({ ...what, path: scalePath(place, target) }, call)
    } catch (error) {
      if (!hasReason(error, 'NotFound')) throw error
      this.#places.delete(keyOf(target))
      const now = await this.#placeOf(target, call)
      if (!now) return undefined
      if (scalePath(now, target) === scalePath(place, target)) throw error
      return await this.#client.request({ ...what, path: scalePath(now, target) }, call)
    }
  }

  async #placeOf(of: Kind, call: Call): Promise<Place | undefined> {
    const { apiVersion, kind } = of
    const key = keyOf(of)
    const known = this.#places.get(key)
    if (known) return known
    const found =
      (await this.#placeIn(apiPath(apiVersion), kind, call)) ??
      (await this.#placeInGroup(apiVersion.split('/'), kind, call))
    if (found) this.#places.set(key, found)
    return found
  }

  async #placeIn(path: string, kind: string, call: Call): Promise<Place | undefined> {
    const list = (await this.#discover(path, call)) as ResourceList | undefined
    const found = list?.resources.find((each) => each.kind === kind && !each.name.includes('/'))
    return found && { path, plural: found.name }
  }

  /** In whatever version of the group, the preferred one first. */
  async #placeInGroup(
    [group, version]: string[],
    kind: string,
    call: Call,
  ): Promise<Place | undefined> {
    if (version === undefined) return undefined
    const about = (await this.#discover(`/apis/${group}`, call)) as GroupInfo | undefined
    if (!about) return undefined
    for (const { groupVersion } of [about.preferredVersion, ...about.versions]) {
      const place = await this.#placeIn(apiPath(groupVersion), kind, call)
      if (place) return place
    }
    return undefined
  }

  async #discover(path: string, call: Call): Promise<unknown> {
    try {
      return await this.#client.request({ method: 'GET', path }, call)
    } catch (error) {
      if (hasReason(error, 'NotFound')) return undefined
      throw error
    }
  }
}

type Kind = Pick<ScaleTarget, 'apiVersion' | 'kind'>

interface Ask {
  readonly method: 'GET' | 'PUT'
  readonly body?: Scale
}

interface ResourceList {
  readonly resources: readonly { readonly name: string; readonly kind: string }[]
}

interface GroupInfo {
  readonly preferredVersion: { readonly groupVersion: string }
  readonly versions: readonly { readonly groupVersion: string }[]
}

const apiPath = (apiVersion: string) =>
  apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`

const keyOf = ({ apiVersion, kind }: Kind) => `${apiVersion}/${kind}`

const scalePath = ({ path, plural }: Place, { namespace, name }: ScaleTarget) =>
  `${path}/namespaces/${namespace}/${plural}/${name}/scale`
