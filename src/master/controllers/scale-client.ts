import type { Scale } from '../../api/index.ts'
import type { Client } from '../../client/index.ts'

type Call = { signal: AbortSignal }

export interface ScaleTarget {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly namespace: string
}

/** The scale sub-resource of anything that has one, custom resources included. */
export class ScaleClient {
  readonly #client: Client
  /** Plurals of kinds that have been looked up, by API version and kind. */
  readonly #plurals = new Map<string, string>()

  constructor(client: Client) {
    this.#client = client
  }

  /** Undefined: there is no such kind. Rejects with `NotFound` where there is no scale. */
  async get(target: ScaleTarget, call: Call): Promise<Scale | undefined> {
    const path = await this.#path(target, call)
    if (path === undefined) return undefined
    return (await this.#client.request({ method: 'GET', path }, call)) as Scale
  }

  async update(target: ScaleTarget, scale: Scale, call: Call): Promise<void> {
    const path = await this.#path(target, call)
    if (path !== undefined) await this.#client.request({ method: 'PUT', path, body: scale }, call)
  }

  async pluralOf(
    { apiVersion, kind }: Pick<ScaleTarget, 'apiVersion' | 'kind'>,
    call: Call,
  ): Promise<string | undefined> {
    const key = `${apiVersion}/${kind}`
    const known = this.#plurals.get(key)
    if (known !== undefined) return known
    const path = apiPath(apiVersion)
    const list = (await this.#client.request({ method: 'GET', path }, call)) as {
      resources: { name: string; kind: string }[]
    }
    const found = list.resources.find((each) => each.kind === kind && !each.name.includes('/'))
    if (found) this.#plurals.set(key, found.name)
    return found?.name
  }

  async #path(target: ScaleTarget, call: Call): Promise<string | undefined> {
    const plural = await this.pluralOf(target, call)
    if (plural === undefined) return undefined
    const { apiVersion, namespace, name } = target
    return `${apiPath(apiVersion)}/namespaces/${namespace}/${plural}/${name}/scale`
  }
}

const apiPath = (apiVersion: string) =>
  apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
